//! GraphQL over HTTP: who gets in, media types, status codes, limits, and what becomes null.

use std::fmt::Write;

use api::auth::LocalKey;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::harness::app::{App, code};

mod cost;
mod hostile;
mod introspection;
mod kept;
mod limit;
mod status;
mod timeout;

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
