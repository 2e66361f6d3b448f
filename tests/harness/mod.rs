//! What tests stand on: throw-away databases, the app in process, and people to ask as.

pub(crate) mod app;
pub(crate) mod database;
pub(crate) mod edition;
pub(crate) mod issuer;
pub(crate) mod ledger;
pub(crate) mod live;
pub(crate) mod log;
pub(crate) mod publication;
pub(crate) mod readme;
pub(crate) mod refusal;
pub(crate) mod round;
pub(crate) mod thrice;

/// Runs each body on both databases. Afterwards the ledger and every row must verify.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: &App) $body:block)*) => {$(
        mod $name {
            #[allow(clippy::wildcard_imports, reason = "the body is written as if it stood outside")]
            use super::*;
            use crate::harness::database::Engine;

            $(#[$meta])*
            async fn body($app: &App) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let app = App::start(Engine::Sqlite).await;
                body(&app).await;
                app.verified().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let app = App::start(Engine::Postgres).await;
                body(&app).await;
                app.verified().await;
            }
        }
    )*};
}

/// As `on_both`, for bodies that begin without a schema or end with a ledger that must not verify.
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($engine:ident: Engine) $body:block)*) => {$(
        mod $name {
            #[allow(clippy::wildcard_imports, reason = "the body is written as if it stood outside")]
            use super::*;

            $(#[$meta])*
            async fn body($engine: Engine) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body(Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                body(Engine::Postgres).await;
            }
        }
    )*};
}
