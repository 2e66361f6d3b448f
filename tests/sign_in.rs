//! Signing in with tokens of an issuer: who gets in, who does not, and what becomes of it when the issuer breaks down.

mod forged;

use std::time::Duration;

use api::auth::{Identity, Pace, SignIn};
use api::config::Config;
use api::start;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Request};
use domain::command::Command;
use domain::ledger::Via;
use domain::person::{PersonKind, RecordPerson};
use domain::text::{self, Text};
use serde_json::{Value, json};

use crate::harness::app::{App, body_of, code};
use crate::harness::database::{Database, Engine};
use crate::harness::issuer::{AUDIENCE, FAST, ONCE, SILENCE, Signer, TestIssuer, now};

const VIEWER: &str = "{ viewer { name } }";
const SUBJECT: &str = "7d0c2a4e-1f7b";

async fn knock(app: &App, headers: HeaderMap) -> (u16, String, Value) {
    let mut request = Request::get("/graphql?query={viewer{name}}").body(Body::empty()).unwrap();
    *request.headers_mut() = headers;
    let response = app.send(request).await;
    let status = response.status().as_u16();
    let challenge = response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
    (status, challenge.unwrap_or_default(), body_of(response).await)
}

/// The status that a token is answered with.
async fn shown(app: &App, token: &str) -> u16 {
    let bearer = HeaderValue::from_bytes(format!("Bearer {token}").as_bytes()).unwrap();
    let (status, challenge, body) = knock(app, HeaderMap::from_iter([(AUTHORIZATION, bearer)])).await;
    match status {
        200 => assert!(body.get("data").is_some() && challenge.is_empty(), "{body}"),
        401 => {
            assert_eq!((code(&body), body.get("data")), ("UNAUTHENTICATED", None));
            assert_eq!(challenge, "Bearer realm=\"sdpt\", error=\"invalid_token\"");
        }
        503 => assert_eq!((code(&body), body.get("data")), ("UNAVAILABLE", None)),
        _ => panic!("{status} {body}"),
    }
    status
}

async fn is_ready(app: &App) -> bool {
    let response = app.send(Request::get("/readyz").body(Body::empty()).unwrap()).await;
    response.status().is_success()
}

async fn record(app: &App, kind: PersonKind, issuer: &str, subject: &str, name: &str) {
    let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
    let person = RecordPerson { kind, issuer, subject, name: Some(Text::parse(name, text::TITLE).unwrap()) };
    let command = Command::RecordPerson(person);
    let answer = app.store.write(api::store::Actor::Installation, Via::CommandLine, command).await;
    answer.outcome.unwrap();
    app.store.snapshot_at(answer.head).await;
}

async fn name(app: &App, token: String) -> Value {
    app.holder(token).data(VIEWER, json!({})).await["viewer"]["name"].clone()
}

fn without(mut object: Value, member: &str) -> Value {
    object.as_object_mut().unwrap().remove(member);
    object
}

fn with(mut object: Value, member: &str, value: impl Into<Value>) -> Value {
    object[member] = value.into();
    object
}

