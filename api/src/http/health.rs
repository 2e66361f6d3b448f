//! Whether the process lives, and whether it should get requests.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::sync::Mutex;

use super::App;
use super::refusal::Refusal;

/// Asking more often asks the database no more often.
const FRESH: Duration = Duration::from_millis(200);

type Told = (StatusCode, Cow<'static, str>);

const NOT_READY: Told = (StatusCode::SERVICE_UNAVAILABLE, Cow::Borrowed("not ready; see the log\n"));

pub(super) fn routes(app: &App) -> Router {
    let (app, last) = (app.clone(), Arc::new(Mutex::new(None)));
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(move || readiness(app.clone(), last.clone())))
}

type Last = Arc<Mutex<Option<(Instant, bool)>>>;

impl App {
    /// Until the ledger is folded for the first time nobody is answered: nobody's roles are known yet.
    pub(super) fn is_folded(&self) -> Result<(), Refusal> {
        let starting = |progress| {
            let why = format!("the service is starting: {progress}");
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", why)
        };
        self.store.folding().map_or(Ok(()), |progress| Err(starting(progress)))
    }
}

async fn readiness(app: App, last: Last) -> Told {
    if app.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n".into());
    }
    if let Some(progress) = app.store.folding() {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("{progress}\n").into());
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
    if is_ready { (StatusCode::OK, "ready\n".into()) } else { NOT_READY }
}
