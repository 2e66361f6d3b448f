//! Crosswalks: what is compared over a new edition, how far that goes, and what makes no crosswalk.

use serde_json::{Value, json};

use crate::harness::app::App;
use crate::harness::edition::{crosswalk_file, edition_file};
use crate::harness::publication::rated;

const WEST_YORKSHIRE: (&str, &str) = ("QWO", "Y63");
const THREE: [&str; 3] = ["low", "middle", "high"];

fn old() -> String {
    edition_file("2024", &THREE, &[("care", &["a", "b"]), ("money", &["c", "d", "x"]), ("people", &["e"])])
}

fn new(levels: &[&str]) -> String {
    edition_file("2026", levels, &[("care", &["a", "b2", "f"]), ("money", &["c", "d"]), ("people", &["e"])])
}

const LINKS: [&str; 7] =
    ["EQUAL a a", "EQUAL b b2", "NEW - f", "NARROWER c c", "OVERLAPS d d", "DROPPED x -", "EQUAL e e"];

fn crosswalk(levels: &[(&str, &str)]) -> String {
    crosswalk_file("2024", "2026", levels, &LINKS)
}

const LINES: &str = "query($grain: Grain!, $subjects: [String!], $since: Date, $asOf: AsOf) { system(code: \"QWO\") {
    progression(framework: \"small\", grain: $grain, subjects: $subjects, since: $since, asOf: $asOf) {
        resolvedAsOf { position } breaks { on cause detail coverage { equal of } }
        lines { subject { key } points { on rollUp { median { key } } }
            movement { word since advanced slipped held unmatched sentence coverage { equal of } elements { from { key } to { key } } }
            trend { verdict n changes statistic sentence coverage { equal of } } } } } }";

async fn lines(app: &App, asked: Value) -> Value {
    app.reader().await.data(LINES, asked).await["system"]["progression"].clone()
}

/// One line of a grain.
async fn line(app: &App, grain: &str, key: &str) -> Value {
    lines(app, json!({ "grain": grain, "subjects": [key] })).await["lines"][0].clone()
}

fn covers(equal: u32, of: u32) -> Value {
    json!({ "equal": equal, "of": of })
}

