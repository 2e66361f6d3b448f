//! GraphQL over HTTP: who gets in, media types, status codes, limits, and what becomes null.

use std::fmt::Write;

use api::auth::LocalKey;
use api::limits::Limits;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::harness::app::{App, code};

const JSON: &str = "application/json";
const RESPONSE: &str = "application/graphql-response+json";
const VIEWER: &str = r#"{"query":"{ viewer { name } }"}"#;
const FAR: i64 = 4_000_000_000;

struct Reply {
    status: u16,
    headers: HeaderMap,
    text: String,
    body: Value,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status, code and whether there is `data`: what a client decides by.
    fn told(&self) -> (u16, &str, bool) {
        (self.status, code(&self.body), self.body.get("data").is_some())
    }
}

async fn send(app: &App, method: Method, uri: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = app.send(request.body(Body::from(body.to_owned())).unwrap()).await;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let body = serde_json::from_str(&text).unwrap_or_default();
    Reply { status, headers, text, body }
}

/// A reader posts a body.
async fn post(app: &App, headers: &[(&str, &str)], body: &str) -> Reply {
    let bearer = format!("Bearer {}", app.reader().await.token);
    send(app, Method::POST, "/graphql", &[headers, &[("authorization", &bearer)]].concat(), body).await
}

/// A reader asks as most clients do.
async fn ask(app: &App, accept: &str, document: &str) -> Reply {
    let body = json!({ "query": document }).to_string();
    post(app, &[("content-type", JSON), ("accept", accept)], &body).await
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").unwrap();
        encoded
    })
}

/// Tokens that are nearly good.
fn forged(app: &App) -> Vec<(&'static str, String)> {
    let claims = |field: &str, value: Value| {
        let mut claims =
            json!({ "iss": "sdpt-local", "aud": "sdpt", "sub": "somebody", "nbf": 0, "exp": FAR });
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(field)),
            value => claims[field] = value,
        }
        claims
    };
    let signed = |algorithm, claims: Value| {
        encode(&Header::new(algorithm), &claims, &EncodingKey::from_secret(&[7; 32])).unwrap()
    };
    let good = app.key.sign("somebody", 0, FAR).unwrap();
    let [_, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("no token") };
    // {"alg":"none","typ":"JWT"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    vec![
        ("of another key", LocalKey::from_secret([8; 32]).sign("somebody", 0, FAR).unwrap()),
        ("expired", app.key.sign("somebody", 0, 1_000_000_000).unwrap()),
        ("not yet in force", app.key.sign("somebody", FAR, FAR + 60).unwrap()),
        ("for another audience", signed(Algorithm::HS256, claims("aud", json!("other")))),
        ("for no audience", signed(Algorithm::HS256, claims("aud", Value::Null))),
        ("of another issuer", signed(Algorithm::HS256, claims("iss", json!("other")))),
        ("without an end", signed(Algorithm::HS256, claims("exp", Value::Null))),
        ("for nobody", signed(Algorithm::HS256, claims("sub", Value::Null))),
        ("of another algorithm", signed(Algorithm::HS384, claims("sub", json!("somebody")))),
        ("of no algorithm", format!("{none}.{payload}.")),
        ("of no algorithm, signed", format!("{none}.{payload}.{signature}")),
        ("without a signature", good[..good.len() - signature.len()].to_owned()),
        ("cut short", good[..good.len() - 1].to_owned()),
        ("garbage", "garbage".to_owned()),
        ("empty", String::new()),
    ]
}

