//! Boundary changes that are refused, each where it is wrong, by a dry run as by the act itself.

use serde_json::{Value, json};

use super::{merger, records, with};
use crate::harness::app::App;
use crate::harness::refusal::told;

/// What must be refused, in a dry run and for good, and leaves the ledger as it was.
pub(super) async fn refused(app: &App, input: &Value) -> Vec<String> {
    let national = app.national().await;
    let before = app.store.snapshot().history.head();
    let mut answers = Vec::new();
    for dry_run in [true, false] {
        let mut input = input.clone();
        input["dryRun"] = json!(dry_run);
        let payload = records(&national, input).await;
        assert_eq!((&payload["successions"], &payload["position"]), (&Value::Null, &Value::Null));
        answers.push(told(&payload["errors"]));
    }
    assert_eq!(app.store.snapshot().history.head(), before);
    assert_eq!(answers[0], answers[1], "a dry run answers as the act itself");
    answers.remove(0)
}

on_both! {
    #[expect(clippy::too_many_lines, reason = "a table, a line a case")]
    async fn what_is_wrong_is_refused_at_its_path(app: &App) {
        let to = |field: &str, value: Value| with(merger(), &[(&format!("/to/0/{field}"), value)]);
        let renames = |to: Value| with(merger(), &[("/from", json!([])), ("/to", to)]);
        let one = |changes: &[(&str, Value)]| {
            with(with(merger(), &[("/from", json!([{ "code": "QJ2" }]))]), changes)
        };
        let people = |part: u64, whole: u64| {
            one(&[
                ("/to/0/share", Value::Null),
                ("/to/0/populationOfPart", json!(part)),
                ("/to/0/populationOfWhole", json!(whole)),
            ])
        };
        let second = |share: f64| json!({ "code": "A1A1A", "name": "n", "region": "Y60", "share": share });
        let first = merger()["to"][0].clone();
        for (input, expected) in [
            (to("region", json!("Y99")), vec!["INVALID_INPUT to.0.region"]),
            (to("region", json!("QWO")), vec!["INVALID_INPUT to.0.region"]),
            (to("region", Value::Null), vec!["INVALID_INPUT to.0.region"]),
            (to("name", Value::Null), vec!["INVALID_INPUT to.0.name"]),
            (to("name", json!("")), vec!["INVALID_INPUT to.0.name"]),
            (to("name", json!("x".repeat(201))), vec!["INVALID_INPUT to.0.name"]),
            (to("part", json!("a\0b")), vec!["INVALID_INPUT to.0.part"]),
            (to("newCode", json!("A1A1A")), vec!["INVALID_INPUT to.0.newCode"]),
            (to("onsCode", json!("E54000054")), vec!["INVALID_INPUT to.0.onsCode"]),
            (to("code", json!("QNQ")), vec!["ORGANISATION_NOT_OPEN to.0.code"]),
            (to("cluster", json!({ "joins": { "key": "new" } })), vec!["INVALID_INPUT to.0.cluster"]),
            (to("cluster", json!({ "leaves": false })), vec!["INVALID_INPUT to.0.cluster"]),
            (to("share", json!(1.5)), vec!["INVALID_INPUT to.0.share"]),
            (to("share", json!(-0.1)), vec!["INVALID_INPUT to.0.share"]),
            (to("populationOfPart", json!(5)), vec!["INVALID_INPUT to.0.share"]),
            (people(6, 5), vec!["INVALID_INPUT to.0.populationOfPart"]),
            (people(0, 0), vec!["INVALID_INPUT to.0.populationOfPart"]),
            (people(5, 1_000_000_001), vec!["INVALID_INPUT to.0.populationOfWhole"]),
            (
                one(&[("/to/0/share", Value::Null), ("/to/0/populationOfPart", json!(5))]),
                vec!["INVALID_INPUT to.0.populationOfPart"],
            ),
            (
                with(people(5, 5), &[("/from", merger()["from"].clone())]),
                vec!["INVALID_INPUT to.0.populationOfPart"],
            ),
            (one(&[("/to", json!([first, second(0.1)]))]), vec!["INVALID_INPUT to"]),
            (
                renames(json!([{ "code": "QWO", "name": "n", "share": 0.5, "part": "p" }])),
                vec!["INVALID_INPUT to.0.part", "INVALID_INPUT to.0.share"],
            ),
            (renames(json!([{ "code": "QWO", "newCode": "QOP" }])), vec!["INVALID_INPUT to.0.newCode"]),
            (
                renames(
                    json!([{ "code": "QWO", "newCode": "A1A1A" }, { "code": "QOP", "newCode": "A1A1A" }]),
                ),
                vec!["INVALID_INPUT to.1.newCode"],
            ),
            (
                renames(
                    json!([{ "code": "QWO", "newCode": "A1A1A" }, { "code": "A1A1A", "name": "n", "region": "Y60" }]),
                ),
                vec!["INVALID_INPUT to.1.code"],
            ),
            (
                renames(
                    json!([{ "code": "QWO", "onsCode": "E54000097" }, { "code": "QOP", "onsCode": "E54000097" }]),
                ),
                vec!["INVALID_INPUT to.1.onsCode"],
            ),
            (
                renames(json!([{ "code": "QWO", "name": "a" }, { "code": "QWO", "name": "b" }])),
                vec!["INVALID_INPUT to"],
            ),
            (renames(json!([{ "code": "QWO" }])), vec!["INVALID_INPUT to"]),
            (
                renames(
                    json!([{ "code": "QWO", "name": "NHS West Yorkshire Integrated Care Board", "region": "Y63" }]),
                ),
                vec!["INVALID_INPUT to"],
            ),
            (renames(json!([{ "code": "QWO", "cluster": { "leaves": true } }])), vec!["INVALID_INPUT to"]),
            (renames(json!([])), vec!["INVALID_INPUT from"]),
            (with(merger(), &[("/from", json!([{ "code": "QNQ" }]))]), vec!["ORGANISATION_NOT_OPEN from.0"]),
            (with(merger(), &[("/from", json!([{ "code": "QZZ" }]))]), vec!["INVALID_INPUT from.0"]),
            (with(merger(), &[("/from", json!([{ "code": "Y63" }]))]), vec!["INVALID_INPUT from.0"]),
            (
                with(merger(), &[("/from", json!([{ "code": "QJ2" }, { "code": "QJ2" }]))]),
                vec!["INVALID_INPUT from"],
            ),
            (
                with(merger(), &[("/from", json!(vec![json!({ "code": "QJ2" }); 21]))]),
                vec!["INVALID_INPUT from", "INVALID_INPUT from"],
            ),
            (
                with(merger(), &[("/on", json!("2022-07-01"))]),
                vec![
                    "ORGANISATION_NOT_OPEN from.0",
                    "ORGANISATION_NOT_OPEN from.1",
                    "ORGANISATION_NOT_OPEN from.2",
                ],
            ),
            (with(merger(), &[("/reason", json!(""))]), vec!["REASON_REQUIRED reason"]),
            (with(merger(), &[("/reason", json!("x".repeat(2001)))]), vec!["INVALID_INPUT reason"]),
        ] {
            assert_eq!(refused(app, &input).await, expected, "{input}");
        }
    }

    async fn the_same_change_is_recorded_once(app: &App) {
        let national = app.national().await;
        let first = records(&national, merger()).await;
        assert_eq!(records(&national, merger()).await, first, "the same key answers the same again");
        assert_eq!(refused(app, &with(merger(), &[])).await, ["ALREADY_EXISTS to"]);
        assert_eq!(
            refused(app, &with(merger(), &[("/on", json!("2027-05-01"))])).await,
            ["ORGANISATION_NOT_OPEN from.0", "ORGANISATION_NOT_OPEN from.1", "ORGANISATION_NOT_OPEN from.2"]
        );
        let other = json!({ "idempotencyKey": "merger", "on": "2027-04-02", "kind": "MERGER", "reason": "r",
            "from": [{ "code": "QWO" }], "to": [] });
        assert_eq!(told(&records(&national, other).await["errors"]), ["KEY_REUSED idempotencyKey"]);
    }
}
