//! Progression: whose points a line shows, where it breaks, and how it moved since.

use api::store::Actor;
use domain::NaiveDate;
use domain::command::Command;
use domain::ledger::Via;
use domain::organisation::SuccessionKind;
use domain::register::{FactInFile, LoadRegister, Register, RegisteredFact, RegisteredSuccession};
use serde_json::{Value, json};

use crate::framework::load;
use crate::harness::app::{App, code};
use crate::harness::publication::{LEVELS, rated};

const PROGRESSION: &str = "query($code: OdsCode!, $boundaries: Boundaries!, $from: Date, $since: Date, $asOf: AsOf,
    $basis: Basis!, $grain: Grain!, $subjects: [String!]) {
    system(code: $code) { progression(framework: \"sdpt\", grain: $grain, subjects: $subjects,
        boundaries: $boundaries, from: $from, since: $since, basis: $basis, asOf: $asOf) {
        breaks { on cause detail } successors { kind successor { code } }
        lines { subject { key } movement { word since until advanced sentence elements { firstReachedOn periodsAtPresent } }
            trend { verdict n }
            points { on round { label } stage synthetic assessedAfresh rollUp { rated notRated median { key } }
                range { lowest { key } highest { key } }
                organisations { share stage assessedAfresh organisation { code } rollUp { median { key } } } } } } } }";

/// The progression of a system, of the whole edition, with some of the question changed.
async fn progression(app: &App, system: &str, changes: Value) -> Value {
    let mut asked =
        json!({ "code": system, "boundaries": "WITH_PREDECESSORS", "basis": "AGREED", "grain": "EDITION" });
    asked.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    app.reader().await.data(PROGRESSION, asked).await["system"]["progression"].clone()
}

/// Each point in short: its day and, where it is the system's own, its median; of predecessors each code and median.
fn told(progression: &Value) -> Vec<String> {
    let key = |level: &Value| level["key"].as_str().unwrap_or("-").to_owned();
    let part = |part: &Value| {
        format!("{} {}", part["organisation"]["code"].as_str().unwrap(), key(&part["rollUp"]["median"]))
    };
    let point = |point: &Value| {
        let on = point["on"].as_str().unwrap();
        match point["organisations"].as_array() {
            None => format!("{on}: {}", key(&point["rollUp"]["median"])),
            Some(parts) => {
                assert_eq!(point["rollUp"], Value::Null, "several bodies have no one value");
                format!("{on}: {}", parts.iter().map(part).collect::<Vec<_>>().join(", "))
            }
        }
    };
    progression["lines"][0]["points"].as_array().into_iter().flatten().map(point).collect()
}

fn all(level: &'static str) -> impl Fn(usize) -> Value {
    move |_| rated(level)
}

const FRIMLEY: (&str, &str) = ("QNQ", "Y59");
const BUCKINGHAMSHIRE: (&str, &str) = ("QU9", "Y59");
const THAMES_VALLEY: (&str, &str) = ("S0E4D", "Y59");
const HAMPSHIRE: (&str, &str) = ("QRL", "Y59");
const WEST_YORKSHIRE: (&str, &str) = ("QWO", "Y63");

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

async fn load_register(app: &App, register: Register) {
    let command = Command::LoadRegister(Box::new(LoadRegister { register }));
    let answer = app.store.write(Actor::Installation, Via::CommandLine, command).await;
    app.store.snapshot_at(answer.head).await;
    answer.outcome.unwrap();
}

