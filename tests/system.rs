//! Which systems a question is about: by level, by movement, and those for which there is no answer.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};

const SYSTEMS: &str = "query($where: SystemsWhere, $first: Int = 100, $after: String) {
    systems(where: $where, first: $first, after: $after) {
        totalCount nodes { code name } undecided { code } pageInfo { hasNextPage endCursor } } }";

const GOVERNANCE: &str = "sdpt.capabilities.governance";

async fn asked(person: &Person<'_>, filter: Value) -> (Vec<String>, Vec<String>) {
    let systems = person.data(SYSTEMS, json!({ "where": filter })).await["systems"].clone();
    assert_eq!(systems["totalCount"], systems["nodes"].as_array().unwrap().len());
    (codes(&systems["nodes"]), codes(&systems["undecided"]))
}

fn codes(systems: &Value) -> Vec<String> {
    let systems = systems.as_array().unwrap().iter();
    systems.map(|system| system["code"].as_str().unwrap().to_owned()).collect()
}

fn level(measure: &str, bounds: &Value) -> Value {
    let mut level = json!({ "framework": "sdpt", "subject": GOVERNANCE, "measure": measure });
    level.as_object_mut().unwrap().extend(bounds.as_object().unwrap().clone());
    json!({ "regions": ["Y63"], "level": level })
}

/// QWO maturing but for one element of governance; QHM developing; QF7 only submitted; QOQ nothing.
async fn one_low(app: &App) {
    let round = app.national().await.opens("2026/27 Q2").await;
    let lead = app.lead_of("QWO").await;
    let assessment = lead.starts(&round, "QWO").await;
    lead.rates_all(&assessment, "maturing").await;
    let answers = lead.answers(&assessment).await;
    let low = answers
        .iter()
        .find(|answer| answer["element"]["key"].as_str().unwrap().starts_with(GOVERNANCE))
        .unwrap();
    let item = json!({ "element": low["element"]["key"], "replaces": low["self"]["id"],
        "outcome": { "level": "emerging" }, "rationale": "one is low" });
    let input = json!({ "idempotencyKey": "low", "assessment": assessment, "items": [item] });
    assert_eq!(lead.change("rateElements", "", input).await["errors"], json!([]));
    lead.submits(&assessment).await;
    app.national().await.publishes(&assessment).await;
    app.published_at(&round, "QHM", "developing").await;
    app.submitted_at(&round, "QF7", "thriving").await;
}

