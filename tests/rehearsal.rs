//! Rehearsals: what a new edition would change is told before it is published, and nothing is recorded.

use serde_json::{Value, json};

use crate::harness::app::{App, code};
use crate::harness::edition::{crosswalk_file, edition_file};
use crate::harness::publication::rated;

const SYSTEMS: [(&str, &str); 3] = [("QWO", "Y63"), ("QOP", "Y62"), ("QHM", "Y63")];
const THREE: [&str; 3] = ["low", "middle", "high"];

fn old() -> String {
    edition_file("2024", &THREE, &[("care", &["a", "b", "c"]), ("money", &["d"])])
}

fn new() -> String {
    edition_file("2026", &THREE, &[("care", &["a", "b", "f"]), ("money", &["d"])])
}

fn crosswalk() -> String {
    crosswalk_file("2024", "2026", &[], &["EQUAL a a", "EQUAL b b", "DROPPED c -", "NEW - f", "EQUAL d d"])
}

const REHEARSE: &str = "query($edition: String!, $crosswalk: String) {
    rehearseEdition(framework: \"small\", edition: $edition, crosswalk: $crosswalk) { contentHash unchanged problems { argument line field message }
        themes { key coverage { equal of } }
        systems { system { code } themes { key coverage { equal of } verdictBefore verdictAfter
            before { rated notRated lowest { key } median { key } } after { rated notRated lowest { key } median { key } } } } } }";