/// The register with Hampshire and Thames Valley in one new system, X9X9X, from 1 November 2026, and with the people of
/// Frimley counted.
fn merged_again() -> Register {
    let mut register = api::catalogue::register().unwrap();
    let on = day("2026-11-01");
    for link in register.successions.iter_mut().filter(|link| link.predecessor == "QNQ") {
        link.population_of_part = Some(if link.successor == "S9B9J" { 0 } else { 400_000 });
        link.population_of_whole = Some(800_000);
    }
    let hampshire = register.organisations.iter().position(|known| known.code == "QRL").unwrap();
    let mut new = register.organisations[hampshire].clone();
    "X9X9X".clone_into(&mut new.code);
    let fact = |fact| RegisteredFact { fact, from: on, to: None };
    new.facts = vec![
        fact(FactInFile::Life),
        fact(FactInFile::Name("NHS Rivers and Coast Integrated Care Board".to_owned())),
        fact(FactInFile::Code(domain::organisation::Scheme::Ods, "X9X9X".to_owned())),
        fact(FactInFile::Region("Y59".to_owned())),
    ];
    register.organisations.push(new);
    for predecessor in ["QRL", "S0E4D"] {
        let closing = register.organisations.iter_mut().find(|known| known.code == predecessor).unwrap();
        closing.facts.iter_mut().for_each(|fact| fact.to = fact.to.or(Some(on)));
        register.successions.push(RegisteredSuccession {
            predecessor: predecessor.to_owned(),
            successor: "X9X9X".to_owned(),
            kind: SuccessionKind::Merger,
            on,
            part: None,
            population_of_part: None,
            population_of_whole: None,
            source: "a test".to_owned(),
        });
    }
    register
}

/// What stands in the line of Thames Valley for the days before it opened.
const BEFORE: [&str; 2] = ["2025-09-30: QU9 -, QNQ emerging", "2026-03-31: QU9 thriving, QNQ developing"];

/// Frimley publishes twice, Buckinghamshire once; in the round between, neither.
async fn before_thames_valley(app: &App) {
    let autumn = app.round_of("sdpt", "2025-09-30").await;
    app.publication_of(&autumn, FRIMLEY, all("emerging")).await;
    let winter = app.round_of("sdpt", "2025-12-31").await;
    app.publication_of(&winter, WEST_YORKSHIRE, all("maturing")).await;
    let spring = app.round_of("sdpt", "2026-03-31").await;
    app.publication_of(&spring, FRIMLEY, all("developing")).await;
    app.publication_of(&spring, BUCKINGHAMSHIRE, all("thriving")).await;
}

fn formed() -> Value {
    let detail = "NHS Thames Valley Integrated Care Board was formed from NHS Buckinghamshire, Oxfordshire and Berkshire \
        West Integrated Care Board and a part of NHS Frimley Integrated Care Board on 1 April 2026.";
    json!([{ "on": "2026-04-01", "cause": "BOUNDARY", "detail": detail }])
}

