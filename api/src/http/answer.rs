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
use domain::lens::Now;
use serde_json::{Value, json};

use super::App;
use super::cost;
use super::count::Counts;
use super::kept::{Kept, Question};
use super::refusal::{Refusal, VALIDATION_FAILED, coded, short};
use super::variables::coerced;
use crate::auth::{self, Identity};
use crate::graphql::{Asker, Database, HasTwins, Json, LongestAnswer};
use crate::store::Snapshot;

/// How a request came over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via {
    Post,
    Get,
}

/// The cost of an admitted request, where its client asked for it.
struct Told(Option<async_graphql::Value>);

impl App {
    /// Looks at a request before anything of it is executed, and says what it would do. Afterwards it holds one operation and
    /// the variables of that.
    pub(super) fn admit(&self, asker: &Asker, request: &mut Request) -> Result<OperationType, Refusal> {
        if request.query.trim().is_empty() {
            return Err(Refusal::bad_request("the request has no query"));
        }
        let (document, counted) =
            self.documents.read(&request.query, request.operation_name.as_deref(), &self.limits)?;
        if counted.counts.introspects && !self.may_introspect(asker) {
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
        if counted.has_twins {
            request.data.insert(HasTwins);
        }
        request.set_parsed_query(document.only(&counted));
        Ok(counted.kind)
    }

    fn may_introspect(&self, asker: &Asker) -> bool {
        self.introspection || asker.viewer.may(Action::Introspect, &Owner::ENGLAND)
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
        self.asker_at(identity, self.store.snapshot(), self.store.clock().now())
    }

    fn asker_at(&self, identity: &Identity, snapshot: Arc<Snapshot>, now: Now) -> Asker {
        let viewer = Arc::new(auth::viewer(&snapshot, identity, now.today));
        Asker {
            database: Database::new(self.store.clone()),
            viewer,
            snapshot,
            now,
            issuer: self.sign_in.issuer().into(),
        }
    }

    /// With all that resolvers reach for.
    pub(super) fn furnished(&self, asker: Asker, request: Request) -> Request {
        request.data(asker).data(LongestAnswer(self.limits.answer_bytes))
    }

    /// Answers a request that came over HTTP: with what was answered before at the same position, where it was. Says whether
    /// it was.
    pub(super) async fn answer(
        &self,
        identity: &Identity,
        request: Request,
        request_id: &str,
        via: Via,
    ) -> Result<(Kept, bool), Refusal> {
        let (snapshot, now) = (self.store.snapshot(), self.store.clock().now());
        let question = Question::of(&request, &snapshot.history, now.today);
        let kept = question.as_ref().and_then(|question| self.kept(question, identity, &snapshot));
        if let Some(kept) = kept {
            return Ok((kept, true));
        }
        let asker = self.asker_at(identity, snapshot, now);
        // On the heap, so that what has only to be found takes little room.
        let answer = Box::pin(self.answer_anew(asker, question, request, request_id, via)).await?;
        Ok((answer, false))
    }

    async fn answer_anew(
        &self,
        asker: Asker,
        question: Option<Question>,
        mut request: Request,
        request_id: &str,
        via: Via,
    ) -> Result<Kept, Refusal> {
        let kind = self.admit(&asker, &mut request)?;
        match (kind, via) {
            (OperationType::Subscription, _) => {
                let why = "subscriptions are asked over a WebSocket, at /graphql/ws";
                return Err(Refusal::bad_request(why));
            }
            (OperationType::Mutation, Via::Get) => {
                let why = "GET asks and never changes: send mutations by POST";
                return Err(Refusal::not_by_this_method(why));
            }
            _ => {}
        }
        let response = self.execute(asker.clone(), request).await?;
        let stays_true = kind == OperationType::Query && response.errors.is_empty();
        let answer = Kept::new(Body::of(response, request_id).text());
        if let Some(question) = question.filter(|_| stays_true) {
            self.keep(question, &asker, &answer);
        }
        Ok(answer)
    }

    /// Executes a query or a mutation that was admitted, for as long as a request may take.
    pub(super) async fn execute(&self, asker: Asker, request: Request) -> Result<Response, Refusal> {
        let seconds = self.limits.request_seconds;
        let told = request.data.get(&TypeId::of::<Told>()).and_then(|told| told.downcast_ref::<Told>());
        let told = told.and_then(|told| told.0.clone());
        let executed = self.schema.execute(self.furnished(asker, request));
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
    let status = StatusCode::BAD_REQUEST;
    Err(Refusal { status, errors: response.errors, cost: None, retry_after: None })
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
pub(super) struct Body {
    errors: Vec<Value>,
    data: Option<async_graphql::Value>,
    extensions: BTreeMap<String, async_graphql::Value>,
}

impl Body {
    pub(super) fn of(response: Response, request_id: &str) -> Self {
        Self {
            errors: response.errors.iter().map(|error| tell(error, request_id)).collect(),
            data: Some(response.data),
            extensions: response.extensions,
        }
    }

    pub(super) fn refused(refusal: &Refusal, request_id: &str) -> Self {
        let cost = refusal.cost.clone().map(|cost| ("cost".to_owned(), cost));
        Self {
            errors: refusal.errors.iter().map(|error| tell(error, request_id)).collect(),
            data: None,
            extensions: cost.into_iter().collect(),
        }
    }
}

impl Body {
    pub(super) fn write(&self, json: &mut Json) {
        let parts = [
            (!self.errors.is_empty()).then_some("errors"),
            self.data.is_some().then_some("data"),
            (!self.extensions.is_empty()).then_some("extensions"),
        ];
        json.each(["{", "}"], parts.into_iter().flatten(), |part, json| {
            json.serde(part);
            json.raw(":");
            match (part, &self.data) {
                ("data", Some(data)) => json.value(data),
                ("errors", _) => json.serde(&self.errors),
                _ => json.serde(&self.extensions),
            }
        });
    }

    pub(super) fn text(&self) -> Vec<u8> {
        let mut json = Json::up_to(usize::MAX);
        self.write(&mut json);
        json.finish().unwrap_or_default()
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
