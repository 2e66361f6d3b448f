//! Rating elements: what is taken, what is refused with which code at which path, and that a refusal changes nothing.

use serde_json::{Value, json};

use crate::harness::app::{App, Person};
use crate::harness::refusal::told;

const FIRST: &str = "sdpt.functions.transformation.priorities";
const SECOND: &str = "sdpt.functions.transformation.plan-delivery";

fn item(element: &str, level: &str) -> Value {
    json!({ "element": element, "outcome": { "level": level }, "rationale": "because" })
}

/// The same item with one field different.
fn with(field: &str, value: Value) -> Value {
    let mut item = item(FIRST, "emerging");
    item[field] = value;
    item
}

/// A draft of QWO, and its lead.
async fn draft(app: &App) -> (Person<'_>, String) {
    let round = app.national().await.opens("2026/27 Q2").await;
    let lead = app.lead_of("QWO").await;
    let assessment = lead.starts(&round, "QWO").await;
    (lead, assessment)
}

/// Rates with a key of its own, and returns the payload.
async fn rates(person: &Person<'_>, key: &str, assessment: &str, items: Value) -> Value {
    let input = json!({ "idempotencyKey": key, "assessment": assessment, "items": items });
    let fields = "assessment { ...A } results { rating { id rationale confidence
        outcome { ... on Level { key } ... on NotApplicable { reason } } } errors { ...E } }";
    person.change("rateElements", fields, input).await
}

