//! The statuses of answers, and what is taken for a request.

use serde_json::json;

use super::{JSON, RESPONSE, VIEWER, ask, percent_encoded, post, send};
use crate::harness::app::{App, code};
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
            ("application/json; charset=iso-8859-1", VIEWER, 415),
            ("application/json; charset=utf-16", VIEWER, 415),
            ("application/json; charset=\"UTF-8\"; version=1", VIEWER, 200),
            ("application/jsonp", VIEWER, 415),
            ("application/graphql-response+json", VIEWER, 415),
            (";", VIEWER, 415),
            (JSON, r#"["{ viewer { name } }"]"#, 400),
            (JSON, " \n[", 400),
            (JSON, r#""{ viewer { name } }""#, 400),
            (JSON, r#"{"query":5}"#, 400),
            (JSON, r#"{"query":["{ viewer { name } }"]}"#, 400),
            (JSON, r#"{"query":" "}"#, 400),
            (JSON, r#"{"query":"{ viewer { name } }","operationName":5}"#, 400),
            (JSON, r#"{"query":"{ viewer { name } }","extensions":[]}"#, 400),
            (JSON, r#"{"query":"{ viewer { name } }","extensions":"x"}"#, 400),
            (JSON, r#"{"query":"{ viewer { name } }","query":"{ viewer { name } }"}"#, 400),
            (JSON, r#"{"query":"{ viewer { name } }","variables":{},"variables":{}}"#, 400),
            (JSON, r#"{"query":"{ viewer { name } }"} x"#, 400),
            (JSON, &format!(r#"{{"query":"{{ viewer {{ name }} }}","variables":{{"a":{}1{}}}}}"#, "[".repeat(9999), "]".repeat(9999)), 400),
            (JSON, &format!(r#"{{"query":"{{ viewer {{ name }} }}","x":{}1{}}}"#, "[".repeat(9999), "]".repeat(9999)), 200),
            (JSON, r#"{"query":"{ viewer { name } }","x":{"y":[1]},"id":7}"#, 200),
            (JSON, r#"{"query":"{ viewer { name } }","variables":{"a":1},"extensions":{"b":{}}}"#, 200),
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
            ("query(){ viewer { name } }", "GRAPHQL_PARSE_FAILED"),
            ("# nothing", "GRAPHQL_PARSE_FAILED"),
            ("type A { b: Int }", "GRAPHQL_VALIDATION_FAILED"),
            ("fragment F on Query { viewer { name } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ viewer { ...F } } fragment F on Viewer { ...F }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ __typename(a: 1) }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ __typename @nonsense }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ __typename @include(if: [1]) }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ __typename @include(if: $a) }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ __typename @include }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ __typename @include(if: null) }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ __typename @skip(if: true) @skip(if: false) }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ viewer { name { a } } }", "GRAPHQL_VALIDATION_FAILED"),
            ("query($a: String) { node(id: $a) { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("query($a: String!) { node(id: $a) { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("query($a: [Boolean]) { node(id: $a) { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("query($a: ID) { viewer { name } }", "GRAPHQL_VALIDATION_FAILED"),
            ("query($a: System) { viewer { name } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ systems(first: 99999999999) { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ system(code: \"QWO\") { id: code id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ viewer { name @defer } }", "GRAPHQL_VALIDATION_FAILED"),
        ] {
            for (accept, status) in [(RESPONSE, 400), (JSON, 200)] {
                let reply = ask(app, accept, document).await;
                assert_eq!(reply.told(), (status, expected, false), "{document}: {}", reply.text);
            }
        }
        let unknown = r#"{"query":"query A { viewer { name } }","operationName":"B"}"#;
        let reply = post(app, &[("content-type", JSON), ("accept", RESPONSE)], unknown).await;
        assert_eq!(reply.told(), (400, "GRAPHQL_VALIDATION_FAILED", false));
        for (variables, lacks) in [
            (json!({}), true),
            (json!({ "c": null }), true),
            (json!({ "c": "QWO", "n": "1" }), true),
            (json!({ "c": "QWO", "n": 1.5 }), true),
            (json!({ "c": "QWO", "n": 4_000_000_000_u64 }), true),
            (json!({ "c": "QWO", "w": { "nonsense": 1 } }), true),
            (json!({ "c": "QWO", "w": { "codes": "QWO" } }), false),
            (json!({ "c": "QWO", "n": null, "w": null, "unknown": 1 }), false),
            (json!({ "c": "QWO" }), false),
        ] {
            let document = "query($c: OdsCode!, $n: Int, $w: SystemsWhere) {
                system(code: $c) { code } systems(first: $n, where: $w) { totalCount } }";
            let body = json!({ "query": document, "variables": variables }).to_string();
            let reply = post(app, &[("content-type", JSON), ("accept", RESPONSE)], &body).await;
            let expected = if lacks { (400, "GRAPHQL_VALIDATION_FAILED", false) } else { (200, "no error", true) };
            assert_eq!(reply.told(), expected, "{variables}: {}", reply.text);
        }
    }

    async fn an_input_of_one_field_takes_one_field(app: &App) {
        let national = app.national().await;
        let document = "mutation($from: [SystemRef!]!) { recordSuccession(input: { idempotencyKey: \"k\", dryRun: true,
            on: \"2026-01-01\", kind: RENAME, reason: \"r\", to: [], from: $from }) { position } }";
        let kinds = national.data("{ __type(name: \"SuccessionKind\") { enumValues { name } } }", json!({})).await;
        let kind = kinds["__type"]["enumValues"][0]["name"].as_str().unwrap();
        let document = document.replace("RENAME", kind);
        for from in ["[{}]", "[{ code: \"QWO\", id: \"x\" }]", "[{ code: null }]"] {
            let answer = national.ask(&document.replace("($from: [SystemRef!]!)", "").replace("$from", from)).await;
            assert_eq!(code(&answer), "GRAPHQL_VALIDATION_FAILED", "{from}: {answer}");
        }
        for from in [json!([{}]), json!([{ "code": "QWO", "id": "x" }]), json!([{ "code": null }])] {
            let answer = national.ask_with(&document, json!({ "from": from })).await;
            assert_eq!(code(&answer), "GRAPHQL_VALIDATION_FAILED", "{from}: {answer}");
        }
    }

    async fn directives_leave_out_what_they_say(app: &App) {
        let name = json!({ "name": "local READER of England" });
        for (document, data) in [
            ("{ __typename @skip(if: true) }", json!({})),
            ("{ __typename @include(if: false) viewer { name } }", json!({ "viewer": name })),
            ("{ viewer { name @skip(if: true) @include(if: true) } }", json!({ "viewer": {} })),
            ("query($a: Boolean = true) { __typename @skip(if: $a) }", json!({})),
            ("query($a: Boolean!) { a: __typename @include(if: $a) }", json!({ "a": "Query" })),
            ("{ ... @skip(if: true) { viewer { name } } __typename }", json!({ "__typename": "Query" })),
            ("{ ...F @include(if: false) __typename } fragment F on Query { viewer { name } }", json!({ "__typename": "Query" })),
        ] {
            let body = json!({ "query": document, "variables": { "a": true } }).to_string();
            let reply = post(app, &[("content-type", JSON)], &body).await;
            assert_eq!((reply.status, &reply.body), (200, &json!({ "data": data })), "{document}");
        }
    }

    async fn other_methods_are_not_taken(app: &App) {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD, Method::TRACE] {
            let reply = send(app, method.clone(), "/graphql", &[("content-type", JSON)], VIEWER).await;
            assert_eq!((reply.status, reply.header("allow")), (405, "GET, POST"), "{method}");
            if method != Method::HEAD {
                assert_eq!(reply.told(), (405, "BAD_REQUEST", false), "{method}");
            }
        }
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
            format!("query={}&operationName=B&variables=", percent_encoded(open)),
        ] {
            let reply = get(&parameters).await;
            assert_eq!(
                (reply.told(), reply.header("allow")),
                ((405, "BAD_REQUEST", false), "POST"),
                "{parameters:.40}"
            );
        }
        let reply = get(&format!("query={both}")).await;
        assert_eq!(reply.told(), (200, "GRAPHQL_VALIDATION_FAILED", false), "which of them?");
        let reply = get("query={viewer{name}}&variables=null&extensions={}&operationName=&unknown=%20+x").await;
        assert_eq!(reply.told(), (200, "no error", true));
        let reply = get(&format!("query={both}&operationName=A")).await;
        assert_eq!(reply.told(), (200, "no error", true));
        for parameters in [
            "",
            "query=",
            "operationName=A",
            "query=%7Bviewer%7Bname%7D%7D&variables=garbage",
            "query=%7Bviewer%7Bname%7D%7D&variables=[]",
            "query=%7Bviewer%7Bname%7D%7D&extensions=5",
            "query=%7Bviewer%7Bname%7D%7D&query=%7Bviewer%7Bname%7D%7D",
            "query=%7Bviewer%7Bname%7D%7",
            "query=%7Bviewer%7Bname%7D%7D%FF",
        ] {
            assert_eq!(get(parameters).await.told(), (400, "BAD_REQUEST", false), "{parameters}");
        }
        assert_eq!(app.store.snapshot().history.head(), before, "GET changed something");
        let body = json!({ "query": open }).to_string();
        let headers = [("authorization", bearer.as_str()), ("content-type", JSON)];
        let reply = send(app, Method::POST, "/graphql", &headers, &body).await;
        assert_eq!(reply.body["data"]["openRound"]["errors"], json!([]), "by POST the same is taken");
    }
}
