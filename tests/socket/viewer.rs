//! Who is at the other end of a socket: how they say so, and that what they may is asked anew each time.

use std::sync::Arc;

use api::http::App as HttpApp;
use api::limits::Limits;
use serde_json::{Value, json};

use super::{NAME, error_of};
use crate::harness::app::App;
use crate::harness::database::Engine;
use crate::harness::issuer::{FAST, Signer, TestIssuer};
use crate::harness::live::{Heard, Live};

on_both! {
    async fn a_role_that_is_taken_back_holds_no_longer_on_a_socket_that_is_open(app: &App) {
        let (lead, draft) = app.draft("QWO").await;
        let contributor = app.contributor_to("QWO").await;
        let grants = contributor.data("{ viewer { grants { id } } }", json!({})).await["viewer"]["grants"].clone();
        let live = app.live(|_| {}).await;
        let mut socket = live.socket_of(&contributor).await;
        let sees = format!("{{ node(id: \"{draft}\") {{ id }} }}");
        let rates = format!(
            "mutation {{ rateElements(input: {{ dryRun: true, idempotencyKey: \"k\", assessment: \"{draft}\",
                items: [] }}) {{ errors {{ code }} }} }}"
        );
        for (holds, code) in [(true, Value::Null), (false, json!("NOT_FOUND"))] {
            socket.asks("1", &sees).await;
            let seen = if holds { json!({ "id": draft }) } else { Value::Null };
            assert_eq!(socket.next("1").await["data"]["node"], seen);
            assert_eq!(socket.hears().await, Heard::Said(json!({ "id": "1", "type": "complete" })));
            socket.asks("2", &rates).await;
            let told = socket.next("2").await;
            assert_eq!(told["errors"][0]["extensions"]["code"], code, "{told}");
            assert_eq!(socket.hears().await, Heard::Said(json!({ "id": "2", "type": "complete" })));
            if holds {
                let take = json!({ "idempotencyKey": "take", "grant": grants[0]["id"], "reason": "left" });
                assert_eq!(lead.change("revokeRole", "", take).await["errors"], json!([]));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_message_may_write_bearer_as_it_likes() {
    let app = App::start(Engine::Sqlite).await;
    let (live, token) = (app.live(|_| {}).await, app.reader().await.token);
    for scheme in ["Bearer", "bearer", "BEARER"] {
        for name in ["authorization", "Authorization"] {
            let payload = json!({ name: format!("{scheme} {token}") });
            let mut socket = live.socket().await;
            socket.says(json!({ "type": "connection_init", "payload": payload })).await;
            assert_eq!(socket.hears().await, Heard::Said(json!({ "type": "connection_ack" })), "{scheme}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_is_closed_for_later_while_nobody_can_sign_in() {
    let app = App::start(Engine::Sqlite).await;
    let key = Signer::p256("e");
    let issuer = TestIssuer::with(&[&key]).await;
    issuer.behave(Some((503, String::new())), None);
    let sign_in = Arc::new(issuer.sign_in(FAST));
    let live = Live::start(HttpApp::new(app.store.clone(), sign_in, Limits::default())).await;
    let good = key.token(&issuer.claims("somebody-else"));
    let Heard::Closed(1013, why) = live.socket().await.signs_in(&good).await else { panic!("not 1013") };
    assert!(why.contains("nobody can sign in right now"), "{why}");
    assert!(matches!(live.socket().await.signs_in("garbage").await, Heard::Closed(4403, _)));
    issuer.behave(None, None);
    issuer.asked_again(issuer.asked() + 2).await;
    let heard = live.socket().await.signs_in(&good).await;
    assert_eq!(heard, Heard::Said(json!({ "type": "connection_ack" })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_are_told_the_schema_over_a_socket_only_where_that_is_switched_on() {
    let app = App::start(Engine::Sqlite).await;
    let asks = "{ __schema { queryType { name } } }";
    let told = json!({ "data": { "__schema": { "queryType": { "name": "Query" } } } });
    for on in [true, false] {
        let live = Live::start(app.http(|_| {}).with_introspection(on)).await;
        for (works, person) in [(false, app.reader().await), (true, app.lead_of("QWO").await)] {
            let mut socket = live.socket_of(&person).await;
            socket.asks("1", asks).await;
            if on || works {
                assert_eq!(socket.next("1").await, told);
                continue;
            }
            let (code, why) = error_of(&mut socket, "1").await;
            assert!(code == "FORBIDDEN" && why.contains("/schema.graphql"), "{code}: {why}");
            socket.asks("1", NAME).await;
            socket.next("1").await;
        }
    }
}
