//! An issuer of tokens on this machine, which can break down in every way; and keys to sign with.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::auth::{Issuer, Pace, SignIn, Trusted};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::Utc;
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

pub(crate) const AUDIENCE: &str = "https://sdpt.example.org";

/// Never again after the first time.
pub(crate) const ONCE: Pace = Pace {
    floor: Duration::from_hours(1),
    period: Duration::from_hours(1),
    patience: Duration::from_secs(5),
};

/// A pace at which tests need not wait long.
pub(crate) const FAST: Pace = Pace {
    floor: Duration::from_millis(50),
    period: Duration::from_millis(100),
    patience: Duration::from_millis(500),
};

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "tokens are checked against the wall clock")]
pub(crate) fn now() -> i64 {
    Utc::now().timestamp()
}

/// A key pair, known by an id.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) id: String,
    algorithm: Algorithm,
    key: EncodingKey,
    /// As `SubjectPublicKeyInfo`, of an RSA key.
    pub(crate) public_der: Vec<u8>,
}

impl Signer {
    pub(crate) fn rsa(id: &str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        // What PKCS#8 puts around the key that jsonwebtoken wants is 26 bytes long.
        let key = EncodingKey::from_rsa_der(&der.as_ref()[26..]);
        Self { id: id.to_owned(), algorithm: Algorithm::RS256, key, public_der: public.as_ref().to_vec() }
    }

    pub(crate) fn p256(id: &str) -> Self {
        let random = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key = EncodingKey::from_ec_der(der.as_ref());
        Self { id: id.to_owned(), algorithm: Algorithm::ES256, key, public_der: Vec::new() }
    }

    pub(crate) fn ed25519(id: &str) -> Self {
        let der = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).unwrap();
        let key = EncodingKey::from_ed_der(der.as_ref());
        Self { id: id.to_owned(), algorithm: Algorithm::EdDSA, key, public_der: Vec::new() }
    }

    /// The same key under another id.
    pub(crate) fn named(&self, id: &str) -> Self {
        Self { id: id.to_owned(), ..self.clone() }
    }

    /// The public key, as an issuer publishes it.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk =
            serde_json::to_value(Jwk::from_encoding_key(&self.key, self.algorithm).unwrap()).unwrap();
        (jwk["kid"], jwk["use"]) = (json!(self.id), json!("sig"));
        jwk
    }

    pub(crate) fn header(&self) -> Value {
        json!({ "alg": format!("{:?}", self.algorithm), "typ": "at+jwt", "kid": self.id })
    }

    /// A token with the usual header.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.sign(&self.header(), claims)
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    /// Signs whatever it is.
    pub(crate) fn sign_text(&self, header: &str, claims: &str) -> String {
        sign_with(&self.key, self.algorithm, header, claims)
    }
}

/// A token of a secret, for those who take a public key for one.
pub(crate) fn sign_with_secret(secret: &[u8], header: &Value, claims: &Value) -> String {
    let key = EncodingKey::from_secret(secret);
    sign_with(&key, Algorithm::HS256, &header.to_string(), &claims.to_string())
}

fn sign_with(key: &EncodingKey, algorithm: Algorithm, header: &str, claims: &str) -> String {
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

pub(crate) fn encoded(text: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(text.as_ref())
}

/// What the issuer says where it does not say what it should: a status, and a body or where to go.
pub(crate) type Instead = Option<(u16, String)>;

/// Says nothing at all.
pub(crate) const SILENCE: (u16, String) = (0, String::new());

#[derive(Default)]
struct Manner {
    keys: Vec<Value>,
    metadata: Instead,
    key_set: Instead,
    /// How often it was asked for its keys or what it is.
    asked: usize,
}

pub(crate) struct TestIssuer {
    pub(crate) url: String,
    manner: Arc<Mutex<Manner>>,
    _serving: AbortOnDropHandle<()>,
}

impl TestIssuer {
    pub(crate) async fn with(keys: &[&Signer]) -> Self {
        let manner = Arc::new(Mutex::new(Manner::default()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = url(listener.local_addr().unwrap());
        let metadata = json!({ "issuer": url, "jwks_uri": format!("{url}/jwks") }).to_string();
        let (one, other) = (manner.clone(), manner.clone());
        let router = Router::new()
            .route(
                "/realm/.well-known/openid-configuration",
                get(async move || answer(told(&one, |_| metadata, |manner| &manner.metadata)).await),
            )
            .route(
                "/realm/jwks",
                get(async move || answer(told(&other, key_set, |manner| &manner.key_set)).await),
            );
        let serving = tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        let issuer = Self { url, manner, _serving: AbortOnDropHandle::new(serving) };
        issuer.rotate(keys);
        issuer
    }

    /// From now on these are its keys.
    pub(crate) fn rotate(&self, keys: &[&Signer]) {
        self.publish(keys.iter().map(|key| key.jwk()).collect());
    }

    pub(crate) fn publish(&self, keys: Vec<Value>) {
        self.manner.lock().unwrap().keys = keys;
    }

    /// From now on it answers otherwise: when asked what it is, and when asked for its keys.
    pub(crate) fn behave(&self, metadata: Instead, key_set: Instead) {
        let mut manner = self.manner.lock().unwrap();
        (manner.metadata, manner.key_set) = (metadata, key_set);
    }

    pub(crate) fn asked(&self) -> usize {
        self.manner.lock().unwrap().asked
    }

    /// Waits until it has been asked more often than this.
    pub(crate) async fn asked_again(&self, before: usize) {
        while self.asked() <= before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(crate) fn sign_in(&self, pace: Pace) -> SignIn {
        let trusted = Trusted { issuer: self.url.clone(), audience: AUDIENCE.to_owned(), leeway: 5 };
        SignIn::Issuer(Issuer::start_at(trusted, pace).unwrap())
    }

    /// What a good token says.
    pub(crate) fn claims(&self, subject: &str) -> Value {
        json!({ "iss": self.url, "aud": AUDIENCE, "sub": subject, "iat": now(), "nbf": now() - 1, "exp": now() + 300 })
    }
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}/realm")
}

fn key_set(manner: &Manner) -> String {
    json!({ "keys": manner.keys }).to_string()
}

fn told(
    manner: &Mutex<Manner>,
    usual: impl FnOnce(&Manner) -> String,
    instead: impl FnOnce(&Manner) -> &Instead,
) -> (u16, String) {
    let mut manner = manner.lock().unwrap();
    manner.asked += 1;
    instead(&manner).clone().unwrap_or_else(|| (200, usual(&manner)))
}

async fn answer((status, text): (u16, String)) -> Response {
    if status == SILENCE.0 {
        std::future::pending::<()>().await;
    }
    let status = StatusCode::from_u16(status).unwrap();
    if status.is_redirection() {
        (status, [(LOCATION, text)]).into_response()
    } else {
        (status, text).into_response()
    }
}
