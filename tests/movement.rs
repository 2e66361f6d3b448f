//! Who moved since last year: systems by the word for it.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};

const MOVEMENTS: &str = "query($systems: SystemsWhere, $subject: String, $include: Include!, $asOf: AsOf) {
    movements(framework: \"sdpt\", since: \"2025-11-22\", systems: $systems, subject: $subject, include: $include,
        asOf: $asOf) {
        resolvedAsOf { on position } synthetic citation { text } undecided { code }
        groups { word count systems { system { code name } movement { word advanced slipped sentence } } }
    } }";

async fn moved(person: &Person<'_>, mut variables: Value) -> Value {
    if variables["include"] == Value::Null {
        variables["include"] = json!("PUBLISHED");
    }
    person.data(MOVEMENTS, variables).await["movements"].clone()
}

/// The word of each group with its systems, in the order of the answer.
fn words(movements: &Value) -> Vec<(&str, Vec<&str>)> {
    let groups = movements["groups"].as_array().unwrap().iter();
    let systems = |group: &'_ Value| group["count"].as_u64().unwrap();
    groups
        .map(|group| {
            let found = group["systems"].as_array().unwrap();
            assert_eq!(found.len() as u64, systems(group));
            let codes = found.iter().map(|system| system["system"]["code"].as_str().unwrap());
            (group["word"].as_str().unwrap(), codes.collect())
        })
        .collect()
}

fn sentence<'a>(movements: &'a Value, system: &str) -> &'a str {
    let groups = movements["groups"].as_array().unwrap().iter();
    let mut systems = groups.flat_map(|group| group["systems"].as_array().unwrap());
    let found = systems.find(|moved| moved["system"]["code"] == system).unwrap();
    found["movement"]["sentence"].as_str().unwrap()
}

/// Last year's round and this year's. QF7 published this year only, QOQ has submitted this year's.
async fn two_years(app: &App) {
    let national = app.national().await;
    let policy = json!({ "evidenceFrom": null });
    let before = national.opens_for("2025/26 Q2", "2025-09-30", policy).await;
    let now = national.opens("2026/27 Q2").await;
    for (system, then, level) in [
        ("QWO", "developing", "maturing"),
        ("QUA", "emerging", "thriving"),
        ("QHM", "maturing", "developing"),
        ("QOP", "developing", "developing"),
    ] {
        app.published_at(&before, system, then).await;
        app.published_at(&now, system, level).await;
    }
    app.published_at(&now, "QF7", "developing").await;
    app.published_at(&before, "QOQ", "developing").await;
    app.submitted_at(&now, "QOQ", "maturing").await;
}

on_both! {
    async fn systems_stand_by_name_under_the_word_for_their_movement(app: &App) {
        two_years(app).await;
        let (reader, reviewer) = (app.reader().await, app.reviewer_of("Y63").await);
        let all = moved(&reader, json!({})).await;
        let found = words(&all);
        assert_eq!(
            found[..4],
            [
                ("ADVANCED", vec!["QUA", "QWO"]),
                ("SLIPPED", vec!["QHM"]),
                ("HELD", vec!["QOP"]),
                ("MIXED", vec![]),
            ]
        );
        assert_eq!((found[4].0, found[4].1.len()), ("NOT_COMPARABLE", 32), "nobody is left out");
        for (system, expected) in [
            ("QWO", "Of 24 elements, 24 advanced between 30 September 2025 and 30 September 2026."),
            ("QOQ", "Nothing has been published that describes a day after 22 November 2025."),
            ("QF7", "Nothing was published that describes a day up to 22 November 2025."),
            ("QKK", "Nothing has been published."),
        ] {
            assert_eq!(sentence(&all, system), expected);
        }
        assert_eq!(moved(&reviewer, json!({})).await, all);
        let used = &all["resolvedAsOf"];
        let as_of = json!({ "asOf": { "on": used["on"], "position": used["position"] } });
        app.at("2026-12-01T09:00:00Z");
        assert_ne!(moved(&app.lead_of("QKK").await, json!({})).await["resolvedAsOf"], all["resolvedAsOf"]);
        assert_eq!(moved(&reader, as_of).await, all, "a position and a day give the same answer for ever");
    }

    async fn unpublished_work_moves_a_system_only_for_those_who_may_read_it(app: &App) {
        two_years(app).await;
        let one = json!({ "include": "SUBMITTED", "systems": { "codes": ["QOQ"] } });
        let theirs = moved(&app.reviewer_of("Y63").await, one.clone()).await;
        assert_eq!(words(&theirs)[0], ("ADVANCED", vec!["QOQ"]));
        assert_eq!(theirs["citation"], Value::Null, "nobody else would find it again");
        let readers = moved(&app.reader().await, one).await;
        assert_eq!(words(&readers)[4], ("NOT_COMPARABLE", vec!["QOQ"]));
    }

    async fn one_subject_is_asked_for_by_its_key(app: &App) {
        two_years(app).await;
        let reader = app.reader().await;
        let theme = json!({ "subject": "sdpt.capabilities.governance", "systems": { "codes": ["QWO"] } });
        let advanced = moved(&reader, theme).await["groups"][0]["systems"][0]["movement"]["advanced"].clone();
        let document =
            "{ framework(key: \"sdpt\") { edition { groups { themes { key elements { key } } } } } }";
        let edition = reader.data(document, json!({})).await["framework"]["edition"].clone();
        let mut themes = edition["groups"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|group| group["themes"].as_array().unwrap());
        let theme = themes.find(|theme| theme["key"] == "sdpt.capabilities.governance").unwrap();
        assert_eq!(advanced, theme["elements"].as_array().unwrap().len());
        let unknown = json!({ "subject": "nonsense", "include": "PUBLISHED" });
        assert_eq!(code(&reader.ask_with(MOVEMENTS, unknown).await), "BAD_REQUEST");
    }
}
