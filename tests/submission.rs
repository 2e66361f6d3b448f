//! Submitting: what the round asks for, what is missing, and who approved.

use serde_json::{Value, json};

use crate::harness::app::{App, Person};
use crate::harness::refusal::told;
use crate::round::opened;

const FIRST: &str = "sdpt.functions.transformation.priorities";

fn board() -> Value {
    json!({ "kind": "BOARD", "body": "Board", "on": "2026-11-20" })
}

/// Submits at the present revision with this approval.
fn input(revision: &Value, assessment: &str, approval: &Value) -> Value {
    json!({ "idempotencyKey": format!("submit {assessment} {approval}"), "assessment": assessment,
        "expectedRevision": revision, "approval": approval })
}

async fn submits(person: &Person<'_>, assessment: &str, approval: &Value) -> Value {
    let revision = person.assessment(assessment).await["revision"].clone();
    person.change("submitAssessment", "assessment { ...A }", input(&revision, assessment, approval)).await
}

async fn rates(person: &Person<'_>, key: &str, assessment: &str, items: Value) {
    let input = json!({ "idempotencyKey": key, "assessment": assessment, "items": items });
    assert_eq!(person.change("rateElements", "assessment { id }", input).await["errors"], json!([]));
}

/// `KIND element` each, in order.
fn lacking(missing: &Value) -> Vec<String> {
    let short = |missing: &Value| {
        let message = missing["message"].as_str().unwrap();
        assert!(message.ends_with('.'), "{message:?} is no sentence");
        let element = missing["element"]["key"].as_str().unwrap_or_default();
        let element = element.rsplit('.').next().unwrap_or_default();
        format!("{} {element}", missing["kind"].as_str().unwrap()).trim_end().to_owned()
    };
    missing.as_array().unwrap().iter().map(short).collect()
}

/// What the working papers say is missing.
async fn missing(person: &Person<'_>, assessment: &str) -> Value {
    let document = "query($id: ID!) { node(id: $id) { ... on Assessment { workingPapers {
        missing { kind message element { key } } } } } }";
    person.data(document, json!({ "id": assessment })).await["node"]["workingPapers"]["missing"].clone()
}