on_both! {
    async fn people_and_services_sign_in_with_tokens_of_the_issuer(app: &App) {
        let keys = [Signer::rsa("r"), Signer::p256("e"), Signer::ed25519("d")];
        let issuer = TestIssuer::with(&keys.each_ref()).await;
        record(app, PersonKind::Human, &issuer.url, SUBJECT, "Ada of West Yorkshire").await;
        record(app, PersonKind::Service, &issuer.url, "reporting-client", "Reporting").await;
        let local = app.key.sign(SUBJECT, now() - 1, now() + 300).unwrap();
        assert_eq!(shown(app, &local).await, 200);

        let app = &app.behind(issuer.sign_in(ONCE));
        let claims = issuer.claims(SUBJECT);
        for key in &keys {
            for token in [
                key.token(&claims),
                key.token(&with(claims.clone(), "aud", json!(["other", AUDIENCE]))),
                key.token(&without(without(claims.clone(), "nbf"), "iat")),
                key.sign(&without(key.header(), "kid"), &claims),
                key.sign(&without(key.header(), "typ"), &claims),
                key.sign(&with(key.header(), "typ", "JWT"), &claims),
                key.sign(&with(key.header(), "typ", "application/AT+JWT"), &claims),
                key.sign(&with(key.header(), "x5t", "AAAA"), &claims),
            ] {
                assert_eq!(name(app, token).await, "Ada of West Yorkshire");
            }
        }
        // As an issuer makes them for a program that signs in with a secret of its own.
        let service = json!({ "iss": issuer.url, "aud": AUDIENCE, "sub": "reporting-client",
            "exp": now() + 300, "client_id": "reporting-client", "azp": "reporting-client",
            "gty": "client-credentials", "scope": "read" });
        assert_eq!(name(app, keys[1].token(&service)).await, "Reporting");
        assert_eq!(name(app, keys[0].token(&issuer.claims("somebody-new"))).await, Value::Null);
        assert_eq!(shown(app, &local).await, 401, "local tokens are for trying out");
        assert!(is_ready(app).await);
        assert_eq!(issuer.asked(), 2, "once what it is, once for its keys");
    }
}

// The rest asks the database for nothing that an engine could answer otherwise: it runs on one.

async fn doorstep() -> App {
    App::on(Database::new(Engine::Sqlite).await).await
}

#[tokio::test]
async fn a_forged_or_damaged_token_is_refused_and_nothing_else_happens() {
    let (rsa, elliptic, edwards) = (Signer::rsa("r"), Signer::p256("e"), Signer::ed25519("d"));
    let issuer = TestIssuer::with(&[&rsa, &elliptic, &edwards]).await;
    let app = doorstep().await.behind(issuer.sign_in(ONCE));
    let good = rsa.token(&issuer.claims(SUBJECT));
    assert_eq!(shown(&app, &good).await, 200, "what is forged is nearly this");
    for (what, token) in forged::tokens(&issuer, &rsa, &elliptic) {
        assert_eq!(shown(&app, &token).await, 401, "{what}: {token:.300}");
    }
    let claims = issuer.claims(SUBJECT);
    for (claim, seconds, status) in [("exp", -3, 200), ("exp", -7, 401), ("nbf", 3, 200), ("nbf", 8, 401)] {
        let token = edwards.token(&with(claims.clone(), claim, now() + seconds));
        assert_eq!(shown(&app, &token).await, status, "{claim} {seconds}, with a leeway of 5");
    }
    let longest = rsa.token(&with(claims.clone(), "sub", "s".repeat(255)));
    assert_eq!(shown(&app, &longest).await, 200);
    assert_eq!(issuer.asked(), 2, "no token makes the service ask anybody else or more often");
}

#[tokio::test]
async fn credentials_are_one_bearer_token() {
    let key = Signer::ed25519("d");
    let issuer = TestIssuer::with(&[&key]).await;
    let app = doorstep().await.behind(issuer.sign_in(ONCE));
    let token = key.token(&issuer.claims(SUBJECT));
    for (credentials, status) in [
        (&[format!("Bearer {token}")][..], 200),
        (&[format!("bEARER {token}")], 200),
        (&[], 401),
        (&[String::new()], 401),
        (&["Bearer".to_owned()], 401),
        (std::slice::from_ref(&token), 401),
        (&[format!("Basic {token}")], 401),
        (&[format!("Bearer{token}")], 401),
        (&[format!("Bearer {token}, Bearer {token}")], 401),
        (&[format!("Bearer {token}"), format!("Bearer {token}")], 401),
        (&[format!("Bearer {token}"), "Basic YTpi".to_owned()], 401),
        (&[format!("Bearer é{token}")], 401),
        (&[format!("Bearer {token}é")], 401),
    ] {
        let mut headers = HeaderMap::new();
        for one in credentials {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(one.as_bytes()).unwrap());
        }
        let (answered, challenge, body) = knock(&app, headers).await;
        assert_eq!(answered, status, "{credentials:?}");
        assert_eq!(challenge.starts_with("Bearer realm=\"sdpt\""), status == 401);
        assert_eq!(body.get("data").is_some(), status == 200);
    }
}

