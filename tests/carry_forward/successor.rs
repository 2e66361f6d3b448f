//! What a successor takes over from its predecessors, and that texts are stored once.

use entity::{rating, text_item};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use super::{carries, confirm, papers, published, rated, round};
use crate::harness::app::{App, Person};

/// Before Frimley and its neighbour went into Thames Valley.
const BEFORE: &str = "2026-03-01T10:00:00Z";

async fn submits(lead: &Person<'_>, assessment: &str) {
    let revision = lead.assessment(assessment).await["revision"].clone();
    let key = format!("submit {assessment}");
    let input = json!({ "idempotencyKey": key, "assessment": assessment, "expectedRevision": revision });
    assert_eq!(lead.change("submitAssessment", "", input).await["errors"], json!([]));
}

/// An assessment, published with these levels of the first elements and the others at developing.
async fn publishes(app: &App, round: &str, system: &str, levels: &[Value]) {
    // Of North East and Yorkshire, or of the South East.
    let region = if system == "QWO" { "Y63" } else { "Y59" };
    let (lead, region) = (app.lead_of(system).await, app.reviewer_of(region).await);
    let assessment = lead.starts(round, system).await;
    lead.rates_all(&assessment, "developing").await;
    let answers = lead.answers(&assessment).await;
    let items = levels.iter().zip(&answers).map(|(level, answer)| {
        confirm(answer, &json!({ "outcome": level, "rationale": format!("so says {system}") }))
    });
    rated(&lead, &format!("levels {assessment}"), &assessment, json!(items.collect::<Vec<_>>())).await;
    let element = &answers[0]["element"]["key"];
    let input = json!({ "idempotencyKey": format!("e {assessment}"), "assessment": assessment, "title": "theirs", "kind": "DATA", "elements": [element] });
    assert_eq!(lead.change("recordEvidence", "", input).await["errors"], json!([]));
    submits(&lead, &assessment).await;
    assert_eq!(region.publishes(&assessment).await["errors"], json!([]));
}

fn level(key: &str) -> Value {
    json!({ "level": key })
}

