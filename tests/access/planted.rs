//! An assessment of QWO that is full of text which nobody else should meet, at a stage of its life.

use domain::grant::Role;
use serde_json::{Value, json};

use crate::harness::app::{App, Person};

pub(super) const FIRST: &str = "sdpt.functions.transformation.priorities";
const SECOND: &str = "sdpt.functions.transformation.plan-delivery";
const THIRD: &str = "sdpt.functions.transformation.enablers";

/// The elements that more is written on than their own rationale.
pub(super) const WRITTEN_ON: [&str; 3] = [FIRST, SECOND, THIRD];

/// The stages in the order of a life. "submitted": for the second time; "returned": after the first, and not submitted again;
/// "moderated": judged by the region, and not shared yet.
const STAGES: [&str; 8] =
    ["draft", "returned", "submitted", "moderated", "shared", "contested", "published", "retracted"];

/// What the people of QWO and of its region know of one of its assessments.
#[derive(Default)]
pub(super) struct Planted {
    /// How far it came, in the words of the tests.
    pub(super) stage: &'static str,
    pub(super) round: String,
    pub(super) assessment: String,
    pub(super) revision: u64,
    /// Of the elements that are written on.
    pub(super) ratings: Vec<String>,
    pub(super) superseded: String,
    pub(super) evidence: String,
    /// What the region judged of the second element, the standing judgement first; empty where it did not.
    pub(super) judged: Vec<String>,
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Whether a stage, whose last word is one of `STAGES`, comes at or after another.
pub(super) fn reached(stage: &str, other: &str) -> bool {
    let place = |of: &str| STAGES.iter().position(|known| of.ends_with(known)).unwrap();
    place(stage) >= place(other)
}

/// QOQ has taken over a part of QWO, so that its lead follows QWO's in rounds of days before.
pub(super) async fn announce_a_successor(app: &App) {
    let input = json!({ "idempotencyKey": "successor", "on": "2026-11-01", "kind": "ACQUISITION", "reason": "r",
        "from": [{ "code": "QWO" }], "to": [{ "code": "QWO" }, { "code": "QOQ" }] });
    let recorded = app.national().await.change("recordSuccession", "", input).await;
    assert_eq!(recorded["errors"], json!([]));
}

/// People, and the assessment they work on.
struct Planting<'a> {
    app: &'a App,
    stage: &'static str,
    lead: Person<'a>,
    assessment: String,
}