on_both! {
    async fn whoever_has_no_valid_token_is_told_so_whatever_they_send(app: &App) {
        let good = app.key.sign("somebody", 0, FAR).unwrap();
        let mut credentials: Vec<_> =
            forged(app).into_iter().map(|(what, token)| (what, Some(format!("Bearer {token}")))).collect();
        credentials.extend([
            ("none", None),
            ("basic", Some("Basic c29tZWJvZHk6".to_owned())),
            ("bare", Some(good.clone())),
        ]);
        for (what, credentials) in &credentials {
            for (accept, answered) in [("*/*", JSON), (JSON, JSON), (RESPONSE, RESPONSE)] {
                for (method, content_type, body) in
                    [(Method::POST, JSON, VIEWER), (Method::POST, "text/plain", "?"), (Method::GET, "", "")]
                {
                    let mut headers = vec![("accept", accept), ("content-type", content_type)];
                    headers.extend(credentials.as_deref().map(|credentials| ("authorization", credentials)));
                    let reply = send(app, method, "/graphql?query={viewer{name}}", &headers, body).await;
                    assert_eq!(reply.told(), (401, "UNAUTHENTICATED", false), "{what}");
                    assert!(reply.header("www-authenticate").starts_with("Bearer realm=\"sdpt\""), "{what}");
                    assert_eq!(reply.header("content-type"), format!("{answered}; charset=utf-8"), "{what}");
                }
            }
        }
        for scheme in ["Bearer", "bearer"] {
            let headers = [("authorization", format!("{scheme} {good}")), ("content-type", JSON.to_owned())];
            let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
            assert_eq!(send(app, Method::POST, "/graphql", &headers, VIEWER).await.status, 200);
        }
    }

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

    async fn a_request_has_a_bound_in_every_direction(app: &App) {
        // A system that took over a part of one body is that body's successor: round and round, one node a step.
        let deep = |levels: usize| {
            let steps = ["predecessors", "successor"].into_iter().cycle().take(levels - 2);
            let (steps, leaf) =
                (steps.collect::<Vec<_>>(), if levels.is_multiple_of(2) { "id" } else { "on" });
            format!(
                "{{ system(code: \"QRL\") {{ {} {{ {leaf} {} }} }}",
                steps.join(" { "),
                " }".repeat(levels - 2)
            )
        };
        let wide = |fields: usize| {
            format!(
                "{{ systems(first: 100) {{ nodes {{ assessments(first: 100) {{ nodes {{ {} }} }} }} }} }}",
                "id ".repeat(fields)
            )
        };
        let aliased = |aliases: usize| {
            let fields: Vec<_> = (0..aliases).map(|i| format!("a{i}: __typename")).collect();
            format!("{{ {} }}", fields.join(" "))
        };
        let long = |bytes: usize| format!("{{ viewer {{ name }} }}{}", " ".repeat(bytes - 19));
        for (what, fits, too_much) in [
            ("depth", deep(16), deep(17)),
            ("cost", wide(48), wide(49)),
            ("aliases", aliased(50), aliased(51)),
            ("characters", long(64 * 1024), long(64 * 1024 + 1)),
        ] {
            let reply = ask(app, RESPONSE, &fits).await;
            assert_eq!(reply.told(), (200, "no error", true), "{what}: {}", reply.text);
            assert_eq!(
                ask(app, RESPONSE, &too_much).await.told(),
                (400, "QUERY_TOO_COSTLY", false),
                "{what}"
            );
        }
        let circle = "{ viewer { ...F } } fragment F on Viewer { ...F }";
        let multiplied =
            (0..16).map(|i| format!("fragment F{i} on Query {{ ...F{} ...F{} }} ", i + 1, i + 1));
        let multiplied = multiplied.collect::<String>() + "fragment F16 on Query { __typename } { ...F0 }";
        let endless = "{ viewer ".repeat(6000);
        let spread = format!("{{ ...F }} fragment F on Query {}", deep(17));
        for (document, expected) in [
            (circle, "QUERY_TOO_COSTLY"),
            (&spread, "QUERY_TOO_COSTLY"),
            (&multiplied, "QUERY_TOO_COSTLY"),
            (&endless, "GRAPHQL_PARSE_FAILED"),
        ] {
            let reply = ask(app, RESPONSE, document).await;
            assert_eq!(reply.told(), (400, expected, false), "{document:.60}: {}", reply.text);
        }
        let most_body = Limits::default().body_bytes.most;
        let padded = |bytes: usize| format!("{VIEWER}{}", " ".repeat(bytes - VIEWER.len()));
        assert_eq!(
            post(app, &[("content-type", JSON)], &padded(most_body)).await.told(),
            (200, "no error", true)
        );
        let reply = post(app, &[("content-type", JSON)], &padded(most_body + 1)).await;
        assert_eq!(reply.told(), (413, "BAD_REQUEST", false));
    }

    async fn an_error_makes_its_nullable_field_null_and_leaves_the_siblings(app: &App) {
        let system = app.reader().await.data("{ system(code: \"QWO\") { id } }", json!({})).await;
        let id = &system["system"]["id"];
        let name = json!({ "name": "local READER of England" });
        for (fields, data, path) in [
            (
                "node(id: \"garbage\") { id } viewer { name }".to_owned(),
                json!({ "node": null, "viewer": name }),
                json!(["node"]),
            ),
            (
                format!("nodes(ids: [{id}, \"garbage\", {id}]) {{ id }} viewer {{ name }}"),
                json!({ "nodes": [{ "id": id }, null, { "id": id }], "viewer": name }),
                json!(["nodes", 1]),
            ),
            (
                "system(code: \"QWO\") { code assessments(first: 0) { totalCount } } viewer { name }"
                    .to_owned(),
                json!({ "system": null, "viewer": name }),
                json!(["system", "assessments"]),
            ),
            (
                "a: system(code: \"QWO\") { code
                profile(framework: \"sdpt\", asOf: { knownAt: \"2030-01-01T00:00:00Z\" }) { synthetic } }"
                    .to_owned(),
                json!({ "a": { "code": "QWO", "profile": null } }),
                json!(["a", "profile"]),
            ),
            ("viewer { name } systems(first: 0) { totalCount }".to_owned(), Value::Null, json!(["systems"])),
        ] {
            for accept in [JSON, RESPONSE] {
                let reply = ask(app, accept, &format!("{{ {fields} }}")).await;
                assert_eq!(reply.told(), (200, "BAD_REQUEST", true), "{fields}: {}", reply.text);
                assert_eq!(
                    (&reply.body["data"], &reply.body["errors"][0]["path"]),
                    (&data, &path),
                    "{fields}"
                );
                assert_eq!(reply.body["errors"].as_array().unwrap().len(), 1, "{fields}: {}", reply.text);
            }
        }
    }

    async fn an_answer_keeps_the_order_of_the_question(app: &App) {
        let reply =
            ask(app, JSON, "{ z: frameworks { title key } viewer { name } a: frameworks { key title } }")
                .await;
        let positions =
            ["\"z\":[{\"title\"", "\"viewer\"", "\"a\":[{\"key\""].map(|part| reply.text.find(part));
        assert!(positions.iter().all(Option::is_some) && positions.is_sorted(), "{}", reply.text);
    }

    async fn an_operator_finds_health_readiness_and_every_request_by_its_id(app: &App) {
        for (path, expected) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
            let reply = send(app, Method::GET, path, &[], "").await;
            assert_eq!((reply.status, reply.text.as_str()), (200, expected));
        }
        assert_eq!(send(app, Method::GET, "/nonsense", &[], "").await.status, 404);
        let reply = post(app, &[("content-type", JSON), ("x-request-id", "mine-1")], VIEWER).await;
        assert_eq!(reply.header("x-request-id"), "mine-1");
        assert_eq!(reply.header("cache-control"), "private, no-store");
        let [one, other] = [
            post(app, &[("content-type", JSON)], VIEWER).await,
            send(app, Method::POST, "/graphql", &[], "").await,
        ];
        let ids = [one.header("x-request-id"), other.header("x-request-id")];
        assert!(ids[0] != ids[1] && ids.iter().all(|id| id.len() == 16), "{ids:?}");
    }
}
