//! Self versus moderated: pairs, agreement and kappa, and whom they show to.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};

const GAP: &str = "query($systems: SystemsWhere, $round: String, $include: Include!) {
    gap(framework: \"sdpt\", systems: $systems, round: $round, grain: EDITION, include: $include) {
        citation { text } undecided { code }
        lines { subject { key } pairs agreement kappa kappaReason counts { difference count } } } }";

on_both! {
    async fn values_that_nobody_moderated_are_no_pairs(app: &App) {
        let round = app.national().await.opens("2026/27 Q2").await;
        app.published_at(&round, "QWO", "developing").await;
        app.submitted_at(&round, "QHM", "maturing").await;
        let zero = |difference: i32| json!({ "difference": difference, "count": 0 });
        let expected = json!([{ "subject": { "key": "sdpt" }, "pairs": 0, "agreement": null, "kappa": null,
            "kappaReason": "TOO_FEW_PAIRS", "counts": (-3..=3).map(zero).collect::<Vec<_>>() }]);
        for person in [app.reader().await, app.reviewer_of("Y63").await] {
            for include in ["PUBLISHED", "SUBMITTED"] {
                let gap = person.data(GAP, json!({ "include": include })).await["gap"].clone();
                assert_eq!(gap["lines"], expected);
                assert_eq!(gap["citation"] == Value::Null, include == "SUBMITTED");
            }
        }
    }

    async fn a_filter_names_whom_it_cannot_judge_and_a_round_must_exist(app: &App) {
        let round = app.national().await.opens("2026/27 Q2").await;
        app.published_at(&round, "QWO", "developing").await;
        let reader = app.reader().await;
        let level = json!({ "framework": "sdpt", "subject": "sdpt", "atMost": "thriving" });
        let asked = json!({ "include": "PUBLISHED", "systems": { "regions": ["Y63"], "level": level } });
        let gap = reader.data(GAP, asked).await["gap"].clone();
        let codes: Vec<_> =
            gap["undecided"].as_array().unwrap().iter().map(|system| &system["code"]).collect();
        assert_eq!(codes, ["QOQ", "QHM", "QF7"], "Humber, North East, South Yorkshire");
        let unknown = json!({ "include": "PUBLISHED", "round": "nonsense" });
        assert_eq!(code(&reader.ask_with(GAP, unknown).await), "BAD_REQUEST");
        let document = "{ gap(framework: \"nonsense\") { synthetic } }";
        assert_eq!(reader.data(document, json!({})).await["gap"], Value::Null);
    }

    async fn a_moderation_counts_for_the_region_then_the_system_then_everybody(app: &App) {
        let round = app.national().await.opens("2026/27 Q2").await;
        let assessment = app.submitted_at(&round, "QWO", "developing").await;
        let (lead, reviewer, reader) =
            (app.lead_of("QWO").await, app.reviewer_of("Y63").await, app.reader().await);
        let answers = lead.answers(&assessment).await;
        let item = |(i, answer): (usize, &Value)| {
            let level = if i < 2 { "maturing" } else { "developing" };
            json!({ "element": answer["element"]["key"], "of": answer["self"]["id"], "outcome": { "level": level },
                "reason": "seen there" })
        };
        let items: Vec<_> = answers.iter().take(12).enumerate().map(item).collect();
        let input = json!({ "idempotencyKey": "moderate", "assessment": assessment, "items": items });
        assert_eq!(reviewer.change("moderateElements", "", input).await["errors"], json!([]));
        let pairs = async |person: &Person<'_>, include: &str| {
            let gap = person.data(GAP, json!({ "include": include })).await["gap"].clone();
            gap["lines"][0]["pairs"].clone()
        };
        assert_eq!(pairs(&reviewer, "SUBMITTED").await, 12);
        assert_eq!(pairs(&lead, "SUBMITTED").await, 0, "not before it is shared");
        let revision = reviewer.assessment(&assessment).await["revision"].clone();
        let input =
            json!({ "idempotencyKey": "share", "assessment": assessment, "expectedRevision": revision });
        assert_eq!(reviewer.change("shareModeration", "", input).await["errors"], json!([]));
        assert_eq!(pairs(&lead, "SUBMITTED").await, 12);
        assert_eq!(
            (pairs(&reader, "SUBMITTED").await, pairs(&reviewer, "PUBLISHED").await),
            (json!(0), json!(0))
        );
        assert_eq!(reviewer.publishes(&assessment).await["errors"], json!([]));
        let gap = reader.data(GAP, json!({ "include": "PUBLISHED" })).await["gap"].clone();
        let count = |difference: i32| match difference {
            0 => json!({ "difference": 0, "count": 10 }),
            1 => json!({ "difference": 1, "count": 2 }),
            _ => json!({ "difference": difference, "count": 0 }),
        };
        assert_eq!(
            gap["lines"],
            json!([{ "subject": { "key": "sdpt" }, "pairs": 12, "agreement": 10.0 / 12.0,
            "kappa": 0.0, "kappaReason": null, "counts": (-3..=3).map(count).collect::<Vec<_>>() }])
        );
    }
}
