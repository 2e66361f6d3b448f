//! The media types of answers, and their statuses.

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::REQUEST_ID;
use super::answer::{Body, Refusal};

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    GraphqlResponse,
    Json,
}

impl Media {
    /// The best that the client accepts; `None` where it accepts neither.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
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

    /// The answer to a well-formed request. A document that cannot be executed is, as application/json, well answered.
    pub(super) fn answer(
        self,
        executed: Result<async_graphql::Response, Refusal>,
        headers: &HeaderMap,
    ) -> Response {
        let status = match &executed {
            Err(refusal) if self == Self::GraphqlResponse || !refusal.is_of_the_document() => refusal.status,
            _ => StatusCode::OK,
        };
        let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
        let body = serde_json::to_string(&Body::of(executed, id)).unwrap_or_default();
        (status, [(CONTENT_TYPE, self.content_type())], body).into_response()
    }
}
