//! Rounds: opening one, what is refused, what its policy changes, and finding it again.

use serde_json::{Value, json};

use crate::harness::app::{App, Person, code};

/// The input of a round that is open when a test begins, with some of it changed.
pub(crate) fn input(label: &str, changes: &Value) -> Value {
    let mut input = json!({
        "idempotencyKey": format!("open {label}"), "framework": "sdpt", "label": label,
        "referenceDate": "2026-09-30", "opensOn": "2026-10-01", "dueOn": "2026-12-01", "closesOn": "2026-12-18",
        "policy": { "evidenceFrom": null },
    });
    for (field, value) in changes.as_object().unwrap() {
        input[field] = value.clone();
    }
    input
}

/// Opens such a round and returns its id.
pub(crate) async fn opened(national: &Person<'_>, label: &str, changes: Value) -> String {
    let payload = national.change("openRound", "round { id }", input(label, &changes)).await;
    assert_eq!(payload["errors"], json!([]));
    payload["round"]["id"].as_str().unwrap().to_owned()
}

const POLICY: &str = "policy { rationale evidenceFrom { key } approvals confirmCarriedForward responseDays
    readersSeeRationale }";

on_both! {
    async fn a_round_that_is_wrong_is_refused_at_each_path(app: &App) {
        let national = app.national().await;
        opened(&national, "2026/27 Q2", json!({})).await;
        let policy = |field: &str, value: Value| json!({ "policy": { field: value } });
        let backwards = json!({ "opensOn": "2026-12-04", "dueOn": "2026-12-03", "closesOn": "2026-12-02",
            "moderateBy": "2026-12-01" });
        for (changes, expected) in [
            (backwards, vec!["INVALID_INPUT dueOn", "INVALID_INPUT closesOn", "INVALID_INPUT moderateBy"]),
            (json!({ "moderateBy": "2026-12-17" }), vec!["INVALID_INPUT moderateBy"]),
            (json!({ "framework": "nonsense" }), vec!["INVALID_INPUT framework"]),
            (json!({ "framework": "" }), vec!["INVALID_INPUT framework"]),
            (json!({ "label": "2026/27 Q2" }), vec!["ALREADY_EXISTS label"]),
            (json!({ "label": "  2026/27 Q2\n" }), vec!["ALREADY_EXISTS label"]),
            (json!({ "label": "" }), vec!["INVALID_INPUT label"]),
            (json!({ "label": "x".repeat(81) }), vec!["INVALID_INPUT label"]),
            (json!({ "label": "a\u{0}b" }), vec!["INVALID_INPUT label"]),
            (policy("evidenceFrom", json!("perfect")), vec!["UNKNOWN_LEVEL policy.evidenceFrom"]),
            (policy("responseDays", json!(367)), vec!["INVALID_INPUT policy.responseDays"]),
            (policy("responseDays", json!(-1)), vec!["INVALID_INPUT policy.responseDays"]),
            (policy("responseDays", json!(65536)), vec!["INVALID_INPUT policy.responseDays"]),
            (json!({ "idempotencyKey": "" }), vec!["INVALID_INPUT idempotencyKey"]),
            (json!({ "idempotencyKey": "open 2026/27 Q2" }), vec!["KEY_REUSED idempotencyKey"]),
            (
                json!({ "label": "2026/27 Q2", "dueOn": "2026-09-01", "policy": { "evidenceFrom": "perfect" } }),
                vec!["INVALID_INPUT dueOn", "ALREADY_EXISTS label", "UNKNOWN_LEVEL policy.evidenceFrom"],
            ),
        ] {
            let shown = changes.to_string();
            assert_eq!(
                app.refusals(&national, "openRound", input("2026/27 Q3", &changes)).await,
                expected,
                "{shown}"
            );
        }
    }

    async fn a_round_may_begin_end_and_be_due_on_one_day_and_have_a_label_of_eighty_characters(app: &App) {
        let (national, day) = (app.national().await, json!("2026-11-22"));
        let changes = json!({ "opensOn": day, "dueOn": day, "closesOn": day, "moderateBy": day });
        opened(&national, &"é".repeat(80), changes).await;
        let rounds = national.data("{ rounds { nodes { label isOpen } } }", json!({})).await;
        assert_eq!(rounds["rounds"]["nodes"], json!([{ "label": "é".repeat(80), "isOpen": true }]));
    }

    async fn a_round_copies_the_policy_of_the_edition_and_changes_what_it_is_told(app: &App) {
        let national = app.national().await;
        let default = json!({ "rationale": "ALWAYS", "evidenceFrom": { "key": "maturing" },
            "approvals": ["BOARD", "COMMITTEE", "CHAIR_ACTION"], "confirmCarriedForward": true,
            "responseDays": 10, "readersSeeRationale": false });
        let document = format!("{{ framework(key: \"sdpt\") {{ edition {{ {POLICY} }} }} }}");
        let edition = national.data(&document, json!({})).await["framework"]["edition"]["policy"].clone();
        assert_eq!(edition, default);
        let all = json!({ "rationale": "NEVER", "evidenceFrom": "thriving",
            "approvals": ["EXECUTIVE", "BOARD", "EXECUTIVE"], "confirmCarriedForward": false,
            "responseDays": 366, "readersSeeRationale": true });
        let changed = json!({ "rationale": "NEVER", "evidenceFrom": { "key": "thriving" },
            "approvals": ["BOARD", "EXECUTIVE"], "confirmCarriedForward": false,
            "responseDays": 366, "readersSeeRationale": true });
        let but = |field: &str, value: Value| {
            let mut policy = default.clone();
            policy[field] = value;
            policy
        };
        for (label, policy, expected) in [
            ("nothing said", Value::Null, default.clone()),
            ("nothing changed", json!({}), default.clone()),
            ("all", all, changed),
            ("no evidence", json!({ "evidenceFrom": null }), but("evidenceFrom", Value::Null)),
            ("no approval", json!({ "approvals": [] }), but("approvals", json!([]))),
            ("null is nothing said", json!({ "responseDays": null, "rationale": null }), default.clone()),
        ] {
            let fields = format!("round {{ {POLICY} }}");
            let input = input(label, &json!({ "policy": policy }));
            let payload = national.change("openRound", &fields, input).await;
            assert_eq!(payload, json!({ "round": { "policy": expected }, "errors": [] }), "{label}");
        }
    }

    async fn the_same_key_and_input_open_one_round(app: &App) {
        let national = app.national().await;
        let first = opened(&national, "2026/27 Q2", json!({})).await;
        assert_eq!(opened(&national, "2026/27 Q2", json!({})).await, first);
        let data = national.data("{ rounds { totalCount nodes { id } } }", json!({})).await;
        assert_eq!(data["rounds"], json!({ "totalCount": 1, "nodes": [{ "id": first }] }));
    }

    async fn rounds_stand_in_order_of_reference_date_and_are_found_by_label_day_and_id(app: &App) {
        let national = app.national().await;
        let late = opened(
            &national,
            "late",
            json!({ "referenceDate": "2026-12-31", "opensOn": "2026-12-19",
            "dueOn": "2027-01-10", "closesOn": "2027-01-31" }),
        )
        .await;
        let early =
            opened(&national, "early", json!({ "referenceDate": "2026-03-31", "publishOn": "2027-02-01" }))
                .await;
        let reader = app.reader().await;
        let document = "query($id: ID!) {
            all: rounds(framework: \"sdpt\") { nodes { label isOpen } }
            today: rounds(openOn: \"2026-11-22\") { nodes { label } }
            never: rounds(openOn: \"2027-02-01\") { totalCount }
            elsewhere: rounds(framework: \"nonsense\") { totalCount }
            early: round(framework: \"sdpt\", label: \"early\") { id edition { label } opensOn dueOn closesOn
                moderateBy publishOn }
            none: round(framework: \"sdpt\", label: \"none\") { id }
            node(id: $id) { ... on Round { label } } }";
        let data = reader.data(document, json!({ "id": late })).await;
        assert_eq!(
            data,
            json!({
                "all": { "nodes": [{ "label": "early", "isOpen": true }, { "label": "late", "isOpen": false }] },
                "today": { "nodes": [{ "label": "early" }] },
                "never": { "totalCount": 0 },
                "elsewhere": { "totalCount": 0 },
                "early": { "id": early, "edition": { "label": "2021/22" }, "opensOn": "2026-10-01",
                    "dueOn": "2026-12-01", "closesOn": "2026-12-18", "moderateBy": null, "publishOn": "2027-02-01" },
                "none": null,
                "node": { "label": "late" },
            })
        );
    }

    async fn rounds_are_paged_and_a_round_opened_between_two_pages_moves_nothing(app: &App) {
        let national = app.national().await;
        for (label, day) in [("b", "2026-02-28"), ("d", "2026-04-30"), ("c", "2026-03-31")] {
            opened(&national, label, json!({ "referenceDate": day })).await;
        }
        let page = async |arguments: &str| {
            let document = format!(
                "{{ rounds({arguments}) {{ totalCount nodes {{ label }}
                pageInfo {{ endCursor startCursor hasNextPage hasPreviousPage }} }} }}"
            );
            national.ask(&document).await
        };
        let labels = |answer: &Value| {
            let nodes = answer["data"]["rounds"]["nodes"].as_array().unwrap();
            nodes.iter().map(|node| node["label"].as_str().unwrap()).collect::<String>()
        };
        let first = page("first: 1").await;
        let info = &first["data"]["rounds"]["pageInfo"];
        assert_eq!(
            (labels(&first).as_str(), &info["hasNextPage"], &info["hasPreviousPage"]),
            ("b", &json!(true), &json!(false))
        );
        opened(&national, "a", json!({ "referenceDate": "2026-01-31" })).await;
        let rest = page(&format!("first: 9, after: {}", info["endCursor"])).await;
        assert_eq!((labels(&rest).as_str(), &rest["data"]["rounds"]["totalCount"]), ("cd", &json!(3)));
        let back =
            page(&format!("last: 1, before: {}", rest["data"]["rounds"]["pageInfo"]["endCursor"])).await;
        assert_eq!(labels(&back), "c");
        assert_eq!(labels(&page("first: 9").await), "abcd");
        let foreign = page(&format!("first: 9, framework: \"sdpt\", after: {}", info["endCursor"])).await;
        for (what, answer) in [
            ("foreign", foreign),
            ("zero", page("first: 0").await),
            ("many", page("last: 101").await),
            ("both", page("first: 1, last: 1").await),
            ("nonsense", page("after: \"nonsense\"").await),
        ] {
            assert_eq!(code(&answer), "BAD_REQUEST", "{what}: {answer}");
        }
    }
}
