//! Roles that people hold, and some that were taken back.

use serde_json::{Value, json};

use super::planted::text;
use crate::harness::app::{App, Person};

/// Where roles are, and the grants that the probes ask for.
#[derive(Default)]
pub(super) struct Held {
    pub(super) system: String,
    pub(super) region: String,
    pub(super) lead: String,
    pub(super) contributor: String,
    pub(super) national: String,
    /// A role of each kind that was taken back: of a contributor, a lead, a reviewer, the national team, a reader.
    pub(super) taken_back: Vec<(&'static str, String)>,
}

async fn own_grant(person: &Person<'_>) -> String {
    let viewer = person.data("{ viewer { grants { id } } }", json!({})).await;
    text(&viewer["viewer"]["grants"][0]["id"])
}

/// Gives a role to somebody of their own, and takes it back.
async fn taken_back(app: &App, role: &'static str, organisation: &Value) -> (&'static str, String) {
    let national = app.national().await;
    let input = json!({ "idempotencyKey": format!("give {role}"), "subject": format!("former {role}"), "role": role,
        "organisation": organisation, "validFrom": "2026-11-22", "reason": "planted reason" });
    let given = national.change("grantRole", "grant { id }", input).await;
    let grant = text(&given["grant"]["id"]);
    let input =
        json!({ "idempotencyKey": format!("take {role}"), "grant": grant, "reason": "planted reason" });
    assert_eq!(national.change("revokeRole", "", input).await["errors"], json!([]));
    (role, grant)
}

pub(super) async fn held(app: &App) -> Held {
    let lead = app.lead_of("QWO").await;
    let places = lead.data("{ system(code: \"QWO\") { id } region(code: \"Y63\") { id } }", json!({})).await;
    let (system, region) = (&places["system"]["id"], &places["region"]["id"]);
    Held {
        lead: own_grant(&lead).await,
        contributor: own_grant(&app.contributor_to("QWO").await).await,
        national: own_grant(&app.national().await).await,
        taken_back: vec![
            taken_back(app, "CONTRIBUTOR", system).await,
            taken_back(app, "SYSTEM_LEAD", system).await,
            taken_back(app, "REGIONAL_REVIEWER", region).await,
            taken_back(app, "NATIONAL_TEAM", &Value::Null).await,
            taken_back(app, "READER", &Value::Null).await,
        ],
        system: text(system),
        region: text(region),
    }
}
