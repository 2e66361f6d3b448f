//! The door: routes, limits, and GraphQL over HTTP. Who is not signed in does not get as far as GraphQL.

mod cost;
mod variables;

use std::sync::Arc;

use async_graphql::Value::Null;
use async_graphql::parser::types::OperationType;
use async_graphql::{Name, PathSegment, Request, ServerError};
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::header::{ACCEPT, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rand::TryRngCore;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

use self::cost::{MOST_SELECTIONS, selections};
use self::variables::that_size_pages;
use crate::auth::{self, LocalKey};
use crate::graphql::{Asker, Schema, TIME_LIMIT};
use crate::store::Store;

/// Bytes of a request body.
pub const MOST_BODY: usize = 256 * 1024;
/// Characters of a document.
pub const MOST_DOCUMENT: usize = 64 * 1024;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[derive(Clone)]
pub struct App {
    pub schema: Schema,
    pub store: Arc<Store>,
    pub key: Arc<LocalKey>,
}

pub fn router(app: App) -> Router {
    let store = app.store.clone();
    Router::new()
        .route("/graphql", post(by_post).get(by_get))
        .with_state(app)
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(move || readiness(store.clone())))
        .layer(DefaultBodyLimit::max(MOST_BODY))
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

async fn readiness(store: Arc<Store>) -> Response {
    match store.readiness().await {
        Ok(()) => "ready\n".into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response(),
    }
}

/// The media type of an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Media {
    GraphqlResponse,
    Json,
}

impl Media {
    /// The best that the client accepts; `None` where it accepts neither.
    fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let accepts: Vec<_> =
            headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
        if accepts.is_empty() {
            return Some(Self::Json);
        }
        let mut best: Option<(f32, Self)> = None;
        for range in accepts.iter().flat_map(|accept| accept.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let media = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "application/graphql-response+json" => Self::GraphqlResponse,
                "application/json" | "application/*" | "*/*" => Self::Json,
                _ => continue,
            };
            let quality = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse().ok());
            let quality: f32 = quality.unwrap_or(1.0);
            if quality > 0.0 && best.is_none_or(|(other, _)| quality > other) {
                best = Some((quality, media));
            }
        }
        best.map(|(_, media)| media)
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }

    /// A request that GraphQL never came to execute.
    fn request_error(self, status: StatusCode, code: &str, message: &str) -> Response {
        let body = json!({ "errors": [{ "message": message, "extensions": { "code": code } }] });
        (status, [(CONTENT_TYPE, self.content_type())], body.to_string()).into_response()
    }

    fn bad_request(self, message: &str) -> Response {
        self.request_error(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }
}

async fn by_post(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let (media, identity) = match enter(&app, &headers) {
        Ok(entered) => entered,
        Err(refused) => return *refused,
    };
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let why = "send the request as application/json";
        return media.request_error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", why);
    }
    let Ok(body) = body else {
        let why = format!("the body has more than {MOST_BODY} bytes, or was cut off");
        return media.request_error(StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST", &why);
    };
    match serde_json::from_slice::<Value>(&body) {
        Ok(Value::Array(_)) => media.bad_request("batches of requests are not taken: send one request"),
        Ok(body) => match serde_json::from_value::<Request>(body) {
            Ok(request) => answer(&app, &identity, media, &Method::POST, request, &headers).await,
            Err(_) => media.bad_request("the body is no GraphQL request: an object with a query in it"),
        },
        Err(error) => media.bad_request(&format!("the body is not JSON: {error}")),
    }
}

/// A request in the address. async-graphql's own reader looks for `operation_name`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    #[serde(default)]
    query: String,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl Parameters {
    fn request(self) -> serde_json::Result<Request> {
        let json = |text: &str| serde_json::from_str(text);
        let mut request = Request::new(self.query);
        request.operation_name = self.operation_name;
        request.variables = self.variables.as_deref().map(json).transpose()?.unwrap_or_default();
        request.extensions =
            self.extensions.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
        Ok(request)
    }
}

