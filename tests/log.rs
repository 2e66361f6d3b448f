//! What the service logs, and what it never does. Every test of the service is watched; here the watch is.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::harness::app::App;
use crate::harness::log::{Watch, watch};

#[test]
fn a_secret_in_the_logs_is_found() {
    let own = Watch::default();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(own.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(id = "x", "answered");
        assert_eq!(own.violations(), Vec::<String>::new());
        for secret in [
            "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x",
            "local SYSTEM_LEAD of QWO",
            "local:SYSTEM_LEAD:QWO",
            "they rate so because developing",
            "mutation { openRound(input: { idempotencyKey: 1 }) }",
            "/graphql?query=x",
        ] {
            let before = own.violations().len();
            tracing::debug!(reason = secret, "a slip");
            tracing::info!("{secret}");
            assert!(own.violations().len() > before, "{secret} was not found");
        }
    });
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
    }
}
