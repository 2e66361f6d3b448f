//! The door: routes, limits, and GraphQL over HTTP. Who is not signed in does not get as far as GraphQL.

mod answer;
mod document;
mod media;
mod request;
mod variables;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rand::TryRngCore;
use rand::rngs::OsRng;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use self::request::{by_get, by_post};
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
}

impl App {
    pub fn new(store: Arc<Store>, sign_in: Arc<SignIn>, limits: Limits) -> Self {
        Self { schema: graphql::schema(&limits), store, sign_in, limits }
    }
}

pub fn router(app: App) -> Router {
    let (store, sign_in, body_bytes) = (app.store.clone(), app.sign_in.clone(), app.limits.body_bytes.most);
    Router::new()
        .route("/graphql", post(by_post).get(by_get))
        .with_state(app)
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

async fn readiness(store: Arc<Store>, sign_in: Arc<SignIn>) -> Response {
    match store.readiness().await.and_then(|()| sign_in.readiness()) {
        Ok(()) => "ready\n".into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}