on_both! {
    async fn thames_valley_shows_the_lines_of_those_it_was_formed_from_and_no_average(app: &App) {
        before_thames_valley(app).await;
        let shown = progression(app, "S0E4D", json!({})).await;
        assert_eq!(told(&shown), BEFORE, "it has published nothing itself yet");
        assert_eq!(shown["breaks"], formed());
        let movement = &shown["lines"][0]["movement"];
        assert_eq!((&movement["word"], &movement["until"]), (&json!("NOT_COMPARABLE"), &Value::Null));
        assert_eq!(movement["sentence"], "Nothing has been published since the break on 1 April 2026.");
        let (first, second) = (&shown["lines"][0]["points"][0], &shown["lines"][0]["points"][1]);
        let silent = json!({ "share": null, "stage": null, "assessedAfresh": null,
            "organisation": { "code": "QU9" }, "rollUp": null });
        assert_eq!(first["organisations"][0], silent, "it was open and published nothing");
        let range = |lowest: &str, highest: &str| json!({ "lowest": { "key": lowest }, "highest": { "key": highest } });
        assert_eq!(first["range"], range("emerging", "emerging"));
        assert_eq!(second["range"], range("developing", "thriving"));
        assert_eq!((&second["assessedAfresh"], &second["stage"]), (&json!(48), &json!("PUBLISHED")));
        let not_yet = progression(app, "S0E4D", json!({ "asOf": { "on": "2026-03-31" } })).await;
        let nothing: (Vec<String>, _) = (vec![], &json!([]));
        assert_eq!((told(&not_yet), &not_yet["breaks"]), nothing, "on that day there was no such body");
    }

    async fn after_the_break_thames_valley_is_compared_with_itself_alone(app: &App) {
        before_thames_valley(app).await;
        let summer = app.round_of("sdpt", "2026-06-30").await;
        app.publication_of(&summer, THAMES_VALLEY, all("developing")).await;
        let one = progression(app, "S0E4D", json!({})).await;
        assert_eq!(one["lines"][0]["movement"]["word"], "NOT_COMPARABLE");
        let autumn = app.round_of("sdpt", "2026-09-30").await;
        app.publication_of(&autumn, THAMES_VALLEY, |index| rated(LEVELS[1 + index % 2])).await;
        let a_year = progression(app, "S0E4D", json!({ "since": "2025-09-30" })).await;
        let movement = &a_year["lines"][0]["movement"];
        assert_eq!((&movement["word"], &movement["since"]), (&json!("NOT_COMPARABLE"), &Value::Null));
        assert_eq!(
            movement["sentence"],
            "It opened on 1 April 2026: on 30 September 2025 there was nothing of its own to compare with."
        );
        let shown = progression(app, "S0E4D", json!({ "since": "2026-06-30" })).await;
        let own = ["2026-06-30: developing", "2026-09-30: developing"];
        assert_eq!(told(&shown), [&BEFORE[..], &own[..]].concat());
        assert_eq!((&shown["breaks"], &shown["successors"]), (&formed(), &json!([])));
        let line = &shown["lines"][0];
        assert_eq!(line["movement"]["since"], "2026-06-30");
        let moved = (&line["movement"]["word"], &line["movement"]["advanced"]);
        assert_eq!(moved, (&json!("ADVANCED"), &json!(12)));
        assert_eq!(line["trend"], json!({ "verdict": "TOO_FEW_POINTS", "n": 2 }), "of its own points");
        let third = &line["points"][2];
        assert_eq!((&third["range"], &third["rollUp"]["rated"]), (&Value::Null, &json!(24)));
        let reported = progression(app, "S0E4D", json!({ "boundaries": "AS_REPORTED" })).await;
        assert_eq!(told(&reported), own);
        assert_eq!(reported["breaks"], json!([]), "there is no point before it");
        let later = progression(app, "S0E4D", json!({ "from": "2026-01-01" })).await;
        assert_eq!(told(&later), [&BEFORE[1..], &own[..]].concat());
    }

    async fn a_closed_system_keeps_its_points_and_names_its_successors(app: &App) {
        let round = app.round_of("sdpt", "2026-03-31").await;
        app.publication_of(&round, FRIMLEY, all("developing")).await;
        app.publication_of(&round, BUCKINGHAMSHIRE, all("thriving")).await;
        for boundaries in ["AS_REPORTED", "WITH_PREDECESSORS"] {
            let shown = progression(app, "QNQ", json!({ "boundaries": boundaries })).await;
            assert_eq!(
                (told(&shown), &shown["breaks"]),
                (vec!["2026-03-31: developing".to_owned()], &json!([]))
            );
            let link = |kind: &str, code: &str| json!({ "kind": kind, "successor": { "code": code } });
            let successors = [link("ACQUISITION", "QRL"), link("SPLIT", "S9B9J"), link("SPLIT", "S0E4D")];
            assert_eq!(shown["successors"], json!(successors));
        }
        let open = progression(app, "QNQ", json!({ "asOf": { "on": "2026-03-31" } })).await;
        assert_eq!((open["successors"].clone(), told(&open).len()), (json!([]), 1));
    }

    async fn a_body_that_takes_over_a_part_keeps_its_own_points_and_breaks(app: &App) {
        let (spring, summer) =
            (app.round_of("sdpt", "2026-03-31").await, app.round_of("sdpt", "2026-06-30").await);
        let before = app.round_of("sdpt", "2025-12-31").await;
        app.publication_of(&before, HAMPSHIRE, all("developing")).await;
        app.publication_of(&spring, HAMPSHIRE, all("maturing")).await;
        app.publication_of(&spring, FRIMLEY, all("emerging")).await;
        let moved = progression(app, "QRL", json!({ "asOf": { "on": "2026-03-31" } })).await;
        assert_eq!(
            (&moved["lines"][0]["movement"]["word"], &moved["breaks"]),
            (&json!("ADVANCED"), &json!([]))
        );
        let broken = progression(app, "QRL", json!({})).await;
        assert_eq!(broken["lines"][0]["movement"]["word"], "NOT_COMPARABLE", "it is another body since");

        app.publication_of(&summer, HAMPSHIRE, all("maturing")).await;
        for boundaries in ["AS_REPORTED", "WITH_PREDECESSORS"] {
            let shown =
                progression(app, "QRL", json!({ "boundaries": boundaries, "since": "2025-12-31" })).await;
            assert_eq!(
                told(&shown),
                ["2025-12-31: developing", "2026-03-31: maturing", "2026-06-30: maturing"]
            );
            assert_eq!(
                shown["breaks"],
                json!([{ "on": "2026-04-01", "cause": "BOUNDARY", "detail": "NHS Hampshire and Isle of Wight \
                    Integrated Care Board took over a part of NHS Frimley Integrated Care Board on 1 April 2026." }])
            );
            let movement = &shown["lines"][0]["movement"];
            assert_eq!((&movement["word"], &movement["since"]), (&json!("NOT_COMPARABLE"), &Value::Null));
            assert_eq!(
                movement["sentence"],
                "What was published by 31 December 2025 is not compared: there is a break on 1 April 2026."
            );
            let run = json!({ "firstReachedOn": "2026-06-30", "periodsAtPresent": 1 });
            assert_eq!(movement["elements"][0], run, "the present run begins after the break");
        }
        let after = progression(app, "QRL", json!({ "from": "2026-04-02" })).await;
        assert_eq!((told(&after).len(), &after["breaks"]), (1, &json!([])));
    }

    async fn predecessors_of_predecessors_are_shown_each_on_their_days(app: &App) {
        let (spring, summer) =
            (app.round_of("sdpt", "2026-03-31").await, app.round_of("sdpt", "2026-06-30").await);
        app.publication_of(&spring, FRIMLEY, all("emerging")).await;
        app.publication_of(&spring, HAMPSHIRE, all("maturing")).await;
        app.publication_of(&summer, HAMPSHIRE, all("thriving")).await;
        app.publication_of(&summer, THAMES_VALLEY, all("developing")).await;
        load_register(app, merged_again()).await;
        let shown = progression(app, "X9X9X", json!({})).await;
        assert_eq!(
            told(&shown),
            ["2026-03-31: QU9 -, QNQ emerging, QRL maturing", "2026-06-30: QRL thriving, S0E4D developing"]
        );
        let shares = |point: usize| {
            let parts = shown["lines"][0]["points"][point]["organisations"].as_array().unwrap();
            parts.iter().map(|part| part["share"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(shares(0), [json!(null), json!(1.0), json!(null)], "both halves of Frimley meet again");
        assert_eq!(shares(1), [json!(null), json!(null)]);
        assert_eq!(
            shown["breaks"],
            json!([{ "on": "2026-11-01", "cause": "BOUNDARY", "detail": "NHS Rivers and Coast Integrated Care Board was \
                formed from NHS Hampshire and Isle of Wight Integrated Care Board and NHS Thames Valley Integrated Care \
                Board on 1 November 2026." }])
        );
        let halves = progression(app, "S0E4D", json!({})).await;
        let half = &halves["lines"][0]["points"][0]["organisations"][1];
        assert_eq!((&half["organisation"]["code"], &half["share"]), (&json!("QNQ"), &json!(0.5)));
    }

    async fn a_new_edition_breaks_the_line(app: &App) {
        let old = app.round_of("sdpt", "2025-09-30").await;
        let older = app.round_of("sdpt", "2025-06-30").await;
        load(app, &[("label = \"2021/22\"", "label = \"2026/27\"")]).await.unwrap();
        let (new, newer) =
            (app.round_of("sdpt", "2025-12-31").await, app.round_of("sdpt", "2026-03-31").await);
        for (round, level) in
            [(&older, "emerging"), (&old, "developing"), (&new, "maturing"), (&newer, "thriving")]
        {
            app.publication_of(round, WEST_YORKSHIRE, all(level)).await;
        }
        let shown = progression(app, "QWO", json!({ "since": "2025-12-31" })).await;
        let days = [
            "2025-06-30: emerging",
            "2025-09-30: developing",
            "2025-12-31: maturing",
            "2026-03-31: thriving",
        ];
        assert_eq!(told(&shown), days, "what was published stays in the line");
        assert_eq!(
            shown["breaks"],
            json!([{ "on": "2025-12-31", "cause": "EDITION", "detail": "Edition 2026/27 of System Development Progression \
                Tool is rated from here on, and 2021/22 before: their elements are not compared." }])
        );
        let line = &shown["lines"][0];
        assert_eq!((&line["movement"]["since"], &line["trend"]["n"]), (&json!("2025-12-31"), &json!(2)));
        let until = progression(app, "QWO", json!({ "asOf": { "on": "2025-09-30" } })).await;
        assert_eq!(
            (&until["breaks"], &until["lines"][0]["movement"]["word"]),
            (&json!([]), &json!("ADVANCED"))
        );
    }

    async fn each_basis_shows_and_compares_its_own_judgements(app: &App) {
        let (spring, summer) =
            (app.round_of("sdpt", "2026-03-31").await, app.round_of("sdpt", "2026-06-30").await);
        app.publication_of(&spring, WEST_YORKSHIRE, all("developing")).await;
        app.publication_of(&summer, WEST_YORKSHIRE, all("maturing")).await;
        for (basis, rated, word) in
            [("AGREED", 24, "ADVANCED"), ("SELF", 24, "ADVANCED"), ("MODERATED", 0, "NOT_COMPARABLE")]
        {
            let shown = progression(app, "QWO", json!({ "basis": basis })).await;
            let line = &shown["lines"][0];
            let point = &line["points"][1];
            assert_eq!(
                (&point["rollUp"]["rated"], &point["assessedAfresh"]),
                (&json!(rated), &json!(rated)),
                "{basis}"
            );
            assert_eq!(point["rollUp"]["notRated"], 24 - rated);
            assert_eq!(line["movement"]["word"], word, "{basis}");
            let document = format!(
                "{{ system(code: \"QWO\") {{ profile(framework: \"sdpt\", basis: {basis}) {{ whole {{ rated complete overdue }}
                    themes {{ rollUp {{ rated }} }} }} }} }}"
            );
            let profile = app.reader().await.data(&document, json!({})).await["system"]["profile"].clone();
            assert_eq!(
                profile["whole"],
                json!({ "rated": rated, "complete": null, "overdue": null }),
                "{basis}"
            );
        }
    }

    async fn subjects_narrow_the_lines_and_what_is_unknown_is_no_line(app: &App) {
        let round = app.round_of("sdpt", "2026-03-31").await;
        app.publication_of(&round, FRIMLEY, all("developing")).await;
        let keys = ["sdpt.functions.quality", "nonsense"];
        let shown = progression(app, "S0E4D", json!({ "grain": "THEME", "subjects": keys })).await;
        let lines = shown["lines"].as_array().unwrap();
        assert_eq!((lines.len(), &lines[0]["subject"]["key"]), (1, &json!("sdpt.functions.quality")));
        assert_eq!(told(&shown), ["2026-03-31: QU9 -, QNQ developing"]);
        let document =
            "{ system(code: \"QWO\") { progression(framework: \"nonsense\") { lines { points { on } } } } }";
        assert_eq!(app.reader().await.data(document, json!({})).await["system"]["progression"], Value::Null);
        let document = "{ system(code: \"QWO\") { progression(framework: \"sdpt\", boundaries: MERGED) { lines { points { on } } } } }";
        assert_eq!(code(&app.reader().await.ask(document).await), "GRAPHQL_VALIDATION_FAILED");
    }
}
