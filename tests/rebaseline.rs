//! Re-baselines: a marked day begins series afresh for those it is for, says why, and can be taken back.

use api::people;
use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};
use crate::harness::publication::{LEVELS, rated};

const WEST_YORKSHIRE: (&str, &str) = ("QWO", "Y63");
const GREATER_MANCHESTER: (&str, &str) = ("QOP", "Y62");
const QUARTERS: [&str; 9] = [
    "2024-03-31",
    "2024-06-30",
    "2024-09-30",
    "2024-12-31",
    "2025-03-31",
    "2025-06-30",
    "2025-09-30",
    "2025-12-31",
    "2026-03-31",
];

const LINE: &str = "query($code: OdsCode!, $from: Date, $asOf: AsOf) { system(code: $code) {
    progression(framework: \"sdpt\", grain: EDITION, from: $from, asOf: $asOf) { resolvedAsOf { position }
        breaks { on cause detail reason }
        lines { movement { word since until sentence } trend { verdict n changes statistic pValue sentence } } } } }";

async fn line(app: &App, system: &str, changes: Value) -> Value {
    let mut asked = json!({ "code": system });
    asked.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    app.reader().await.data(LINE, asked).await["system"]["progression"].clone()
}

fn input(on: &str, systems: &Value) -> Value {
    json!({ "idempotencyKey": format!("mark {on} {systems}"), "framework": "sdpt", "on": on, "systems": systems,
        "reason": "The survey asks chairs and not officers." })
}

const FIELDS: &str = "position rebaseline { id on systems { code } reason withdrawnAt withdrawnBecause }";

/// Marks a day that must be taken. Returns the payload.
async fn marks(national: &Person<'_>, on: &str, systems: &Value) -> Value {
    let payload = national.change("recordRebaseline", FIELDS, input(on, systems)).await;
    assert_eq!(payload["errors"], json!([]));
    payload
}

async fn withdraws(national: &Person<'_>, id: &Value) -> Value {
    let input = json!({ "idempotencyKey": format!("withdraw {id}"), "rebaseline": id, "reason": "It was asked of both." });
    national.change("withdrawRebaseline", FIELDS, input).await
}

fn told(on: &str, day: &str, reason: &Value) -> Value {
    let detail = format!(
        "The national team marked a break on {day}: points before it are not compared with later ones."
    );
    json!({ "on": on, "cause": "RE_BASELINE", "detail": detail, "reason": reason })
}

/// Each of these systems one level higher from quarter to quarter.
async fn climb(app: &App, quarters: &[&str], systems: &[(&str, &str)]) {
    for (quarter, level) in quarters.iter().zip(LEVELS) {
        let round = app.round_of("sdpt", quarter).await;
        for system in systems {
            app.publication_of(&round, *system, |_| rated(level)).await;
        }
    }
}

