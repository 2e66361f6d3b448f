//! What successors read of their predecessors, and how the last round of a closed system is finished.

use serde_json::{Value, json};

use super::{NEW, merger, recorded};
use crate::harness::app::App;
use crate::round::opened;

on_both! {
    async fn leads_of_a_successor_read_the_papers_of_its_predecessors_from_its_day_on(app: &App) {
        let (national, own) = (app.national().await, app.lead_of("QJ2").await);
        let draft = own.starts(&national.opens("2026/27 Q2").await, "QJ2").await;
        own.rates_all(&draft, "developing").await;
        recorded(&national, merger()).await;
        let (lead, hand) = (app.lead_of(NEW).await, app.contributor_to(NEW).await);
        app.at("2027-03-31T10:00:00Z");
        assert_eq!(lead.assessment(&draft).await, Value::Null, "it follows tomorrow");
        app.at("2027-04-01T10:00:00Z");
        assert_eq!(lead.assessment(&draft).await, own.assessment(&draft).await);
        assert_eq!(hand.assessment(&draft).await, Value::Null);
        let list = "{ assessments { totalCount } system(code: \"QJ2\") { assessments { totalCount } } }";
        let one = json!({ "totalCount": 1 });
        assert_eq!(
            lead.data(list, json!({})).await,
            json!({ "assessments": one, "system": { "assessments": one } })
        );
        let items = json!([{ "element": "sdpt.functions.transformation.priorities", "outcome": { "cleared": true } }]);
        let input = json!({ "idempotencyKey": "k", "assessment": draft, "items": items });
        let answer = lead
            .ask_with(
                "mutation($input: RateElementsInput!) { rateElements(input: $input) { errors { code } } }",
                json!({ "input": input }),
            )
            .await;
        assert_eq!(crate::harness::app::code(&answer), "FORBIDDEN", "they read, and do not write");
    }

    async fn the_last_round_of_a_closed_system_is_finished_by_its_own_people(app: &App) {
        let national = app.national().await;
        recorded(&national, merger()).await;
        let round = opened(
            &national,
            "2026/27 Q4",
            json!({ "referenceDate": "2027-03-31", "opensOn": "2027-03-01",
            "dueOn": "2027-04-20", "closesOn": "2027-04-30", "moderateBy": "2027-05-31" }),
        )
        .await;
        app.at("2027-04-05T10:00:00Z");
        let (lead, region) = (app.lead_of("QJ2").await, app.reviewer_of("Y60").await);
        let assessment = lead.starts(&round, "QJ2").await;
        lead.rates_all(&assessment, "developing").await;
        assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
        assert_eq!(region.publishes(&assessment).await["errors"], json!([]));
        let heir = app.lead_of(NEW).await;
        let input = json!({ "round": round, "system": { "code": NEW } });
        assert_eq!(app.refusals(&heir, "startAssessment", input).await, ["ORGANISATION_NOT_OPEN"]);
        let closed = app.reader().await.data(
            "{ system(code: \"QJ2\") { closedOn profile(framework: \"sdpt\") { stage round { label } } } }", json!({}),
        ).await;
        assert_eq!(
            closed["system"],
            json!({ "closedOn": "2027-03-31",
            "profile": { "stage": "PUBLISHED", "round": { "label": "2026/27 Q4" } } })
        );
        // The next round is the successor's.
        let next = opened(
            &national,
            "2027/28 Q1",
            json!({ "referenceDate": "2027-04-01", "opensOn": "2027-04-01",
            "dueOn": "2027-06-20", "closesOn": "2027-06-30" }),
        )
        .await;
        let input = json!({ "round": next, "system": { "code": "QJ2" } });
        assert_eq!(app.refusals(&lead, "startAssessment", input).await, ["ORGANISATION_NOT_OPEN"]);
        heir.starts(&next, NEW).await;
    }
}
