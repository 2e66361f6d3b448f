//! graphql-transport-ws: what the two sides say, and with which code the service closes.

mod viewer;

use std::time::{Duration, Instant};

use api::http::Origins;
use chrono::Utc;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::harness::app::App;
use crate::harness::database::Engine;
use crate::harness::live::{Heard, Live, PROTOCOL, Socket};

const NAME: &str = "{ viewer { name } }";
const HEAD: &str = "subscription { ledgerHead { position } }";

fn subscribe(id: &str, document: &str) -> Value {
    json!({ "id": id, "type": "subscribe", "payload": { "query": document } })
}

async fn error_of(socket: &mut Socket, id: &str) -> (String, String) {
    match socket.hears().await {
        Heard::Said(told) if told["type"] == "error" && told["id"] == id => {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (text(&told["payload"][0]["extensions"]["code"]), text(&told["payload"][0]["message"]))
        }
        heard => panic!("{heard:?}"),
    }
}

on_both! {
    async fn questions_and_changes_go_over_one_socket(app: &App) {
        let live = app.live(|_| {}).await;
        let mut socket = live.socket_of(&app.national().await).await;
        for _ in 0..2 {
            socket.asks("same id again", NAME).await;
            assert_eq!(socket.next("same id again").await, json!({ "data": { "viewer": { "name": "local NATIONAL_TEAM of England" } } }));
            assert_eq!(socket.hears().await, Heard::Said(json!({ "id": "same id again", "type": "complete" })));
        }
        let open = "mutation($label: String!) { openRound(input: { idempotencyKey: \"k\", framework: \"sdpt\", label: $label,
            referenceDate: \"2026-09-30\", opensOn: \"2026-10-01\", dueOn: \"2026-12-01\", closesOn: \"2026-12-18\" }) {
            round { label } errors { message } } }";
        let payload = json!({ "query": open, "variables": { "label": "Q2" }, "operationName": null, "extensions": {} });
        socket.says(json!({ "id": "2", "type": "subscribe", "payload": payload })).await;
        let opened = json!({ "data": { "openRound": { "round": { "label": "Q2" }, "errors": [] } } });
        assert_eq!(socket.next("2").await, opened);
        assert_eq!(socket.hears().await, Heard::Said(json!({ "id": "2", "type": "complete" })));
        for (document, code) in [
            ("{ viewer { nonsense } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ viewer", "GRAPHQL_PARSE_FAILED"),
            ("subscription { nonsense }", "GRAPHQL_VALIDATION_FAILED"),
            ("", "BAD_REQUEST"),
            (&format!("{{ viewer {{ name }} }}{}", " ".repeat(65_536)), "QUERY_TOO_COSTLY"),
        ] {
            socket.asks("wrong", document).await;
            assert_eq!(error_of(&mut socket, "wrong").await.0, code, "{document}");
        }
        socket.asks("half", "{ viewer { name } node(id: \"garbage\") { id } }").await;
        let half = socket.next("half").await;
        assert_eq!((&half["data"]["node"], &half["errors"][0]["path"]), (&Value::Null, &json!(["node"])));
        assert_eq!(socket.hears().await, Heard::Said(json!({ "id": "half", "type": "complete" })));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_does_not_say_who_they_are_first_is_closed_with_a_code() {
    let app = App::start(Engine::Sqlite).await;
    let live = app.live(|limits| limits.init_seconds.most = 1).await;
    let init = json!({ "type": "connection_init" });
    for (what, said, code) in [
        ("no init in time", vec![], 4408),
        ("a ping is no init", vec![json!({ "type": "ping" })], 4408),
        ("no token", vec![init.clone()], 4403),
        ("a subscription before the init", vec![subscribe("1", HEAD)], 4401),
        ("a payload that is no object", vec![json!({ "type": "connection_init", "payload": [] })], 4400),
        (
            "another scheme",
            vec![json!({ "type": "connection_init", "payload": { "authorization": "Basic x" } })],
            4403,
        ),
        (
            "a token that is none",
            vec![json!({ "type": "connection_init", "payload": { "authorization": "Bearer x" } })],
            4403,
        ),
    ] {
        let mut socket = live.socket().await;
        for message in said {
            socket.says(message).await;
        }
        let mut heard = socket.hears().await;
        if heard == Heard::Said(json!({ "type": "pong" })) {
            heard = socket.hears().await;
        }
        assert!(matches!(heard, Heard::Closed(closed, _) if closed == code), "{what}: {heard:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_protocol_forbids_is_closed_with_its_code() {
    let app = App::start(Engine::Sqlite).await;
    let live = app.live(|limits| (limits.sockets.most, limits.body_bytes.most) = (50, 4_000)).await;
    let (reader, init) = (app.reader().await, json!({ "type": "connection_init" }));
    for (what, message, code) in [
        ("a second init", init.to_string(), 4429),
        ("no JSON", "{".to_owned(), 4400),
        ("no object", "[]".to_owned(), 4400),
        ("no type", "{}".to_owned(), 4400),
        ("a type of the service", json!({ "id": "1", "type": "next", "payload": {} }).to_string(), 4400),
        (
            "another type",
            json!({ "type": "start", "id": "1", "payload": { "query": NAME } }).to_string(),
            4400,
        ),
        ("no id", json!({ "type": "subscribe", "payload": { "query": NAME } }).to_string(), 4400),
        ("an empty id", subscribe("", NAME).to_string(), 4400),
        ("an id that is a number", json!({ "type": "complete", "id": 1 }).to_string(), 4400),
        ("no query", json!({ "type": "subscribe", "id": "1", "payload": {} }).to_string(), 4400),
        (
            "variables that are none",
            json!({ "type": "subscribe", "id": "1", "payload": { "query": NAME, "variables": [] } })
                .to_string(),
            4400,
        ),
        ("one byte too much", format!("{}{}", json!({ "type": "ping" }), " ".repeat(4_001 - 15)), 4400),
    ] {
        let mut socket = live.socket_of(&reader).await;
        socket.sends(Message::text(message)).await;
        assert_eq!(socket.closed().await, code, "{what}");
    }
    let mut socket = live.socket_of(&reader).await;
    socket.sends(Message::binary(init.to_string().into_bytes())).await;
    assert_eq!(socket.closed().await, 4400, "binary");

    let mut socket = live.socket_of(&reader).await;
    let long = "é".repeat(100);
    socket.asks(&long, HEAD).await;
    socket.next(&long).await;
    socket.asks(&long, HEAD).await;
    let Heard::Closed(4409, why) = socket.hears().await else { panic!("not closed with 4409") };
    assert!(why.starts_with("Subscriber for é") && why.len() <= 123, "{why}");

    let mut socket = live.socket_of(&reader).await;
    socket.sends(Message::text(format!("{}{}", json!({ "type": "ping" }), " ".repeat(4_000 - 15)))).await;
    assert_eq!(socket.hears().await, Heard::Said(json!({ "type": "pong" })), "as long as it may be");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_needs_the_protocol_and_brings_a_good_token_or_none() {
    let app = App::start(Engine::Sqlite).await;
    let origins = Origins::read("https://pages.nhs.uk").unwrap();
    let live = Live::start(app.http(|_| {}).allowing(origins)).await;
    assert_eq!(live.upgrade(&[]).await.unwrap().closed().await, 4406, "no protocol");
    // By hand, because the client of the tests closes by itself where its protocol is not taken.
    let other = "GET /graphql/ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        sec-websocket-protocol: graphql-ws\r\n\r\n";
    let turned_away = live.answer(other).await;
    // 4406 in two bytes, and why.
    let close = "\u{11}\u{36}Subprotocol not acceptable";
    assert!(turned_away.starts_with("HTTP/1.1 101 ") && turned_away.ends_with(close), "{turned_away:?}");
    let bearer = format!("Bearer {}", app.reader().await.token);
    let protocols = ("sec-websocket-protocol", "graphql-ws, graphql-transport-ws");
    let host = format!("http://{}", live.address);
    for (headers, status) in [
        (vec![("authorization", "Bearer x")], 401),
        (vec![("authorization", "Basic x")], 401),
        (vec![("origin", "https://evil.example")], 403),
        (vec![("origin", "null")], 403),
        (vec![("origin", "https://pages.nhs.uk"), ("authorization", &bearer)], 101),
        (vec![("origin", &host), ("authorization", &bearer)], 101),
        (vec![("authorization", &bearer)], 101),
    ] {
        match live.upgrade(&[headers.as_slice(), &[protocols]].concat()).await {
            Ok(mut socket) => {
                assert_eq!(status, 101, "{headers:?}");
                socket.says(json!({ "type": "connection_init" })).await;
                assert_eq!(socket.hears().await, Heard::Said(json!({ "type": "connection_ack" })));
                socket.asks("1", NAME).await;
                let name = json!({ "data": { "viewer": { "name": "local READER of England" } } });
                assert_eq!(socket.next("1").await, name);
            }
            Err(Error::Http(refused)) => assert_eq!(refused.status().as_u16(), status, "{headers:?}"),
            Err(error) => panic!("{headers:?}: {error}"),
        }
    }
    let refused = live.answer("GET /graphql/ws HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(refused.starts_with("HTTP/1.1 400 ") && refused.contains("BAD_REQUEST"), "{refused}");
    assert_eq!(
        live.socket().await.signs_in("").await,
        Heard::Closed(4403, "Forbidden: send a valid token".to_owned())
    );
    assert_eq!(PROTOCOL, "graphql-transport-ws");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cost_is_told_over_a_socket_when_it_is_asked_for() {
    let app = App::start(Engine::Sqlite).await;
    let live = app.live(|_| {}).await;
    let mut socket = live.socket_of(&app.reader().await).await;
    for (wish, is_told) in
        [(json!({ "cost": true }), true), (json!({ "cost": false }), false), (Value::Null, false)]
    {
        let payload = json!({ "query": NAME, "extensions": wish });
        socket.says(json!({ "id": "1", "type": "subscribe", "payload": payload })).await;
        let told = socket.next("1").await;
        assert_eq!(told["data"]["viewer"]["name"], "local READER of England");
        let cost = json!({ "cost": 2, "most": 500_000, "depth": 2, "fields": 2, "rootFields": 1, "aliases": 0,
            "directives": 0 });
        assert_eq!(told.get("extensions"), is_told.then(|| json!({ "cost": cost })).as_ref(), "{wish}");
        assert_eq!(socket.hears().await, Heard::Said(json!({ "id": "1", "type": "complete" })));
    }
}

/// Of the year 9999, the latest at which a token may end.
const LAST_SECOND: i64 = 253_402_300_799;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_lives_as_long_as_its_token() {
    let app = App::start(Engine::Sqlite).await;
    let live = app.live(|_| {}).await;
    #[expect(clippy::disallowed_methods, reason = "tokens are checked against the wall clock")]
    let now = || Utc::now();
    let ends = now().timestamp() + 2;
    let token = app.key.sign("somebody-else", ends - 60, ends).unwrap();
    let mut socket = live.socket().await;
    assert_eq!(socket.signs_in(&token).await, Heard::Said(json!({ "type": "connection_ack" })));
    socket.asks("1", HEAD).await;
    socket.next("1").await;
    assert_eq!(socket.closed().await, 4401);
    let late = now().timestamp_micros() - ends * 1_000_000;
    assert!((0..1_000_000).contains(&late), "closed {late} microseconds after the end of the token");
    let ended = app.key.sign("somebody-else", ends - 60, ends - 30).unwrap();
    assert!(matches!(live.socket().await.signs_in(&ended).await, Heard::Closed(4403, _)));
    let endless = app.key.sign("somebody-else", ends - 60, LAST_SECOND).unwrap();
    let heard = live.socket().await.signs_in(&endless).await;
    assert_eq!(heard, Heard::Said(json!({ "type": "connection_ack" })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_has_so_many_sockets_and_operations_and_no_more() {
    let app = App::start(Engine::Sqlite).await;
    let live = app.live(|limits| (limits.sockets.most, limits.subscriptions.most) = (2, 2)).await;
    let (reader, stranger) = (app.reader().await, app.stranger());
    let (mut first, mut second) = (live.socket_of(&reader).await, live.socket_of(&reader).await);
    let mut third = live.socket().await;
    let Heard::Closed(4429, why) = third.signs_in(&reader.token).await else { panic!("a third socket") };
    assert!(why.contains("SDPT_MAX_SOCKETS_PER_VIEWER"), "{why}");
    live.socket_of(&stranger).await;
    second.sends(Message::Close(None)).await;
    while !matches!(second.hears().await, Heard::Gone) {}
    let mut again = live.socket().await;
    for _ in 0..50 {
        if again.signs_in(&reader.token).await == Heard::Said(json!({ "type": "connection_ack" })) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        again = live.socket().await;
    }

    for id in ["1", "2"] {
        first.asks(id, HEAD).await;
        first.next(id).await;
    }
    first.asks("3", HEAD).await;
    let (code, why) = error_of(&mut first, "3").await;
    assert!(code == "RATE_LIMITED" && why.contains("SDPT_MAX_SUBSCRIPTIONS_PER_SOCKET"), "{code}: {why}");
    first.says(json!({ "id": "1", "type": "complete" })).await;
    first.says(json!({ "id": "never heard of", "type": "complete" })).await;
    first.asks("3", HEAD).await;
    first.next("3").await;
    app.national().await.opens("2026/27 Q2").await;
    for _ in 0..2 {
        let Heard::Said(told) = first.hears().await else { panic!("a good socket was closed") };
        assert!(told["id"] == "2" || told["id"] == "3", "given up, and still told: {told}");
    }

    let live = app.live(|limits| (limits.rate.most, limits.burst.most) = (1, 2)).await;
    let mut socket = live.socket_of(&reader).await;
    for id in ["1", "2"] {
        socket.asks(id, NAME).await;
        socket.next(id).await;
        socket.hears().await;
    }
    socket.asks("3", NAME).await;
    let (code, why) = error_of(&mut socket, "3").await;
    assert!(code == "RATE_LIMITED" && why.contains("SDPT_MAX_REQUESTS_PER_SECOND"), "{code}: {why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_ping_and_who_never_answers_is_cut() {
    let app = App::start(Engine::Sqlite).await;
    let live = app.live(|limits| limits.ping_seconds.most = 1).await;
    let reader = app.reader().await;
    let mut socket = live.socket_of(&reader).await;
    socket.says(json!({ "type": "ping", "payload": { "at": 1 } })).await;
    assert_eq!(socket.hears().await, Heard::Said(json!({ "type": "pong", "payload": { "at": 1 } })));
    socket.says(json!({ "type": "pong" })).await;
    socket.sends(Message::Ping("hello".into())).await;
    assert_eq!(socket.receives().await.unwrap().unwrap(), Message::Pong("hello".into()));
    let mut deaf = live.socket_of(&reader).await;
    let begun = Instant::now();
    // This one listens, and so answers; the other does neither.
    while begun.elapsed() < Duration::from_secs(4) {
        assert!(matches!(socket.receives().await, Some(Ok(Message::Ping(_)))));
    }
    assert_eq!(deaf.hears().await, Heard::Gone);
    socket.asks("1", NAME).await;
    socket.next("1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopping_service_says_so() {
    let app = App::start(Engine::Sqlite).await;
    let mut live = app.live(|_| {}).await;
    let (mut early, mut busy) = (live.socket().await, live.socket_of(&app.reader().await).await);
    busy.asks("1", HEAD).await;
    busy.next("1").await;
    live.tell_to_stop();
    assert_eq!([early.closed().await, busy.closed().await], [1001, 1001]);
    assert_eq!(busy.hears().await, Heard::Gone);
    assert_eq!(early.hears().await, Heard::Gone);
    live.stopped().await;
}
