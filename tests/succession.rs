//! Boundary changes: mergers, splits, acquisitions, new names, codes, regions and clusters, and what they leave alone.

mod papers;
mod refused;

use domain::ledger::Via;
use serde_json::{Value, json};

use crate::harness::app::{App, Person};
use refused::refused;

const NEW: &str = "A1B2C";

fn merger() -> Value {
    json!({
        "idempotencyKey": "merger", "on": "2027-04-01", "kind": "MERGER", "reason": "Announced for April 2027",
        "from": [{ "code": "QJ2" }, { "code": "QJM" }, { "code": "QT1" }],
        "to": [{ "code": NEW, "name": "NHS East Midlands North Integrated Care Board", "region": "Y60",
            "onsCode": "E54000099", "share": 1.0, "part": "the whole of it" }],
    })
}

/// The input with some of it changed, under a key of its own.
fn with(mut input: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, value) in changes {
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        input.pointer_mut(parent).unwrap()[field] = value.clone();
    }
    input["idempotencyKey"] = json!(input.to_string().chars().rev().take(200).collect::<String>());
    input
}

async fn records(person: &Person<'_>, input: Value) -> Value {
    let fields = "position successions { on kind share predecessor { code } successor { code name } }";
    person.change("recordSuccession", fields, input).await
}

/// Records what must be taken.
async fn recorded(person: &Person<'_>, input: Value) -> Value {
    let payload = records(person, input).await;
    assert_eq!(payload["errors"], json!([]));
    payload["successions"].clone()
}

const SYSTEM: &str = "name openedOn closedOn code onsCode region { code } cluster { key }
    predecessors { kind predecessor { code } } successors { kind successor { code } }";

/// A system as it is on a day.
async fn system(app: &App, code: &str, on: &str) -> Value {
    let document = format!(
        "{{ systems(where: {{ codes: [\"{code}\"] }}, asOf: {{ on: \"{on}\" }}) {{ nodes {{ {SYSTEM} }} }} }}"
    );
    app.reader().await.data(&document, json!({})).await["systems"]["nodes"][0].clone()
}

async fn id_of(app: &App, code: &str) -> Value {
    let document = format!("{{ system(code: \"{code}\") {{ id }} }}");
    app.reader().await.data(&document, json!({})).await["system"]["id"].clone()
}

async fn count(app: &App, on: &str) -> Value {
    let document = format!("{{ systems(asOf: {{ on: \"{on}\" }}) {{ totalCount }} }}");
    app.reader().await.data(&document, json!({})).await["systems"]["totalCount"].clone()
}

