//! One operation of a socket, in a task of its own: a panic or a long answer of one holds up no other.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response, ServerError};
use axum::extract::ws::Utf8Bytes;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc;

use super::message::Told;
use crate::auth::Identity;
use crate::graphql::Json;
use crate::http::App;
use crate::http::answer::{Body, settled, tell};
use crate::http::refusal::Refusal;

/// A message of an operation. Where the operation was given up or its id was taken again, nobody wants it any more.
pub(super) struct Outgoing {
    pub(super) id: Arc<str>,
    pub(super) operation: u64,
    pub(super) text: Utf8Bytes,
    pub(super) is_last: bool,
}

/// How an operation speaks to its client. Waits while the client takes nothing.
#[derive(Clone)]
pub(super) struct Voice {
    pub(super) id: Arc<str>,
    pub(super) operation: u64,
    pub(super) request_id: Arc<str>,
    pub(super) out: mpsc::Sender<Outgoing>,
}

impl Voice {
    async fn say(&self, text: Utf8Bytes, is_last: bool) {
        let outgoing = Outgoing { id: self.id.clone(), operation: self.operation, text, is_last };
        // A socket that has gone takes its operations with it.
        let _ = self.out.send(outgoing).await;
    }

    async fn next(&self, response: Response) {
        let mut json = Json::up_to(usize::MAX);
        json.raw("{\"id\":");
        json.serde(&*self.id);
        json.raw(",\"type\":\"next\",\"payload\":");
        Body::of(response, &self.request_id).write(&mut json);
        json.raw("}");
        let text = json.finish().and_then(|text| String::from_utf8(text).ok());
        self.say(text.unwrap_or_default().into(), false).await;
    }

    async fn complete(&self) {
        self.say(Told::<()> { id: Some(&*self.id), r#type: "complete", payload: None }.text(), true).await;
    }

    async fn error(&self, refusal: Refusal) {
        self.say(refused(&self.id, &refusal.errors, &self.request_id), true).await;
    }
}

pub(super) fn refused(id: &str, errors: &[ServerError], request_id: &str) -> Utf8Bytes {
    let payload: Vec<_> = errors.iter().map(|error| tell(error, request_id)).collect();
    Told { id: Some(id), r#type: "error", payload: Some(payload) }.text()
}

/// Runs an operation to its end and tells what comes of it.
pub(super) async fn operate(app: App, identity: Identity, request: Request, voice: Voice) {
    let operated = AssertUnwindSafe(execute(&app, &identity, request, &voice)).catch_unwind().await;
    match operated {
        Ok(Ok(())) => voice.complete().await,
        Ok(Err(refusal)) => voice.error(refusal).await,
        Err(_) => voice.error(Refusal::of_ours()).await,
    }
}

async fn execute(app: &App, identity: &Identity, mut request: Request, voice: &Voice) -> Result<(), Refusal> {
    if app.admit(&app.asker(identity), &mut request)? != OperationType::Subscription {
        // Held until the socket has taken the answer: what waits to be sent is bounded with what is worked on.
        let _turn = app.turn(identity)?;
        voice.next(app.execute(app.asker(identity), request).await?).await;
        return Ok(());
    }
    let mut responses = app.schema.execute_stream(app.furnished(app.asker(identity), request));
    while let Some(response) = responses.next().await {
        voice.next(settled(response)?).await;
    }
    Ok(())
}
