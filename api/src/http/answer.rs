//! From a request to its answer, whatever brought it: POST, GET or a WebSocket.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Value::Null;
use async_graphql::parser::types::OperationType;
use async_graphql::{PathSegment, Request, Response, ServerError};
use axum::http::StatusCode;
use domain::access::{Action, Owner};
use serde::Serialize;
use serde_json::{Value, json};

use super::App;
use super::cost;
use super::count::Counts;
use super::refusal::{Refusal, VALIDATION_FAILED, coded, short};
use super::variables::coerced;
use crate::auth::{self, Identity};
use crate::graphql::{Asker, LongestAnswer};

/// The cost of an admitted request, where its client asked for it.
struct Told(Option<async_graphql::Value>);

impl App {
    /// Looks at a request before anything of it is executed, and says what it would do. Afterwards it holds one operation and
    /// the variables of that.
    pub(super) fn admit(&self, identity: &Identity, request: &mut Request) -> Result<OperationType, Refusal> {
        if request.query.trim().is_empty() {
            return Err(Refusal::bad_request("the request has no query"));
        }
        let (document, counted) =
            self.documents.read(&request.query, request.operation_name.as_deref(), &self.limits)?;
        if counted.counts.introspects && !self.may_introspect(identity) {
            let why = "the schema is not told to readers here: read /schema.graphql instead";
            return Err(Refusal::new(StatusCode::FORBIDDEN, "FORBIDDEN", why));
        }
        let operation = document.operation(&counted).ok_or_else(|| Refusal::bad_request("no operation"))?;
        let schema = self.documents.schema;
        let (json, variables) = coerced(schema, &document.executable, operation, &request.variables)?;
        let cost = cost::of(&document.executable, operation, &json);
        let told = (request.extensions.get("cost") == Some(&true.into()))
            .then(|| self.tell_cost(cost, &counted.counts));
        if let Err(mut refusal) = self.limits.cost.admits(cost) {
            refusal.cost = told;
            return Err(refusal);
        }
        request.data.insert(Told(told));
        request.variables = variables;
        request.set_parsed_query(document.only(&counted));
        Ok(counted.kind)
    }

    fn may_introspect(&self, identity: &Identity) -> bool {
        self.introspection || self.asker(identity).viewer.may(Action::Introspect, &Owner::ENGLAND)
    }

    /// What the operation costs, in the words of the limits.
    fn tell_cost(&self, cost: usize, counts: &Counts) -> async_graphql::Value {
        let told = json!({
            "cost": cost,
            "most": self.limits.cost.most,
            "depth": counts.depth,
            "fields": counts.fields,
            "rootFields": counts.root_fields,
            "aliases": counts.aliases,
            "directives": counts.directives,
        });
        async_graphql::Value::from_json(told).unwrap_or_default()
    }

    /// Who asks, as of now.
    pub(super) fn asker(&self, identity: &Identity) -> Asker {
        let now = self.store.clock().now();
        let snapshot = self.store.snapshot();
        let viewer = Arc::new(auth::viewer(&snapshot, identity, now.today));
        Asker { store: self.store.clone(), viewer, snapshot, now, issuer: self.sign_in.issuer().into() }
    }

    /// With all that resolvers reach for.
    pub(super) fn furnished(&self, identity: &Identity, request: Request) -> Request {
        request.data(self.asker(identity)).data(LongestAnswer(self.limits.answer_bytes))
    }

    /// Executes a query or a mutation that was admitted, for as long as a request may take.
    pub(super) async fn execute(&self, identity: &Identity, request: Request) -> Result<Response, Refusal> {
        let seconds = self.limits.request_seconds;
        let told = request.data.get(&TypeId::of::<Told>()).and_then(|told| told.downcast_ref::<Told>());
        let told = told.and_then(|told| told.0.clone());
        let executed = self.schema.execute(self.furnished(identity, request));
        let executed = tokio::time::timeout(Duration::from_secs(seconds.most as u64), executed).await;
        let response = executed.map_err(|_| {
            let why = format!(
                "this took longer than {} seconds ({}): ask for less; repeat a change with the same idempotencyKey, since it may have happened",
                seconds.most, seconds.name
            );
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", why).naming(seconds, None)
        })?;
        match settled(response) {
            Ok(mut response) => {
                response.extensions.extend(told.map(|told| ("cost".to_owned(), told)));
                Ok(response)
            }
            Err(refusal) => Err(Refusal { cost: told, ..refusal }),
        }
    }
}

/// What the library answered, told apart: executed, even where a field failed, or refused beforehand.
pub(super) fn settled(mut response: Response) -> Result<Response, Refusal> {
    response.errors = response.errors.into_iter().map(classify).collect();
    let at_a_field =
        |error: &ServerError| error.path.iter().any(|segment| matches!(segment, PathSegment::Field(_)));
    let executed = response.errors.is_empty() || response.data != Null;
    if executed || response.errors.iter().any(at_a_field) {
        return Ok(response);
    }
    Err(Refusal { status: StatusCode::BAD_REQUEST, errors: response.errors, cost: None, retry_after: None })
}

/// Gives an error of the library its code from the closed list.
fn classify(error: ServerError) -> ServerError {
    let has_code = error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some());
    let error = short(error);
    if has_code {
        return error;
    }
    let code = if error.path.is_empty() { VALIDATION_FAILED } else { "BAD_REQUEST" };
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
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: BTreeMap<String, async_graphql::Value>,
}

impl Body {
    pub(super) fn of(executed: Result<Response, Refusal>, request_id: &str) -> Self {
        let tell = |error: &ServerError| tell(error, request_id);
        match executed {
            Ok(response) => Self {
                errors: response.errors.iter().map(tell).collect(),
                data: Some(response.data),
                extensions: response.extensions,
            },
            Err(refusal) => Self {
                errors: refusal.errors.iter().map(tell).collect(),
                data: None,
                extensions: refusal.cost.map(|cost| ("cost".to_owned(), cost)).into_iter().collect(),
            },
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
