//! The path of a round in a few words: open, start, rate, submit, publish.

use serde_json::{Value, json};

use super::app::{App, Person};

/// A document with what most tests look at after a change of an assessment.
const ASSESSMENT: &str = "fragment A on Assessment { id stage revision workingPapers { rated of \
    answers { element { key } self { id outcome { ... on Level { key } } } } } }";

const ERRORS: &str = "fragment E on UserError { code message path \
    ... on StaleRevisionError { currentRevision current { id rationale outcome { ... on Level { key } } } } \
    ... on IncompleteAssessmentError { missing { kind message element { key } } } }";

impl Person<'_> {
    /// Sends a mutation of one field and returns its payload. `fields` may use the fragments A and E.
    pub(crate) async fn change(&self, field: &str, fields: &str, input: Value) -> Value {
        let mut kind = field.to_owned();
        kind[..1].make_ascii_uppercase();
        let mut document = format!(
            "mutation($input: {kind}Input!) {{ {field}(input: $input) {{ {fields} errors {{ ...E }} }} }} {ERRORS}"
        );
        if fields.contains("...A") {
            document.push_str(ASSESSMENT);
        }
        self.data(&document, json!({ "input": input })).await[field].clone()
    }

    /// Opens a round that is open at the start of a test, without asking for evidence. Returns its id.
    pub(crate) async fn opens(&self, label: &str) -> String {
        self.opens_with(label, json!({ "evidenceFrom": null })).await
    }

    pub(crate) async fn opens_with(&self, label: &str, policy: Value) -> String {
        self.opens_for(label, "2026-09-30", policy).await
    }

    /// As `opens_with`, for ratings that describe a day.
    pub(crate) async fn opens_for(&self, label: &str, reference: &str, policy: Value) -> String {
        let input = json!({
            "idempotencyKey": format!("open {label}"), "framework": "sdpt", "label": label,
            "referenceDate": reference, "opensOn": "2026-10-01", "dueOn": "2026-12-01",
            "closesOn": "2026-12-18", "moderateBy": "2027-01-31", "policy": policy,
        });
        let payload = self.change("openRound", "round { id }", input).await;
        assert_eq!(payload["errors"], json!([]));
        payload["round"]["id"].as_str().unwrap().to_owned()
    }

    /// Starts the assessment of a system. Returns its id.
    pub(crate) async fn starts(&self, round: &str, system: &str) -> String {
        let input = json!({ "idempotencyKey": format!("start {round} {system}"), "round": round, "system": { "code": system } });
        let payload = self.change("startAssessment", "assessment { id }", input).await;
        assert_eq!(payload["errors"], json!([]));
        payload["assessment"]["id"].as_str().unwrap().to_owned()
    }

    /// Rates every element of the SDPT at one level, whatever it replaces.
    pub(crate) async fn rates_all(&self, assessment: &str, level: &str) -> Value {
        let answers = self.answers(assessment).await;
        let items: Vec<_> = answers
            .iter()
            .map(|answer| {
                json!({
                    "element": answer["element"]["key"], "replaces": answer["self"]["id"],
                    "outcome": { "level": level }, "rationale": format!("because {level}"),
                })
            })
            .collect();
        let key = format!("rate {assessment} {level} {}", answers[0]["self"]["id"]);
        let input = json!({ "idempotencyKey": key, "assessment": assessment, "items": items });
        let payload =
            self.change("rateElements", "assessment { ...A } results { rating { id } }", input).await;
        assert_eq!(payload["errors"], json!([]));
        payload["assessment"].clone()
    }

    /// The rows of the form.
    pub(crate) async fn answers(&self, assessment: &str) -> Vec<Value> {
        let node = self.assessment(assessment).await;
        node["workingPapers"]["answers"].as_array().unwrap().clone()
    }

    /// The assessment with this id, or null.
    pub(crate) async fn assessment(&self, id: &str) -> Value {
        let document = format!("query($id: ID!) {{ node(id: $id) {{ ...A }} }} {ASSESSMENT}");
        self.data(&document, json!({ "id": id })).await["node"].clone()
    }

    /// Submits with a board's approval at the present revision. Returns the payload.
    pub(crate) async fn submits(&self, assessment: &str) -> Value {
        let revision = self.assessment(assessment).await["revision"].clone();
        let input = json!({
            "idempotencyKey": format!("submit {assessment} {revision}"), "assessment": assessment,
            "expectedRevision": revision,
            "approval": { "kind": "BOARD", "body": "Board", "on": "2026-11-20" },
        });
        self.change("submitAssessment", "assessment { ...A }", input).await
    }

    /// Publishes at the present revision. Returns the payload.
    pub(crate) async fn publishes(&self, assessment: &str) -> Value {
        let revision = self.assessment(assessment).await["revision"].clone();
        let input = json!({
            "idempotencyKey": format!("publish {assessment} {revision}"),
            "items": [{ "assessment": assessment, "expectedRevision": revision }],
        });
        self.change("publishAssessments", "results { assessment { ...A } errors { ...E } }", input).await
    }
}

impl App {
    /// The whole path of a system in a round, every element at one level. Returns the assessment's id.
    pub(crate) async fn submitted_at(&self, round: &str, system: &str, level: &str) -> String {
        let lead = self.lead_of(system).await;
        let assessment = lead.starts(round, system).await;
        lead.rates_all(&assessment, level).await;
        assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
        assessment
    }

    pub(crate) async fn published_at(&self, round: &str, system: &str, level: &str) -> String {
        let assessment = self.submitted_at(round, system, level).await;
        assert_eq!(self.national().await.publishes(&assessment).await["errors"], json!([]));
        assessment
    }
}
