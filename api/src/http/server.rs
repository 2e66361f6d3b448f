//! Connections: how many, how slow they may be, and how they end.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::stream::Stream;
use super::{App, router};
use crate::limits::{Limit, Limits};

/// When no more files can be opened, others must close some first.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until told to stop. Then it is not ready, takes no more connections, closes WebSockets, and gives requests that
/// are under way some time to finish.
pub async fn serve(listener: TcpListener, app: App, told_to_stop: impl Future<Output = ()>) {
    let (open, cut) = (TaskTracker::new(), CancellationToken::new());
    let serving = accept(&listener, &app, &open, &cut);
    tokio::select! {
        () = told_to_stop => {}
        () = serving => {}
    }
    app.stopping.cancel();
    drop(listener);
    tracing::info!(connections = open.len(), "stopping");
    open.close();
    if tokio::time::timeout(seconds(app.limits.stop_seconds), open.wait()).await.is_err() {
        let limit = app.limits.stop_seconds;
        tracing::warn!(connections = open.len(), limit = limit.name, "cutting what did not finish in time");
        cut.cancel();
    }
}

/// Connections that are too many wait in the operating system until another one ends.
async fn accept(listener: &TcpListener, app: &App, open: &TaskTracker, cut: &CancellationToken) {
    let places = Arc::new(Semaphore::new(app.limits.connections.most));
    let router = router(app.clone());
    while let Ok(place) = places.clone().acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let stream = Stream::new(stream, (place, open.token()));
                tokio::spawn(converse(stream, router.clone(), app.clone(), cut.clone()));
            }
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken; trying again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// The requests of one connection, one after the other.
async fn converse(stream: Stream, router: Router, app: App, cut: CancellationToken) {
    let limits = &app.limits;
    let mut stream = TimeoutStream::new(stream);
    let idle = seconds(limits.idle_seconds);
    // Nothing is read while an answer is made, or before a WebSocket answers a ping.
    let busy = seconds(limits.request_seconds).max(seconds(limits.ping_seconds)) + Duration::from_secs(1);
    stream.set_read_timeout(Some(idle.max(busy)));
    stream.set_write_timeout(Some(idle));
    let (io, service) = (TokioIo::new(Box::pin(stream)), TowerToHyperService::new(router));
    let mut conversation = pin!(http1(limits).serve_connection(io, service).with_upgrades());
    let ended = tokio::select! {
        ended = conversation.as_mut() => ended,
        () = app.stopping.cancelled() => {
            conversation.as_mut().graceful_shutdown();
            tokio::select! {
                ended = conversation => ended,
                () = cut.cancelled() => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

fn http1(limits: &Limits) -> http1::Builder {
    let mut http1 = http1::Builder::new();
    http1
        .timer(TokioTimer::new())
        .header_read_timeout(seconds(limits.header_seconds))
        .max_header_size(limits.header_bytes.most)
        // The least that hyper takes, and room for the headers.
        .max_buf_size(limits.header_bytes.most.max(8_192));
    http1
}

fn seconds(limit: Limit) -> Duration {
    Duration::from_secs(limit.most as u64)
}
