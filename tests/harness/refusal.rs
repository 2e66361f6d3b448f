//! Refusals: data with a code, a path and a sentence, after which everything is as it was.

use serde_json::{Value, json};

use super::app::{App, Person};

impl App {
    /// Sends a mutation that must be refused and must change nothing. Returns its errors in order, each as its code and
    /// the path to what is wrong: `INVALID_INPUT items.0.rationale`.
    pub(crate) async fn refusals(&self, person: &Person<'_>, field: &str, mut input: Value) -> Vec<String> {
        let fields = match field {
            "openRound" => "round { id }",
            "rateElements" | "moderateElements" | "correctRatings" => {
                "assessment { id } results { rating { id } errors { ...E } }"
            }
            "grantRole" | "revokeRole" => "grant { id }",
            "recordRebaseline" | "withdrawRebaseline" => "rebaseline { id }",
            "recordEvidence" => "assessment { id } evidence { id }",
            "publishAssessments" => "results { assessment { id } errors { ...E } }",
            _ => "assessment { id }",
        };
        if input["idempotencyKey"].is_null() {
            input["idempotencyKey"] = json!("this will be refused");
        }
        let about =
            [&input["assessment"], &input["items"][0]["assessment"]].into_iter().find_map(Value::as_str);
        let about = about.filter(|id| id.starts_with("assessment_")).map(str::to_owned);
        let form = async || match &about {
            Some(id) => person.assessment(id).await,
            None => Value::Null,
        };
        let before = (self.store.snapshot().history.head(), form().await);
        let payload = person.change(field, fields, input).await;
        let after = (self.store.snapshot().history.head(), form().await);
        assert!(after == before, "{field} was refused with {}, and something changed", payload["errors"]);
        nothing_in(&payload);
        told(&payload["errors"])
    }
}

fn nothing_in(payload: &Value) {
    let results = payload["results"].as_array().into_iter().flatten();
    for object in std::iter::once(payload).chain(results) {
        for field in ["round", "assessment", "evidence", "rating", "grant", "rebaseline"] {
            assert!(object[field].is_null(), "it was refused, and answers with a {field}");
        }
    }
    let of_items = payload["results"].as_array().into_iter().flatten();
    let of_items: Vec<_> = of_items.filter_map(|result| result["errors"].as_array()).flatten().collect();
    if !of_items.is_empty() {
        let all: Vec<_> = payload["errors"].as_array().unwrap().iter().collect();
        assert_eq!(of_items, all, "the errors of the items are the errors of the whole");
    }
}

/// Errors in short. Each must speak to people in a sentence.
pub(crate) fn told(errors: &Value) -> Vec<String> {
    let short = |error: &Value| {
        let message = error["message"].as_str().unwrap();
        assert!(message.ends_with('.') && message.len() > 10, "{message:?} is no sentence");
        assert!(!message.starts_with(char::is_lowercase), "{message:?} starts in lower case");
        let path = error["path"].as_array().into_iter().flatten().map(|step| step.as_str().unwrap());
        let path = path.collect::<Vec<_>>().join(".");
        format!("{} {path}", error["code"].as_str().unwrap()).trim_end().to_owned()
    };
    errors.as_array().unwrap().iter().map(short).collect()
}
