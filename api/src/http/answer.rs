//! From a request to its answer, whatever brought it: POST, GET or a WebSocket.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::Value::Null;
use async_graphql::parser::types::OperationType;
use async_graphql::{Name, PathSegment, Request, Response, ServerError};
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;

use super::App;
use super::document::selections;
use super::variables::that_size_pages;
use crate::auth::{self, Identity};
use crate::graphql::Asker;
use crate::limits::Limit;

/// Why a request is not executed.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) errors: Vec<ServerError>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &str, why: impl Into<String>) -> Self {
        Self { status, errors: vec![coded(ServerError::new(why, None), code)] }
    }

    pub(super) fn bad_request(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", why)
    }

    /// Names the limit, so that the operator can find it and the client can stay below it.
    fn too_costly(limit: Limit) -> Self {
        let why = format!("the most is {} {} ({})", limit.most, limit.what, limit.name);
        Self::new(StatusCode::BAD_REQUEST, "QUERY_TOO_COSTLY", why)
    }

    /// The request is well formed, and its document or variables are not.
    pub(super) fn is_of_the_document(&self) -> bool {
        let codes = ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"];
        let of = |error: &ServerError| {
            error.extensions.as_ref().and_then(|extensions| extensions.get("code").cloned())
        };
        self.errors.iter().all(|error| codes.iter().any(|code| of(error) == Some((*code).into())))
    }

    fn invalid(error: ServerError, code: &str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, errors: vec![coded(error, code)] }
    }
}

impl App {
    /// Looks at a request before anything of it is executed, and says what it would do.
    pub(super) fn admit(&self, request: &mut Request) -> Result<OperationType, Refusal> {
        if request.query.trim().is_empty() {
            return Err(Refusal::bad_request("the request has no query"));
        }
        if request.query.len() > self.limits.document_bytes.most {
            return Err(Refusal::too_costly(self.limits.document_bytes));
        }
        let name = request.operation_name.clone();
        let document =
            request.parsed_query().map_err(|error| Refusal::invalid(error, "GRAPHQL_PARSE_FAILED"))?;
        if selections(document) > self.limits.fields.most {
            return Err(Refusal::too_costly(self.limits.fields));
        }
        let asked = |operation: Option<&Name>| {
            name.as_ref().is_none_or(|name| operation.is_some_and(|operation| operation == name))
        };
        let asked: Vec<_> = document.operations.iter().filter(|(name, _)| asked(*name)).collect();
        let variables = asked.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
        let needed = variables
            .filter(|variable| !variable.node.var_type.node.nullable && variable.node.default_value.is_none())
            .map(|variable| variable.node.name.node.clone())
            .collect::<Vec<_>>();
        let kinds: Vec<_> = asked.iter().map(|(_, operation)| operation.node.ty).collect();
        for name in that_size_pages(document) {
            request.variables.entry(name).or_default();
        }
        let is_null = |name: &&Name| request.variables.get(*name).is_none_or(|value| *value == Null);
        if let Some(lacking) = needed.iter().find(is_null) {
            let why = ServerError::new(format!("the variable ${lacking} is needed"), None);
            return Err(Refusal::invalid(why, "GRAPHQL_VALIDATION_FAILED"));
        }
        let changes = kinds.iter().copied().find(|kind| *kind != OperationType::Query);
        Ok(changes.unwrap_or(OperationType::Query))
    }

    /// Who asks, as of now.
    pub(super) fn asker(&self, identity: &Identity) -> Asker {
        let now = self.store.clock().now();
        let snapshot = self.store.snapshot();
        let viewer = Arc::new(auth::viewer(&snapshot, identity, now.today));
        Asker { store: self.store.clone(), viewer, snapshot, now }
    }

    /// Executes a query or a mutation that was admitted, for as long as a request may take.
    pub(super) async fn execute(&self, identity: &Identity, request: Request) -> Result<Response, Refusal> {
        let seconds = self.limits.request_seconds;
        let executed = self.schema.execute(request.data(self.asker(identity)));
        let executed = tokio::time::timeout(Duration::from_secs(seconds.most as u64), executed).await;
        let mut response = executed.map_err(|_| {
            let why = format!(
                "this took longer than {} seconds ({}): ask for less; repeat a change with the same idempotencyKey, since it may have happened",
                seconds.most, seconds.name
            );
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", why)
        })?;
        response.errors = response.errors.into_iter().map(classify).collect();
        let at_a_field =
            |error: &ServerError| error.path.iter().any(|segment| matches!(segment, PathSegment::Field(_)));
        let executed = response.errors.is_empty() || response.data != Null;
        if executed || response.errors.iter().any(at_a_field) {
            return Ok(response);
        }
        Err(Refusal { status: StatusCode::BAD_REQUEST, errors: response.errors })
    }
}

pub(super) fn coded(mut error: ServerError, code: &str) -> ServerError {
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

/// What a client is sent: a request error has no `data`; a field error stands beside it. Written as it stands: fields of
/// `data` keep the order in which they were asked for.
#[derive(Serialize)]
pub(super) struct Body {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<async_graphql::Value>,
}

impl Body {
    pub(super) fn of(executed: Result<Response, Refusal>, request_id: &str) -> Self {
        let tell = |error: &ServerError| tell(error, request_id);
        match executed {
            Ok(response) => {
                Self { errors: response.errors.iter().map(tell).collect(), data: Some(response.data) }
            }
            Err(refusal) => Self { errors: refusal.errors.iter().map(tell).collect(), data: None },
        }
    }
}

/// An error of ours carries the id of the request and nothing else.
pub(super) fn tell(error: &ServerError, request_id: &str) -> Value {
    let mut told = serde_json::to_value(error).unwrap_or_default();
    if told["extensions"]["code"] == "INTERNAL" {
        told["extensions"]["requestId"] = Value::from(request_id);
    }
    told
}
