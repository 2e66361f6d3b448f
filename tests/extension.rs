//! Extensions: more time for one organisation, on every day that it moves, and none for the others.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};
use crate::round::opened;

async fn id_of(person: &Person<'_>, system: &str) -> Value {
    let document = format!("{{ system(code: \"{system}\") {{ id }} }}");
    person.data(&document, json!({})).await["system"]["id"].clone()
}

fn input(round: &str, organisation: &Value, until: &str) -> Value {
    json!({ "idempotencyKey": format!("until {until} {organisation}"), "round": round, "organisation": organisation,
        "until": until, "reason": "The data came late" })
}

/// Gives time that must be taken. Returns the payload.
async fn extends(person: &Person<'_>, round: &str, organisation: &Value, until: &str) -> Value {
    let payload = person
        .change(
            "extendDeadline",
            "assessment { id dueOn overdue revision }",
            input(round, organisation, until),
        )
        .await;
    assert_eq!(payload["errors"], json!([]), "{until}");
    payload["assessment"].clone()
}

async fn due(person: &Person<'_>, assessment: &str) -> (Value, Value) {
    let document = "query($id: ID!) { node(id: $id) { ... on Assessment { dueOn overdue } } }";
    let node = person.data(document, json!({ "id": assessment })).await["node"].clone();
    (node["dueOn"].clone(), node["overdue"].clone())
}

fn first() -> Value {
    json!([{ "element": "sdpt.functions.transformation.priorities", "outcome": { "level": "emerging" } }])
}