async fn by_get(
    State(app): State<App>,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Response {
    let (media, identity) = match enter(&app, &headers) {
        Ok(entered) => entered,
        Err(refused) => return *refused,
    };
    match parameters.ok().and_then(|Query(parameters)| parameters.request().ok()) {
        Some(request) => answer(&app, &identity, media, &Method::GET, request, &headers).await,
        None => media.bad_request("the parameters are no GraphQL request: query, operationName, variables"),
    }
}

/// Negotiates the media type and finds out who is asking.
fn enter(app: &App, headers: &HeaderMap) -> Result<(Media, auth::Identity), Box<Response>> {
    let Some(media) = Media::negotiate(headers) else {
        let why = "answers are application/graphql-response+json or application/json";
        return Err(Box::new(Media::Json.request_error(StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST", why)));
    };
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    match bearer.and_then(|token| app.key.verify(token)) {
        Some(identity) => Ok((media, identity)),
        None => {
            let why = "send a valid token: Authorization: Bearer …";
            let mut refused = media.request_error(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", why);
            let challenge = match bearer {
                None => "Bearer realm=\"sdpt\"",
                Some(_) => "Bearer realm=\"sdpt\", error=\"invalid_token\"",
            };
            refused.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            Err(Box::new(refused))
        }
    }
}

async fn answer(
    app: &App,
    identity: &auth::Identity,
    media: Media,
    method: &Method,
    mut request: Request,
    headers: &HeaderMap,
) -> Response {
    if let Err(refused) = admit(media, method, &mut request, headers) {
        return *refused;
    }
    let now = app.store.clock().now();
    let snapshot = app.store.snapshot();
    let viewer = Arc::new(auth::viewer(&snapshot, identity, now.today));
    let asker = Asker { store: app.store.clone(), viewer, snapshot, now };
    let executed = tokio::time::timeout(TIME_LIMIT, app.schema.execute(request.data(asker))).await;
    let Ok(response) = executed else {
        let why = format!(
            "this took longer than {} seconds: ask for less; repeat a change with the same idempotencyKey, since it may have happened",
            TIME_LIMIT.as_secs()
        );
        return media.request_error(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", &why);
    };
    let errors: Vec<_> = response.errors.into_iter().map(classify).collect();
    present(media, &errors, Some(response.data), headers)
}

/// Looks at a request before anything of it is executed.
fn admit(
    media: Media,
    method: &Method,
    request: &mut Request,
    headers: &HeaderMap,
) -> Result<(), Box<Response>> {
    let costly =
        |why: &str| Err(Box::new(media.request_error(StatusCode::BAD_REQUEST, "QUERY_TOO_COSTLY", why)));
    if request.query.trim().is_empty() {
        return Err(Box::new(media.bad_request("the request has no query")));
    }
    if request.query.len() > MOST_DOCUMENT {
        return costly(&format!("the document has more than {MOST_DOCUMENT} bytes"));
    }
    let name = request.operation_name.clone();
    let invalid = |error, code| Err(Box::new(present(media, &[coded(error, code)], None, headers)));
    let document = match request.parsed_query() {
        Ok(document) => document,
        Err(error) => return invalid(error, "GRAPHQL_PARSE_FAILED"),
    };
    if selections(document) > MOST_SELECTIONS {
        return costly(&format!(
            "the document has more than {MOST_SELECTIONS} fields, fragments written out"
        ));
    }
    let asked = |operation: Option<&Name>| {
        name.as_ref().is_none_or(|name| operation.is_some_and(|operation| operation == name))
    };
    let asked: Vec<_> = document.operations.iter().filter(|(name, _)| asked(*name)).collect();
    if method == Method::GET && asked.iter().any(|(_, operation)| operation.node.ty != OperationType::Query) {
        let why = "GET asks and never changes: send mutations by POST";
        let mut refused = media.request_error(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", why);
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return Err(Box::new(refused));
    }
    let variables = asked.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
    let needed = variables
        .filter(|variable| !variable.node.var_type.node.nullable && variable.node.default_value.is_none())
        .map(|variable| variable.node.name.node.clone())
        .collect::<Vec<_>>();
    let sizes = that_size_pages(document);
    for name in sizes {
        request.variables.entry(name).or_default();
    }
    let is_null = |name: &&Name| request.variables.get(*name).is_none_or(|value| *value == Null);
    match needed.iter().find(is_null) {
        Some(lacking) => invalid(
            ServerError::new(format!("the variable ${lacking} is needed"), None),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        None => Ok(()),
    }
}

fn coded(mut error: ServerError, code: &str) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code);
    error
}

/// Gives an error of the library its code from the closed list.
fn classify(error: ServerError) -> ServerError {
    let has_code = error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some());
    if has_code {
        return error;
    }
    let too_costly = ["too complex", "too deep", "amount of aliases", "recursion depth"];
    let code = if too_costly.iter().any(|words| error.message.contains(words)) {
        "QUERY_TOO_COSTLY"
    } else if error.path.is_empty() {
        "GRAPHQL_VALIDATION_FAILED"
    } else {
        "BAD_REQUEST"
    };
    coded(error, code)
}

/// A request error has no `data`; a field error stands beside it.
fn present(
    media: Media,
    errors: &[ServerError],
    data: Option<async_graphql::Value>,
    headers: &HeaderMap,
) -> Response {
    let executed = data.filter(|data| {
        let at_a_field =
            |error: &ServerError| error.path.iter().any(|segment| matches!(segment, PathSegment::Field(_)));
        errors.is_empty() || *data != async_graphql::Value::Null || errors.iter().any(at_a_field)
    });
    let status = match (&executed, media) {
        (None, Media::GraphqlResponse) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let errors = errors.iter().map(|error| tell(error, headers)).collect();
    let body = serde_json::to_string(&Body { errors, data: executed }).unwrap_or_default();
    (status, [(CONTENT_TYPE, media.content_type())], body).into_response()
}

/// Written as it stands: fields of `data` keep the order in which they were asked for.
#[derive(Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<async_graphql::Value>,
}

fn tell(error: &ServerError, headers: &HeaderMap) -> Value {
    let mut told = serde_json::to_value(error).unwrap_or_default();
    if told["extensions"]["code"] == "INTERNAL" {
        let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
        told["extensions"]["requestId"] = Value::from(id);
    }
    told
}