on_both! {
    async fn a_marked_day_begins_the_series_of_those_it_is_for_afresh(app: &App) {
        climb(app, &QUARTERS[5..8], &[WEST_YORKSHIRE, GREATER_MANCHESTER]).await;
        let national = app.national().await;
        let before = line(app, "QWO", json!({})).await;
        assert_eq!((&before["breaks"], &before["lines"][0]["movement"]["word"]), (&json!([]), &json!("ADVANCED")));
        let marked = marks(&national, "2025-12-31", &json!([{ "code": "QWO" }])).await;
        let rebaseline = &marked["rebaseline"];
        assert_eq!(rebaseline["systems"], json!([{ "code": "QWO" }]));
        assert_eq!(rebaseline["reason"], "The survey asks chairs and not officers.");

        let broken = line(app, "QWO", json!({})).await;
        let cause = told("2025-12-31", "31 December 2025", &json!("The survey asks chairs and not officers."));
        assert_eq!(broken["breaks"], json!([cause]));
        let shown = &broken["lines"][0];
        assert_eq!((&shown["movement"]["word"], &shown["trend"]["n"]), (&json!("NOT_COMPARABLE"), &json!(1)));
        assert_eq!(
            shown["movement"]["sentence"],
            "There is one point only since the break on 31 December 2025, 31 December 2025: nothing to compare it with."
        );
        let other = line(app, "QOP", json!({})).await;
        assert_eq!((&other["breaks"], &other["lines"][0]["trend"]["n"]), (&json!([]), &json!(3)));
        let movements = "{ movements(framework: \"sdpt\", since: \"2025-09-30\", systems: { codes: [\"QWO\", \"QOP\"] }) {
            groups { word systems { system { code } } } } }";
        let moved = app.reader().await.data(movements, json!({})).await["movements"]["groups"].clone();
        let group = |word: &str, code: &str| json!({ "word": word, "systems": [{ "system": { "code": code } }] });
        assert_eq!((&moved[0], &moved[4]), (&group("ADVANCED", "QOP"), &group("NOT_COMPARABLE", "QWO")));

        let then = &before["resolvedAsOf"]["position"];
        let known = line(app, "QWO", json!({ "asOf": { "position": then } })).await;
        assert_eq!((&known["breaks"], &known["lines"]), (&before["breaks"], &before["lines"]), "nobody knew it then");
        let earlier = line(app, "QWO", json!({ "asOf": { "on": "2025-12-30" } })).await;
        assert_eq!(earlier["breaks"], json!([]), "on the day described it lay ahead");
    }

    async fn a_marked_day_that_is_taken_back_no_longer_counts_and_stays_on_record(app: &App) {
        climb(app, &QUARTERS[5..8], &[WEST_YORKSHIRE]).await;
        let national = app.national().await;
        let before = line(app, "QWO", json!({})).await;
        let marked = marks(&national, "2025-10-01", &Value::Null).await;
        let id = &marked["rebaseline"]["id"];
        assert_eq!(marked["rebaseline"]["systems"], Value::Null);
        let withdrawn = withdraws(&national, id).await;
        assert_eq!((&withdrawn["errors"], &withdrawn["rebaseline"]["id"]), (&json!([]), id));
        let after = line(app, "QWO", json!({})).await;
        assert_eq!((&after["breaks"], &after["lines"]), (&before["breaks"], &before["lines"]));
        let between = line(app, "QWO", json!({ "asOf": { "position": marked["position"] } })).await;
        assert_eq!(between["breaks"][0]["cause"], "RE_BASELINE", "it held then");

        let document = "query($id: ID!) { framework(key: \"sdpt\") { rebaselines { id on reason withdrawnBecause } }
            node(id: $id) { __typename ... on Rebaseline { framework { key } recordedAt withdrawnAt } } }";
        let data = app.reader().await.data(document, json!({ "id": id })).await;
        assert_eq!(
            data["framework"]["rebaselines"],
            json!([{ "id": id, "on": "2025-10-01", "reason": "The survey asks chairs and not officers.",
                "withdrawnBecause": "It was asked of both." }])
        );
        assert_eq!((&data["node"]["__typename"], &data["node"]["framework"]["key"]), (&json!("Rebaseline"), &json!("sdpt")));
        assert!(data["node"]["recordedAt"].as_str() < data["node"]["withdrawnAt"].as_str());
        marks(&national, "2025-10-01", &json!([{ "code": "QWO" }])).await;
        assert_eq!(line(app, "QWO", json!({})).await["breaks"].as_array().unwrap().len(), 1, "marked again");
    }

    async fn a_verdict_covers_the_points_from_the_marked_day_on_and_no_others(app: &App) {
        for (index, quarter) in QUARTERS.iter().enumerate() {
            let round = app.round_of("sdpt", quarter).await;
            app.publication_of(&round, WEST_YORKSHIRE, |element| rated(LEVELS[usize::from(element < index)])).await;
        }
        let whole = line(app, "QWO", json!({})).await;
        assert_eq!(whole["lines"][0]["trend"]["verdict"], "RISING");
        let cut = line(app, "QWO", json!({ "from": QUARTERS[4] })).await;
        marks(&app.national().await, QUARTERS[4], &Value::Null).await;
        let marked = line(app, "QWO", json!({})).await;
        assert_eq!(marked["lines"][0]["trend"], cut["lines"][0]["trend"]);
        assert_eq!(marked["lines"][0]["trend"]["verdict"], "TOO_FEW_CHANGES");
        assert_eq!(marked["lines"][0]["movement"]["since"], cut["lines"][0]["movement"]["since"]);
    }

    async fn predecessors_are_marked_with_the_body_that_followed_them_and_no_verdict_bridges(app: &App) {
        let document = "{ system(code: \"S0E4D\") { progression(framework: \"sdpt\", grain: EDITION, boundaries: WITH_PREDECESSORS) {
            breaks { on cause } lines { points { on } movement { word } trend { n } } } } }";
        for (quarter, system, region) in [("2025-12-31", "QNQ", "Y59"), ("2026-03-31", "QNQ", "Y59"), ("2026-06-30", "S0E4D", "Y59")] {
            let round = app.round_of("sdpt", quarter).await;
            app.publication_of(&round, (system, region), |_| rated("developing")).await;
        }
        marks(&app.national().await, "2026-01-01", &Value::Null).await;
        marks(&app.national().await, "2026-06-01", &Value::Null).await;
        let shown = app.reader().await.data(document, json!({})).await["system"]["progression"].clone();
        let found = |on: &str, cause: &str| json!({ "on": on, "cause": cause });
        assert_eq!(
            shown["breaks"],
            json!([found("2026-01-01", "RE_BASELINE"), found("2026-04-01", "BOUNDARY"), found("2026-06-01", "RE_BASELINE")])
        );
        let line = &shown["lines"][0];
        assert_eq!(line["points"].as_array().unwrap().len(), 3, "every point stays in the line");
        assert_eq!((&line["movement"]["word"], &line["trend"]["n"]), (&json!("NOT_COMPARABLE"), &json!(1)));
    }

    async fn a_reason_that_is_erased_leaves_the_break(app: &App) {
        climb(app, &QUARTERS[5..8], &[WEST_YORKSHIRE]).await;
        let marked = marks(&app.national().await, "2025-10-01", &Value::Null).await;
        let position = marked["position"].as_str().unwrap();
        assert_eq!(people::erase_text(&app.store, position, "it named somebody").await.unwrap(), 1);
        let shown = line(app, "QWO", json!({})).await;
        assert_eq!(shown["breaks"], json!([told("2025-10-01", "1 October 2025", &Value::Null)]));
        assert_eq!(shown["lines"][0]["trend"]["n"], 1);
    }

    async fn what_makes_no_sense_is_refused_at_its_path(app: &App) {
        let national = app.national().await;
        let with = |field: &str, value: Value| {
            let mut input = input("2026-01-01", &Value::Null);
            input[field] = value;
            input
        };
        let marked = marks(&national, "2026-01-01", &json!([{ "code": "QWO" }, { "code": "QOP" }])).await;
        let many: Vec<_> = (0..101).map(|_| json!({ "code": "QWO" })).collect();
        for (input, expected) in [
            (with("framework", json!("nonsense")), &["INVALID_INPUT framework"][..]),
            (with("framework", json!("icb-ceo")), &["INVALID_INPUT framework"]),
            (with("reason", json!(" ")), &["REASON_REQUIRED reason"]),
            (with("reason", json!("x".repeat(2001))), &["INVALID_INPUT reason"]),
            (with("systems", json!([])), &["INVALID_INPUT systems"]),
            (with("systems", json!(many)), &["INVALID_INPUT systems", "INVALID_INPUT systems"]),
            (with("systems", json!([{ "code": "QWO" }, { "code": "Z9Z9Z" }])), &["INVALID_INPUT systems.1"]),
            (with("systems", json!([{ "code": "QWO" }])), &["ALREADY_EXISTS on"]),
        ] {
            assert_eq!(app.refusals(&national, "recordRebaseline", input.clone()).await, expected, "{input}");
        }
        marks(&national, "2026-01-01", &Value::Null).await;
        let again = with("idempotencyKey", json!("again"));
        assert_eq!(app.refusals(&national, "recordRebaseline", again).await, ["ALREADY_EXISTS on"]);
        let id = &marked["rebaseline"]["id"];
        withdraws(&national, id).await;
        let again = json!({ "idempotencyKey": "again", "rebaseline": id, "reason": "r" });
        assert_eq!(app.refusals(&national, "withdrawRebaseline", again.clone()).await, ["WRONG_STAGE rebaseline"]);
        let document = "mutation($input: WithdrawRebaselineInput!) { withdrawRebaseline(input: $input) { errors { code } } }";
        let mut nothing = again;
        nothing["rebaseline"] = json!(format!("rebaseline_{}", "0".repeat(26)));
        assert_eq!(code(&national.ask_with(document, json!({ "input": nothing })).await), "NOT_FOUND");
        let reviewer = app.reviewer_of("Y63").await;
        assert_eq!(code(&reviewer.ask_with(document, json!({ "input": nothing })).await), "FORBIDDEN");
    }
}