/// West Yorkshire on these days, all at one level each.
async fn publishes(app: &App, days: &[(&str, &'static str)]) {
    for (day, level) in days {
        let round = app.round_of("small", day).await;
        app.publication_of(&round, WEST_YORKSHIRE, |_| rated(level)).await;
    }
}

on_both! {
    async fn only_what_is_equal_is_compared_and_every_line_says_how_much_that_is(app: &App) {
        app.loads(&old(), None).await.unwrap();
        publishes(app, &[("2025-06-30", "low"), ("2025-09-30", "middle")]).await;
        app.loads(&new(&THREE), None).await.unwrap();
        publishes(app, &[("2025-12-31", "high")]).await;
        let broken = lines(app, json!({ "grain": "THEME" })).await;
        assert_eq!((&broken["breaks"][0]["coverage"], &broken["lines"][0]["trend"]["n"]), (&Value::Null, &json!(1)));
        assert_eq!(
            app.loads(&new(&THREE), Some(&crosswalk(&[]))).await.unwrap(),
            "Edition 2026 of small was there already; the crosswalk to it is loaded.\n"
        );

        let shown = lines(app, json!({ "grain": "THEME" })).await;
        assert_eq!(
            shown["breaks"],
            json!([{ "on": "2025-12-31", "cause": "EDITION", "coverage": covers(3, 6), "detail": "Edition 2026 of Small is \
                rated from here on, and 2024 before: 3 of its 6 elements are the same in both, and only these are compared." }])
        );
        let [care, money, people] = [0, 1, 2].map(|index| shown["lines"][index].clone());
        let moved = &care["movement"];
        assert_eq!((&moved["word"], &moved["since"]), (&json!("ADVANCED"), &json!("2025-09-30")));
        assert_eq!((&moved["advanced"], &moved["unmatched"], &moved["coverage"]), (&json!(2), &json!(1), &covers(2, 3)));
        assert_eq!(
            moved["sentence"],
            "Of 3 elements, 2 advanced and 1 could not be compared between 30 September 2025 and 31 December 2025. \
             A new edition lies between them: 2 of 3 elements are the same in both."
        );
        let trend = &care["trend"];
        assert_eq!((&trend["n"], &trend["statistic"], &trend["coverage"]), (&json!(3), &json!(4), &covers(2, 3)));
        assert!(trend["sentence"].as_str().unwrap().ends_with("with what is the same there: 2 of 3 elements."), "{trend}");
        // Nothing of it is equal, so it begins afresh.
        assert_eq!((&money["movement"]["word"], &money["movement"]["coverage"]), (&json!("NOT_COMPARABLE"), &Value::Null));
        assert_eq!((&money["trend"]["n"], &money["trend"]["coverage"]), (&json!(1), &Value::Null));
        assert_eq!(
            money["movement"]["sentence"],
            "There is one point only since the break on 31 December 2025, 31 December 2025: nothing to compare it with."
        );
        assert_eq!(money["points"].as_array().unwrap().len(), 3, "what was published stays in the line");
        assert_eq!((&people["trend"]["n"], &people["trend"]["coverage"]), (&json!(3), &covers(1, 1)));
        assert!(!people["movement"]["sentence"].as_str().unwrap().contains("new edition"));

        // An element shows the points of its equal, whatever its key, and none of another that only has its key.
        let renamed = line(app, "ELEMENT", "b2").await;
        assert_eq!((renamed["points"].as_array().unwrap().len(), &renamed["trend"]["n"]), (3, &json!(3)));
        assert_eq!(line(app, "ELEMENT", "f").await["points"].as_array().unwrap().len(), 1);
        let then = json!({ "grain": "THEME", "asOf": { "position": broken["resolvedAsOf"]["position"] } });
        let then = lines(app, then).await;
        assert_eq!((&then["breaks"], &then["lines"]), (&broken["breaks"], &broken["lines"]), "nobody knew it then");
    }

    async fn an_edition_with_the_same_elements_is_no_break(app: &App) {
        let themes: [(&str, &[&str]); 1] = [("care", &["a", "b"])];
        app.loads(&edition_file("2024", &THREE, &themes), None).await.unwrap();
        publishes(app, &[("2025-06-30", "low"), ("2025-09-30", "middle")]).await;
        let same = crosswalk_file("2024", "2026", &[], &["EQUAL a a", "EQUAL b b"]);
        app.loads(&edition_file("2026", &THREE, &themes), Some(&same)).await.unwrap();
        publishes(app, &[("2025-12-31", "high")]).await;
        let again = crosswalk_file("2026", "2027", &[], &["EQUAL a b", "EQUAL b a"]);
        app.loads(&edition_file("2027", &THREE, &themes), Some(&again)).await.unwrap();
        publishes(app, &[("2026-03-31", "middle")]).await;
        let shown = lines(app, json!({ "grain": "EDITION", "since": "2025-06-30" })).await;
        let line = &shown["lines"][0];
        assert_eq!((&shown["breaks"], &line["trend"]["n"]), (&json!([]), &json!(4)));
        assert_eq!((&line["trend"]["statistic"], &line["trend"]["coverage"]), (&json!(2), &covers(2, 2)));
        assert_eq!((&line["movement"]["word"], &line["movement"]["since"]), (&json!("ADVANCED"), &json!("2025-06-30")));
    }

    async fn levels_of_another_scale_are_compared_as_the_crosswalk_maps_them(app: &App) {
        let four = ["emerging", "developing", "maturing", "thriving"];
        let levels = [("low", "emerging"), ("middle", "maturing"), ("high", "maturing")];
        app.loads(&old(), None).await.unwrap();
        publishes(app, &[("2025-06-30", "low"), ("2025-09-30", "middle"), ("2025-10-31", "high")]).await;
        app.loads(&new(&four), Some(&crosswalk(&levels))).await.unwrap();
        publishes(app, &[("2025-12-31", "developing")]).await;
        let care = lines(app, json!({ "grain": "THEME", "subjects": ["care"] })).await["lines"][0].clone();
        let element = |from: &str| json!({ "from": { "key": from }, "to": { "key": "developing" } });
        let new = json!({ "from": null, "to": { "key": "developing" } });
        assert_eq!(care["movement"]["elements"], json!([element("maturing"), element("maturing"), new]));
        assert_eq!((&care["movement"]["word"], &care["movement"]["slipped"]), (&json!("SLIPPED"), &json!(2)));
        // Up two levels of the new scale, then nothing, then down one: two elements each.
        assert_eq!((&care["trend"]["changes"], &care["trend"]["statistic"]), (&json!(2), &json!(2)));
        assert_eq!(care["points"][1]["rollUp"]["median"]["key"], "middle", "what was published stays as it was");
    }

    async fn a_draft_of_a_new_edition_takes_over_what_is_equal_at_its_level_there(app: &App) {
        let levels = [("low", "emerging"), ("middle", "maturing"), ("high", "thriving")];
        app.loads(&old(), None).await.unwrap();
        publishes(app, &[("2025-06-30", "middle")]).await;
        app.loads(&new(&["emerging", "maturing", "thriving"]), Some(&crosswalk(&levels))).await.unwrap();
        let (round, lead) = (app.round_of("small", "2025-12-31").await, app.lead_of("QWO").await);
        let input = json!({ "idempotencyKey": "start", "round": round, "system": { "code": "QWO" }, "carryForward": true });
        let started = lead.change("startAssessment", "assessment { id }", input).await;
        let form = lead.form(started["assessment"]["id"].as_str().unwrap()).await;
        let told: Vec<_> = form.iter().map(|row| (row["element"]["key"].as_str().unwrap(), row["self"]["outcome"]["key"].as_str())).collect();
        let carried = Some("maturing");
        assert_eq!(told, [("a", carried), ("b2", carried), ("f", None), ("c", None), ("d", None), ("e", carried)]);
    }

    async fn a_crosswalk_is_readable_as_it_was_loaded_and_never_changes(app: &App) {
        app.loads(&old(), None).await.unwrap();
        let levels = [("low", "low"), ("middle", "low"), ("high", "top")];
        let told = app.loads(&new(&["low", "top"]), Some(&crosswalk(&levels))).await.unwrap();
        assert_eq!(told, "Edition 2026 of small is loaded; the crosswalk to it is loaded.\n");
        let head = app.head().await;
        let again = app.loads(&new(&["low", "top"]), Some(&crosswalk(&levels))).await.unwrap();
        assert_eq!(again, "Edition 2026 of small was there already; so was the crosswalk to it.\n");
        let other = crosswalk(&levels).replace("A paper", "Another paper");
        let why = app.loads(&new(&["low", "top"]), Some(&other)).await.unwrap_err();
        assert!(why.contains("the crosswalk to 2026 of small is loaded and never changes"), "{why}");
        assert_eq!(app.head().await, head);
        let document = "{ framework(key: \"small\") { editions { label crosswalk { from { label } to { label } approver approvedOn
            source contentHash coverage { equal of }
            links { kind rationale from { key } to { key } levelMap { from { key } to { key } } } } } } }";
        let editions = app.reader().await.data(document, json!({})).await["framework"]["editions"].clone();
        assert_eq!(editions[0]["crosswalk"], Value::Null);
        let found = &editions[1]["crosswalk"];
        assert_eq!((&found["from"]["label"], &found["to"]["label"]), (&json!("2024"), &json!("2026")));
        assert_eq!((&found["approver"], &found["approvedOn"], &found["source"]), (&json!("A digital board"), &json!("2025-11-01"), &json!("A paper")));
        assert_eq!((&found["coverage"], found["contentHash"].as_str().unwrap().len()), (&covers(3, 6), 64));
        let kinds: Vec<_> = found["links"].as_array().unwrap().iter().map(|link| link["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["EQUAL", "EQUAL", "NEW", "NARROWER", "OVERLAPS", "DROPPED", "EQUAL"]);
        let step = |from: &str, to: &str| json!({ "from": { "key": from }, "to": { "key": to } });
        assert_eq!(
            found["links"][1],
            json!({ "kind": "EQUAL", "rationale": "We compared the texts.", "from": { "key": "b" }, "to": { "key": "b2" },
                "levelMap": levels.map(|(from, to)| step(from, to)) })
        );
        assert_eq!((&found["links"][2]["from"], &found["links"][2]["levelMap"]), (&Value::Null, &json!([])));
    }

    async fn all_that_is_wrong_is_told_at_once_and_nothing_is_written(app: &App) {
        app.loads(&old(), None).await.unwrap();
        let head = app.head().await;
        let refused = async |levels: &[(&str, &str)], links: &[&str]| {
            let file = crosswalk_file("2024", "2026", levels, links);
            let why = app.loads(&new(&THREE), Some(&file)).await.unwrap_err();
            why.lines().map(|line| line.trim_start_matches("crosswalk.toml:").to_owned()).collect::<Vec<_>>()
        };
        let wrong = ["EQUAL a a", "EQUAL a b2", "NEW b f", "NARROWER c -", "OVERLAPS d d", "OVERLAPS d d", "DROPPED z -"];
        assert_eq!(
            refused(&[], &wrong).await,
            [
                "1: field link: no link says what becomes of \"b\" (from)",
                "1: field link: no link says what becomes of \"x\" (from)",
                "1: field link: no link says what becomes of \"e\" (from)",
                "1: field link: no link says what becomes of \"c\" (to)",
                "1: field link: no link says what becomes of \"e\" (to)",
                "11: field link.from: \"a\" is EQUAL and stands in other links too",
                "21: field link.from: NEW has no such end: leave out \"b\"",
                "24: field link.to: NARROWER needs the key of an element here",
                "33: field link.kind: these elements are linked already",
                "40: field link.from: \"z\" is no element of that edition",
            ]
        );
        let told = refused(&[("low", "low")], &LINKS).await;
        let why = "field link.levels: levels are told of equal elements, and only where the scales differ";
        assert!(told.len() == 3 && told.iter().all(|told| told.ends_with(why)), "{told:?}");
        for (levels, expected) in [
            (&[][..], "the level \"low\" of the earlier scale is told not at all"),
            (&[("low", "top"), ("middle", "low"), ("high", "top")], "\"middle\" becomes \"low\", which is below what a lower level becomes"),
            (&[("low", "low"), ("middle", "low"), ("high", "best")], "\"best\" is no level of the later scale"),
            (&[("low", "low"), ("low", "low"), ("middle", "low"), ("high", "top")], "the level \"low\" of the earlier scale is told more than once"),
            (&[("low", "low"), ("middle", "low"), ("high", "top"), ("best", "top")], "\"best\" is no level of the earlier scale"),
        ] {
            let why = app.loads(&new(&["low", "top"]), Some(&crosswalk(levels))).await.unwrap_err();
            assert!(why.contains(expected), "{levels:?}: {why}");
        }
        let first = edition_file("1", &THREE, &[("care", &["a"])]).replace("\"small\"", "\"other\"");
        let why = app.loads(&first, Some(&crosswalk(&[]))).await.unwrap_err();
        assert!(why.contains("other has no edition before 1 that a crosswalk could lead from"), "{why}");
        assert_eq!(app.head().await, head, "not even the edition was written");
    }
}
