//! What systems published in rounds of any day, for tests of figures.

use serde_json::{Value, json};

use super::app::App;

pub(crate) const LEVELS: [&str; 4] = ["emerging", "developing", "maturing", "thriving"];

impl App {
    /// Opens a round that describes this day, still takes work today and asks for little. Returns its id.
    pub(crate) async fn round_of(&self, framework: &str, reference: &str) -> String {
        let input = json!({
            "idempotencyKey": format!("open {framework} {reference}"), "framework": framework, "label": reference,
            "referenceDate": reference, "opensOn": reference, "dueOn": "2026-12-01", "closesOn": "2026-12-18",
            "policy": { "rationale": "NEVER", "evidenceFrom": null },
        });
        let payload = self.national().await.change("openRound", "round { id }", input).await;
        assert_eq!(payload["errors"], json!([]));
        payload["round"]["id"].as_str().unwrap().to_owned()
    }

    /// Publishes a system's assessment in a round. `outcome` gives what each element is rated, by index.
    pub(crate) async fn publication_of(
        &self,
        round: &str,
        (system, region): (&str, &str),
        outcome: impl Fn(usize) -> Value,
    ) -> String {
        let (lead, reviewer) = (self.lead_of(system).await, self.reviewer_of(region).await);
        let assessment = lead.starts(round, system).await;
        let answers = lead.answers(&assessment).await;
        let keys = answers.iter().map(|answer| &answer["element"]["key"]).enumerate();
        let items: Vec<_> =
            keys.map(|(index, key)| json!({ "element": key, "outcome": outcome(index) })).collect();
        let key = format!("rate {assessment}");
        let input = json!({ "idempotencyKey": key, "assessment": assessment, "items": items });
        assert_eq!(lead.change("rateElements", "assessment { id }", input).await["errors"], json!([]));
        assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
        assert_eq!(reviewer.publishes(&assessment).await["errors"], json!([]));
        assessment
    }
}

/// The outcome of this level, or of one that does not apply.
pub(crate) fn rated(level: &str) -> Value {
    match level {
        "not applicable" => json!({ "notApplicable": "There is none here." }),
        level => json!({ "level": level }),
    }
}