on_both! {
    async fn three_systems_merge_into_a_new_one_from_a_day_on(app: &App) {
        let national = app.national().await;
        let ids = [id_of(app, "QJ2").await, id_of(app, "QJM").await];
        let links = recorded(&national, merger()).await;
        let link = |code: &str| {
            json!({ "on": "2027-04-01", "kind": "MERGER", "share": 1.0, "predecessor": { "code": code },
            "successor": { "code": NEW, "name": "NHS East Midlands North Integrated Care Board" } })
        };
        assert_eq!(links, json!([link("QJ2"), link("QJM"), link("QT1")]));
        assert_eq!((count(app, "2027-03-31").await, count(app, "2027-04-01").await), (json!(36), json!(34)));
        let from = |code: &str| json!({ "kind": "MERGER", "predecessor": { "code": code } });
        // By name: Derby, Lincolnshire, Nottingham.
        assert_eq!(
            system(app, NEW, "2027-04-01").await,
            json!({
                "name": "NHS East Midlands North Integrated Care Board", "openedOn": "2027-04-01", "closedOn": null,
                "code": NEW, "onsCode": "E54000099", "region": { "code": "Y60" }, "cluster": null,
                "predecessors": [from("QJ2"), from("QJM"), from("QT1")], "successors": [],
            })
        );
        assert_eq!(system(app, NEW, "2027-03-31").await, Value::Null);
        assert_eq!(system(app, "QJ2", "2027-04-01").await, Value::Null);
        let before = system(app, "QJ2", "2027-03-31").await;
        assert_eq!((&before["closedOn"], &before["region"]["code"]), (&json!("2027-03-31"), &json!("Y60")));
        assert_eq!(before["cluster"]["key"], "derby-lincolnshire-and-nottingham");
        assert_eq!(before["successors"], json!([{ "kind": "MERGER", "successor": { "code": NEW } }]));
        // Found by its code before, on and after the day, always under the same id.
        for time in ["2026-11-22T10:00:00Z", "2027-03-31T10:00:00Z", "2027-04-01T10:00:00Z"] {
            app.at(time);
            assert_eq!([id_of(app, "QJ2").await, id_of(app, "QJM").await], ids, "{time}");
            assert_ne!(id_of(app, NEW).await, Value::Null, "{time}");
        }
        let reader = app.reader().await;
        let closed =
            reader.data("{ system(code: \"QJ2\") { code name closedOn region { code } } }", json!({})).await;
        assert_eq!(
            closed["system"],
            json!({ "code": "QJ2", "closedOn": "2027-03-31", "region": null,
            "name": "NHS Derby and Derbyshire Integrated Care Board" })
        );
        let ons = "{ system: systemByOnsCode(onsCode: \"E54000099\") { code }
            early: systemByOnsCode(onsCode: \"E54000099\", on: \"2027-03-31\") { code } }";
        assert_eq!(reader.data(ons, json!({})).await, json!({ "system": { "code": NEW }, "early": null }));
    }

    async fn what_was_known_before_a_change_was_recorded_stays_readable(app: &App) {
        let reader = app.reader().await;
        let position = reader.data(
            "{ system(code: \"QWO\") { progression(framework: \"sdpt\") { resolvedAsOf { position } } } }", json!({}),
        ).await["system"]["progression"]["resolvedAsOf"]["position"].clone();
        recorded(&app.national().await, merger()).await;
        let document = "query($position: Position) {
            then: systems(asOf: { on: \"2027-04-01\", position: $position }) { totalCount }
            now: systems(asOf: { on: \"2027-04-01\" }) { totalCount } }";
        let data = reader.data(document, json!({ "position": position })).await;
        assert_eq!(data, json!({ "then": { "totalCount": 36 }, "now": { "totalCount": 34 } }));
    }

    async fn a_system_splits_and_the_populations_say_in_which_parts(app: &App) {
        let national = app.national().await;
        let part = |code: &str, name: &str, of: u64| {
            json!({ "code": code, "name": name, "region": "Y63", "part": "councils", "populationOfPart": of,
                "populationOfWhole": 2_400_000 })
        };
        let input = json!({ "idempotencyKey": "split", "on": "2027-04-01", "kind": "SPLIT", "reason": "r",
            "from": [{ "code": "QWO" }], "to": [part("A1A1A", "East", 600_000), part("B2B2B", "West", 1_800_000)] });
        let links = recorded(&national, input).await;
        assert_eq!((&links[0]["share"], &links[1]["share"]), (&json!(0.25), &json!(0.75)));
        assert_eq!(system(app, "QWO", "2027-04-01").await, Value::Null);
        let closed = system(app, "QWO", "2027-03-31").await;
        let to = |code: &str| json!({ "kind": "SPLIT", "successor": { "code": code } });
        assert_eq!(closed["successors"], json!([to("A1A1A"), to("B2B2B")]));
        assert_eq!(count(app, "2027-04-01").await, 37);
    }

    async fn a_part_goes_over_to_a_body_that_goes_on_and_both_stay_open(app: &App) {
        let national = app.national().await;
        let input = json!({ "idempotencyKey": "part", "on": "2027-04-01", "kind": "ACQUISITION", "reason": "r",
            "from": [{ "code": "QWO" }], "to": [{ "code": "QWO" }, { "code": "QOQ", "share": 0.125 }] });
        let links = recorded(&national, input.clone()).await;
        assert_eq!(links.as_array().unwrap().len(), 1, "nobody follows themselves");
        assert_eq!((&links[0]["share"], &links[0]["successor"]["code"]), (&json!(0.125), &json!("QOQ")));
        for code in ["QWO", "QOQ"] {
            assert_eq!(system(app, code, "2027-04-01").await["closedOn"], Value::Null, "{code}");
        }
        assert_eq!(refused(app, &with(input, &[])).await, ["ALREADY_EXISTS to"]);
        let acquired = json!({ "idempotencyKey": "whole", "on": "2028-04-01", "kind": "ACQUISITION", "reason": "r",
            "from": [{ "code": "QJK" }], "to": [{ "code": "QT6", "name": "NHS Cornwall and Devon" }] });
        recorded(&national, acquired).await;
        assert_eq!(system(app, "QJK", "2028-04-01").await, Value::Null);
        let renamed = [system(app, "QT6", "2028-03-31").await, system(app, "QT6", "2028-04-01").await];
        assert_eq!(renamed[0]["name"], "NHS Cornwall and the Isles of Scilly Integrated Care Board");
        assert_eq!(
            (&renamed[1]["name"], &renamed[1]["openedOn"]),
            (&json!("NHS Cornwall and Devon"), &json!("2022-07-01"))
        );
    }

    async fn a_system_takes_a_name_codes_a_region_and_a_cluster_from_a_day_on(app: &App) {
        let (national, id) = (app.national().await, id_of(app, "QWO").await);
        let input = json!({ "idempotencyKey": "change", "on": "2027-01-01", "kind": "MERGER", "reason": "r", "from": [],
            "to": [{ "code": "QWO", "newCode": "Z9Z9Z", "name": "NHS West Riding", "onsCode": "E54000098", "region": "Y62",
                "cluster": { "joins": { "key": "the-north", "title": "The North" } } },
                { "code": "QOQ", "cluster": { "joins": { "key": "the-north" } } },
                { "code": "QT6", "cluster": { "leaves": true } }] });
        assert_eq!(recorded(&national, input).await, json!([]));
        let before = system(app, "QWO", "2026-12-31").await;
        assert_eq!(
            (&before["name"], &before["region"]["code"], &before["cluster"]),
            (&json!("NHS West Yorkshire Integrated Care Board"), &json!("Y63"), &Value::Null)
        );
        let after = system(app, "Z9Z9Z", "2027-01-01").await;
        assert_eq!(
            after,
            json!({ "name": "NHS West Riding", "openedOn": "2022-07-01", "closedOn": null,
            "code": "Z9Z9Z", "onsCode": "E54000098", "region": { "code": "Y62" }, "cluster": { "key": "the-north" },
            "predecessors": [], "successors": [] })
        );
        assert_eq!(system(app, "QWO", "2027-01-01").await, Value::Null, "the old code is nobody's now");
        let reader = app.reader().await;
        let cluster = reader
            .data(
                "{ systems(where: { cluster: \"the-north\" }, asOf: { on: \"2027-01-01\" }) {
            nodes { code cluster { title } } } }",
                json!({}),
            )
            .await;
        assert_eq!(
            cluster["systems"]["nodes"],
            json!([
            { "code": "QOQ", "cluster": { "title": "The North" } }, { "code": "Z9Z9Z", "cluster": { "title": "The North" } }])
        );
        assert_eq!(system(app, "QT6", "2026-12-31").await["cluster"]["key"], "cornwall-and-devon");
        assert_eq!(system(app, "QT6", "2027-01-01").await["cluster"], Value::Null);
        for time in ["2026-12-31T12:00:00Z", "2027-01-01T12:00:00Z"] {
            app.at(time);
            assert_eq!(
                (id_of(app, "QWO").await, id_of(app, "Z9Z9Z").await),
                (id.clone(), id.clone()),
                "{time}"
            );
        }
        let back = json!({ "idempotencyKey": "back", "on": "2027-06-01", "kind": "MERGER", "reason": "r", "from": [],
            "to": [{ "code": "QWO", "name": "NHS West Yorkshire Integrated Care Board" }] });
        recorded(&national, back).await;
        assert_eq!(system(app, "Z9Z9Z", "2027-05-31").await["name"], "NHS West Riding");
        assert_eq!(
            system(app, "Z9Z9Z", "2027-06-01").await["name"],
            "NHS West Yorkshire Integrated Care Board"
        );
    }

    async fn a_change_that_is_put_forward_or_off_takes_the_place_of_the_first(app: &App) {
        let national = app.national().await;
        let rename = |on: &str| {
            json!({ "idempotencyKey": on, "on": on, "kind": "MERGER", "reason": "r", "from": [],
            "to": [{ "code": "QWO", "name": "NHS West Riding" }] })
        };
        recorded(&national, rename("2027-04-01")).await;
        recorded(&national, rename("2027-01-01")).await;
        assert_eq!(
            system(app, "QWO", "2026-12-31").await["name"],
            "NHS West Yorkshire Integrated Care Board"
        );
        assert_eq!(system(app, "QWO", "2027-01-01").await["name"], "NHS West Riding");
        assert_eq!(refused(app, &rename("2027-02-01")).await, ["INVALID_INPUT to"]);
    }

    async fn a_dry_run_says_who_would_follow_whom_and_changes_nothing(app: &App) {
        let national = app.national().await;
        let before = app.store.snapshot();
        let dry = |input: Value| with(input, &[("/dryRun", json!(true))]);
        let payload = records(&national, dry(merger())).await;
        assert_eq!(
            payload,
            json!({ "position": null, "successions": null, "errors": [] }),
            "it is not there yet"
        );
        let into = |to: Value| {
            json!({ "on": "2027-04-01", "kind": "MERGER", "reason": "r",
            "from": [{ "code": "QJK" }], "to": [to] })
        };
        let payload = records(&national, dry(into(json!({ "code": "QT6", "share": 1 })))).await;
        let successor =
            json!({ "code": "QT6", "name": "NHS Cornwall and the Isles of Scilly Integrated Care Board" });
        let link = json!({ "on": "2027-04-01", "kind": "MERGER", "share": 1.0, "predecessor": { "code": "QJK" },
            "successor": successor });
        assert_eq!(payload, json!({ "position": null, "successions": [link], "errors": [] }));
        assert!(*app.store.snapshot() == *before);
    }

    async fn a_system_closes_without_a_successor(app: &App) {
        let input = json!({ "idempotencyKey": "close", "on": "2027-04-01", "kind": "MERGER", "reason": "r",
            "from": [{ "code": "QWO" }], "to": [] });
        assert_eq!(recorded(&app.national().await, input).await, json!([]));
        assert_eq!(system(app, "QWO", "2027-04-01").await, Value::Null);
        assert_eq!(system(app, "QWO", "2027-03-31").await["closedOn"], "2027-03-31");
    }

    async fn loading_the_catalogue_after_it_undoes_nothing(app: &App) {
        let national = app.national().await;
        recorded(&national, merger()).await;
        let part = json!({ "idempotencyKey": "part", "on": "2027-04-01", "kind": "ACQUISITION", "reason": "r",
            "from": [{ "code": "QWO" }], "to": [{ "code": "QWO", "newCode": "Z9Z9Z" }, { "code": "QOQ", "share": 0.5 }] });
        recorded(&national, part).await;
        let before = app.store.snapshot();
        api::start::load_catalogue(&app.store, Via::CommandLine).await.unwrap();
        assert!(*app.store.snapshot() == *before, "what the national team recorded by hand stands");
    }
}
