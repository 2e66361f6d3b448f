//! Retractions: hidden for good from then on, and readable as of before.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};

const FIRST: &str = "sdpt.functions.transformation.priorities";

/// What a person sees of QWO's publication, at a moment.
async fn seen(person: &Person<'_>, assessment: &str, rating: &Value, as_of: &Value) -> Value {
    let document = "query($id: ID!, $rating: ID!, $asOf: AsOf) {
        node(id: $id) { ... on Assessment { stage retracted publishedRatings { id } } }
        rating: node(id: $rating) { id }
        assessments { totalCount }
        system(code: \"QWO\") { assessments { totalCount } profile(framework: \"sdpt\", asOf: $asOf) { stage }
            progression(framework: \"sdpt\", grain: EDITION, asOf: $asOf) { lines { points { on } } } } }";
    person.data(document, json!({ "id": assessment, "rating": rating, "asOf": as_of })).await
}

/// The profile's stage and the number of points of the line.
fn figures(seen: &Value) -> (&Value, usize) {
    let points = seen["system"]["progression"]["lines"][0]["points"].as_array();
    (&seen["system"]["profile"]["stage"], points.map_or(0, Vec::len))
}

on_both! {
    async fn a_retracted_publication_is_gone_for_readers_and_stays_known_as_of_before(app: &App) {
        let assessment = app.published().await;
        let (national, reader) = (app.national().await, app.reader().await);
        let rating = national.form(&assessment).await[0]["agreed"]["id"].clone();
        let now = Value::Null;
        let before = seen(&reader, &assessment, &rating, &now).await;
        assert_eq!(figures(&before), (&json!("PUBLISHED"), 1));
        assert_eq!((&before["rating"]["id"], &before["assessments"]["totalCount"]), (&rating, &json!(1)));
        app.at("2027-03-01T09:00:00Z");
        let retracted = national.retracts(&assessment).await;
        assert_eq!(retracted["stage"], "PUBLISHED");
        for person in [&reader, &app.stranger(), &app.lead_of("QHM").await, &app.reviewer_of("Y60").await] {
            let after = seen(person, &assessment, &rating, &now).await;
            assert_eq!(figures(&after), (&Value::Null, 0));
            assert_eq!((&after["node"], &after["rating"]), (&Value::Null, &Value::Null));
            assert_eq!(after["assessments"]["totalCount"], 0);
            assert_eq!(after["system"]["assessments"]["totalCount"], 0);
            for moment in [
                json!({ "on": "2026-11-22", "knownAt": "2027-03-01T08:59:59Z" }),
                json!({ "knownAt": "2027-03-01T08:59:59Z" }),
            ] {
                let then = seen(person, &assessment, &rating, &moment).await;
                assert_eq!(figures(&then), (&json!("PUBLISHED"), 1), "{moment}");
            }
        }
        for person in [&app.lead_of("QWO").await, &app.reviewer_of("Y63").await, &national] {
            let after = seen(person, &assessment, &rating, &now).await;
            let node = json!({ "stage": "PUBLISHED", "retracted": true, "publishedRatings": null });
            assert_eq!(
                (&after["node"], figures(&after)),
                (&node, (&Value::Null, 0)),
                "its people still know of it"
            );
            assert_eq!(person.form(&assessment).await[0]["agreed"], Value::Null);
            let told = person.history(&assessment).await;
            assert_eq!(told.last().unwrap(), "Retracted the publication. Why: sent in by mistake.");
        }
    }

    async fn a_retraction_is_final(app: &App) {
        let assessment = app.published().await;
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        national.retracts(&assessment).await;
        let again = national.input("retractPublication", &assessment, json!({ "reason": "r" })).await;
        assert_eq!(app.refusals(&national, "retractPublication", again).await, ["WRONG_STAGE"]);
        let items = national.judgements(&assessment, &[(FIRST, "emerging")]).await;
        let correct = json!({ "items": items, "reason": "r" });
        let correct = national.input("correctRatings", &assessment, correct).await;
        assert_eq!(app.refusals(&national, "correctRatings", correct).await, ["WRONG_STAGE"]);
        let revision = national.assessment(&assessment).await["revision"].clone();
        let publish = json!({ "items": [{ "assessment": assessment, "expectedRevision": revision }] });
        let refusals = app.refusals(&national, "publishAssessments", publish).await;
        assert_eq!(refusals, ["WRONG_STAGE items.0.assessment"]);
        let withdraw = lead.input("withdrawAssessment", &assessment, json!({ "reason": "r" })).await;
        assert_eq!(app.refusals(&lead, "withdrawAssessment", withdraw).await, ["WRONG_STAGE"]);
    }

    async fn only_the_national_team_retracts_what_is_published_and_says_why(app: &App) {
        let assessment = app.published().await;
        let national = app.national().await;
        let input = national.input("retractPublication", &assessment, json!({ "reason": "r" })).await;
        let document = "mutation($input: RetractPublicationInput!) { retractPublication(input: $input) { errors { code } } }";
        for person in [app.lead_of("QWO").await, app.reviewer_of("Y63").await, app.reader().await] {
            assert_eq!(code(&person.ask_with(document, json!({ "input": input })).await), "FORBIDDEN");
        }
        for (field, value, expected) in [
            ("reason", json!(" "), "REASON_REQUIRED reason"),
            ("reason", json!("x".repeat(2001)), "INVALID_INPUT reason"),
            ("expectedRevision", json!(1), "STALE_REVISION expectedRevision"),
        ] {
            let mut input = input.clone();
            input[field] = value;
            input["idempotencyKey"] = json!("another");
            assert_eq!(app.refusals(&national, "retractPublication", input).await, [expected]);
        }
        let (_, draft) = app.draft("QHM").await;
        let early = national.input("retractPublication", &draft, json!({ "reason": "r" })).await;
        assert_eq!(app.refusals(&national, "retractPublication", early).await, ["WRONG_STAGE"]);
    }

    async fn a_retracted_round_is_no_longer_the_one_before(app: &App) {
        let national = app.national().await;
        let (lead, reviewer) = (app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        let earlier =
            crate::round::opened(&national, "earlier", json!({ "referenceDate": "2026-06-30" })).await;
        let earlier = lead.starts(&earlier, "QWO").await;
        lead.rates_all(&earlier, "emerging").await;
        lead.submits(&earlier).await;
        reviewer.publishes(&earlier).await;
        let later = lead.starts(&national.opens("later").await, "QWO").await;
        let previous = "query($id: ID!) { node(id: $id) { ... on Assessment { workingPapers { answers {
            previous { outcome { ... on Level { key } } } } } } } }";
        let shown = async || {
            let node = lead.data(previous, json!({ "id": later })).await["node"].clone();
            node["workingPapers"]["answers"][0]["previous"]["outcome"]["key"].clone()
        };
        assert_eq!(shown().await, "emerging");
        national.retracts(&earlier).await;
        assert_eq!(shown().await, Value::Null);
    }
}
