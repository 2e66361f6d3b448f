//! Carrying forward: what a new draft takes over from what was agreed before, whose it was, and who confirms it.

mod successor;

use serde_json::{Value, json};

use crate::harness::app::{App, Person};
use crate::harness::refusal::told;
use crate::round::opened;

const FIRST: &str = "sdpt.functions.transformation.priorities";
const SECOND: &str = "sdpt.functions.transformation.plan-delivery";
const THIRD: &str = "sdpt.functions.transformation.enablers";
const DOCUMENT: &str = "query($id: ID!) { node(id: $id) { ... on Assessment { stage revision workingPapers {
    rated of missing { kind element { key } }
    answers { element { key } self { id basis rationale confidence carriedForward unconfirmed by
        outcome { ... on Level { key } ... on NotApplicable { reason } }
        carriedFrom { organisation { code } round { label } } evidence { title }
        supersedes { id rationale } } previous { outcome { ... on Level { key } } } } } } } }";

/// The working papers with all that was carried.
async fn papers(person: &Person<'_>, assessment: &str) -> Value {
    person.data(DOCUMENT, json!({ "id": assessment })).await["node"]["workingPapers"].clone()
}

/// Starts with what was agreed before. Returns the id.
async fn carries(person: &Person<'_>, round: &str, system: &str) -> String {
    let input = json!({ "idempotencyKey": format!("carry {round} {system}"), "round": round,
        "system": { "code": system }, "carryForward": true });
    let payload = person.change("startAssessment", "assessment { id }", input).await;
    assert_eq!(payload["errors"], json!([]));
    payload["assessment"]["id"].as_str().unwrap().to_owned()
}

async fn rates(person: &Person<'_>, key: &str, assessment: &str, items: Value) -> Value {
    let input = json!({ "idempotencyKey": key, "assessment": assessment, "items": items });
    person.change("rateElements", "results { rating { id } }", input).await
}

/// Rates what must be taken.
async fn rated(person: &Person<'_>, key: &str, assessment: &str, items: Value) {
    assert_eq!(rates(person, key, assessment, items).await["errors"], json!([]), "{key}");
}

/// A round whose ratings describe a day, open whenever the tests run.
async fn round(app: &App, label: &str, day: &str, policy: Value) -> String {
    let mut all = json!({ "evidenceFrom": null });
    for (field, value) in policy.as_object().unwrap() {
        all[field] = value.clone();
    }
    let changes =
        json!({ "referenceDate": day, "opensOn": "2026-01-01", "closesOn": "2027-12-31", "policy": all });
    opened(&app.national().await, label, changes).await
}

/// Confirms what was carried, with changes.
fn confirm(answer: &Value, changes: &Value) -> Value {
    let mut item = json!({ "element": answer["element"]["key"], "replaces": answer["self"]["id"] });
    for (field, value) in changes.as_object().unwrap() {
        item[field] = value.clone();
    }
    item
}

/// A first round of QWO, published: all at developing with a rationale, but FIRST not applicable, SECOND at maturing with
/// evidence for it and high confidence, and THIRD, which says nothing of why it is emerging.
async fn published(app: &App) -> String {
    let lead = app.lead_of("QWO").await;
    let first = round(app, "first", "2026-06-30", json!({ "rationale": "NEVER" })).await;
    let assessment = lead.starts(&first, "QWO").await;
    lead.rates_all(&assessment, "developing").await;
    let answers = lead.answers(&assessment).await;
    let item = |i: usize, changes: &Value| confirm(&answers[i], changes);
    rated(&lead, "special", &assessment, json!([
        item(0, &json!({ "outcome": { "notApplicable": "no such body" } })),
        item(1, &json!({ "outcome": { "level": "maturing" }, "rationale": "as the plan says", "confidence": "HIGH" })),
        item(2, &json!({ "outcome": { "level": "emerging" } })),
    ])).await;
    for (title, supports) in [("the plan", true), ("the audit", false)] {
        let input = json!({ "idempotencyKey": title, "assessment": assessment, "title": title, "kind": "REPORT",
            "elements": [SECOND], "supports": supports });
        assert_eq!(lead.change("recordEvidence", "", input).await["errors"], json!([]));
    }
    assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
    assert_eq!(app.reviewer_of("Y63").await.publishes(&assessment).await["errors"], json!([]));
    assessment
}

fn of_kind<'a>(papers: &'a Value, kind: &str) -> Vec<&'a str> {
    let missing = papers["missing"].as_array().unwrap().iter().filter(|missing| missing["kind"] == kind);
    missing.map(|missing| missing["element"]["key"].as_str().unwrap()).collect()
}