on_both! {
    async fn an_item_that_is_wrong_is_refused_at_its_path_and_takes_the_batch_with_it(app: &App) {
        let (lead, assessment) = draft(app).await;
        let first = rates(&lead, "first", &assessment, json!([item(FIRST, "emerging")])).await;
        let current = &first["results"][0]["rating"]["id"];
        let elsewhere = format!("evidence_{}", "0".repeat(26));
        let over = |most: usize| "x".repeat(most + 1);
        for (wrong, expected) in [
            (with("element", json!("sdpt.functions.nonsense")), vec!["UNKNOWN_ELEMENT items.1.element"]),
            (with("element", json!("")), vec!["UNKNOWN_ELEMENT items.1.element"]),
            (with("element", json!(SECOND)), vec!["INVALID_INPUT items.1.element"]),
            (with("outcome", json!({ "level": "perfect" })), vec!["UNKNOWN_LEVEL items.1.outcome"]),
            (with("outcome", json!({ "level": "Emerging" })), vec!["UNKNOWN_LEVEL items.1.outcome"]),
            (with("outcome", json!({ "notApplicable": "" })), vec!["REASON_REQUIRED items.1.outcome"]),
            (with("outcome", json!({ "notApplicable": " \n" })), vec!["REASON_REQUIRED items.1.outcome"]),
            (with("outcome", json!({ "notApplicable": over(2000) })), vec!["INVALID_INPUT items.1.outcome"]),
            (with("outcome", json!({ "notApplicable": "a\0b" })), vec!["INVALID_INPUT items.1.outcome"]),
            (with("outcome", json!({ "cleared": false })), vec!["INVALID_INPUT items.1.outcome"]),
            (with("rationale", json!("nul \0")), vec!["INVALID_INPUT items.1.rationale"]),
            (with("rationale", json!("bell \u{7}")), vec!["INVALID_INPUT items.1.rationale"]),
            (with("rationale", json!("next\u{85}line")), vec!["INVALID_INPUT items.1.rationale"]),
            (with("rationale", json!(over(4000))), vec!["INVALID_INPUT items.1.rationale"]),
            (with("rationale", json!("")), vec!["INVALID_INPUT items.1.rationale"]),
            (with("evidence", json!([elsewhere])), vec!["EVIDENCE_INVALID items.1.evidence"]),
            (with("evidence", json!(["garbage"])), vec!["INVALID_INPUT items.1.evidence"]),
            (with("evidence", json!([assessment])), vec!["INVALID_INPUT items.1.evidence"]),
            (with("replaces", json!("garbage")), vec!["INVALID_INPUT items.1.replaces"]),
            (with("replaces", json!(assessment)), vec!["INVALID_INPUT items.1.replaces"]),
            (with("replaces", Value::Null), vec!["STALE_REVISION items.1.replaces"]),
            (
                with("replaces", json!(format!("rating_{}", "0".repeat(26)))),
                vec!["STALE_REVISION items.1.replaces"],
            ),
        ] {
            let mut wrong = wrong;
            if wrong.get("replaces").is_none() && wrong["element"] == FIRST {
                wrong["replaces"] = current.clone();
            }
            let input = json!({ "assessment": assessment, "items": [item(SECOND, "emerging"), wrong] });
            let shown = wrong.to_string();
            assert_eq!(app.refusals(&lead, "rateElements", input).await, expected, "{shown:.200}");
        }
    }

    async fn all_that_is_wrong_is_said_at_once(app: &App) {
        let (lead, assessment) = draft(app).await;
        let items = json!([
            { "element": FIRST, "outcome": { "notApplicable": "" }, "rationale": "\u{0}" },
            item(SECOND, "perfect"),
            item("nonsense", "emerging"),
        ]);
        let told =
            app.refusals(&lead, "rateElements", json!({ "assessment": assessment, "items": items })).await;
        assert_eq!(
            told,
            [
                "REASON_REQUIRED items.0.outcome",
                "INVALID_INPUT items.0.rationale",
                "UNKNOWN_LEVEL items.1.outcome",
                "UNKNOWN_ELEMENT items.2.element"
            ]
        );
    }

    async fn a_batch_as_a_whole_is_refused_at_its_path(app: &App) {
        let (lead, assessment) = draft(app).await;
        let many = |count| json!(vec![item(FIRST, "emerging"); count]);
        let other_noun = assessment.replace("assessment_", "round_");
        for (input, expected) in [
            (json!({ "assessment": assessment, "items": [] }), "INVALID_INPUT items"),
            (json!({ "assessment": assessment, "items": many(201) }), "INVALID_INPUT items"),
            (json!({ "assessment": "garbage", "items": many(1) }), "INVALID_INPUT assessment"),
            (json!({ "assessment": other_noun, "items": many(1) }), "INVALID_INPUT assessment"),
            (json!({ "assessment": "", "items": many(1) }), "INVALID_INPUT assessment"),
            (
                json!({ "assessment": assessment, "items": many(1), "idempotencyKey": "" }),
                "INVALID_INPUT idempotencyKey",
            ),
            (
                json!({ "assessment": assessment, "items": many(1), "idempotencyKey": "k".repeat(201) }),
                "INVALID_INPUT idempotencyKey",
            ),
            (
                json!({ "assessment": assessment, "items": many(1), "idempotencyKey": "\u{0}" }),
                "INVALID_INPUT idempotencyKey",
            ),
        ] {
            assert_eq!(app.refusals(&lead, "rateElements", input).await, [expected]);
        }
    }

    async fn two_hundred_items_are_taken_as_a_batch(app: &App) {
        let (lead, assessment) = draft(app).await;
        let items: Vec<_> =
            std::iter::once(item(FIRST, "emerging")).chain(vec![item("nonsense", "emerging"); 199]).collect();
        let input = json!({ "idempotencyKey": "k", "assessment": assessment, "items": items, "batch": "APPLY_VALID" });
        let payload = lead.change("rateElements", "results { rating { id } errors { ...E } }", input).await;
        assert_ne!(payload["results"][0]["rating"]["id"], Value::Null);
        assert_eq!(told(&payload["results"][199]["errors"]), ["UNKNOWN_ELEMENT items.199.element"]);
    }

    async fn text_is_composed_and_keeps_newlines_and_tabs(app: &App) {
        let (lead, assessment) = draft(app).await;
        let long = "é".repeat(4000);
        let payload = rates(&lead, "k", &assessment, json!([
            { "element": FIRST, "outcome": { "level": "emerging" }, "confidence": "LOW",
                "rationale": "  cafe\u{301}\n\tfirst  " },
            { "element": SECOND, "outcome": { "notApplicable": "No cafe\u{301}\nhere" }, "rationale": long },
        ])).await;
        assert_eq!(payload["errors"], json!([]));
        let [first, second] = [0, 1].map(|i| &payload["results"][i]["rating"]);
        assert_eq!((&first["rationale"], &first["confidence"]), (&json!("café\n\tfirst"), &json!("LOW")));
        assert_eq!(first["outcome"], json!({ "key": "emerging" }));
        assert_eq!(second["outcome"], json!({ "reason": "No café\nhere" }));
        assert_eq!((&second["rationale"], &second["confidence"]), (&json!(long), &Value::Null));
        assert_eq!(payload["assessment"]["workingPapers"]["rated"], 2);
    }

    async fn clearing_an_element_unrates_it_and_keeps_what_was_said(app: &App) {
        let (lead, assessment) = draft(app).await;
        lead.rates_all(&assessment, "emerging").await;
        let rated = lead.answers(&assessment).await[0]["self"]["id"].clone();
        let clear = json!({ "cleared": true });
        let item = json!({ "element": FIRST, "replaces": rated, "outcome": clear, "rationale": "too early" });
        let payload = rates(&lead, "clear", &assessment, json!([item])).await;
        assert_eq!(payload["errors"], json!([]));
        let cleared = &payload["results"][0]["rating"];
        assert_eq!((&cleared["outcome"], &cleared["rationale"]), (&Value::Null, &json!("too early")));
        let papers = &payload["assessment"]["workingPapers"];
        assert_eq!(papers["rated"], 23);
        assert_eq!(papers["answers"][0]["self"], json!({ "id": cleared["id"], "outcome": null }));
        let document = "query($id: ID!, $cleared: ID!) {
            node(id: $id) { ... on Assessment { workingPapers { missing { kind element { key } } } } }
            cleared: node(id: $cleared) { ... on Rating { supersedes { id outcome { ... on Level { key } } } } } }";
        let data = lead.data(document, json!({ "id": assessment, "cleared": cleared["id"] })).await;
        assert_eq!(
            data["node"]["workingPapers"]["missing"][0],
            json!({ "kind": "NOT_RATED", "element": { "key": FIRST } })
        );
        assert_eq!(data["cleared"]["supersedes"], json!({ "id": rated, "outcome": { "key": "emerging" } }));
        let again = with("replaces", cleared["id"].clone());
        assert_eq!(rates(&lead, "again", &assessment, json!([again])).await["errors"], json!([]));
    }

    async fn colleagues_who_rate_at_once_conflict_only_on_the_same_element(app: &App) {
        let (lead, assessment) = draft(app).await;
        let contributor = app.contributor_to("QWO").await;
        assert_eq!(
            rates(&lead, "a", &assessment, json!([item(FIRST, "emerging")])).await["errors"],
            json!([])
        );
        assert_eq!(
            rates(&contributor, "a", &assessment, json!([item(SECOND, "maturing")])).await["errors"],
            json!([])
        );
        let current = lead.answers(&assessment).await[0]["self"]["id"].clone();
        let late = rates(&contributor, "b", &assessment, json!([item(FIRST, "thriving")])).await;
        assert_eq!(told(&late["errors"]), ["STALE_REVISION items.0.replaces"]);
        assert_eq!(late["errors"][0]["currentRevision"], 3);
        assert_eq!(
            late["errors"][0]["current"],
            json!({ "id": current, "rationale": "because", "outcome": { "key": "emerging" } })
        );
        let informed = with("replaces", current);
        assert_eq!(rates(&contributor, "c", &assessment, json!([informed])).await["errors"], json!([]));
    }

    async fn apply_valid_writes_the_good_items_and_says_what_was_wrong_with_the_others(app: &App) {
        let (lead, assessment) = draft(app).await;
        let items = json!([item("nonsense", "emerging"), item(FIRST, "emerging"), item(SECOND, "perfect")]);
        let expected = ["UNKNOWN_ELEMENT items.0.element", "UNKNOWN_LEVEL items.2.outcome"];
        for batch in ["ALL_OR_NOTHING", "APPLY_VALID"] {
            let input = json!({ "assessment": assessment, "items": items, "batch": batch, "dryRun": true });
            assert_eq!(app.refusals(&lead, "rateElements", input).await, expected, "dry: {batch}");
        }
        let input = json!({ "assessment": assessment, "items": items });
        assert_eq!(app.refusals(&lead, "rateElements", input).await, expected);
        let mut input = json!({ "assessment": assessment, "items": items, "batch": "APPLY_VALID" });
        input["idempotencyKey"] = json!("valid");
        let payload = lead
            .change("rateElements", "assessment { ...A } results { rating { id } errors { ...E } }", input)
            .await;
        assert_eq!(told(&payload["errors"]), expected);
        assert_eq!(
            (&payload["assessment"]["revision"], &payload["assessment"]["workingPapers"]["rated"]),
            (&json!(2), &json!(1))
        );
        let written: Vec<_> = (0..3).map(|i| payload["results"][i]["rating"].is_object()).collect();
        assert_eq!(written, [false, true, false]);
        let bad = [item("nonsense", "emerging")];
        let nothing_good = json!({ "assessment": assessment, "items": bad, "batch": "APPLY_VALID" });
        assert_eq!(
            app.refusals(&lead, "rateElements", nothing_good).await,
            ["UNKNOWN_ELEMENT items.0.element"]
        );
    }

    async fn a_dry_run_writes_nothing_and_leaves_its_key_free(app: &App) {
        let (lead, assessment) = draft(app).await;
        let items = [item(FIRST, "emerging")];
        let mut input =
            json!({ "idempotencyKey": "k", "assessment": assessment, "items": items, "dryRun": true });
        assert_eq!(app.refusals(&lead, "rateElements", input.clone()).await, Vec::<String>::new());
        input["dryRun"] = json!(false);
        let payload = lead.change("rateElements", "assessment { revision }", input).await;
        assert_eq!(payload, json!({ "assessment": { "revision": 2 }, "errors": [] }));
    }

    async fn ratings_are_taken_while_the_round_is_open_in_london_and_the_assessment_a_draft(app: &App) {
        let (lead, assessment) = draft(app).await;
        let input = json!({ "assessment": assessment, "items": [item(FIRST, "emerging")] });
        let dry = {
            let mut dry = input.clone();
            dry["dryRun"] = json!(true);
            dry
        };
        // The round opens on 1 October, an hour earlier by Greenwich, and closes at the end of 18 December.
        for (time, expected) in [
            ("2026-09-30T22:59:59Z", vec!["ROUND_NOT_OPEN"]),
            ("2026-09-30T23:00:00Z", vec![]),
            ("2026-12-18T23:59:59Z", vec![]),
            ("2026-12-19T00:00:00Z", vec!["ROUND_NOT_OPEN"]),
        ] {
            app.at(time);
            assert_eq!(app.refusals(&lead, "rateElements", dry.clone()).await, expected, "{time}");
        }
        app.at("2026-11-22T10:00:00Z");
        lead.rates_all(&assessment, "emerging").await;
        lead.submits(&assessment).await;
        assert_eq!(app.refusals(&lead, "rateElements", input).await, ["WRONG_STAGE"]);
    }
}
