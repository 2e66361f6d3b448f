//! Requests as they come in: by POST, by GET, and from whom.

use async_graphql::Request;
use async_graphql::parser::types::OperationType;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;

use super::App;
use super::answer::Refusal;
use super::media::Media;
use crate::auth::{Identity, Unverified};

pub(super) async fn by_post(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let (media, identity) = match enter(&app, &headers).await {
        Ok(entered) => entered,
        Err(refused) => return *refused,
    };
    let executed = match posted(&app, &headers, body) {
        Ok(mut request) => match app.admit(&mut request) {
            Ok(_) => app.execute(&identity, request).await,
            Err(refusal) => Err(refusal),
        },
        Err(refusal) => Err(refusal),
    };
    media.answer(executed, &headers)
}

/// The request in a body.
fn posted(app: &App, headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Request, Refusal> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let why = "send the request as application/json";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", why));
    }
    let body = body.map_err(|_| {
        let limit = app.limits.body_bytes;
        let why = format!("the body has more than {} bytes ({}), or was cut off", limit.most, limit.name);
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST", why)
    })?;
    match serde_json::from_slice::<Value>(&body) {
        Ok(Value::Array(_)) => {
            Err(Refusal::bad_request("batches of requests are not taken: send one request"))
        }
        Ok(body) => serde_json::from_value::<Request>(body).map_err(|_| {
            Refusal::bad_request("the body is no GraphQL request: an object with a query in it")
        }),
        Err(error) => Err(Refusal::bad_request(format!("the body is not JSON: {error}"))),
    }
}

/// A request in the address. async-graphql's own reader looks for `operation_name`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
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

pub(super) async fn by_get(
    State(app): State<App>,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Response {
    let (media, identity) = match enter(&app, &headers).await {
        Ok(entered) => entered,
        Err(refused) => return *refused,
    };
    let request = parameters.ok().and_then(|Query(parameters)| parameters.request().ok());
    let Some(mut request) = request else {
        let why = "the parameters are no GraphQL request: query, operationName, variables";
        return media.answer(Err(Refusal::bad_request(why)), &headers);
    };
    let executed = match app.admit(&mut request) {
        Ok(OperationType::Query) => app.execute(&identity, request).await,
        Ok(_) => {
            let why = "GET asks and never changes: send mutations by POST";
            let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", why);
            let mut refused = media.answer(Err(refusal), &headers);
            refused.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            return refused;
        }
        Err(refusal) => Err(refusal),
    };
    media.answer(executed, &headers)
}

/// Negotiates the media type and finds out who is asking.
async fn enter(app: &App, headers: &HeaderMap) -> Result<(Media, Identity), Box<Response>> {
    let Some(media) = Media::negotiate(headers) else {
        let why = "answers are application/graphql-response+json or application/json";
        let refusal = Refusal::new(StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST", why);
        return Err(Box::new(Media::Json.answer(Err(refusal), headers)));
    };
    let challenge = match bearer(headers) {
        None => "Bearer realm=\"sdpt\"",
        Some(token) => match app.sign_in.verify(token).await {
            Ok(identity) => return Ok((media, identity)),
            Err(Unverified::Invalid) => "Bearer realm=\"sdpt\", error=\"invalid_token\"",
            Err(Unverified::Unavailable) => {
                let why = "nobody can sign in right now: the issuer's keys cannot be had; try again soon";
                let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", why);
                return Err(Box::new(media.answer(Err(refusal), headers)));
            }
        },
    };
    let why = "send a valid token: Authorization: Bearer …";
    let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", why);
    let mut refused = media.answer(Err(refusal), headers);
    refused.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    Err(Box::new(refused))
}

/// The token of a request that carries one, and no other credentials.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (sent.next(), sent.next()) else { return None };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