#[tokio::test]
async fn a_new_key_is_fetched_once_and_made_up_ones_only_as_often_as_the_floor_allows() {
    let (old, new) = (Signer::p256("2025"), Signer::p256("2026"));
    let issuer = TestIssuer::with(&[&old]).await;
    let pace = Pace { floor: Duration::from_secs(3), ..ONCE };
    let app = doorstep().await.behind(issuer.sign_in(pace));
    let claims = issuer.claims(SUBJECT);
    let flood = async || {
        let tokens: Vec<_> = (0..40).map(|n| old.named(&n.to_string()).token(&claims)).collect();
        let refused = futures_util::future::join_all(tokens.iter().map(|token| shown(&app, token))).await;
        assert!(refused.iter().all(|status| *status == 401));
    };
    assert_eq!(shown(&app, &old.token(&claims)).await, 200);
    flood().await;
    issuer.rotate(&[&old, &new]);
    assert_eq!((shown(&app, &new.token(&claims)).await, issuer.asked()), (401, 2), "not before the floor");
    tokio::time::sleep(pace.floor).await;
    assert_eq!((shown(&app, &new.token(&claims)).await, issuer.asked()), (200, 4), "one renewal");
    flood().await;
    assert_eq!(issuer.asked(), 4);
    tokio::time::sleep(pace.floor).await;
    flood().await;
    assert_eq!(issuer.asked(), 6, "forty tokens, one renewal");
    assert_eq!(shown(&app, &old.token(&claims)).await, 200, "still published");
}

#[tokio::test]
async fn a_token_that_was_taken_is_refused_once_it_has_expired() {
    let key = Signer::ed25519("d");
    let issuer = TestIssuer::with(&[&key]).await;
    let app = doorstep().await.behind(issuer.sign_in(ONCE));
    let token = key.token(&with(issuer.claims(SUBJECT), "exp", now() - 2));
    for _ in 0..2 {
        assert_eq!(shown(&app, &token).await, 200, "clocks may differ by five seconds");
    }
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(shown(&app, &token).await, 401);
}

#[tokio::test]
async fn keys_stay_while_the_issuer_is_down_or_answers_rubbish() {
    let (old, new) = (Signer::ed25519("d"), Signer::ed25519("new"));
    let issuer = TestIssuer::with(&[&old]).await;
    let app = doorstep().await.behind(issuer.sign_in(FAST));
    let good = old.token(&issuer.claims(SUBJECT));
    assert_eq!(shown(&app, &good).await, 200);
    issuer.rotate(&[&new]);
    let real = |name: &str, uri: &str| json!({ "issuer": name, "jwks_uri": uri }).to_string();
    let jwks = format!("{}/jwks", issuer.url);
    let set = |keys: Vec<Value>| json!({ "keys": keys }).to_string();
    let says = |text: &str| Some((200, text.to_owned()));
    for (what, metadata, keys) in [
        ("down", Some((503, String::new())), Some((503, String::new()))),
        ("half down", None, Some((500, set(vec![new.jwk()])))),
        ("no such page", Some((404, real(&issuer.url, &jwks))), None),
        ("a page for people", says("<html>"), None),
        ("another issuer", says(&real(&format!("{}/", issuer.url), &jwks)), None),
        ("keys elsewhere without TLS", says(&real(&issuer.url, "http://192.0.2.1/jwks")), None),
        ("keys in a file", says(&real(&issuer.url, "file:///etc/passwd")), None),
        ("sent elsewhere", Some((302, jwks.clone())), None),
        ("keys sent elsewhere", None, Some((302, jwks.clone()))),
        ("no keys", None, says(&set(vec![]))),
        ("keys cut off", None, says("{\"keys\":[")),
        ("only secrets", None, says(&set(vec![json!({ "kty": "oct", "k": "AAAA", "kid": "d" })]))),
        ("too many keys", None, says(&set(vec![new.jwk(); 101]))),
        ("too many bytes", None, says(&(set(vec![new.jwk()]) + &" ".repeat(1024 * 1024)))),
        ("silent", Some(SILENCE), Some(SILENCE)),
    ] {
        issuer.behave(metadata, keys);
        // The renewal under way may have begun before; the one after it has not. It ends before a third begins.
        let before = issuer.asked();
        issuer.asked_again(before + 4).await;
        assert_eq!(shown(&app, &good).await, 200, "{what}");
        assert_eq!(shown(&app, &new.token(&issuer.claims(SUBJECT))).await, 401, "{what}");
        assert!(is_ready(&app).await, "{what}");
    }
    issuer.behave(None, None);
    issuer.asked_again(issuer.asked() + 4).await;
    assert_eq!(shown(&app, &new.token(&issuer.claims(SUBJECT))).await, 200);
    assert_eq!(shown(&app, &good).await, 401, "no longer published");
}

