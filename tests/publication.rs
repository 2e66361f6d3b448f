//! Publishing: together or not at all, and what is fixed by it.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};

const FIRST: &str = "sdpt.functions.transformation.priorities";
const SECOND: &str = "sdpt.functions.transformation.plan-delivery";
const THIRD: &str = "sdpt.functions.transformation.enablers";
const SYSTEMS: [&str; 3] = ["QWO", "QHM", "QF7"];

/// One submitted assessment of each system of the region, all at revision 3, and their reviewer.
async fn submitted(app: &App) -> (Person<'_>, Vec<String>) {
    let round = app.national().await.opens("2026/27 Q2").await;
    let mut submitted = Vec::new();
    for system in SYSTEMS {
        let lead = app.lead_of(system).await;
        let assessment = lead.starts(&round, system).await;
        lead.rates_all(&assessment, "developing").await;
        lead.submits(&assessment).await;
        submitted.push(assessment);
    }
    (app.reviewer_of("Y63").await, submitted)
}

fn items(of: &[(&str, i64)]) -> Value {
    let items = of.iter().map(|(id, revision)| json!({ "assessment": id, "expectedRevision": revision }));
    json!({ "items": items.collect::<Vec<_>>() })
}

on_both! {
    async fn what_cannot_be_published_is_refused_at_its_path_and_holds_back_the_rest(app: &App) {
        let (reviewer, ids) = submitted(app).await;
        let [first, second, third] = [&ids[0], &ids[1], &ids[2]].map(String::as_str);
        reviewer.publishes(third).await;
        let other_noun = first.replace("assessment_", "round_");
        let many: Vec<_> = vec![(first, 3); 101];
        for (items, expected) in [
            (items(&[]), vec!["INVALID_INPUT items"]),
            (items(&many), vec!["INVALID_INPUT items"]),
            (items(&[(second, 3), (first, 2)]), vec!["STALE_REVISION items.1.expectedRevision"]),
            (items(&[(second, 3), (third, 4)]), vec!["WRONG_STAGE items.1.assessment"]),
            (items(&[(first, 3), (second, 3), (first, 3)]), vec!["INVALID_INPUT items.2.assessment"]),
            (
                items(&[(first, 9), (second, 3), (third, 3)]),
                vec![
                    "STALE_REVISION items.0.expectedRevision",
                    "STALE_REVISION items.2.expectedRevision",
                    "WRONG_STAGE items.2.assessment",
                ],
            ),
            (items(&[(first, 3), ("garbage", 3)]), vec!["INVALID_INPUT items.1.assessment"]),
            (items(&[(first, 3), (&other_noun, 3)]), vec!["INVALID_INPUT items.1.assessment"]),
        ] {
            for dry_run in [true, false] {
                let mut input = items.clone();
                input["dryRun"] = json!(dry_run);
                let refusals = app.refusals(&reviewer, "publishAssessments", input).await;
                assert_eq!(refusals, expected, "dryRun: {dry_run}");
            }
        }
        let keyless = json!({ "idempotencyKey": "", "items": items(&[(first, 3)])["items"] });
        assert_eq!(
            app.refusals(&reviewer, "publishAssessments", keyless).await,
            ["INVALID_INPUT idempotencyKey"]
        );
    }

    async fn a_draft_is_not_published(app: &App) {
        let round = app.national().await.opens("2026/27 Q2").await;
        let draft = app.lead_of("QWO").await.starts(&round, "QWO").await;
        let reviewer = app.reviewer_of("Y63").await;
        let refusals = app.refusals(&reviewer, "publishAssessments", items(&[(&draft, 1)])).await;
        assert_eq!(refusals, ["WRONG_STAGE items.0.assessment"]);
    }

    async fn a_region_publishes_its_systems_together(app: &App) {
        let (reviewer, ids) = submitted(app).await;
        let mut input = items(&[(&ids[1], 3), (&ids[0], 3)]);
        input["idempotencyKey"] = json!("together");
        input["dryRun"] = json!(true);
        assert_eq!(app.refusals(&reviewer, "publishAssessments", input.clone()).await, Vec::<String>::new());
        input["dryRun"] = json!(false);
        let head = app.store.snapshot().history.head();
        let fields = "results { errors { ...E }
            assessment { id stage revision publishedRatings { id basis element { key } } } }";
        let payload = reviewer.change("publishAssessments", fields, input.clone()).await;
        assert_eq!(payload["errors"], json!([]));
        for (result, id) in payload["results"].as_array().unwrap().iter().zip([&ids[1], &ids[0]]) {
            let assessment = &result["assessment"];
            assert_eq!(
                (&assessment["id"], &assessment["stage"], &assessment["revision"]),
                (&json!(id), &json!("PUBLISHED"), &json!(4))
            );
            let ratings = assessment["publishedRatings"].as_array().unwrap();
            assert_eq!(ratings.len(), 24);
            assert!(ratings.iter().all(|rating| rating["basis"] == "SELF"), "nothing was moderated");
        }
        assert_eq!(app.store.snapshot().history.head(), head.next(), "together is one entry of the ledger");
        assert_eq!(
            reviewer.change("publishAssessments", fields, input).await,
            payload,
            "the same key answers the same again"
        );
    }

    async fn the_published_ratings_are_there_when_it_is_published_and_can_be_asked_for_by_element(app: &App) {
        let (reviewer, ids) = submitted(app).await;
        let document = "query($id: ID!, $keys: [String!]) { node(id: $id) { ... on Assessment { stage
            publishedRatings(subjects: $keys) { element { key } outcome { ... on Level { key } } } } } }";
        let keys = json!(["sdpt.capabilities.finance.risk", "nonsense", "sdpt.functions.quality.culture"]);
        let asked = json!({ "id": ids[0], "keys": keys });
        assert_eq!(
            reviewer.data(document, asked.clone()).await["node"],
            json!({ "stage": "SUBMITTED", "publishedRatings": null })
        );
        reviewer.publishes(&ids[0]).await;
        let reader = app.reader().await;
        let node = reader.data(document, asked).await["node"].clone();
        let rating = |key: &str| json!({ "element": { "key": key }, "outcome": { "key": "developing" } });
        let expected = [rating("sdpt.functions.quality.culture"), rating("sdpt.capabilities.finance.risk")];
        assert_eq!(
            node,
            json!({ "stage": "PUBLISHED", "publishedRatings": expected }),
            "in the order of the edition"
        );
    }

    async fn an_assessment_out_of_reach_in_a_batch_publishes_nothing(app: &App) {
        let (_, ids) = submitted(app).await;
        let document = "mutation($items: [PublishItem!]!) { publishAssessments(
            input: { idempotencyKey: \"k\", items: $items }) {
            errors { code } } }";
        let before = app.store.snapshot().history.head();
        let lead = app.lead_of("QOP").await;
        let round = app.national().await.opens("another").await;
        let elsewhere = lead.starts(&round, "QOP").await;
        let reviewer = app.reviewer_of("Y63").await;
        let batch = items(&[(&ids[0], 3), (&elsewhere, 1)]);
        assert_eq!(code(&reviewer.ask_with(document, batch.clone()).await), "NOT_FOUND");
        assert_eq!(code(&app.lead_of("QWO").await.ask_with(document, batch).await), "FORBIDDEN");
        assert_eq!(reviewer.assessment(&ids[0]).await["stage"], "SUBMITTED");
        assert!(app.store.snapshot().history.head() > before, "the other things were recorded");
    }

    async fn a_moderation_that_is_not_shared_holds_back_the_whole_batch(app: &App) {
        let (reviewer, ids) = submitted(app).await;
        let [first, second, third] = [&ids[0], &ids[1], &ids[2]].map(String::as_str);
        reviewer.moderates(second, &[(FIRST, "emerging")]).await;
        let batch = items(&[(first, 3), (second, 4), (third, 3)]);
        let refusals = app.refusals(&reviewer, "publishAssessments", batch).await;
        assert_eq!(refusals, ["WRONG_STAGE items.1.assessment"]);
        reviewer.moderates(second, &[(FIRST, "cleared")]).await;
        let mut batch = items(&[(first, 3), (second, 5), (third, 3)]);
        batch["dryRun"] = json!(true);
        let none: [&str; 0] = [];
        assert_eq!(app.refusals(&reviewer, "publishAssessments", batch).await, none, "it was taken back");
        reviewer.moderates(second, &[(FIRST, "developing")]).await;
        reviewer.shares(second).await;
        let mut batch = items(&[(first, 3), (second, 7), (third, 3)]);
        batch["idempotencyKey"] = json!("all");
        assert_eq!(reviewer.change("publishAssessments", "", batch).await["errors"], json!([]));
        for id in &ids {
            assert_eq!(reviewer.assessment(id).await["stage"], "PUBLISHED");
        }
    }

    async fn publishing_fixes_the_agreed_value_and_keeps_both_for_everybody(app: &App) {
        let (reviewer, ids) = submitted(app).await;
        reviewer.moderates(&ids[0], &[(FIRST, "emerging"), (SECOND, "developing")]).await;
        reviewer.shares(&ids[0]).await;
        assert_eq!(reviewer.publishes(&ids[0]).await["errors"], json!([]));
        let document = "query($id: ID!, $keys: [String!]) { node(id: $id) { ... on Assessment {
            agreed: publishedRatings(subjects: $keys) { ...R } own: publishedRatings(basis: SELF, subjects: $keys) { ...R }
            moderated: publishedRatings(basis: MODERATED, subjects: $keys) { ...R } } } }
            fragment R on Rating { basis outcome { ... on Level { key } } rationale }";
        let asked = json!({ "id": ids[0], "keys": [FIRST, SECOND, THIRD] });
        let node = app.reader().await.data(document, asked).await["node"].clone();
        let rating = |basis: &str, level: &str| json!({ "basis": basis, "outcome": { "key": level }, "rationale": null });
        let own = rating("SELF", "developing");
        let moderated = [rating("MODERATED", "emerging"), rating("MODERATED", "developing")];
        assert_eq!(
            node,
            json!({ "agreed": [moderated[0], moderated[1], own], "own": [own, own, own], "moderated": moderated })
        );
        let differing = "{ assessments(where: { differenceAtLeast: 1 }) { nodes { id } }
            none: assessments(where: { differenceAtLeast: 2 }) { totalCount } }";
        let seen = app.reader().await.data(differing, json!({})).await;
        assert_eq!(
            seen,
            json!({ "assessments": { "nodes": [{ "id": ids[0] }] }, "none": { "totalCount": 0 } })
        );
    }

    async fn a_history_tells_how_many_were_published_with_it(app: &App) {
        let (reviewer, ids) = submitted(app).await;
        for (items, told) in [
            (items(&[(&ids[0], 3)]), "Published it."),
            (items(&[(&ids[1], 3), (&ids[2], 3)]), "Published it together with 1 other."),
        ] {
            let about = items["items"][0]["assessment"].as_str().unwrap().to_owned();
            let mut input = items;
            input["idempotencyKey"] = json!(about);
            assert_eq!(reviewer.change("publishAssessments", "", input).await["errors"], json!([]));
            assert_eq!(reviewer.history(&about).await.last().unwrap(), told);
        }
    }
}