on_both! {
    async fn systems_are_found_by_the_level_of_a_subject_and_the_silent_are_undecided(app: &App) {
        one_low(app).await;
        let reader = app.reader().await;
        let silent = ["QOQ", "QF7"];
        for (measure, bounds, expected) in [
            ("LOWEST", json!({ "atMost": "developing" }), vec!["QHM", "QWO"]),
            ("LOWEST", json!({ "atMost": "emerging" }), vec!["QWO"]),
            ("LOWEST", json!({ "atLeast": "developing" }), vec!["QHM"]),
            ("MEDIAN", json!({ "atMost": "developing" }), vec!["QHM"]),
            ("MEDIAN", json!({ "atLeast": "developing", "atMost": "maturing" }), vec!["QHM", "QWO"]),
            ("MEDIAN", json!({ "atLeast": "maturing", "atMost": "maturing" }), vec!["QWO"]),
            ("MEDIAN", json!({ "atLeast": "thriving" }), vec![]),
        ] {
            let (found, undecided) = asked(&reader, level(measure, &bounds)).await;
            assert_eq!(
                (found, undecided),
                (expected.into_iter().map(str::to_owned).collect(), silent.map(str::to_owned).to_vec()),
                "{measure} {bounds}"
            );
        }
        let (all, undecided) = asked(&reader, json!({})).await;
        assert_eq!(
            (all.len(), undecided.len()),
            (36, 0),
            "without a question about levels there is nothing to decide"
        );
    }

    async fn whoever_may_read_unpublished_work_can_ask_for_it(app: &App) {
        one_low(app).await;
        let filter = level("LOWEST", &json!({ "atLeast": "thriving", "include": "SUBMITTED" }));
        let (found, undecided) = asked(&app.reviewer_of("Y63").await, filter.clone()).await;
        assert_eq!((found, undecided), (vec!["QF7".to_owned()], vec!["QOQ".to_owned()]));
        let (found, undecided) = asked(&app.reader().await, filter).await;
        assert_eq!((found, undecided), (Vec::new(), vec!["QOQ".to_owned(), "QF7".to_owned()]));
    }

    async fn systems_are_found_by_the_word_for_their_movement(app: &App) {
        let national = app.national().await;
        let before = national.opens_for("2025/26 Q2", "2025-09-30", json!({ "evidenceFrom": null })).await;
        let now = national.opens("2026/27 Q2").await;
        for (system, then, level) in [("QWO", "emerging", "maturing"), ("QHM", "maturing", "developing")] {
            app.published_at(&before, system, then).await;
            app.published_at(&now, system, level).await;
        }
        let reader = app.reader().await;
        let moved = |words: Value| {
            json!({ "regions": ["Y63"],
            "movement": { "framework": "sdpt", "subject": GOVERNANCE, "since": "2025-11-22", "words": words } })
        };
        let text = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let silent = text(&["QOQ", "QF7"]);
        assert_eq!(asked(&reader, moved(json!(["ADVANCED"]))).await, (text(&["QWO"]), silent.clone()));
        assert_eq!(
            asked(&reader, moved(json!(["SLIPPED", "MIXED"]))).await,
            (text(&["QHM"]), silent.clone())
        );
        assert_eq!(asked(&reader, moved(json!(["NOT_COMPARABLE"]))).await, (silent.clone(), vec![]));
        let mut both = moved(json!(["ADVANCED"]));
        both["level"] = json!({ "framework": "sdpt", "subject": "sdpt", "atMost": "developing" });
        assert_eq!(asked(&reader, both).await, (vec![], silent), "conditions add up");
    }

    async fn a_page_of_a_filter_is_followed_at_the_position_it_was_made_at(app: &App) {
        one_low(app).await;
        let reader = app.reader().await;
        let filter = level("LOWEST", &json!({ "atMost": "developing" }));
        let first = reader.data(SYSTEMS, json!({ "where": filter, "first": 1 })).await["systems"].clone();
        assert_eq!(codes(&first["nodes"]), ["QHM"]);
        let waiting = "{ system(code: \"QF7\") { assessments { nodes { id } } } }";
        let waiting = app.national().await.data(waiting, json!({})).await;
        app.national()
            .await
            .publishes(waiting["system"]["assessments"]["nodes"][0]["id"].as_str().unwrap())
            .await;
        let after = json!({ "where": filter, "first": 1, "after": first["pageInfo"]["endCursor"] });
        let second = reader.data(SYSTEMS, after).await["systems"].clone();
        assert_eq!(codes(&second["nodes"]), ["QWO"]);
        assert_eq!(second["undecided"], first["undecided"], "as it was at the first page");
    }

    async fn what_cannot_be_asked_is_a_bad_request(app: &App) {
        let reader = app.reader().await;
        for (name, condition) in [
            ("level", json!({ "framework": "nonsense", "subject": "sdpt", "atMost": "maturing" })),
            ("level", json!({ "framework": "sdpt", "subject": "nonsense", "atMost": "maturing" })),
            ("level", json!({ "framework": "sdpt", "subject": "sdpt", "atMost": "nonsense" })),
            ("level", json!({ "framework": "sdpt", "subject": "sdpt", "atLeast": "nonsense" })),
            ("level", json!({ "framework": "sdpt", "subject": "sdpt" })),
            (
                "level",
                json!({ "framework": "sdpt", "subject": "sdpt", "atLeast": "maturing", "atMost": "developing" }),
            ),
            ("movement", json!({ "framework": "nonsense", "since": "2025-11-22", "words": ["HELD"] })),
            ("movement", json!({ "framework": "sdpt", "since": "2025-11-22", "words": [] })),
            (
                "movement",
                json!({ "framework": "sdpt", "subject": "x", "since": "2025-11-22", "words": ["HELD"] }),
            ),
        ] {
            let answer = reader.ask_with(SYSTEMS, json!({ "where": { name: condition } })).await;
            assert_eq!(code(&answer), "BAD_REQUEST", "{name} {condition}");
        }
    }
}
