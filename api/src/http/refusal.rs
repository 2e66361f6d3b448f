//! Why a request is not executed.

use async_graphql::{ServerError, Value};
use axum::http::StatusCode;

use crate::limits::Limit;

pub(super) const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
pub(super) const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";

/// Characters of a message. What a client sent is told back no further.
const MESSAGE: usize = 300;

#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) errors: Vec<ServerError>,
    /// What the operation would cost, for those who asked.
    pub(super) cost: Option<Value>,
    /// Seconds after which it is worth trying again.
    pub(super) retry_after: Option<u64>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &str, why: impl Into<String>) -> Self {
        let again = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS].contains(&status);
        let errors = vec![coded(ServerError::new(why, None), code)];
        Self { status, errors, cost: None, retry_after: again.then_some(1) }
    }

    pub(super) fn bad_request(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", why)
    }

    /// The document or its variables are not what they should be.
    pub(super) fn of(code: &str, errors: Vec<ServerError>) -> Self {
        let errors = errors.into_iter().map(|error| coded(short(error), code)).collect();
        Self { status: StatusCode::BAD_REQUEST, errors, cost: None, retry_after: None }
    }

    pub(super) fn not_by_this_method(why: &str) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", why)
    }

    /// Names the limit, so that the operator can find it and the client can stay below it.
    pub(super) fn beyond(limit: Limit, status: StatusCode, code: &str) -> Self {
        Self::new(status, code, limit.to_string()).naming(limit, None)
    }

    pub(super) fn too_costly(limit: Limit, found: Option<usize>) -> Self {
        Self::beyond(limit, StatusCode::BAD_REQUEST, "QUERY_TOO_COSTLY").naming(limit, found)
    }

    /// So much of one viewer is under way already.
    pub(super) fn too_many(limit: Limit) -> Self {
        Self::beyond(limit, StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED")
    }

    pub(super) fn naming(mut self, limit: Limit, found: Option<usize>) -> Self {
        let told = limit.told(found);
        for error in &mut self.errors {
            error.extensions.get_or_insert_default().set("limit", told.clone());
        }
        self
    }

    /// The request is well formed, and its document or variables are not.
    pub(super) fn is_of_the_document(&self) -> bool {
        let codes = [PARSE_FAILED, VALIDATION_FAILED];
        let of = |error: &ServerError| {
            error.extensions.as_ref().and_then(|extensions| extensions.get("code").cloned())
        };
        self.errors.iter().all(|error| codes.iter().any(|code| of(error) == Some((*code).into())))
    }
}

pub(super) fn coded(mut error: ServerError, code: &str) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code);
    error
}

/// Its first line, as far as a person reads.
pub(super) fn short(mut error: ServerError) -> ServerError {
    let line = error.message.lines().next().unwrap_or_default();
    let cut = line.char_indices().nth(MESSAGE).map(|(at, _)| format!("{}…", &line[..at]));
    if cut.is_some() || line.len() < error.message.len() {
        error.message = cut.unwrap_or_else(|| line.to_owned());
    }
    error
}
