//! The whole service in process: real router, real store, a clock that stands still until it is moved.

use std::sync::Arc;

use api::auth::{LocalKey, SignIn};
use api::clock::Clock;
use api::http::{App as HttpApp, router};
use api::limits::Limits;
use api::local::LocalPerson;
use api::start::{load_catalogue, mint};
use api::store::Store;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use chrono::{DateTime, Utc};
use domain::grant::Role;
use domain::ledger::Via;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::database::{Database, Engine};
use super::log::{Watched, watch};
use super::thrice::hold_up;

/// Where the clock of every test starts.
pub(crate) const NOW: &str = "2026-11-22T10:00:00Z";

/// Of the tokens of every test.
const SECRET: [u8; 32] = [7; 32];

pub(crate) struct App {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Clock,
    pub(crate) key: LocalKey,
    pub(crate) database: Arc<Database>,
    router: Router,
    _watched: Watched,
}

impl App {
    /// With the catalogue loaded.
    pub(crate) async fn start(engine: Engine) -> Self {
        let app = Self::on(Database::new(engine).await).await;
        load_catalogue(&app.store, Via::CommandLine).await.unwrap();
        app
    }

    /// On a database as it is.
    pub(crate) async fn on(database: Database) -> Self {
        let clock = Clock::by_hand(instant(NOW));
        let store = Arc::new(Store::open(database.url(), clock.clone(), mint()).await.unwrap());
        Self::with(database, store, clock)
    }

    pub(crate) fn with(database: impl Into<Arc<Database>>, store: Arc<Store>, clock: Clock) -> Self {
        let sign_in = SignIn::Local(LocalKey::from_secret(SECRET));
        Self::entered_by(sign_in, database.into(), store, clock)
    }

    /// The same service behind another way to sign in.
    pub(crate) fn behind(&self, sign_in: SignIn) -> Self {
        Self::entered_by(sign_in, self.database.clone(), self.store.clone(), self.clock.clone())
    }

    fn entered_by(sign_in: SignIn, database: Arc<Database>, store: Arc<Store>, clock: Clock) -> Self {
        let router = router(http_app(&store, sign_in, |_| {}));
        Self {
            _watched: Watched::over(watch()),
            router,
            store,
            clock,
            key: LocalKey::from_secret(SECRET),
            database,
        }
    }

    /// The service over this store, with limits of the test's own.
    pub(crate) fn http(&self, set: impl FnOnce(&mut Limits)) -> HttpApp {
        http_app(&self.store, SignIn::Local(LocalKey::from_secret(SECRET)), set)
    }

    /// The same service with other settings.
    pub(crate) fn set(&mut self, limits: &Limits, introspection: bool) {
        let sign_in = Arc::new(SignIn::Local(LocalKey::from_secret(SECRET)));
        let app = HttpApp::new(self.store.clone(), sign_in, *limits).with_introspection(introspection);
        self.router = router(app);
    }

    pub(crate) fn at(&self, time: &str) {
        self.clock.set(instant(time));
    }

    pub(crate) async fn verified(&self) {
        let verified = self.store.verify().await.unwrap();
        assert!(verified.is_ok(), "{verified:?}");
    }

    /// Somebody with a role, made where needed. `on` is an ODS code.
    pub(crate) async fn somebody(&self, role: Role, on: Option<&str>, called: Option<&str>) -> Person<'_> {
        let person = LocalPerson { role, on, called };
        person.record(&self.store, Via::CommandLine, "2022-07-01".parse().unwrap()).await.unwrap();
        self.bearer(&person.subject())
    }

    pub(crate) async fn lead_of(&self, system: &str) -> Person<'_> {
        self.somebody(Role::SystemLead, Some(system), None).await
    }

    pub(crate) async fn contributor_to(&self, system: &str) -> Person<'_> {
        self.somebody(Role::Contributor, Some(system), None).await
    }

    pub(crate) async fn reviewer_of(&self, region: &str) -> Person<'_> {
        self.somebody(Role::RegionalReviewer, Some(region), None).await
    }

    pub(crate) async fn national(&self) -> Person<'_> {
        self.somebody(Role::NationalTeam, None, None).await
    }

    /// Signed in, and known to the ledger only as a reader.
    pub(crate) async fn reader(&self) -> Person<'_> {
        self.somebody(Role::Reader, None, None).await
    }

    /// Signed in with a valid token, and never heard of.
    pub(crate) fn stranger(&self) -> Person<'_> {
        self.bearer("somebody-else")
    }

    pub(crate) fn bearer(&self, subject: &str) -> Person<'_> {
        #[expect(clippy::disallowed_methods, reason = "tokens are checked against the wall clock")]
        let now = Utc::now().timestamp();
        self.holder(self.key.sign(subject, now - 60, now + 3600).unwrap())
    }

    /// Whoever holds this token.
    pub(crate) fn holder(&self, token: String) -> Person<'_> {
        Person { app: self, token }
    }

    /// A request as it is, for what a GraphQL client would never send.
    pub(crate) async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }
}

fn http_app(store: &Arc<Store>, sign_in: SignIn, set: impl FnOnce(&mut Limits)) -> HttpApp {
    let mut limits = Limits::default();
    // Tests ask faster than people.
    (limits.rate.most, limits.burst.most) = (1_000_000, 1_000_000);
    set(&mut limits);
    HttpApp::new(store.clone(), Arc::new(sign_in), limits)
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Person<'a> {
    app: &'a App,
    pub(crate) token: String,
}

impl Person<'_> {
    /// The answer to a document: an object with `data`, `errors` or both.
    pub(crate) async fn ask(&self, document: &str) -> Value {
        self.ask_with(document, json!({})).await
    }

    pub(crate) async fn ask_with(&self, document: &str, variables: Value) -> Value {
        let ask = async |document: &str| body_of(self.post(document, variables.clone()).await).await;
        let answer = ask(document).await;
        hold_up(self.app, document, &answer, ask).await;
        answer
    }

    /// An answer as it is sent, byte for byte.
    pub(crate) async fn text(&self, document: &str, variables: Value) -> String {
        let bytes = to_bytes(self.post(document, variables).await.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// An answer with its fields in the order in which they came.
    pub(crate) async fn ask_in_order(&self, document: &str) -> async_graphql::Value {
        let response = self.post(document, json!({})).await;
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    async fn post(&self, document: &str, variables: Value) -> Response<Body> {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let request = Request::post("/graphql")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap();
        let response = self.app.send(request).await;
        let costly = |status| status == StatusCode::BAD_REQUEST;
        assert!(response.status() == StatusCode::OK || costly(response.status()), "{}", response.status());
        response
    }

    /// `data` of a document that must go without top-level errors.
    pub(crate) async fn data(&self, document: &str, variables: Value) -> Value {
        let answer = self.ask_with(document, variables).await;
        assert_eq!(answer["errors"], Value::Null, "{answer:#}");
        answer["data"].clone()
    }
}

pub(crate) async fn body_of(response: Response<Body>) -> Value {
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The code of the first top-level error.
pub(crate) fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("no error")
}

pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
