//! The body of a request: not longer than it may be, and there in time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use futures_util::StreamExt;

use super::refusal::Refusal;
use crate::limits::Limits;

/// Reads all of a body. One that says beforehand that it is too long is not read at all.
pub(super) async fn read(limits: &Limits, body: Body) -> Result<Bytes, Refusal> {
    let seconds = limits.body_seconds;
    let read = tokio::time::timeout(Duration::from_secs(seconds.most as u64), collect(limits, body)).await;
    read.unwrap_or_else(|_| {
        let why = format!("the body was not there within {} seconds ({})", seconds.most, seconds.name);
        Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "BAD_REQUEST", why).naming(seconds, None))
    })
}

async fn collect(limits: &Limits, body: Body) -> Result<Bytes, Refusal> {
    let limit = limits.body_bytes;
    let too_long = || Refusal::beyond(limit, StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST");
    if axum::body::HttpBody::size_hint(&body).lower() > limit.most as u64 {
        return Err(too_long());
    }
    let mut whole = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Refusal::bad_request("the body was cut off, or is damaged"))?;
        if whole.len() + chunk.len() > limit.most {
            return Err(too_long());
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}