on_both! {
    async fn a_submission_is_refused_with_the_complete_list_which_can_be_read_any_time(app: &App) {
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        let round = opened(&national, "2026/27 Q2", json!({ "policy": null })).await;
        let assessment = lead.starts(&round, "QWO").await;
        assert_eq!(lacking(&missing(&lead, &assessment).await).len(), 25, "every element, and the approval");
        let keys: Vec<_> =
            lead.answers(&assessment).await.iter().map(|answer| answer["element"]["key"].clone()).collect();
        let outcome = |i: usize| match i {
            1 => json!({ "notApplicable": "we have none" }),
            3..=6 => json!({ "level": "maturing" }),
            7 => json!({ "level": "thriving" }),
            _ => json!({ "level": "developing" }),
        };
        let item = |i: usize| {
            json!({ "element": keys[i], "outcome": outcome(i),
            "rationale": if (1..=3).contains(&i) { Value::Null } else { json!("because") } })
        };
        // The first stays unrated.
        rates(&lead, "rate", &assessment, (1..24).map(item).collect()).await;
        for (key, element, supports) in [("for", &keys[5], true), ("against", &keys[6], false)] {
            let input = json!({ "idempotencyKey": key, "assessment": assessment, "title": "t", "kind": "DATA",
                "elements": [element], "supports": supports });
            assert_eq!(lead.change("recordEvidence", "", input).await["errors"], json!([]));
        }
        let expected = [
            "NOT_RATED priorities",
            "RATIONALE enablers",
            "RATIONALE enabler-delivery",
            "EVIDENCE enabler-delivery",
            "EVIDENCE representation",
            "EVIDENCE people-plan",
            "EVIDENCE workforce-model",
            "APPROVAL",
        ];
        let revision = lead.assessment(&assessment).await["revision"].clone();
        for (approval, expected) in [
            (Value::Null, &expected[..]),
            (board(), &expected[..7]),
            (json!({ "kind": "EXECUTIVE", "body": "b", "on": "2026-11-20" }), &expected[..]),
        ] {
            let refused = submits(&lead, &assessment, &approval).await;
            assert_eq!(told(&refused["errors"]), ["INCOMPLETE_ASSESSMENT"]);
            assert_eq!(lacking(&refused["errors"][0]["missing"]), expected, "{approval}");
            if approval.is_null() {
                assert_eq!(refused["errors"][0]["missing"], missing(&lead, &assessment).await);
            }
            let input = input(&revision, &assessment, &approval);
            assert_eq!(app.refusals(&lead, "submitAssessment", input).await, ["INCOMPLETE_ASSESSMENT"]);
        }
    }

    async fn evidence_is_asked_for_from_maturing_on(app: &App) {
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        for (level, needs) in
            [("emerging", false), ("developing", false), ("maturing", true), ("thriving", true)]
        {
            let round = opened(&national, level, json!({ "policy": {} })).await;
            let assessment = lead.starts(&round, "QWO").await;
            lead.rates_all(&assessment, level).await;
            let missing = lacking(&missing(&lead, &assessment).await);
            assert_eq!(missing.len(), if needs { 25 } else { 1 }, "{level}: {missing:?}");
        }
    }

    async fn a_round_may_ask_for_rationale_only_where_something_changed(app: &App) {
        let (national, lead, reviewer) =
            (app.national().await, app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        let mut rounds = Vec::new();
        for (label, day, rationale) in [
            ("first", "2026-03-31", "ALWAYS"),
            ("second", "2026-09-30", "WHEN_CHANGED"),
            ("third", "2026-10-31", "NEVER"),
        ] {
            let policy = json!({ "rationale": rationale, "evidenceFrom": null, "approvals": [] });
            rounds.push(opened(&national, label, json!({ "referenceDate": day, "policy": policy })).await);
        }
        let first = lead.starts(&rounds[0], "QWO").await;
        lead.rates_all(&first, "developing").await;
        lead.submits(&first).await;
        // What is not published yet is nothing to compare with.
        let second = lead.starts(&rounds[1], "QWO").await;
        let keys: Vec<_> =
            lead.answers(&second).await.iter().map(|answer| answer["element"]["key"].clone()).collect();
        let outcome = |i: usize| match i {
            2 => json!({ "level": "maturing" }),
            3 => json!({ "level": "emerging" }),
            4 => json!({ "notApplicable": "gone" }),
            _ => json!({ "level": "developing" }),
        };
        rates(
            &lead,
            "second",
            &second,
            (0..24).map(|i| json!({ "element": keys[i], "outcome": outcome(i) })).collect(),
        )
        .await;
        assert_eq!(lacking(&missing(&lead, &second).await).len(), 23);
        reviewer.publishes(&first).await;
        assert_eq!(
            lacking(&missing(&lead, &second).await),
            ["RATIONALE enablers", "RATIONALE enabler-delivery"]
        );
        let third = lead.starts(&rounds[2], "QWO").await;
        rates(
            &lead,
            "third",
            &third,
            keys.iter().map(|key| json!({ "element": key, "outcome": { "level": "thriving" } })).collect(),
        )
        .await;
        assert_eq!(lacking(&missing(&lead, &third).await), Vec::<String>::new());
        let submitted = submits(&lead, &third, &Value::Null).await;
        assert_eq!(
            (&submitted["errors"], &submitted["assessment"]["stage"]),
            (&json!([]), &json!("SUBMITTED"))
        );
    }

    async fn the_round_says_which_approvals_it_takes_and_they_are_kept(app: &App) {
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        let executive = json!({ "evidenceFrom": null, "approvals": ["EXECUTIVE"] });
        for (number, (policy, kind, taken)) in [
            (json!({ "evidenceFrom": null }), "BOARD", true),
            (json!({ "evidenceFrom": null }), "COMMITTEE", true),
            (json!({ "evidenceFrom": null }), "CHAIR_ACTION", true),
            (json!({ "evidenceFrom": null }), "EXECUTIVE", false),
            (executive.clone(), "EXECUTIVE", true),
            (executive, "BOARD", false),
        ]
        .into_iter()
        .enumerate()
        {
            let round = opened(&national, &number.to_string(), json!({ "policy": policy })).await;
            let assessment = lead.starts(&round, "QWO").await;
            lead.rates_all(&assessment, "emerging").await;
            let approval =
                json!({ "kind": kind, "body": " Cafe\u{301} ", "on": "2026-11-22", "paper": "7/26\nitem 3" });
            let payload = submits(&lead, &assessment, &approval).await;
            let expected: &[&str] = if taken { &[] } else { &["INCOMPLETE_ASSESSMENT"] };
            assert_eq!(told(&payload["errors"]), expected, "{policy} {kind}");
            let document = "query($id: ID!) { node(id: $id) { ... on Assessment { workingPapers {
                approval { kind body on paper } missing { kind } } } } }";
            let papers =
                lead.data(document, json!({ "id": assessment })).await["node"]["workingPapers"].clone();
            let kept = json!({ "kind": kind, "body": "Café", "on": "2026-11-22", "paper": "7/26\nitem 3" });
            assert_eq!(papers["approval"], if taken { kept } else { Value::Null });
            assert_eq!(papers["missing"], if taken { json!([]) } else { json!([{ "kind": "APPROVAL" }]) });
        }
    }

    async fn a_submission_that_is_wrong_is_refused_at_its_path(app: &App) {
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        let round = opened(&national, "2026/27 Q2", json!({})).await;
        let assessment = lead.starts(&round, "QWO").await;
        lead.rates_all(&assessment, "emerging").await;
        let approval = |field: &str, value: Value| {
            let mut approval = board();
            approval[field] = value;
            json!({ "approval": approval })
        };
        for (changes, expected) in [
            (json!({ "expectedRevision": 1 }), "STALE_REVISION expectedRevision"),
            (json!({ "expectedRevision": 3 }), "STALE_REVISION expectedRevision"),
            (approval("on", json!("2026-11-23")), "INVALID_INPUT approval.on"),
            (approval("body", json!("")), "INVALID_INPUT approval.body"),
            (approval("body", json!("a\u{0}b")), "INVALID_INPUT approval.body"),
            (approval("body", json!("x".repeat(201))), "INVALID_INPUT approval.body"),
            (approval("paper", json!("")), "INVALID_INPUT approval.paper"),
            (approval("paper", json!("x".repeat(2001))), "INVALID_INPUT approval.paper"),
            (json!({ "assessment": "garbage" }), "INVALID_INPUT assessment"),
            (
                json!({ "assessment": assessment.replace("assessment_", "round_") }),
                "INVALID_INPUT assessment",
            ),
            (json!({ "idempotencyKey": "" }), "INVALID_INPUT idempotencyKey"),
        ] {
            let mut input = input(&json!(2), &assessment, &board());
            for (field, value) in changes.as_object().unwrap() {
                input[field] = value.clone();
            }
            assert_eq!(app.refusals(&lead, "submitAssessment", input).await, [expected], "{changes:.200}");
        }
        let stale = lead.change("submitAssessment", "", input(&json!(1), &assessment, &board())).await;
        assert_eq!(
            (&stale["errors"][0]["currentRevision"], &stale["errors"][0]["current"]),
            (&json!(2), &Value::Null)
        );
    }

    async fn an_assessment_is_submitted_once_while_its_round_is_open(app: &App) {
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        let round = opened(&national, "2026/27 Q2", json!({ "moderateBy": "2027-01-31" })).await;
        let assessment = lead.starts(&round, "QWO").await;
        lead.rates_all(&assessment, "emerging").await;
        for time in ["2026-09-30T22:59:59Z", "2026-12-19T00:00:00Z"] {
            app.at(time);
            let refusals =
                app.refusals(&lead, "submitAssessment", input(&json!(2), &assessment, &board())).await;
            assert_eq!(refusals, ["ROUND_NOT_OPEN"], "{time}");
        }
        app.at("2026-12-18T23:59:59Z");
        let payload = submits(&lead, &assessment, &board()).await;
        assert_eq!(payload["errors"], json!([]), "overdue is not refused");
        assert_eq!(
            (&payload["assessment"]["stage"], &payload["assessment"]["revision"]),
            (&json!("SUBMITTED"), &json!(3))
        );
        let again = json!({ "assessment": assessment, "expectedRevision": 3, "approval": board() });
        assert_eq!(app.refusals(&lead, "submitAssessment", again).await, ["WRONG_STAGE"]);
        let first = lead
            .change("submitAssessment", "assessment { ...A }", input(&json!(2), &assessment, &board()))
            .await;
        assert_eq!(first, payload, "the same key answers the same again");
        assert_eq!(lead.answers(&assessment).await[0]["element"]["key"], FIRST);
    }

    async fn an_assessment_is_withdrawn_before_it_is_moderated_and_the_system_starts_again(app: &App) {
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        let reviewer = app.reviewer_of("Y63").await;
        let round = opened(&national, "2026/27 Q2", json!({ "moderateBy": "2027-01-31" })).await;
        let mut former = Vec::new();
        for (key, stage) in ["DRAFT", "SUBMITTED", "RETURNED"].into_iter().enumerate() {
            let input =
                json!({ "idempotencyKey": key.to_string(), "round": round, "system": { "code": "QWO" } });
            let started = lead.change("startAssessment", "assessment { id }", input).await;
            let assessment = started["assessment"]["id"].as_str().unwrap().to_owned();
            if stage != "DRAFT" {
                lead.rates_all(&assessment, "developing").await;
                assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
            }
            if stage == "RETURNED" {
                reviewer.returns(&assessment, &[]).await;
            }
            assert_eq!(lead.assessment(&assessment).await["stage"], stage);
            let withdraw = lead.input("withdrawAssessment", &assessment, json!({ "reason": " " })).await;
            assert_eq!(app.refusals(&lead, "withdrawAssessment", withdraw).await, ["REASON_REQUIRED reason"]);
            assert_eq!(lead.withdraws(&assessment).await["stage"], "WITHDRAWN");
            let told = lead.history(&assessment).await;
            assert_eq!(told.last().unwrap(), "Withdrew it. Why: begun too early.");
            for (field, more) in [
                ("withdrawAssessment", json!({ "reason": "r" })),
                ("submitAssessment", json!({ "approval": board() })),
                (
                    "rateElements",
                    json!({ "expectedRevision": null, "items": [
                    { "element": FIRST, "outcome": { "level": "emerging" } }] }),
                ),
            ] {
                let mut input = lead.input(field, &assessment, more).await;
                input.as_object_mut().unwrap().retain(|_, value| !value.is_null());
                assert_eq!(app.refusals(&lead, field, input).await, ["WRONG_STAGE"], "{field} is final");
            }
            former.push(assessment);
        }
        let known = [true, false, false].map(|draft| if draft { Value::Null } else { json!("WITHDRAWN") });
        let document =
            "query($id: ID!) { node(id: $id) { ... on Assessment { workingPapers { rated } stage } } }";
        for (assessment, stage) in former.iter().zip(known) {
            let seen = reviewer.data(document, json!({ "id": assessment })).await["node"].clone();
            assert_eq!(seen["workingPapers"].is_null(), stage.is_null(), "papers from the submission on");
        }
        let assessment = lead.starts(&round, "QWO").await;
        lead.rates_all(&assessment, "developing").await;
        lead.submits(&assessment).await;
        reviewer.moderates(&assessment, &[(FIRST, "emerging")]).await;
        reviewer.shares(&assessment).await;
        let late = lead.input("withdrawAssessment", &assessment, json!({ "reason": "r" })).await;
        assert_eq!(app.refusals(&lead, "withdrawAssessment", late).await, ["WRONG_STAGE"]);
    }

    async fn a_return_says_what_to_amend_until_the_next_one(app: &App) {
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        let reviewer = app.reviewer_of("Y63").await;
        let round = opened(&national, "2026/27 Q2", json!({ "moderateBy": "2027-01-31" })).await;
        let assessment = lead.starts(&round, "QWO").await;
        lead.rates_all(&assessment, "developing").await;
        lead.submits(&assessment).await;
        for (more, expected) in [
            (json!({ "reason": "" }), "REASON_REQUIRED reason"),
            (json!({ "reason": "r", "expectedRevision": 2 }), "STALE_REVISION expectedRevision"),
            (
                json!({ "reason": "r", "notes": [{ "element": "none", "note": "n" }] }),
                "UNKNOWN_ELEMENT notes.0.element",
            ),
            (
                json!({ "reason": "r", "notes": [{ "element": FIRST, "note": " " }] }),
                "REASON_REQUIRED notes.0.note",
            ),
            (
                json!({ "reason": "r", "notes": [{ "element": FIRST, "note": "a" }, { "element": FIRST, "note": "b" }] }),
                "INVALID_INPUT notes.1.element",
            ),
        ] {
            let input = reviewer.input("returnAssessment", &assessment, more).await;
            assert_eq!(app.refusals(&reviewer, "returnAssessment", input).await, [expected]);
        }
        let notes = async || {
            let form = lead.form(&assessment).await;
            [form[0]["note"].clone(), form[1]["note"].clone()]
        };
        assert_eq!(reviewer.returns(&assessment, &[(FIRST, "say who")]).await["stage"], "RETURNED");
        assert_eq!(notes().await, [json!("say who"), Value::Null]);
        let told = lead.history(&assessment).await;
        let last = told.last().unwrap();
        assert!(last.starts_with("Returned it to the system, with notes on 1 element: "), "{last}");
        assert!(last.ends_with("Why: please amend."), "{last}");
        lead.submits(&assessment).await;
        assert_eq!(notes().await[0], "say who", "it stays beside the answer");
        let second = lead.answers(&assessment).await[1]["element"]["key"].as_str().unwrap().to_owned();
        reviewer.returns(&assessment, &[(&second, "and when")]).await;
        assert_eq!(notes().await, [Value::Null, json!("and when")], "those of the last return only");
    }

    async fn returned_work_runs_to_the_last_day_of_moderation(app: &App) {
        let (national, lead) = (app.national().await, app.lead_of("QWO").await);
        let reviewer = app.reviewer_of("Y63").await;
        let round = opened(&national, "2026/27 Q2", json!({ "moderateBy": "2027-01-31" })).await;
        let assessment = lead.starts(&round, "QWO").await;
        lead.rates_all(&assessment, "developing").await;
        lead.submits(&assessment).await;
        let late = reviewer.input("returnAssessment", &assessment, json!({ "reason": "r" })).await;
        app.at("2027-02-01T00:00:00Z");
        assert_eq!(app.refusals(&reviewer, "returnAssessment", late).await, ["ROUND_NOT_OPEN"]);
        app.at("2027-01-31T23:59:59Z");
        reviewer.returns(&assessment, &[]).await;
        let submit = lead.input("submitAssessment", &assessment, json!({ "approval": board() })).await;
        app.at("2027-02-01T00:00:00Z");
        assert_eq!(app.refusals(&lead, "submitAssessment", submit.clone()).await, ["ROUND_NOT_OPEN"]);
        app.at("2027-01-31T23:59:59Z");
        lead.rates_all(&assessment, "emerging").await;
        assert_eq!(lead.submits(&assessment).await["assessment"]["stage"], "SUBMITTED");
    }

    async fn what_was_returned_lacks_an_approval_again(app: &App) {
        let (lead, region) = (app.lead_of("QWO").await, app.reviewer_of("Y63").await);
        let own = lead.starts(&app.national().await.opens("2026/27 Q2").await, "QWO").await;
        lead.rates_all(&own, "developing").await;
        lead.submits(&own).await;
        let document = "query($id: ID!) { node(id: $id) { ... on Assessment { workingPapers { missing { kind } } } } }";
        let missing = async || {
            let node = lead.data(document, json!({ "id": own })).await["node"].clone();
            node["workingPapers"]["missing"].clone()
        };
        assert_eq!(missing().await, json!([]));
        region.returns(&own, &[]).await;
        assert_eq!(missing().await, json!([{ "kind": "APPROVAL" }]));
        assert_eq!(lead.submits(&own).await["errors"], json!([]));
        assert_eq!(missing().await, json!([]));
    }
}