on_both! {
    async fn a_successor_gets_a_value_only_where_its_predecessors_with_one_agree(app: &App) {
        app.at(BEFORE);
        let policy = json!({ "approvals": [] });
        let last = round(app, "2025/26 Q3", "2025-12-31", policy.clone()).await;
        let none = json!({ "notApplicable": "none" });
        publishes(app, &last, "QNQ", &[level("maturing"), level("emerging"), none.clone(), none.clone()])
            .await;
        publishes(app, &last, "QU9", &[level("maturing"), level("thriving"), none, level("developing")])
            .await;
        app.at("2026-05-01T10:00:00Z");
        let (lead, hand) = (app.lead_of("S0E4D").await, app.contributor_to("S0E4D").await);
        let next = round(app, "2026/27 Q1", "2026-04-01", policy.clone()).await;
        let draft = carries(&hand, &next, "S0E4D").await;
        let told = papers(&hand, &draft).await;
        assert_eq!(told["rated"], 22, "they differ on two");
        let own = |i: usize| &told["answers"][i]["self"];
        assert_eq!(own(0)["outcome"], json!({ "key": "maturing" }));
        assert_eq!((own(1), own(3)), (&Value::Null, &Value::Null));
        assert_eq!(own(2)["outcome"], json!({ "reason": "none" }));
        let whose = own(0)["carriedFrom"]["organisation"]["code"].as_str().unwrap();
        assert!(["QNQ", "QU9"].contains(&whose), "{whose}");
        assert_eq!(own(0)["rationale"], format!("so says {whose}"));
        assert_eq!(own(0)["carriedFrom"]["round"], json!({ "label": "2025/26 Q3" }));
        assert_eq!(own(0)["evidence"], json!([]), "evidence belongs to whoever recorded it");
        assert_eq!(told["answers"][0]["previous"], Value::Null, "the successor has published nothing");
        let unconfirmed =
            told["missing"].as_array().unwrap().iter().filter(|missing| missing["kind"] == "NOT_CONFIRMED");
        assert_eq!(unconfirmed.count(), 22);

        // Once it has published, its own values are what is carried.
        let answers = told["answers"].as_array().unwrap();
        let items: Vec<_> = answers
            .iter()
            .map(|answer| confirm(answer, &json!({ "outcome": level("thriving"), "rationale": "ours" })))
            .collect();
        rated(&lead, "all", &draft, json!(items)).await;
        submits(&lead, &draft).await;
        app.reviewer_of("Y59").await.publishes(&draft).await;
        let later = round(app, "2026/27 Q2", "2026-06-30", policy).await;
        let told = papers(&lead, &carries(&lead, &later, "S0E4D").await).await;
        assert_eq!(
            (&told["rated"], &told["answers"][1]["self"]["outcome"]),
            (&json!(24), &json!({ "key": "thriving" }))
        );
        assert_eq!(told["answers"][1]["self"]["carriedFrom"]["organisation"]["code"], "S0E4D");
    }

    async fn a_predecessor_that_published_nothing_has_no_say(app: &App) {
        app.at(BEFORE);
        let policy = json!({ "approvals": [] });
        let last = round(app, "2025/26 Q3", "2025-12-31", policy.clone()).await;
        publishes(app, &last, "QNQ", &[level("maturing")]).await;
        let silent = app.lead_of("QU9").await;
        let unpublished = silent.starts(&last, "QU9").await;
        silent.rates_all(&unpublished, "thriving").await;
        app.at("2026-05-01T10:00:00Z");
        let lead = app.lead_of("S0E4D").await;
        let next = round(app, "2026/27 Q1", "2026-04-01", policy.clone()).await;
        let told = papers(&lead, &carries(&lead, &next, "S0E4D").await).await;
        assert_eq!(
            (&told["rated"], &told["answers"][0]["self"]["outcome"]),
            (&json!(24), &json!({ "key": "maturing" }))
        );
        // A body that goes on, and took over a part, carries its own values and those of nobody else.
        let other = app.lead_of("QRL").await;
        let told = papers(&other, &carries(&other, &next, "QRL").await).await;
        assert_eq!(told["rated"], 24, "it has none of its own, so its predecessor's are all there is");
        publishes(app, &round(app, "own", "2026-04-30", policy.clone()).await, "QRL", &[level("emerging")])
            .await;
        let later = round(app, "2026/27 Q2", "2026-06-30", policy).await;
        let told = papers(&other, &carries(&other, &later, "QRL").await).await;
        assert_eq!(told["answers"][0]["self"]["outcome"], json!({ "key": "emerging" }));
        assert_eq!(told["answers"][0]["self"]["carriedFrom"]["organisation"]["code"], "QRL");
    }

    async fn what_a_predecessor_says_after_it_handed_over_is_not_carried(app: &App) {
        let input = json!({ "idempotencyKey": "part", "on": "2026-08-01", "kind": "ACQUISITION", "reason": "r",
            "from": [{ "code": "QWO" }], "to": [{ "code": "QWO" }, { "code": "QOQ" }] });
        let recorded = app.national().await.change("recordSuccession", "", input).await;
        assert_eq!(recorded["errors"], json!([]));
        let policy = json!({ "approvals": [] });
        for (label, reference, said) in
            [("2026/27 Q1", "2026-06-30", "maturing"), ("2026/27 Q2", "2026-09-30", "thriving")]
        {
            publishes(app, &round(app, label, reference, policy.clone()).await, "QWO", &[level(said)]).await;
        }
        let lead = app.lead_of("QOQ").await;
        let next = round(app, "2026/27 Q3", "2026-10-31", policy).await;
        let told = papers(&lead, &carries(&lead, &next, "QOQ").await).await;
        let own = &told["answers"][0]["self"];
        assert_eq!(own["outcome"], json!({ "key": "maturing" }));
        assert_eq!(own["carriedFrom"]["round"], json!({ "label": "2026/27 Q1" }));
    }

    async fn a_text_that_came_along_is_stored_once_and_shared(app: &App) {
        published(app).await;
        let lead = app.lead_of("QWO").await;
        let second = round(app, "second", "2026-09-30", json!({})).await;
        let connection = app.database.connection().await;
        let texts = text_item::Entity::find().count(&connection).await.unwrap();
        let draft = carries(&lead, &second, "QWO").await;
        let answers = papers(&lead, &draft).await["answers"].clone();
        let items: Vec<_> =
            answers.as_array().unwrap().iter().map(|answer| confirm(answer, &json!({}))).collect();
        rated(&lead, "confirm", &draft, json!(items)).await;
        assert_eq!(
            text_item::Entity::find().count(&connection).await.unwrap(),
            texts,
            "no text was written again"
        );
        let plan = text_item::Entity::find().filter(text_item::Column::Text.eq("as the plan says"));
        let plan = plan.one(&connection).await.unwrap().unwrap();
        let sharing = rating::Entity::find().filter(rating::Column::Rationale.eq(plan.id));
        assert_eq!(sharing.count(&connection).await.unwrap(), 3, "rated, carried and confirmed");
    }
}