#[tokio::test]
async fn a_service_whose_issuer_is_down_starts_and_says_that_nobody_can_sign_in() {
    let key = Signer::p256("e");
    let issuer = TestIssuer::with(&[&key]).await;
    issuer.behave(Some((503, String::new())), None);
    let app = doorstep().await.behind(issuer.sign_in(FAST));
    let good = key.token(&issuer.claims(SUBJECT));
    assert_eq!((shown(&app, &good).await, is_ready(&app).await), (503, false));
    assert_eq!(shown(&app, "garbage").await, 401, "what can be told is told");
    issuer.behave(None, None);
    let before = issuer.asked();
    issuer.asked_again(before + 2).await;
    assert_eq!((shown(&app, &good).await, is_ready(&app).await), (200, true));
}

#[tokio::test]
async fn keys_of_one_id_and_keys_without_one_are_told_apart() {
    let [one, two, curved] = [Signer::ed25519("same"), Signer::ed25519("same"), Signer::p256("same")];
    let issuer = TestIssuer::with(&[&one, &two, &curved]).await;
    let unused = with(Signer::rsa("enc").jwk(), "use", "enc");
    let mut keys: Vec<_> = [&one, &two, &curved].map(Signer::jwk).into();
    keys.push(unused);
    issuer.publish(keys);
    let app = doorstep().await.behind(issuer.sign_in(ONCE));
    let claims = issuer.claims(SUBJECT);
    for key in [&one, &two, &curved] {
        assert_eq!(shown(&app, &key.token(&claims)).await, 200);
    }
    assert_eq!(shown(&app, &Signer::ed25519("same").token(&claims)).await, 401);
    let unnamed = |key: &Signer| key.sign(&without(key.header(), "kid"), &claims);
    assert_eq!(shown(&app, &unnamed(&curved)).await, 200, "the only one of its algorithm");
    assert_eq!(shown(&app, &unnamed(&one)).await, 401, "one of two");
}

#[tokio::test]
async fn with_an_issuer_no_local_key_is_made_and_no_local_token() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let read = |issuer: Option<&str>| {
        Config::read(|name| match name {
            "SDPT_DATA" => Some(data.display().to_string()),
            "SDPT_LISTEN" => Some("127.0.0.1:0".to_owned()),
            "SDPT_ISSUER" => issuer.map(str::to_owned),
            "SDPT_AUDIENCE" => issuer.map(|_| AUDIENCE.to_owned()),
            _ => None,
        })
    };
    // Nothing listens on port 9.
    let config = read(Some("http://127.0.0.1:9")).unwrap();
    start::migrate(&config).await.unwrap();
    let server = start::listen(&config).await.unwrap();
    assert!(matches!(*server.sign_in, SignIn::Issuer(_)));
    assert!(!data.join("local.key").exists());
    let why = start::local_key(&config).map(|_| ()).unwrap_err().explain();
    assert!(why.contains("only tokens of http://127.0.0.1:9 are taken"), "{why}");
    assert!(!data.join("local.key").exists());
    assert!(start::local_key(&read(None).unwrap()).is_ok() && data.join("local.key").exists());
}

#[test]
fn who_somebody_is_is_never_printed() {
    let (issuer, subject) = ("https://id.example.org".into(), SUBJECT.into());
    let identity = Identity { issuer, subject, expires_at: 0 };
    assert!(!format!("{identity:?}").contains(SUBJECT));
}
