//! The head of the ledger as a subscription: when to ask again.

use serde_json::{Value, json};

use crate::harness::app::App;

const HEAD: &str = "subscription { ledgerHead { position recordedAt } }";

on_both! {
    async fn whoever_listens_is_told_that_the_ledger_has_grown(app: &App) {
        let live = app.live(|_| {}).await;
        let national = app.national().await;
        let mut socket = live.socket_of(&app.reader().await).await;
        let head = |told: &Value| told["data"]["ledgerHead"]["position"].as_str().unwrap().to_owned();
        socket.asks("head", HEAD).await;
        let first = socket.next("head").await;
        let recorded = first["data"]["ledgerHead"]["recordedAt"].as_str().unwrap();
        assert!(recorded.starts_with("2026-11-22T10:00:00."), "{recorded}");
        assert!(socket.is_quiet().await, "nothing has happened");

        let payload = national.change("openRound", "position", round("2026/27 Q2")).await;
        let told = socket.next("head").await;
        assert_eq!(head(&told), payload["position"].as_str().unwrap());
        assert_ne!(head(&told), head(&first));

        // Ten changes while nobody listens to the answers: the last of them is told, not each.
        let mut last = Value::Null;
        for i in 0..10 {
            last = national.change("openRound", "position", round(&format!("extra {i}"))).await["position"].clone();
        }
        let mut told = 0;
        while socket.next("head").await["data"]["ledgerHead"]["position"] != last {
            told += 1;
        }
        assert!(told < 10, "{told}");

        // A question at that position is answered as of it, and not as of the moment before.
        let document = "query($at: Position) { comparison(framework: \"sdpt\", asOf: { position: $at }) {
            resolvedAsOf { position } } }";
        let asked = json!({ "query": document, "variables": { "at": last } });
        socket.says(json!({ "id": "asked", "type": "subscribe", "payload": asked })).await;
        assert_eq!(socket.next("asked").await["data"]["comparison"]["resolvedAsOf"]["position"], last);
    }
}

fn round(label: &str) -> Value {
    json!({ "idempotencyKey": label, "framework": "sdpt", "label": label, "referenceDate": "2026-09-30",
        "opensOn": "2026-10-01", "dueOn": "2026-12-01", "closesOn": "2026-12-18" })
}
