//! Evidence: what is recorded, what is refused, and who may cite it where.

use serde_json::{Value, json};

use crate::harness::app::{App, Person};
use crate::round::opened;

const FIRST: &str = "sdpt.functions.transformation.priorities";
const SECOND: &str = "sdpt.functions.transformation.plan-delivery";

fn input(assessment: &str, changes: &Value) -> Value {
    let mut input = json!({ "idempotencyKey": "record", "assessment": assessment, "title": "Board paper 7",
        "kind": "BOARD_PAPER",
        "elements": [FIRST] });
    for (field, value) in changes.as_object().unwrap() {
        input[field] = value.clone();
    }
    input
}

async fn draft(app: &App) -> (Person<'_>, String) {
    let round = app.national().await.opens("2026/27 Q2").await;
    let lead = app.lead_of("QWO").await;
    let assessment = lead.starts(&round, "QWO").await;
    (lead, assessment)
}

async fn records(person: &Person<'_>, input: Value) -> Value {
    let fields = "assessment { revision } evidence { id title link kind supports observedOn reviewBy }";
    person.change("recordEvidence", fields, input).await
}

on_both! {
    async fn evidence_is_recorded_once_and_cited_by_its_elements(app: &App) {
        let (lead, assessment) = draft(app).await;
        lead.rates_all(&assessment, "emerging").await;
        let changes = json!({ "title": " Cafe\u{301}s ", "link": "https://example.org/7",
            "elements": [SECOND, FIRST, SECOND],
            "supports": false, "observedOn": "2026-11-22", "reviewBy": "2026-11-22" });
        let payload = records(&lead, input(&assessment, &changes)).await;
        let evidence = payload["evidence"].clone();
        assert_eq!(
            payload,
            json!({ "errors": [], "assessment": { "revision": 3 }, "evidence": { "id": evidence["id"],
            "title": "Cafés", "link": "https://example.org/7", "kind": "BOARD_PAPER", "supports": false,
            "observedOn": "2026-11-22", "reviewBy": "2026-11-22" } })
        );
        assert_eq!(
            records(&lead, input(&assessment, &changes)).await,
            payload,
            "the same key answers the same again"
        );
        let plain = records(&lead, input(&assessment, &json!({ "idempotencyKey": "plain" }))).await;
        assert_eq!(
            (&plain["evidence"]["observedOn"], &plain["evidence"]["supports"]),
            (&json!("2026-11-22"), &json!(true))
        );
        assert_eq!(
            (&plain["evidence"]["link"], &plain["evidence"]["reviewBy"]),
            (&Value::Null, &Value::Null)
        );
        let document = "query($id: ID!, $evidence: ID!) { node(id: $id) { ... on Assessment { workingPapers {
            evidence { id } answers { self { evidence { id } } } } } }
            evidence: node(id: $evidence) { ... on Evidence { title } } }";
        let data = lead.data(document, json!({ "id": assessment, "evidence": evidence["id"] })).await;
        let papers = &data["node"]["workingPapers"];
        let [one, two] = [&evidence["id"], &plain["evidence"]["id"]].map(|id| json!({ "id": id }));
        assert_eq!(papers["evidence"], json!([one, two]), "each once, in order of citation");
        assert_eq!(papers["answers"][0]["self"]["evidence"], json!([one, two]));
        assert_eq!(papers["answers"][1]["self"]["evidence"], json!([one]));
        assert_eq!(papers["answers"][2]["self"]["evidence"], json!([]));
        assert_eq!(data["evidence"]["title"], "Cafés");
    }

    async fn evidence_that_is_wrong_is_refused_at_each_path(app: &App) {
        let (lead, assessment) = draft(app).await;
        let over = |most: usize| "x".repeat(most + 1);
        for (changes, expected) in [
            (json!({ "elements": [] }), vec!["INVALID_INPUT elements"]),
            (json!({ "elements": [FIRST, "nonsense"] }), vec!["UNKNOWN_ELEMENT elements.1"]),
            (json!({ "title": "" }), vec!["INVALID_INPUT title"]),
            (json!({ "title": "a\u{0}b" }), vec!["INVALID_INPUT title"]),
            (json!({ "title": over(200) }), vec!["INVALID_INPUT title"]),
            (json!({ "link": "" }), vec!["INVALID_INPUT link"]),
            (json!({ "link": "a\u{1b}b" }), vec!["INVALID_INPUT link"]),
            (json!({ "link": over(2000) }), vec!["INVALID_INPUT link"]),
            (json!({ "observedOn": "2026-11-23" }), vec!["INVALID_INPUT observedOn"]),
            (json!({ "reviewBy": "2026-11-21" }), vec!["INVALID_INPUT reviewBy"]),
            (json!({ "assessment": "garbage" }), vec!["INVALID_INPUT assessment"]),
            (
                json!({ "assessment": assessment.replace("assessment_", "evidence_") }),
                vec!["INVALID_INPUT assessment"],
            ),
            (json!({ "idempotencyKey": " " }), vec!["INVALID_INPUT idempotencyKey"]),
            (
                json!({ "elements": ["nonsense", "worse"], "observedOn": "2027-01-01", "reviewBy": "2026-12-31" }),
                vec![
                    "UNKNOWN_ELEMENT elements.0",
                    "UNKNOWN_ELEMENT elements.1",
                    "INVALID_INPUT observedOn",
                    "INVALID_INPUT reviewBy",
                ],
            ),
        ] {
            let shown = changes.to_string();
            assert_eq!(
                app.refusals(&lead, "recordEvidence", input(&assessment, &changes)).await,
                expected,
                "{shown:.200}"
            );
        }
    }

    async fn evidence_is_taken_while_the_round_is_open_and_the_assessment_a_draft(app: &App) {
        let (lead, assessment) = draft(app).await;
        for time in ["2026-09-30T22:59:59Z", "2026-12-19T00:00:00Z"] {
            app.at(time);
            let refusals = app.refusals(&lead, "recordEvidence", input(&assessment, &json!({}))).await;
            assert_eq!(refusals, ["ROUND_NOT_OPEN"], "{time}");
        }
        app.at("2026-11-22T10:00:00Z");
        lead.rates_all(&assessment, "emerging").await;
        lead.submits(&assessment).await;
        assert_eq!(
            app.refusals(&lead, "recordEvidence", input(&assessment, &json!({}))).await,
            ["WRONG_STAGE"]
        );
    }

    async fn evidence_is_cited_in_later_rounds_of_its_organisation_and_nowhere_else(app: &App) {
        let national = app.national().await;
        let (lead, other) = (app.lead_of("QWO").await, app.lead_of("QHM").await);
        let [first, second] = [
            opened(&national, "first", json!({ "referenceDate": "2026-06-30" })).await,
            opened(&national, "second", json!({})).await,
        ];
        let earlier = lead.starts(&first, "QWO").await;
        let evidence = records(&lead, input(&earlier, &json!({}))).await["evidence"]["id"].clone();
        let (later, theirs) = (lead.starts(&second, "QWO").await, other.starts(&second, "QHM").await);
        let cites = |assessment: &str| {
            json!({ "idempotencyKey": "cite", "assessment": assessment, "items": [
            { "element": SECOND, "outcome": { "level": "maturing" }, "evidence": [evidence, evidence] }] })
        };
        assert_eq!(
            app.refusals(&other, "rateElements", cites(&theirs)).await,
            ["EVIDENCE_INVALID items.0.evidence"]
        );
        let payload =
            lead.change("rateElements", "results { rating { evidence { id title } } }", cites(&later)).await;
        assert_eq!(
            payload["results"][0]["rating"]["evidence"],
            json!([{ "id": evidence, "title": "Board paper 7" }])
        );
        let document = "query($id: ID!) { node(id: $id) { ... on Assessment {
            workingPapers { evidence { id title } } } } }";
        for assessment in [&earlier, &later] {
            let papers =
                lead.data(document, json!({ "id": assessment })).await["node"]["workingPapers"].clone();
            assert_eq!(papers["evidence"], json!([{ "id": evidence, "title": "Board paper 7" }]));
        }
        let seen = other.data("query($id: ID!) { node(id: $id) { id } }", json!({ "id": evidence })).await;
        assert_eq!(seen, json!({ "node": null }));
    }

    async fn evidence_is_due_on_the_day_after_its_review(app: &App) {
        let lead = app.lead_of("QWO").await;
        let own = lead.starts(&app.national().await.opens("2026/27 Q2").await, "QWO").await;
        let input = json!({ "idempotencyKey": "e", "assessment": own, "title": "t", "kind": "REPORT",
            "elements": ["sdpt.functions.quality.culture"], "reviewBy": "2026-11-23" });
        let fields = "evidence { isDue then: isDue(on: \"2026-11-23\") later: isDue(on: \"2026-11-24\") }";
        let evidence = lead.change("recordEvidence", fields, input).await["evidence"].clone();
        assert_eq!(evidence, json!({ "isDue": false, "then": false, "later": true }));
        let endless = json!({ "idempotencyKey": "f", "assessment": own, "title": "t", "kind": "REPORT",
            "elements": ["sdpt.functions.quality.culture"] });
        let evidence = lead.change("recordEvidence", fields, endless).await["evidence"].clone();
        assert_eq!(evidence["later"], json!(false), "nobody asked for it to be looked at again");
    }
}