on_both! {
    async fn values_reasons_rationale_confidence_and_citations_come_along_and_say_whose_they_were(app: &App) {
        published(app).await;
        let contributor = app.contributor_to("QWO").await;
        let second = round(app, "second", "2026-09-30", json!({})).await;
        let draft = carries(&contributor, &second, "QWO").await;
        let papers = papers(&contributor, &draft).await;
        assert_eq!((&papers["rated"], &papers["of"]), (&json!(24), &json!(24)));
        let from = json!({ "organisation": { "code": "QWO" }, "round": { "label": "first" } });
        for answer in papers["answers"].as_array().unwrap() {
            let own = &answer["self"];
            assert_eq!(
                (&own["basis"], &own["carriedFrom"], &own["supersedes"]),
                (&json!("SELF"), &from, &Value::Null)
            );
            assert_eq!((&own["carriedForward"], &own["unconfirmed"]), (&json!(true), &json!(true)));
            assert_eq!(own["by"], "local CONTRIBUTOR of QWO", "whoever started it carried it over");
        }
        let own = |i: usize| &papers["answers"][i]["self"];
        assert_eq!(
            (&own(0)["outcome"], &own(0)["rationale"]),
            (&json!({ "reason": "no such body" }), &Value::Null)
        );
        assert_eq!(own(1)["outcome"], json!({ "key": "maturing" }));
        assert_eq!(
            (&own(1)["rationale"], &own(1)["confidence"]),
            (&json!("as the plan says"), &json!("HIGH"))
        );
        assert_eq!(own(1)["evidence"], json!([{ "title": "the plan" }]), "what supports it");
        assert_eq!((&own(2)["outcome"], &own(2)["rationale"]), (&json!({ "key": "emerging" }), &Value::Null));
        assert_eq!((&own(3)["rationale"], &own(3)["evidence"]), (&json!("because developing"), &json!([])));
        assert_eq!(papers["answers"][1]["previous"]["outcome"], json!({ "key": "maturing" }));
    }

    async fn what_was_carried_is_missing_until_a_person_confirms_it(app: &App) {
        published(app).await;
        let (lead, region) = (app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        let second = round(app, "second", "2026-09-30", json!({})).await;
        let draft = carries(&lead, &second, "QWO").await;
        let before = papers(&lead, &draft).await;
        assert_eq!(of_kind(&before, "NOT_CONFIRMED").len(), 24);
        assert_eq!(
            of_kind(&before, "RATIONALE"),
            [THIRD],
            "words that were never written are missing as well"
        );
        let input = json!({ "assessment": draft, "expectedRevision": 1,
            "approval": { "kind": "BOARD", "body": "b", "on": "2026-11-20" } });
        assert_eq!(app.refusals(&lead, "submitAssessment", input).await, ["INCOMPLETE_ASSESSMENT"]);

        let answers = before["answers"].as_array().unwrap();
        let items: Vec<_> = answers.iter().take(23).map(|answer| confirm(answer, &json!({}))).collect();
        rated(&lead, "confirm", &draft, json!(items)).await;
        let half = papers(&lead, &draft).await;
        assert_eq!(of_kind(&half, "NOT_CONFIRMED"), [answers[23]["element"]["key"].as_str().unwrap()]);
        for (answer, before) in half["answers"].as_array().unwrap().iter().zip(answers).take(23) {
            let (own, was) = (&answer["self"], &before["self"]);
            for field in ["outcome", "rationale", "confidence", "carriedFrom", "carriedForward", "evidence"] {
                assert_eq!(own[field], was[field], "{field} stays");
            }
            assert_eq!(
                (&own["unconfirmed"], &own["by"]),
                (&json!(false), &json!("local SYSTEM_LEAD of QWO"))
            );
            assert_eq!(own["supersedes"]["id"], was["id"]);
        }
        let rest = json!([
            confirm(&answers[23], &json!({ "outcome": { "level": "thriving" }, "rationale": "afresh" })),
            confirm(
                &half["answers"][2],
                &json!({ "outcome": { "level": "emerging" }, "rationale": "at last" })
            )
        ]);
        rated(&lead, "rest", &draft, rest).await;
        assert_eq!(lead.submits(&draft).await["errors"], json!([]));
        assert_eq!(region.publishes(&draft).await["errors"], json!([]));
        let published = papers(&lead, &draft).await;
        let afresh: Vec<_> = published["answers"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|answer| answer["self"]["carriedForward"] == false)
            .map(|answer| &answer["element"]["key"])
            .collect();
        assert_eq!(afresh, [&json!(THIRD), &answers[23]["element"]["key"]], "rated again, not carried");
    }

    async fn whoever_confirms_may_bring_other_words_confidence_and_evidence(app: &App) {
        published(app).await;
        let lead = app.lead_of("QWO").await;
        let draft = carries(&lead, &round(app, "second", "2026-09-30", json!({})).await, "QWO").await;
        let before = papers(&lead, &draft).await;
        let input = json!({ "idempotencyKey": "e", "assessment": draft, "title": "newer", "kind": "DATA", "elements": [FIRST] });
        let evidence =
            lead.change("recordEvidence", "evidence { id }", input).await["evidence"]["id"].clone();
        let changes = json!({ "rationale": "new words", "confidence": "LOW", "evidence": [evidence] });
        rated(&lead, "confirm", &draft, json!([confirm(&before["answers"][1], &changes)])).await;
        let own = papers(&lead, &draft).await["answers"][1]["self"].clone();
        assert_eq!(
            (&own["outcome"], &own["rationale"], &own["confidence"]),
            (&json!({ "key": "maturing" }), &json!("new words"), &json!("LOW"))
        );
        assert_eq!(own["evidence"], json!([{ "title": "the plan" }, { "title": "newer" }]));
        assert_eq!(own["supersedes"]["rationale"], "as the plan says");
        assert_eq!(own["carriedForward"], true);
    }

    async fn only_what_waits_can_be_confirmed(app: &App) {
        published(app).await;
        let lead = app.lead_of("QWO").await;
        let draft = carries(&lead, &round(app, "second", "2026-09-30", json!({})).await, "QWO").await;
        let carried = papers(&lead, &draft).await["answers"].clone();
        rated(&lead, "confirm", &draft, json!([confirm(&carried[0], &json!({}))])).await;
        let cleared = json!({ "outcome": { "cleared": true } });
        rated(&lead, "clear", &draft, json!([confirm(&carried[1], &cleared)])).await;
        let now = papers(&lead, &draft).await["answers"].clone();
        let other = lead.starts(&round(app, "third", "2026-10-31", json!({})).await, "QWO").await;
        for (assessment, item, expected) in [
            (&draft, confirm(&now[0], &json!({})), "INVALID_INPUT items.0.outcome"),
            (&draft, confirm(&now[1], &json!({})), "INVALID_INPUT items.0.outcome"),
            (&draft, confirm(&carried[2], &json!({ "replaces": null })), "STALE_REVISION items.0.replaces"),
            (
                &draft,
                confirm(&carried[2], &json!({ "replaces": now[3]["self"]["id"] })),
                "STALE_REVISION items.0.replaces",
            ),
            (&other, json!({ "element": FIRST }), "INVALID_INPUT items.0.outcome"),
        ] {
            let input = json!({ "assessment": assessment, "items": [item] });
            assert_eq!(app.refusals(&lead, "rateElements", input).await, [expected]);
        }
    }

    async fn where_the_policy_does_not_ask_nothing_is_missing(app: &App) {
        published(app).await;
        let lead = app.lead_of("QWO").await;
        let policy = json!({ "confirmCarriedForward": false, "rationale": "WHEN_CHANGED" });
        let draft = carries(&lead, &round(app, "second", "2026-09-30", policy).await, "QWO").await;
        let papers = papers(&lead, &draft).await;
        assert_eq!(papers["missing"], json!([{ "kind": "APPROVAL", "element": null }]));
        assert_eq!(
            papers["answers"][0]["self"]["unconfirmed"], true,
            "it still says that nobody looked at it"
        );
        assert_eq!(lead.submits(&draft).await["errors"], json!([]));
    }

    async fn the_evidence_that_came_along_is_asked_for_no_more(app: &App) {
        published(app).await;
        let lead = app.lead_of("QWO").await;
        let policy =
            json!({ "confirmCarriedForward": false, "rationale": "NEVER", "evidenceFrom": "developing" });
        let draft = carries(&lead, &round(app, "second", "2026-09-30", policy).await, "QWO").await;
        let papers = papers(&lead, &draft).await;
        let lacking = of_kind(&papers, "EVIDENCE");
        assert_eq!(lacking.len(), 21);
        assert!(!lacking.contains(&SECOND), "it cites the plan");
    }

    async fn with_nothing_to_carry_or_not_asked_for_the_draft_is_empty(app: &App) {
        let lead = app.lead_of("QWO").await;
        let early = round(app, "early", "2026-05-31", json!({})).await;
        let unpublished = lead.starts(&early, "QWO").await;
        lead.rates_all(&unpublished, "developing").await;
        lead.submits(&unpublished).await;
        let second = round(app, "second", "2026-09-30", json!({})).await;
        let draft = carries(&lead, &second, "QWO").await;
        assert_eq!(papers(&lead, &draft).await["rated"], 0, "what is not published is not agreed");
        app.reviewer_of("Y63").await.publishes(&unpublished).await;
        let third = round(app, "third", "2026-10-31", json!({})).await;
        let empty = lead.starts(&third, "QWO").await;
        assert_eq!(papers(&lead, &empty).await["rated"], 0, "nobody asked for it");
        let before = round(app, "before", "2026-04-30", json!({})).await;
        let draft = carries(&lead, &before, "QWO").await;
        assert_eq!(papers(&lead, &draft).await["rated"], 0, "it describes a later day");
    }

    async fn each_draft_takes_the_latest_and_a_retracted_publication_is_none(app: &App) {
        let first = published(app).await;
        let (lead, region, national) =
            (app.lead_of("QWO").await, app.reviewer_of("Y63").await, app.national().await);
        let policy = json!({ "confirmCarriedForward": false, "rationale": "NEVER" });
        let second = carries(&lead, &round(app, "second", "2026-09-30", policy.clone()).await, "QWO").await;
        let carried = papers(&lead, &second).await["answers"].clone();
        let changed =
            confirm(&carried[1], &json!({ "outcome": { "level": "thriving" }, "rationale": "grown" }));
        let cleared = confirm(&carried[3], &json!({ "outcome": { "cleared": true } }));
        rated(&lead, "change", &second, json!([changed, cleared])).await;
        let again = confirm(&lead.answers(&second).await[3], &json!({ "outcome": { "level": "emerging" } }));
        rated(&lead, "again", &second, json!([again])).await;
        lead.submits(&second).await;
        region.publishes(&second).await;
        let third = carries(&lead, &round(app, "third", "2026-10-31", policy.clone()).await, "QWO").await;
        let answers = papers(&lead, &third).await["answers"].clone();
        let from = |label: &str| json!({ "organisation": { "code": "QWO" }, "round": { "label": label } });
        assert_eq!(answers[1]["self"]["outcome"], json!({ "key": "thriving" }));
        assert_eq!(
            (&answers[1]["self"]["rationale"], &answers[1]["self"]["carriedFrom"]),
            (&json!("grown"), &from("second"))
        );
        assert_eq!(answers[3]["self"]["outcome"], json!({ "key": "emerging" }));
        assert_eq!(
            answers[0]["self"]["outcome"],
            json!({ "reason": "no such body" }),
            "carried twice, with its reason"
        );
        assert_eq!(answers[0]["self"]["carriedFrom"], from("second"), "each says the last one");
        let revision = national.assessment(&second).await["revision"].clone();
        let input = json!({ "idempotencyKey": "r", "assessment": second, "expectedRevision": revision, "reason": "r" });
        assert_eq!(national.change("retractPublication", "", input).await["errors"], json!([]));
        let fourth = carries(&lead, &round(app, "fourth", "2026-11-30", policy).await, "QWO").await;
        let answers = papers(&lead, &fourth).await["answers"].clone();
        assert_eq!(
            (&answers[1]["self"]["outcome"], &answers[1]["self"]["carriedFrom"]),
            (&json!({ "key": "maturing" }), &from("first"))
        );
        assert_ne!(first, second);
    }

    async fn a_corrected_value_is_what_is_carried_with_the_words_of_whoever_corrected(app: &App) {
        let first = published(app).await;
        let (lead, region) = (app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        let own = lead.answers(&first).await;
        let revision = region.assessment(&first).await["revision"].clone();
        let item = |i: usize, outcome: Value| json!({ "element": own[i]["element"]["key"], "of": own[i]["self"]["id"], "outcome": outcome, "reason": format!("reason {i}") });
        let items = [item(1, json!({ "level": "emerging" })), item(3, json!({ "notApplicable": "moved" }))];
        let input = json!({ "idempotencyKey": "c", "assessment": first, "expectedRevision": revision, "reason": "all", "items": items });
        assert_eq!(region.change("correctRatings", "", input).await["errors"], json!([]));
        let draft = carries(&lead, &round(app, "second", "2026-09-30", json!({})).await, "QWO").await;
        let answers = papers(&lead, &draft).await["answers"].clone();
        let of = |i: usize| (answers[i]["self"]["outcome"].clone(), answers[i]["self"]["rationale"].clone());
        assert_eq!(of(1), (json!({ "key": "emerging" }), json!("reason 1")));
        assert_eq!(of(3), (json!({ "reason": "moved" }), json!("reason 3")));
        assert_eq!(answers[1]["self"]["basis"], "SELF");
        assert_eq!(answers[1]["self"]["evidence"], json!([{ "title": "the plan" }]));
        let confirmed = rates(&lead, "confirm", &draft, json!([confirm(&answers[3], &json!({}))])).await;
        assert_eq!(told(&confirmed["errors"]), Vec::<String>::new());
        assert_eq!(
            papers(&lead, &draft).await["answers"][3]["self"]["outcome"],
            json!({ "reason": "moved" })
        );
    }
}
