//! Unpublished work makes no difference to outsiders: every list, count, figure and refusal is the same before and after it.

use serde_json::{Value, json};

use super::planted::{FIRST, announce_a_successor};
use crate::harness::app::{App, Person};

/// What outsiders could notice by that something happened. Left out is where the ledger stands (`resolvedAsOf`,
/// `ledgerHead`, what cursors hold): it tells everybody signed in that something was recorded, never what or where.
const EVERYTHING: &str = "query($round: ID!) {
    assessments { totalCount pageInfo { hasNextPage hasPreviousPage } nodes { id } }
    of: assessments(where: { codes: [\"QWO\"] }) { totalCount nodes { id stage } }
    early: assessments(where: { stages: [DRAFT, SUBMITTED, RETURNED, MODERATED, WITHDRAWN] }) { totalCount }
    overdue: assessments(where: { overdueOn: \"2027-06-01\" }) { totalCount }
    different: assessments(where: { differenceAtLeast: 1 }) { totalCount }
    node(id: $round) { ... on Round { isOpen missing { id } viewerActs { act allowed reasons { message } }
        progress { region { code } expected started submitted moderated published overdue } } }
    systems(where: { level: { framework: \"sdpt\", subject: \"sdpt.capabilities.governance\", atMost: \"thriving\" } }) {
        totalCount nodes { code } undecided { code } }
    comparison(framework: \"sdpt\", include: SUBMITTED, since: \"2026-01-01\") { synthetic undecided { code }
        columns { distributions { of } }
        rows { cells { empty stage round { id } rollUp { rated } standing movement { word } } } }
    movements(framework: \"sdpt\", since: \"2026-01-01\") { groups { word count } undecided { code } }
    distributions(framework: \"sdpt\") { points { of } synthetic }
    gap(framework: \"sdpt\") { lines { pairs } undecided { code } }
    grants { totalCount nodes { id } }
    viewer { workList { totalCount nodes { act missing overdue dueOn organisation { id } assessment { id } } } }
    system(code: \"QWO\") { assessments { totalCount nodes { id } }
        nextSteps(framework: \"sdpt\") { element { key } }
        profile(framework: \"sdpt\", include: SUBMITTED) { stage whole { rated } }
        progression(framework: \"sdpt\", include: SUBMITTED) { lines { points { on stage } } } } }";

/// What outsiders are told, of the whole and of things whose ids they guess.
async fn told(person: &Person<'_>, round: &str, guessed: &[String]) -> Vec<Value> {
    let mut told = vec![person.data(EVERYTHING, json!({ "round": round })).await];
    for id in guessed {
        let node = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }";
        told.push(person.ask_with(node, json!({ "id": id })).await);
        let submit = "mutation($id: ID!) { submitAssessment(input: { idempotencyKey: \"k\", assessment: $id,
            expectedRevision: 0 }) { errors { code } } }";
        told.push(person.ask_with(submit, json!({ "id": id })).await);
    }
    told
}

on_both! {
    async fn what_is_not_published_makes_no_difference_to_what_outsiders_are_told(app: &App) {
        announce_a_successor(app).await;
        let national = app.national().await;
        let round = national.opens("2026/27 Q2").await;
        let (lead, region) = (app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        let outsiders = [
            ("a stranger", app.stranger()),
            ("a reader", app.reader().await),
            ("the lead of another system", app.lead_of("QOP").await),
            ("a contributor to the successor", app.contributor_to("QOQ").await),
            ("the reviewer of another region", app.reviewer_of("Y60").await),
        ];
        let nothing = vec![format!("assessment_{}", "0".repeat(26)), format!("rating_{}", "0".repeat(26))];
        let insider = told(&lead, &round, &nothing).await;
        let mut before = Vec::new();
        for (_, outsider) in &outsiders {
            before.push(told(outsider, &round, &nothing).await);
        }
        let assessment = lead.starts(&round, "QWO").await;
        let mut rating = format!("rating_{}", "0".repeat(26));
        for step in ["started", "rated", "submitted", "moderated", "shared", "contested"] {
            match step {
                "rated" => {
                    lead.rates_all(&assessment, "developing").await;
                    rating = lead.answers(&assessment).await[0]["self"]["id"].as_str().unwrap().to_owned();
                }
                "submitted" => assert_eq!(lead.submits(&assessment).await["errors"], json!([])),
                "moderated" => {
                    region.moderates(&assessment, &[(FIRST, "thriving")]).await;
                    rating = region.form(&assessment).await[0]["moderated"]["id"].as_str().unwrap().to_owned();
                }
                "shared" => drop(region.shares(&assessment).await),
                "contested" => drop(lead.contests(&assessment, &[(FIRST, "n")]).await),
                _ => {}
            }
            let guessed = [assessment.clone(), rating.clone()];
            assert_ne!(told(&lead, &round, &guessed).await, insider, "{step}: its own lead is told");
            for ((who, outsider), before) in outsiders.iter().zip(&before) {
                assert_eq!(&told(outsider, &round, &guessed).await, before, "{step}: {who} can tell");
            }
        }
        assert_eq!(region.publishes_answering(&assessment, &[(FIRST, "a")]).await["errors"], json!([]));
        national.acts("retractPublication", &assessment, json!({ "reason": "r" })).await;
        for ((who, outsider), before) in outsiders.iter().zip(&before) {
            assert_eq!(&told(outsider, &round, &[assessment.clone(), rating.clone()]).await, before,
                "retracted: {who} can tell");
        }
    }
}