on_both! {
    async fn systems_whose_levels_would_be_others_are_told_by_name(app: &App) {
        app.loads(&old(), None).await.unwrap();
        let round = app.round_of("small", "2025-06-30").await;
        for (system, low) in SYSTEMS.into_iter().zip([2, 9, 0]) {
            app.publication_of(&round, system, |element| rated(if element == low { "low" } else { "middle" })).await;
        }
        let before = app.store.snapshot();
        let national = app.national().await;
        let asked = json!({ "edition": new(), "crosswalk": crosswalk() });
        let found = national.data(REHEARSE, asked.clone()).await["rehearseEdition"].clone();
        let covers = |equal: u32, of: u32| json!({ "equal": equal, "of": of });
        assert_eq!(
            found["themes"],
            json!([{ "key": "care", "coverage": covers(2, 3) }, { "key": "money", "coverage": covers(1, 1) }])
        );
        // What held West Yorkshire back is dropped; Greater Manchester has nothing low; the third one's stays.
        let rolled = |rated: u32, lowest: &str| {
            json!({ "rated": rated, "notRated": 3 - rated, "lowest": { "key": lowest }, "median": { "key": "middle" } })
        };
        let care = |before: Value, after: Value| {
            json!({ "key": "care", "coverage": covers(2, 3), "verdictBefore": "TOO_FEW_POINTS", "verdictAfter": "TOO_FEW_POINTS",
                "before": before, "after": after })
        };
        let mut third = care(rolled(3, "low"), rolled(2, "low"));
        third["after"]["median"]["key"] = json!("low");
        let systems = found["systems"].as_array().unwrap();
        let told: Vec<_> = systems.iter().map(|system| system["system"]["code"].as_str().unwrap()).collect();
        assert_eq!((told, &found["unchanged"]), (vec!["QHM", "QWO"], &json!(1)));
        assert_eq!(systems[1]["themes"], json!([care(rolled(3, "low"), rolled(2, "middle"))]));
        assert_eq!(systems[0]["themes"], json!([third]));
        assert!(*app.store.snapshot() == *before, "nothing is recorded");

        app.loads(&new(), Some(&crosswalk())).await.unwrap();
        let hash = national.data("{ framework(key: \"small\") { edition { contentHash } } }", json!({})).await;
        assert_eq!(hash["framework"]["edition"]["contentHash"], found["contentHash"]);
        let again = national.data(REHEARSE, asked).await["rehearseEdition"]["problems"].clone();
        assert_eq!(again[0]["message"], "edition 2026 of small is published and never changes");
    }

    async fn verdicts_are_told_as_they_would_be(app: &App) {
        let elements = ["a", "b", "c", "g", "h", "i", "j"];
        let file = |label: &str, elements: &[&str]| edition_file(label, &THREE, &[("care", elements)]);
        app.loads(&file("2024", &elements), None).await.unwrap();
        for (index, day) in ["2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31", "2025-03-31", "2025-06-30", "2025-09-30"].iter().enumerate() {
            let round = app.round_of("small", day).await;
            app.publication_of(&round, SYSTEMS[0], |element| rated(THREE[usize::from(element < index)])).await;
        }
        let links = ["EQUAL a a", "EQUAL b b", "EQUAL c c", "DROPPED g -", "DROPPED h -", "DROPPED i -", "DROPPED j -"];
        let asked = json!({ "edition": file("2026", &["a", "b", "c"]), "crosswalk": crosswalk_file("2024", "2026", &[], &links) });
        let national = app.national().await;
        let verdicts = async |asked: Value| {
            let found = national.data(REHEARSE, asked).await["rehearseEdition"]["systems"][0]["themes"][0].clone();
            (found["verdictBefore"].clone(), found["verdictAfter"].clone(), found["after"]["rated"].clone())
        };
        assert_eq!(verdicts(asked).await, (json!("RISING"), json!("TOO_FEW_CHANGES"), json!(3)));
        let without = json!({ "edition": file("2026", &["a", "b", "c"]), "crosswalk": null });
        assert_eq!(verdicts(without).await, (json!("RISING"), json!("TOO_FEW_POINTS"), json!(0)));
    }

    async fn only_the_national_team_rehearses_and_all_that_is_wrong_is_listed(app: &App) {
        app.loads(&old(), None).await.unwrap();
        let asked = |edition: String, crosswalk: &str| json!({ "edition": edition, "crosswalk": crosswalk });
        let right = asked(new(), &crosswalk());
        for person in [app.reader().await, app.lead_of("QWO").await, app.reviewer_of("Y63").await] {
            assert_eq!(code(&person.ask_with(REHEARSE, right.clone()).await), "FORBIDDEN");
        }
        let national = app.national().await;
        let wrong = crosswalk_file("2024", "2026", &[], &["EQUAL a a", "NEW - f", "EQUAL d d"]);
        let link = |end: &str, key: &str| format!("crosswalk 1 \"link\" no link says what becomes of \"{key}\" ({end})");
        let kind = "edition 3 \"kind\" \"MATURE\" is none of MATURITY, CHECKLIST, REFERENCE".to_owned();
        let label = "edition 1 \"label\" edition 2024 of small is published and never changes".to_owned();
        let key = "edition 1 \"key\" this is an edition of other, not of small".to_owned();
        let of_other = asked(new().replace("\"small\"", "\"other\""), &crosswalk());
        for (mut asked, expected) in [
            (asked(new(), &wrong), vec![link("from", "b"), link("from", "c"), link("to", "b")]),
            (asked(new().replace("MATURITY", "MATURE"), &wrong), vec![kind]),
            (asked(old(), &crosswalk()), vec![label]),
            (of_other, vec![key]),
        ] {
            if expected[0].starts_with("edition 1") {
                asked["crosswalk"] = Value::Null;
            }
            let found = national.data(REHEARSE, asked).await["rehearseEdition"].clone();
            let told = |it: &Value| {
                format!("{} {} {} {}", it["argument"].as_str().unwrap(), it["line"], it["field"], it["message"].as_str().unwrap())
            };
            assert_eq!(found["problems"].as_array().unwrap().iter().map(told).collect::<Vec<_>>(), expected);
            assert_eq!((&found["contentHash"], &found["systems"], &found["themes"]), (&Value::Null, &json!([]), &json!([])));
        }
        let unknown = "{ rehearseEdition(framework: \"nonsense\", edition: \"\") { unchanged } }";
        assert_eq!(national.data(unknown, json!({})).await["rehearseEdition"], Value::Null);
        let many: Vec<_> = (0..900).map(|number| format!("element-{number}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        let large = edition_file("2026", &THREE, &[("care", &many)]);
        assert!((80_000..200_000).contains(&large.len()), "{}", large.len());
        let found = national.data(REHEARSE, json!({ "edition": large })).await;
        assert_eq!(found["rehearseEdition"]["themes"][0]["coverage"], json!({ "equal": 0, "of": 900 }));
    }
}
