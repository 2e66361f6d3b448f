//! The door: routes, limits, and GraphQL over HTTP. Who is not signed in does not get as far as GraphQL.

mod answer;
mod cost;
mod count;
mod document;
mod media;
mod parameters;
mod refusal;
mod request;
mod variables;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rand::TryRngCore;
use rand::rngs::OsRng;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use self::document::Documents;
use self::request::{by_get, by_other, by_post};
use crate::auth::SignIn;
use crate::graphql::{self, Schema};
use crate::limits::Limits;
use crate::store::Store;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What every request stands on.
#[derive(Clone)]
pub struct App {
    schema: Schema,
    store: Arc<Store>,
    sign_in: Arc<SignIn>,
    limits: Limits,
    documents: Arc<Documents>,
    introspection: bool,
}

impl App {
    pub fn new(store: Arc<Store>, sign_in: Arc<SignIn>, limits: Limits) -> Self {
        let documents = Arc::new(Documents::new());
        Self { schema: graphql::schema(), store, sign_in, limits, documents, introspection: true }
    }

    /// Whether readers may ask for the schema. Those who work here always may.
    #[must_use]
    pub fn with_introspection(self, introspection: bool) -> Self {
        Self { introspection, ..self }
    }
}

pub fn router(app: App) -> Router {
    let (store, sign_in, body_bytes) = (app.store.clone(), app.sign_in.clone(), app.limits.body_bytes.most);
    Router::new()
        .route("/graphql", post(by_post).get(by_get).head(by_other).fallback(by_other))
        .with_state(app)
        .route("/schema.graphql", get(contract))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(move || readiness(store.clone(), sign_in.clone())))
        .layer(DefaultBodyLimit::max(body_bytes))
        .layer(CatchPanicLayer::new())
        .layer(SetResponseHeaderLayer::if_not_present(
            CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        ))
        .layer(TraceLayer::new_for_http().make_span_with(|request: &axum::http::Request<_>| {
            let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
            tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
        }))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, NewRequestId))
}

/// Ids of requests, for finding a request's log lines. Ours where the client sent none.
#[derive(Clone)]
struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let id = OsRng.try_next_u64().ok().map(|id| format!("{id:016x}"))?;
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}

/// The contract as a file, for everybody: it says nothing about anybody.
async fn contract() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(graphql::sdl);
    ([(CONTENT_TYPE, "application/graphql; charset=utf-8")], TEXT.as_str()).into_response()
}

async fn readiness(store: Arc<Store>, sign_in: Arc<SignIn>) -> Response {
    match store.readiness().await.and_then(|()| sign_in.readiness()) {
        Ok(()) => "ready\n".into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}
