//! `viewerActs` is as good as its word: what it allows is taken, and what it does not allow is refused with its reason.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};

const BEFORE: &str = "2026-09-30T10:00:00Z";
const OPEN: &str = "2026-11-22T10:00:00Z";
const AFTER: &str = "2026-12-19T10:00:00Z";
const ACTS: &str = "viewerActs { act allowed reasons { code message } }";

/// What came of trying: `None` where it was taken, else the code. The case makes the key another one each time.
async fn attempt(person: &Person<'_>, act: &str, id: &str, system: &str, case: &str) -> Option<String> {
    let header = person
        .data(
            "query($id: ID!) { node(id: $id) { ... on Assessment { revision
        workingPapers { answers { element { key } self { id } } } } } }",
            json!({ "id": id }),
        )
        .await;
    let revision = header["node"]["revision"].as_u64().unwrap_or(0);
    let answer = &header["node"]["workingPapers"]["answers"][0];
    let key = format!("{act} {case}");
    let element = answer["element"]["key"].as_str().unwrap_or("sdpt.functions.transformation.priorities");
    let (field, input) = match act {
        "START" => {
            ("startAssessment", json!({ "idempotencyKey": key, "round": id, "system": { "code": system } }))
        }
        "RATE" => (
            "rateElements",
            json!({ "idempotencyKey": key, "assessment": id, "dryRun": true, "items": [
            { "element": element, "replaces": answer["self"]["id"], "outcome": { "level": "maturing" } }] }),
        ),
        "RECORD_EVIDENCE" => (
            "recordEvidence",
            json!({ "idempotencyKey": key, "assessment": id, "title": "t",
            "kind": "DATA", "elements": [element] }),
        ),
        "SUBMIT" => (
            "submitAssessment",
            json!({ "idempotencyKey": key, "assessment": id,
            "expectedRevision": revision, "approval": { "kind": "BOARD", "body": "b", "on": "2026-09-30" } }),
        ),
        "PUBLISH" => (
            "publishAssessments",
            json!({ "idempotencyKey": key, "dryRun": true, "items": [
            { "assessment": id, "expectedRevision": revision }] }),
        ),
        other => panic!("how does one try {other}?"),
    };
    let kind = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let document = format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ errors {{ code }} }} }}");
    let answer = person.ask_with(&document, json!({ "input": input })).await;
    if answer["errors"] != Value::Null {
        return Some(code(&answer).to_owned());
    }
    answer["data"][field]["errors"][0]["code"].as_str().map(str::to_owned)
}

/// Tries every act of a node and compares. Returns how many were allowed.
async fn compare(person: &Person<'_>, id: &str, system: &str, case: &str) -> usize {
    let document = format!(
        "query($id: ID!) {{ node(id: $id) {{ ... on Assessment {{ {ACTS} }} ... on Round {{ {ACTS} }} }} }}"
    );
    let node = person.data(&document, json!({ "id": id })).await["node"].clone();
    if node == Value::Null {
        for act in ["RATE", "RECORD_EVIDENCE", "SUBMIT", "PUBLISH"] {
            let came_of_it = attempt(person, act, id, system, case).await;
            assert_eq!(came_of_it.as_deref(), Some("NOT_FOUND"), "{case}: {act}");
        }
        return 0;
    }
    let mut allowed = 0;
    for told in node["viewerActs"].as_array().unwrap() {
        let act = told["act"].as_str().unwrap();
        let came_of_it = attempt(person, act, id, system, case).await;
        assert_eq!(told["allowed"], json!(came_of_it.is_none()), "{case}: {act}: {told} but {came_of_it:?}");
        assert_eq!(told["reasons"][0]["code"].as_str(), came_of_it.as_deref(), "{case}: {act}");
        let messages = told["reasons"].as_array().unwrap().iter().map(|reason| &reason["message"]);
        assert!(messages.into_iter().all(|message| !message.as_str().unwrap().is_empty()), "{case}: {act}");
        allowed += usize::from(came_of_it.is_none());
    }
    allowed
}

/// The lead comes last, because a submission that is taken moves the assessment on.
async fn everybody<'a>(app: &'a App, system: &str) -> [(&'static str, Person<'a>); 7] {
    [
        ("stranger", app.stranger()),
        ("reader", app.reader().await),
        ("other region", app.reviewer_of("Y60").await),
        ("region", app.reviewer_of("Y63").await),
        ("national", app.national().await),
        ("contributor", app.contributor_to(system).await),
        ("lead", app.lead_of(system).await),
    ]
}

on_both! {
    async fn an_act_is_allowed_exactly_when_it_is_taken(app: &App) {
        let round = app.national().await.opens("2026/27 Q2").await;
        // A system a stage, and one that has not started.
        let mut stages = Vec::new();
        for (stage, system) in
            [("incomplete", "QHM"), ("complete", "QWO"), ("submitted", "QF7"), ("published", "QOQ")]
        {
            let lead = app.lead_of(system).await;
            let id = lead.starts(&round, system).await;
            if stage != "incomplete" {
                lead.rates_all(&id, "developing").await;
            }
            if matches!(stage, "submitted" | "published") {
                lead.submits(&id).await;
            }
            if stage == "published" {
                app.reviewer_of("Y63").await.publishes(&id).await;
            }
            stages.push((stage, system, id));
        }
        stages.push(("not started", "QOP", round.clone()));
        let mut allowed = Vec::new();
        for (time, date) in [(BEFORE, "before"), (AFTER, "after"), (OPEN, "open")] {
            app.at(time);
            for (stage, system, id) in &stages {
                for (who, person) in everybody(app, system).await {
                    let count = compare(&person, id, system, &format!("{date}, {stage}, {who}")).await;
                    if count > 0 {
                        allowed.push(format!("{date}, {stage}, {who}: {count}"));
                    }
                }
            }
        }
        let expected = [
            "before, submitted, region: 1",
            "before, submitted, national: 1",
            "after, submitted, region: 1",
            "after, submitted, national: 1",
            "open, incomplete, contributor: 2",
            "open, incomplete, lead: 2",
            "open, complete, contributor: 2",
            "open, complete, lead: 3",
            "open, submitted, region: 1",
            "open, submitted, national: 1",
            "open, not started, contributor: 1",
        ];
        assert_eq!(allowed, expected, "not started, lead: the contributor was faster");
    }
}
