//! What the service logs, and what it never does. Every test of the service is watched; here the watch is.

use std::io::Write;

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::harness::app::App;
use crate::harness::log::{Watch, Watched, watch};

#[test]
fn a_secret_in_the_logs_is_found() {
    let own = Watch::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_ansi(false);
    let subscriber = subscriber.with_writer(own.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(id = "x", "answered");
        assert_eq!(own.violations(), Vec::<String>::new());
        for (kind, secret) in [
            ("a token", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x"),
            ("the name of a person", "local SYSTEM_LEAD of QWO"),
            ("the name of a person", "by Planted Name"),
            ("the name of a person", "Judge, moderated"),
            ("the name of a person", "Ada Quillfeather"),
            ("the name of a person", "Name of ann"),
            ("the name of a person", "Ada of West Yorkshire"),
            ("the subject of a token", "local:SYSTEM_LEAD:QWO"),
            ("the subject of a token", "auth-of-ada-4711"),
            ("the subject of a token", "7d0c2a4e-1f7b"),
            ("the subject of a token", "reporting-client"),
            ("a rationale", "they rate so because developing"),
            ("a rationale", "planted rationale, draft"),
            ("a text", "planted board, submitted"),
            ("a text", "the zebra crossed the ward"),
            ("evidence", "Plan 2026"),
            ("a link to evidence", "paper 7"),
            ("a text", "planted link, draft"),
            ("a reason", "sent in by mistake"),
            ("a reason", "starts on Monday"),
            ("a reason", "planted reason, draft"),
            ("a note", "please amend"),
            ("a document", "mutation { openRound(input: { idempotencyKey: 1 }) }"),
            ("a document", "query{viewer{name}}"),
            ("an address with a query", "/graphql?query=x"),
        ] {
            let slips: [fn(&str); 2] =
                [|secret| tracing::debug!(reason = secret, "a slip"), |secret| tracing::info!("{secret}")];
            for slip in slips {
                let before = own.violations().len();
                slip(secret);
                let found = own.violations().split_off(before);
                let of_its_kind =
                    |violation: &String| violation.starts_with(&format!("{kind} is in the logs: "));
                assert!(found.iter().any(of_its_kind), "{secret} was not found: {found:?}");
            }
        }
    });
}

#[test]
#[should_panic(expected = "the name of a person is in the logs")]
fn a_test_that_logs_a_secret_fails() {
    let own = Watch::default();
    let _watched = Watched::over(own.clone());
    let mut writer = own;
    writer.write_all(b"Ada Quillfeather signed in").unwrap();
}

on_both! {
    async fn a_request_is_one_line_without_a_word_of_the_client(app: &App) {
        let (watch, reader) = (watch(), app.reader().await);
        let id = format!("watched-{:?}", app.database.engine());
        watch.want(&id);
        let request = |method: &str, uri: &str, body: String| {
            let request = Request::builder().method(method).uri(uri).header("x-request-id", &id);
            let request = request.header("authorization", format!("Bearer {}", reader.token));
            request.header("content-type", "application/json").body(Body::from(body)).unwrap()
        };
        let ask = json!({ "query": "{ viewer { name } }" }).to_string();
        for (method, uri, told) in [
            ("POST", "/graphql?query=x", "method=\"POST\" path=\"/graphql\" status=200"),
            ("GET", "/graphql?query=%7Bviewer%7Bname%7D%7D", "method=\"GET\" path=\"/graphql\" status=200"),
            ("GET", "/eyJhbGciOiJIUzI1NiJ9", "method=\"GET\" path=\"(other)\" status=404"),
            ("eyJhbGci", "/graphql", "method=\"(other)\" path=\"/graphql\" status=405"),
        ] {
            let before = watch.lines_with(&id).len();
            app.send(request(method, uri, ask.clone())).await;
            let lines = watch.lines_with(&id).split_off(before);
            let answered: Vec<_> = lines.iter().filter(|line| line.contains("answered")).collect();
            assert!(answered.len() == 1 && answered[0].contains(told) && answered[0].contains("milliseconds="), "{lines:?}");
        }
        let before = watch.lines_with(&id).len();
        app.send(request("POST", "/graphql", ask)).await;
        let lines = watch.lines_with(&id).split_off(before);
        assert!(lines.iter().any(|line| line.contains("DEBUG") && line.contains("answered again")), "{lines:?}");
    }
}
