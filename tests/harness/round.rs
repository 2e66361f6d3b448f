//! The path of a round in a few words: open, start, rate, submit, moderate, contest, publish, correct.

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

    /// The rows of the form with all that came of them.
    pub(crate) async fn form(&self, assessment: &str) -> Vec<Value> {
        let rating = "id basis rationale outcome { ... on Level { key } ... on NotApplicable { reason } }";
        let document = format!(
            "query($id: ID!) {{ node(id: $id) {{ ... on Assessment {{ workingPapers {{ answers {{ element {{ key }}
                self {{ {rating} }} moderated {{ {rating} }} agreed {{ {rating} }} difference note
                contest {{ why answer }} }} }} }} }} }}"
        );
        let node = self.data(&document, json!({ "id": assessment })).await["node"].clone();
        node["workingPapers"]["answers"].as_array().unwrap().clone()
    }

    /// The history of an assessment in words, as far as this person may read it.
    pub(crate) async fn history(&self, assessment: &str) -> Vec<String> {
        let document = "query($id: ID!) { node(id: $id) { ... on Assessment { workingPapers { history {
            nodes { sentence why } } } } } }";
        let node = self.data(document, json!({ "id": assessment })).await["node"].clone();
        let told = node["workingPapers"]["history"]["nodes"].as_array().unwrap().clone();
        let words = |entry: &Value| {
            let why = entry["why"].as_str().map(|why| format!(" Why: {why}.")).unwrap_or_default();
            format!("{}{why}", entry["sentence"].as_str().unwrap())
        };
        told.iter().map(words).collect()
    }

    /// The input of an act on an assessment at its present revision.
    pub(crate) async fn input(&self, field: &str, assessment: &str, more: Value) -> Value {
        let revision = self.assessment(assessment).await["revision"].clone();
        let mut input = json!({
            "idempotencyKey": format!("{field} {assessment} {revision}"), "assessment": assessment,
            "expectedRevision": revision,
        });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    }

    /// Does an act on an assessment at its present revision, which must be taken. Returns the assessment.
    pub(crate) async fn acts(&self, field: &str, assessment: &str, more: Value) -> Value {
        let input = self.input(field, assessment, more).await;
        let payload = self.change(field, "assessment { ...A }", input).await;
        assert_eq!(payload["errors"], json!([]), "{field}");
        payload["assessment"].clone()
    }

    pub(crate) async fn withdraws(&self, assessment: &str) -> Value {
        self.acts("withdrawAssessment", assessment, json!({ "reason": "begun too early" })).await
    }

    /// Returns it with notes: an element and what to amend.
    pub(crate) async fn returns(&self, assessment: &str, notes: &[(&str, &str)]) -> Value {
        let more = json!({ "reason": "please amend", "notes": noted(notes) });
        self.acts("returnAssessment", assessment, more).await
    }

    /// What judging elements at levels takes; a reason goes with each. Over what stands now.
    pub(crate) async fn judgements(&self, assessment: &str, levels: &[(&str, &str)]) -> Value {
        let form = self.form(assessment).await;
        let items = levels.iter().map(|(element, level)| {
            let row = form.iter().find(|row| row["element"]["key"] == *element).unwrap();
            let outcome =
                if *level == "cleared" { json!({ "cleared": true }) } else { json!({ "level": level }) };
            json!({
                "element": element, "of": row["self"]["id"], "replaces": row["moderated"]["id"],
                "outcome": outcome, "reason": format!("the region sees {level}"),
            })
        });
        items.collect()
    }

    /// Judges elements, each at a level.
    pub(crate) async fn moderates(&self, assessment: &str, levels: &[(&str, &str)]) -> Value {
        let items = self.judgements(assessment, levels).await;
        let revision = self.assessment(assessment).await["revision"].clone();
        let key = format!("moderate {assessment} {revision}");
        let input = json!({ "idempotencyKey": key, "assessment": assessment, "items": items });
        let payload = self.change("moderateElements", "assessment { ...A }", input).await;
        assert_eq!(payload["errors"], json!([]));
        payload["assessment"].clone()
    }

    pub(crate) async fn shares(&self, assessment: &str) -> Value {
        self.acts("shareModeration", assessment, json!({})).await
    }

    /// Contests elements, each with the reason; accepts where there are none.
    pub(crate) async fn contests(&self, assessment: &str, why: &[(&str, &str)]) -> Value {
        self.acts("contestModeration", assessment, json!({ "items": noted(why) })).await
    }

    /// Publishes with answers to what is contested.
    pub(crate) async fn publishes_answering(&self, assessment: &str, answers: &[(&str, &str)]) -> Value {
        let revision = self.assessment(assessment).await["revision"].clone();
        let item =
            json!({ "assessment": assessment, "expectedRevision": revision, "answers": noted(answers) });
        let input = json!({ "idempotencyKey": format!("publish {assessment} {revision}"), "items": [item] });
        self.change("publishAssessments", "results { assessment { ...A } errors { ...E } }", input).await
    }

    /// Corrects published values, each to a level.
    pub(crate) async fn corrects(&self, assessment: &str, levels: &[(&str, &str)]) -> Value {
        let items = self.judgements(assessment, levels).await;
        self.acts("correctRatings", assessment, json!({ "items": items, "reason": "an error of the region" }))
            .await
    }

    pub(crate) async fn retracts(&self, assessment: &str) -> Value {
        self.acts("retractPublication", assessment, json!({ "reason": "sent in by mistake" })).await
    }
}

/// Notes on elements as input.
pub(crate) fn noted(notes: &[(&str, &str)]) -> Value {
    notes.iter().map(|(element, note)| json!({ "element": element, "note": note })).collect()
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
