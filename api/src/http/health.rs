//! Whether the process lives, and whether it should get requests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::sync::Mutex;

use super::App;

/// Asking more often asks the database no more often.
const FRESH: Duration = Duration::from_millis(200);

const NOT_READY: (StatusCode, &str) = (StatusCode::SERVICE_UNAVAILABLE, "not ready; see the log\n");

pub(super) fn routes(app: &App) -> Router {
    let (app, last) = (app.clone(), Arc::new(Mutex::new(None)));
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(move || readiness(app.clone(), last.clone())))
}

type Last = Arc<Mutex<Option<(Instant, bool)>>>;

async fn readiness(app: App, last: Last) -> (StatusCode, &'static str) {
    if app.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    if let Err(why) = app.sign_in.readiness() {
        tracing::warn!(reason = why, "not ready");
        return NOT_READY;
    }
    let mut last = last.lock().await;
    let known = last.filter(|(asked, _)| asked.elapsed() < FRESH).map(|(_, is_ready)| is_ready);
    let is_ready = match known {
        Some(is_ready) => is_ready,
        None => {
            let readiness = app.store.readiness().await;
            if let Err(why) = &readiness {
                tracing::warn!(reason = why, "not ready");
            }
            *last = Some((Instant::now(), readiness.is_ok()));
            readiness.is_ok()
        }
    };
    if is_ready { (StatusCode::OK, "ready\n") } else { NOT_READY }
}