impl Planting<'_> {
    fn text(&self, what: &str) -> String {
        format!("planted {what}, {}", self.stage)
    }

    /// An act on the whole at its present revision, which must be taken.
    async fn act(&self, person: &Person<'_>, field: &str, key: &str, mut input: Value) {
        input["idempotencyKey"] = json!(format!("{field} {key} {}", self.stage));
        input["assessment"] = json!(self.assessment);
        input["expectedRevision"] = person.assessment(&self.assessment).await["revision"].clone();
        assert_eq!(person.change(field, "", input).await["errors"], json!([]), "{field} {key}");
    }

    async fn batch(&self, person: &Person<'_>, field: &str, key: &str, items: &[Value]) -> Vec<String> {
        let key = format!("{field} {key} {}", self.stage);
        let input = json!({ "idempotencyKey": key, "assessment": self.assessment, "items": items });
        let payload = person.change(field, "results { rating { id } }", input).await;
        assert_eq!(payload["errors"], json!([]), "{key}");
        payload["results"].as_array().unwrap().iter().map(|result| text(&result["rating"]["id"])).collect()
    }

    async fn submit(&self, key: &str) {
        let approval = json!({ "kind": "BOARD", "on": "2026-11-20", "body": self.text("board"),
            "paper": self.text("paper") });
        self.act(&self.lead, "submitAssessment", key, json!({ "approval": approval })).await;
    }

    async fn rate(&self) -> (Vec<String>, String) {
        let somebody = self.app.somebody(Role::Contributor, Some("QWO"), Some("Planted Name")).await;
        let outcome = |i: usize| match i {
            0 => json!({ "notApplicable": self.text("reason") }),
            _ => json!({ "level": "maturing" }),
        };
        let answers = self.lead.answers(&self.assessment).await;
        let mut items: Vec<_> = answers
            .iter()
            .enumerate()
            .map(|(i, answer)| {
                json!({ "element": answer["element"]["key"], "outcome": outcome(i), "rationale": self.text("rationale") })
            })
            .collect();
        let first = json!({ "element": items[0]["element"], "outcome": { "level": "emerging" },
            "rationale": self.text("first thought") });
        let superseded = self.batch(&somebody, "rateElements", "first", &[first]).await.remove(0);
        items[0]["replaces"] = json!(superseded);
        (self.batch(&somebody, "rateElements", "second", &items).await, superseded)
    }

    async fn record_evidence(&self) -> String {
        let input = json!({ "idempotencyKey": format!("evidence {}", self.stage), "assessment": self.assessment,
            "kind": "REPORT", "elements": [FIRST], "title": self.text("evidence"), "link": self.text("link") });
        let recorded = self.lead.change("recordEvidence", "evidence { id }", input).await;
        text(&recorded["evidence"]["id"])
    }

    async fn submit_and_return(&self) {
        self.submit("first").await;
        let reviewer = self.app.reviewer_of("Y63").await;
        let notes = json!([{ "element": SECOND, "note": self.text("note") }]);
        let back = json!({ "reason": self.text("return"), "notes": notes });
        self.act(&reviewer, "returnAssessment", "", back).await;
    }

    async fn judge(&self, ratings: &[String]) -> Vec<String> {
        let called = format!("Judge, {}", self.stage);
        let judge = self.app.somebody(Role::RegionalReviewer, Some("Y63"), Some(&called)).await;
        let item = |level: &str, reason: &str| json!({ "element": SECOND, "of": ratings[1], "outcome": { "level": level }, "reason": self.text(reason) });
        let first = item("emerging", "first judgement");
        let first = self.batch(&judge, "moderateElements", "first", &[first]).await.remove(0);
        let mut second = item("developing", "judgement");
        second["replaces"] = json!(first);
        vec![self.batch(&judge, "moderateElements", "second", &[second]).await.remove(0), first]
    }

    async fn publish(&self, ratings: &[String]) {
        let reviewer = self.app.reviewer_of("Y63").await;
        let revision = reviewer.assessment(&self.assessment).await["revision"].clone();
        let answers = json!([{ "element": SECOND, "note": self.text("answer") }]);
        let item = json!({ "assessment": self.assessment, "expectedRevision": revision, "answers": answers });
        let input = json!({ "idempotencyKey": format!("publish {}", self.stage), "items": [item] });
        assert_eq!(reviewer.change("publishAssessments", "", input).await["errors"], json!([]));
        let items = json!([{ "element": THIRD, "of": ratings[2], "outcome": { "level": "thriving" } }]);
        let correction = json!({ "items": items, "reason": self.text("correction") });
        self.act(&reviewer, "correctRatings", "", correction).await;
    }
}

pub(super) async fn planted(app: &App, stage: &'static str, policy: Value) -> Planted {
    let lead = app.lead_of("QWO").await;
    let round = app.national().await.opens_with(stage, policy).await;
    let assessment = lead.starts(&round, "QWO").await;
    let planting = Planting { app, stage, lead, assessment };
    let (mut ratings, superseded) = planting.rate().await;
    let evidence = planting.record_evidence().await;
    let mut judged = Vec::new();
    if reached(stage, "returned") {
        planting.submit_and_return().await;
    }
    if reached(stage, "submitted") {
        planting.submit("second").await;
    }
    if reached(stage, "moderated") {
        judged = planting.judge(&ratings).await;
    }
    if reached(stage, "shared") {
        let reviewer = app.reviewer_of("Y63").await;
        planting.act(&reviewer, "shareModeration", "", json!({})).await;
    }
    if reached(stage, "contested") {
        let items = json!([{ "element": SECOND, "note": planting.text("contest") }]);
        planting.act(&planting.lead, "contestModeration", "", json!({ "items": items })).await;
    }
    if reached(stage, "published") {
        planting.publish(&ratings).await;
    }
    if reached(stage, "retracted") {
        let reason = json!({ "reason": planting.text("retraction") });
        planting.act(&app.national().await, "retractPublication", "", reason).await;
    }
    ratings.truncate(WRITTEN_ON.len());
    let Planting { lead, assessment, .. } = planting;
    let revision = lead.assessment(&assessment).await["revision"].as_u64().unwrap();
    Planted { stage, round, assessment, revision, ratings, superseded, evidence, judged }
}
