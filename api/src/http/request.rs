//! Requests as they come in: by POST, by GET, and from whom.

use std::sync::Arc;

use async_graphql::Request;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::{ALLOW, AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use super::answer::Via;
use super::kept::WasKept;
use super::media::{Media, is_json, request_id};
use super::paced::paced;
use super::parameters::{in_address, in_body};
use super::refusal::Refusal;
use super::{App, body};
use crate::auth::{Identity, Unverified};

pub(super) async fn by_post(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Response {
    let (media, identity) = match enter(&app, &headers).await {
        Ok(entered) => entered,
        Err(refused) => return *refused,
    };
    let posted = posted(&app, &headers, body).await;
    answered(&app, media, &headers, &identity, posted, Via::Post).await
}

/// Takes a turn, and answers.
async fn answered(
    app: &App,
    media: Media,
    headers: &HeaderMap,
    identity: &Identity,
    request: Result<Request, Refusal>,
    via: Via,
) -> Response {
    let turn = match app.turn(identity) {
        Ok(turn) => turn,
        Err(refusal) => return media.refuse(&refusal, headers),
    };
    let answer = match request {
        Ok(request) => app.answer(identity, request, request_id(headers), via).await,
        Err(refusal) => Err(refusal),
    };
    let response = match answer {
        Ok((answer, was_kept)) => {
            let mut response = media.send(&answer, headers);
            if was_kept {
                response.extensions_mut().insert(WasKept);
            }
            response
        }
        Err(refusal) if refusal.status == StatusCode::METHOD_NOT_ALLOWED => {
            allowing("POST", media.refusal(&refusal, headers))
        }
        Err(refusal) => media.refusal(&refusal, headers),
    };
    paced(&app.limits, response, turn)
}

/// The request in a body.
async fn posted(app: &App, headers: &HeaderMap, body: Body) -> Result<Request, Refusal> {
    if !is_json(headers) {
        let why = "send the request as application/json in UTF-8";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", why));
    }
    in_body(&body::read(&app.limits, body).await?)
}

pub(super) async fn by_get(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let (media, identity) = match enter(&app, &headers).await {
        Ok(entered) => entered,
        Err(refused) => return *refused,
    };
    let request = match in_address(&query.unwrap_or_default()) {
        Ok(request) => request,
        Err(refusal) => return media.refuse(&refusal, &headers),
    };
    answered(&app, media, &headers, &identity, Ok(request), Via::Get).await
}

/// Any other method, of anybody.
pub(super) async fn by_other(headers: HeaderMap) -> Response {
    let media = Media::negotiate(&headers).unwrap_or(Media::Json);
    let why = "send requests by POST, or questions by GET";
    allowing("GET, POST", media.refuse(&Refusal::not_by_this_method(why), &headers))
}

fn allowing<Body>(methods: &'static str, mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

/// Negotiates the media type and finds out who is asking.
async fn enter(app: &App, headers: &HeaderMap) -> Result<(Media, Identity), Box<Response>> {
    let Some(media) = Media::negotiate(headers) else {
        let why = "answers are application/graphql-response+json or application/json";
        let refusal = Refusal::new(StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST", why);
        return Err(Box::new(Media::Json.refuse(&refusal, headers)));
    };
    app.is_folded().map_err(|refusal| Box::new(media.refuse(&refusal, headers)))?;
    Ok((media, sign_in(app, media, headers).await?))
}

/// Finds out who is asking, and counts the request.
pub(super) async fn sign_in(app: &App, media: Media, headers: &HeaderMap) -> Result<Identity, Box<Response>> {
    let challenge = match bearer(headers) {
        None => "Bearer realm=\"sdpt\"",
        Some(token) => match app.sign_in.verify(token).await {
            Ok(identity) => {
                app.count(&identity).map_err(|refusal| Box::new(media.refuse(&refusal, headers)))?;
                return Ok(identity);
            }
            Err(Unverified::Invalid) => "Bearer realm=\"sdpt\", error=\"invalid_token\"",
            Err(Unverified::Unavailable) => {
                let why = "nobody can sign in right now: the issuer's keys cannot be had; try again soon";
                let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", why);
                return Err(Box::new(media.refuse(&refusal, headers)));
            }
        },
    };
    let why = "send a valid token: Authorization: Bearer …";
    let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", why);
    let mut refused = media.refuse(&refusal, headers);
    refused.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    Err(Box::new(refused))
}

/// The token of a request that carries one, and no other credentials.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (sent.next(), sent.next()) else { return None };
    token_of(only.to_str().ok()?)
}

/// The token of `Bearer …`, the scheme in any case.
pub(super) fn token_of(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
