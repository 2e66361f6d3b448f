//! The statuses of answers, and what is taken for a request.

use serde_json::json;

use super::{JSON, RESPONSE, VIEWER, ask, percent_encoded, post, send};
use crate::harness::app::App;
use axum::http::Method;

on_both! {
    async fn a_body_that_is_no_request_is_refused_with_the_status_that_says_why(app: &App) {
        for (content_type, body, status) in [
            ("application/json; charset=utf-8", VIEWER, 200),
            ("Application/JSON", VIEWER, 200),
            (JSON, "{", 400),
            (JSON, "", 400),
            (JSON, "[]", 400),
            (JSON, &format!("[{VIEWER}]"), 400),
            (JSON, "null", 400),
            (JSON, "5", 400),
            (JSON, "{}", 400),
            (JSON, r#"{"query":null}"#, 400),
            (JSON, r#"{"query":""}"#, 400),
            (JSON, r#"{"query":"{ viewer { name } }","variables":"x"}"#, 400),
            (JSON, r#"{"query":"{ viewer { name } }","variables":[]}"#, 400),
            (JSON, r#"{"query":"{ viewer { name } }","variables":null,"operationName":null}"#, 200),
            ("text/plain", VIEWER, 415),
            ("application/graphql", "{ viewer { name } }", 415),
            ("application/x-www-form-urlencoded", "query={viewer{name}}", 415),
            ("multipart/form-data; boundary=x", VIEWER, 415),
            ("", VIEWER, 415),
        ] {
            for accept in [JSON, RESPONSE] {
                let reply = post(app, &[("content-type", content_type), ("accept", accept)], body).await;
                let expected =
                    if status == 200 { (200, "no error", true) } else { (status, "BAD_REQUEST", false) };
                assert_eq!(reply.told(), expected, "{content_type}: {body}");
            }
        }
    }

    async fn the_media_type_is_negotiated(app: &App) {
        for (accept, expected) in [
            ("*/*", JSON),
            ("application/*", JSON),
            (RESPONSE, RESPONSE),
            ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", RESPONSE),
            ("application/json, application/graphql-response+json", JSON),
            ("application/json;q=0.5, application/graphql-response+json;q=0.9", RESPONSE),
            ("text/html, application/json;q=0.1", JSON),
        ] {
            let reply = ask(app, accept, "{ viewer { name } }").await;
            assert_eq!(
                (reply.status, reply.header("content-type")),
                (200, &*format!("{expected}; charset=utf-8")),
                "{accept}"
            );
        }
        for accept in ["text/html", "application/xml", "application/json;q=0", "image/*"] {
            assert_eq!(
                ask(app, accept, "{ viewer { name } }").await.told(),
                (406, "BAD_REQUEST", false),
                "{accept}"
            );
        }
    }

    async fn a_document_that_cannot_be_executed_has_no_data(app: &App) {
        for (document, expected) in [
            ("{ viewer { name }", "GRAPHQL_PARSE_FAILED"),
            ("viewer", "GRAPHQL_PARSE_FAILED"),
            ("{ viewer { nonsense } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ viewer }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ system { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ system(code: 5) { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("query A { viewer { name } } query B { viewer { name } }", "GRAPHQL_VALIDATION_FAILED"),
            ("query($code: OdsCode!) { system(code: $code) { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("subscription { viewer { name } }", "GRAPHQL_VALIDATION_FAILED"),
        ] {
            for (accept, status) in [(RESPONSE, 400), (JSON, 200)] {
                let reply = ask(app, accept, document).await;
                assert_eq!(reply.told(), (status, expected, false), "{document}: {}", reply.text);
            }
        }
        let unknown = r#"{"query":"query A { viewer { name } }","operationName":"B"}"#;
        let reply = post(app, &[("content-type", JSON), ("accept", RESPONSE)], unknown).await;
        assert_eq!(reply.told(), (400, "GRAPHQL_VALIDATION_FAILED", false));
        let suggestion = ask(app, JSON, "{ viewer { nam } }").await;
        assert!(!suggestion.text.contains("Did you mean"), "{}", suggestion.text);
    }

    async fn get_asks_and_never_changes(app: &App) {
        let bearer = format!("Bearer {}", app.national().await.token);
        let get = async |parameters: &str| {
            send(app, Method::GET, &format!("/graphql?{parameters}"), &[("authorization", &bearer)], "").await
        };
        let reply = get(&format!(
            "query={}&variables={}",
            percent_encoded("query($c: OdsCode!) { system(code: $c) { code } }"),
            percent_encoded(r#"{"c":"QWO"}"#)
        ))
        .await;
        assert_eq!((reply.status, &reply.body), (200, &json!({ "data": { "system": { "code": "QWO" } } })));
        let open = "mutation B { openRound(input: { idempotencyKey: \"k\", framework: \"sdpt\", label: \"l\",
            referenceDate: \"2026-09-30\", opensOn: \"2026-10-01\", dueOn: \"2026-12-01\", closesOn: \"2026-12-18\" }) {
            round { id } errors { message } } }";
        let both = percent_encoded(&format!("query A {{ viewer {{ name }} }} {open}"));
        let before = app.store.snapshot().history.head();
        for parameters in [
            format!("query={}", percent_encoded(open)),
            format!("query={both}&operationName=B"),
            format!("query={both}"),
            format!("query={}&operationName=B", percent_encoded(open)),
        ] {
            let reply = get(&parameters).await;
            assert_eq!(
                (reply.told(), reply.header("allow")),
                ((405, "BAD_REQUEST", false), "POST"),
                "{parameters:.40}"
            );
        }
        let reply = get(&format!("query={both}&operationName=A")).await;
        assert_eq!(reply.told(), (200, "no error", true));
        for parameters in ["", "query=", "query=%7Bviewer%7Bname%7D%7D&variables=garbage"] {
            assert_eq!(get(parameters).await.told(), (400, "BAD_REQUEST", false), "{parameters}");
        }
        assert_eq!(app.store.snapshot().history.head(), before, "GET changed something");
        let body = json!({ "query": open }).to_string();
        let headers = [("authorization", bearer.as_str()), ("content-type", JSON)];
        let reply = send(app, Method::POST, "/graphql", &headers, &body).await;
        assert_eq!(reply.body["data"]["openRound"]["errors"], json!([]), "by POST the same is taken");
    }
}
