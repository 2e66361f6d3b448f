//! What every answer gets, whatever made it: an id, the headers that keep browsers careful, and one line in the log.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use futures_util::FutureExt;
use rand::Rng;
use tracing::Instrument;

use super::REQUEST_ID;
use super::kept::WasKept;
use super::media::Media;
use super::origin::Origins;
use super::refusal::Refusal;

/// Nothing here is a page, nothing may be kept, and nothing belongs into another page. Strict-Transport-Security is for
/// whoever ends TLS: over plain HTTP it means nothing.
const HEADERS: [(HeaderName, &str); 7] = [
    (CACHE_CONTROL, "private, no-store"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (REFERRER_POLICY, "no-referrer"),
    (VARY, "Origin, Accept, Accept-Encoding"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
];

/// Routes with everything round them that every answer needs.
pub fn dressed(routes: Router, origins: &Origins) -> Router {
    let routes = routes.layer(from_fn(survive));
    let routes = match origins.layer() {
        Some(cors) => routes.layer(cors),
        None => routes,
    };
    routes.layer(from_fn(dress))
}

async fn dress(mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let sent = request.headers().get(REQUEST_ID).filter(|id| is_an_id(id)).cloned();
    let id = sent.unwrap_or_else(new_id);
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let method = name_of(request.method());
    // Only paths of ours: whatever else a client wrote into the address may be nobody's business.
    let path = request.extensions().get::<MatchedPath>().cloned();
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default());
    let mut response = next.run(request).instrument(span.clone()).await;
    response.headers_mut().reserve(HEADERS.len() + 1);
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().insert(REQUEST_ID, id);
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    let path = path.as_ref().map_or("(other)", MatchedPath::as_str);
    // Those that cost nothing are told only where everything is.
    let was_kept = response.extensions().get::<WasKept>().is_some();
    span.in_scope(|| {
        if was_kept {
            tracing::debug!(method, path, status, milliseconds, "answered again");
        } else {
            tracing::info!(method, path, status, milliseconds, "answered");
        }
    });
    response
}

/// A handler that panics fails one request. What it said as it panicked may hold anything and is not told.
async fn survive(request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).cloned();
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            Media::Json.refuse(&Refusal::of_ours(), &id.map(|id| (REQUEST_ID, id)).into_iter().collect())
        }
    }
}

impl Refusal {
    /// Our own fault. The log knows where.
    pub(super) fn of_ours() -> Self {
        tracing::error!("a request panicked");
        let why = "something went wrong on our side; quote the request id";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", why)
    }
}

/// Short, and of letters that cannot break a line of a log.
fn is_an_id(id: &HeaderValue) -> bool {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    (1..=64).contains(&id.len()) && id.as_bytes().iter().all(fits)
}

fn new_id() -> HeaderValue {
    let id: u64 = rand::rng().random();
    HeaderValue::from_str(&format!("{id:016x}")).unwrap_or(HeaderValue::from_static("none"))
}

/// Methods are words of the client's choice.
fn name_of(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"];
    known.into_iter().find(|known| *known == method.as_str()).unwrap_or("(other)")
}
