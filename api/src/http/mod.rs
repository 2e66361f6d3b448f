//! The door: routes, limits, GraphQL over HTTP and over WebSockets. Who is not signed in does not get as far as GraphQL.

mod answer;
mod body;
mod cost;
mod count;
mod document;
mod dress;
mod health;
mod kept;
mod media;
mod origin;
mod paced;
mod parameters;
mod rate;
mod refusal;
mod request;
mod server;
mod socket;
mod stream;
mod twins;
mod typename;
mod variables;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;

pub use self::dress::dressed;
pub use self::origin::Origins;
pub use self::server::serve;

use self::document::Documents;
use self::kept::Answers;
use self::rate::Rates;
use self::request::{by_get, by_other, by_post};
use self::socket::by_socket;
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
    answers: Arc<Answers>,
    introspection: bool,
    origins: Origins,
    rates: Arc<Rates>,
    stopping: CancellationToken,
}

impl App {
    pub fn new(store: Arc<Store>, sign_in: Arc<SignIn>, limits: Limits) -> Self {
        let answers = Arc::new(Answers::taking_up(limits.kept_bytes.most));
        answers.follow(&store);
        Self {
            schema: graphql::schema(),
            store,
            sign_in,
            limits,
            documents: Arc::new(Documents::new()),
            answers,
            introspection: true,
            origins: Origins::default(),
            rates: Arc::new(Rates::new(&limits)),
            stopping: CancellationToken::new(),
        }
    }

    /// Whether readers may ask for the schema. Those who work here always may.
    #[must_use]
    pub fn with_introspection(self, introspection: bool) -> Self {
        Self { introspection, ..self }
    }

    /// How many answers are kept, to be given again.
    pub fn answers_kept(&self) -> usize {
        self.answers.len()
    }

    /// With web pages of these origins, which may ask from browsers.
    #[must_use]
    pub fn allowing(self, origins: Origins) -> Self {
        Self { origins, ..self }
    }
}

pub fn router(app: App) -> Router {
    let (health, origins) = (health::routes(&app), app.origins.clone());
    let graphql = Router::new()
        .route("/graphql", post(by_post).get(by_get).head(by_other).fallback(by_other))
        .route("/graphql/ws", get(by_socket))
        .route("/schema.graphql", get(contract))
        .with_state(Arc::new(app));
    dressed(graphql.merge(health), &origins)
}

/// The contract as a file, for everybody: it says nothing about anybody.
async fn contract() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(graphql::sdl);
    ([(CONTENT_TYPE, "application/graphql; charset=utf-8")], TEXT.as_str()).into_response()
}
