//! Unpublished work in figures: asked for, marked, and only for those who may read it.

use serde_json::{Value, json};

use crate::harness::app::{App, Person};

const FIGURES: &str = "query($include: Include!) { system(code: \"QWO\") {
    profile(framework: \"sdpt\", include: $include) { stage round { label } whole { median { key } } }
    progression(framework: \"sdpt\", grain: EDITION, include: $include) {
        lines { points { stage rollUp { median { key } } } } } } }";

async fn points(person: &Person<'_>, include: &str) -> (Value, Value) {
    let system = person.data(FIGURES, json!({ "include": include })).await["system"].clone();
    let lines = &system["progression"]["lines"];
    let points = lines.as_array().unwrap().first().map_or(json!([]), |line| line["points"].clone());
    (system["profile"]["stage"].clone(), points)
}

fn point(stage: &str, level: &str) -> Value {
    json!({ "stage": stage, "rollUp": { "median": { "key": level } } })
}

on_both! {
    async fn unpublished_work_shows_only_to_those_who_may_read_it_and_only_when_asked(app: &App) {
        let national = app.national().await;
        let (lead, contributor) = (app.lead_of("QWO").await, app.contributor_to("QWO").await);
        let (region, elsewhere) = (app.reviewer_of("Y63").await, app.reviewer_of("Y60").await);
        let (reader, other) = (app.reader().await, app.lead_of("QOP").await);
        let first = lead.starts(&national.opens("2026/27 Q2").await, "QWO").await;
        lead.rates_all(&first, "developing").await;
        for person in [&lead, &region, &national] {
            assert_eq!(
                points(person, "SUBMITTED").await,
                (Value::Null, json!([])),
                "a draft is nobody's figure"
            );
        }
        lead.submits(&first).await;
        let waiting = (json!("SUBMITTED"), json!([point("SUBMITTED", "developing")]));
        for person in [&lead, &contributor, &region, &national] {
            assert_eq!(points(person, "SUBMITTED").await, waiting);
            assert_eq!(points(person, "PUBLISHED").await, (Value::Null, json!([])));
        }
        for person in [&reader, &other, &elsewhere, &app.stranger()] {
            assert_eq!(points(person, "SUBMITTED").await, (Value::Null, json!([])));
        }
        region.publishes(&first).await;
        for person in [&lead, &region, &reader, &elsewhere] {
            let published = (json!("PUBLISHED"), json!([point("PUBLISHED", "developing")]));
            assert_eq!(points(person, "SUBMITTED").await, published);
            assert_eq!(points(person, "PUBLISHED").await, published);
        }
    }

    async fn a_figure_of_one_system_can_be_cited_once_it_is_published(app: &App) {
        let document = "query($include: Include!) { system(code: \"QWO\") {
            profile(framework: \"sdpt\", include: $include) { citation { text } }
            progression(framework: \"sdpt\", include: $include) { resolvedAsOf { position } citation { text } } } }";
        let (lead, region) = (app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        let own = lead.starts(&app.national().await.opens("2026/27 Q2").await, "QWO").await;
        lead.rates_all(&own, "developing").await;
        lead.submits(&own).await;
        let asked = json!({ "include": "SUBMITTED" });
        let waiting = lead.data(document, asked.clone()).await["system"].clone();
        assert_eq!((&waiting["profile"]["citation"], &waiting["progression"]["citation"]), (&Value::Null, &Value::Null));
        region.publishes(&own).await;
        let published = lead.data(document, json!({ "include": "PUBLISHED" })).await["system"].clone();
        let position = published["progression"]["resolvedAsOf"]["position"].as_str().unwrap();
        for figure in ["profile", "progression"] {
            let text = published[figure]["citation"]["text"].as_str().unwrap();
            assert!(text.contains(position) && text.contains("edition 2021/22"), "{text}");
        }
        let both = lead.data(document, asked).await["system"].clone();
        assert_eq!(both["progression"]["citation"], Value::Null, "somebody else may see less");
    }
}