on_both! {
    async fn the_new_day_is_later_than_the_present_one_and_not_in_the_past(app: &App) {
        let (national, region) = (app.national().await, app.reviewer_of("Y63").await);
        let round = opened(&national, "2026/27 Q2", json!({})).await;
        let qwo = id_of(&region, "QWO").await;
        for until in ["2026-11-30", "2026-12-01", "2020-01-01"] {
            assert_eq!(
                app.refusals(&region, "extendDeadline", input(&round, &qwo, until)).await,
                ["INVALID_INPUT until"],
                "{until}"
            );
        }
        assert_eq!(
            extends(&region, &round, &qwo, "2026-12-02").await,
            Value::Null,
            "there is no assessment yet"
        );
        assert_eq!(
            app.refusals(&national, "extendDeadline", input(&round, &qwo, "2026-12-01")).await,
            ["INVALID_INPUT until"]
        );
        extends(&national, &round, &qwo, "2026-12-10").await;
        app.at("2027-03-01T10:00:00Z");
        assert_eq!(
            app.refusals(&region, "extendDeadline", input(&round, &qwo, "2027-02-28")).await,
            ["INVALID_INPUT until"]
        );
        extends(&region, &round, &qwo, "2027-03-01").await;
    }

    async fn one_organisation_is_due_later_and_overdue_later(app: &App) {
        let (national, region) = (app.national().await, app.reviewer_of("Y63").await);
        let (lead, other) = (app.lead_of("QWO").await, app.lead_of("QHM").await);
        let round = opened(&national, "2026/27 Q2", json!({})).await;
        let (own, theirs) = (lead.starts(&round, "QWO").await, other.starts(&round, "QHM").await);
        let extended = extends(&region, &round, &id_of(&region, "QWO").await, "2026-12-10").await;
        assert_eq!(extended, json!({ "id": own, "dueOn": "2026-12-10", "overdue": false, "revision": 1 }));
        for (time, late, others_late) in [
            ("2026-12-01T23:59:59Z", false, false),
            ("2026-12-02T00:00:00Z", false, true),
            ("2026-12-10T23:59:59Z", false, true),
            ("2026-12-11T00:00:00Z", true, true),
        ] {
            app.at(time);
            assert_eq!(due(&lead, &own).await, (json!("2026-12-10"), json!(late)), "{time}");
            assert_eq!(due(&other, &theirs).await, (json!("2026-12-01"), json!(others_late)), "{time}");
        }
        lead.rates_all(&own, "emerging").await;
        lead.submits(&own).await;
        assert_eq!(due(&lead, &own).await.1, false, "submitted late is not overdue");
    }

    async fn a_round_stays_open_for_whom_it_is_extended_beyond_its_end(app: &App) {
        let (national, region) = (app.national().await, app.reviewer_of("Y63").await);
        let (lead, other) = (app.lead_of("QWO").await, app.lead_of("QHM").await);
        let round = opened(&national, "2026/27 Q2", json!({ "moderateBy": "2026-12-31" })).await;
        let theirs = other.starts(&round, "QHM").await;
        extends(&region, &round, &id_of(&region, "QWO").await, "2027-01-20").await;
        app.at("2027-01-20T23:59:59Z");
        let own = lead.starts(&round, "QWO").await;
        lead.rates_all(&own, "emerging").await;
        let dry = |assessment: &str| json!({ "assessment": assessment, "items": first(), "dryRun": true });
        assert_eq!(app.refusals(&other, "rateElements", dry(&theirs)).await, ["ROUND_NOT_OPEN"]);
        app.at("2027-01-21T00:00:00Z");
        assert_eq!(app.refusals(&lead, "rateElements", dry(&own)).await, ["ROUND_NOT_OPEN"]);
        app.at("2027-01-20T12:00:00Z");
        assert_eq!(lead.submits(&own).await["errors"], json!([]));
        // Moderation, which was to end in December, goes on for them as well.
        let of = region.answers(&own).await[0].clone();
        let items = json!([{ "element": of["element"]["key"], "of": of["self"]["id"], "outcome": { "level": "emerging" } }]);
        let judge = json!({ "idempotencyKey": "m", "assessment": own, "items": items, "dryRun": true });
        assert_eq!(region.change("moderateElements", "", judge.clone()).await["errors"], json!([]));
        app.at("2027-01-21T00:00:00Z");
        assert_eq!(app.refusals(&region, "moderateElements", judge).await, ["ROUND_NOT_OPEN"]);
    }

    async fn time_is_given_before_submission_only(app: &App) {
        let (national, region, lead) =
            (app.national().await, app.reviewer_of("Y63").await, app.lead_of("QWO").await);
        let round = opened(&national, "2026/27 Q2", json!({})).await;
        let qwo = id_of(&region, "QWO").await;
        let own = lead.starts(&round, "QWO").await;
        lead.rates_all(&own, "emerging").await;
        extends(&region, &round, &qwo, "2026-12-02").await;
        lead.submits(&own).await;
        let act = async |person: &Person<'_>, field: &str| {
            let revision = person.assessment(&own).await["revision"].clone();
            let input = json!({ "idempotencyKey": field, "assessment": own, "expectedRevision": revision, "reason": "r" });
            assert_eq!(person.change(field, "", input).await["errors"], json!([]), "{field}");
        };
        let later = input(&round, &qwo, "2026-12-20");
        assert_eq!(app.refusals(&region, "extendDeadline", later.clone()).await, ["WRONG_STAGE"]);
        act(&region, "returnAssessment").await;
        assert_eq!(due(&lead, &own).await.0, "2026-12-18", "returned work runs on");
        let sooner = input(&round, &qwo, "2026-12-03");
        assert_eq!(app.refusals(&region, "extendDeadline", sooner).await, ["INVALID_INPUT until"]);
        extends(&region, &round, &qwo, "2026-12-19").await;
        assert_eq!(due(&lead, &own).await.0, "2026-12-19");
        lead.submits(&own).await;
        act(&lead, "withdrawAssessment").await;
        assert_eq!(
            extends(&region, &round, &qwo, "2026-12-21").await,
            Value::Null,
            "what is given up is nobody's deadline"
        );
        let again = json!({ "idempotencyKey": "again", "round": round, "system": { "code": "QWO" } });
        let again =
            lead.change("startAssessment", "assessment { id }", again).await["assessment"]["id"].clone();
        let again = again.as_str().unwrap();
        assert_eq!(due(&lead, again).await.0, "2026-12-21");
        lead.rates_all(again, "emerging").await;
        lead.submits(again).await;
        region.publishes(again).await;
        assert_eq!(app.refusals(&region, "extendDeadline", later).await, ["WRONG_STAGE"]);
    }

    async fn who_takes_no_part_and_what_makes_no_sense_is_refused_at_its_path(app: &App) {
        let (national, region) = (app.national().await, app.reviewer_of("Y63").await);
        let round = opened(&national, "2026/27 Q2", json!({})).await;
        let (qwo, frimley) = (id_of(&national, "QWO").await, id_of(&national, "QNQ").await);
        let of_region =
            national.data("{ region(code: \"Y63\") { id } }", json!({})).await["region"]["id"].clone();
        let reason = |reason: &str| {
            let mut input = input(&round, &qwo, "2026-12-10");
            input["reason"] = json!(reason);
            input
        };
        for (input, expected) in [
            (input(&round, &frimley, "2026-12-10"), "ORGANISATION_NOT_OPEN"),
            (input(&round, &of_region, "2026-12-10"), "ORGANISATION_NOT_OPEN"),
            (input("garbage", &qwo, "2026-12-10"), "INVALID_INPUT round"),
            (input(&round, &json!("garbage"), "2026-12-10"), "INVALID_INPUT organisation"),
            (input(&round, &json!(round), "2026-12-10"), "INVALID_INPUT organisation"),
            (reason(""), "REASON_REQUIRED reason"),
            (reason(&"x".repeat(2001)), "INVALID_INPUT reason"),
        ] {
            assert_eq!(app.refusals(&national, "extendDeadline", input.clone()).await, [expected], "{input}");
        }
        let document =
            "mutation($input: ExtendDeadlineInput!) { extendDeadline(input: $input) { errors { code } } }";
        let elsewhere = input(&round, &id_of(&national, "QOP").await, "2026-12-10");
        assert_eq!(code(&region.ask_with(document, json!({ "input": elsewhere })).await), "FORBIDDEN");
        let nobody = format!("organisation_{}", "0".repeat(26));
        let nobody = input(&round, &json!(nobody), "2026-12-10");
        assert_eq!(code(&national.ask_with(document, json!({ "input": nobody })).await), "NOT_FOUND");
    }
}
