//! What happens round every field. An error of a nullable field makes that field null and no more, as the specification
//! says; async-graphql 8.0.0-rc.5 would null the parent instead, see docs/decisions/0002. And an answer that grows too long
//! is given up.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo,
};
use async_graphql::{ErrorExtensionValues, Response, ServerError, ServerResult, Value, async_trait};
use tokio::sync::Notify;

use crate::limits::Limit;

pub struct NullPropagation;

impl ExtensionFactory for NullPropagation {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Caught::default())
    }
}

/// Data of a request: how long its answer may be.
pub struct LongestAnswer(pub Limit);

/// Of one request.
#[derive(Default)]
struct Caught {
    /// Errors that were turned into nulls.
    errors: Mutex<Vec<ServerError>>,
    /// The length of the answer so far, about, and how long it may be.
    bytes: AtomicUsize,
    most: AtomicUsize,
    too_long: Notify,
}

impl Caught {
    /// Adds a field to the length of the answer: its name, and its text where it is one.
    fn add(&self, name: usize, resolved: Option<&Value>) {
        let text = match resolved {
            Some(Value::String(text)) => text.len(),
            Some(Value::Binary(written)) => written.len(),
            _ => 0,
        };
        let length = self.bytes.fetch_add(name + text, Ordering::Relaxed) + name + text;
        if length > self.most.load(Ordering::Relaxed) {
            self.too_long.notify_one();
        }
    }
}

fn too_long(limit: Limit) -> Response {
    let why = format!(
        "{limit}: ask for less; repeat a change with the same idempotencyKey, since it may have happened"
    );
    let mut error = ServerError::new(why, None);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", "QUERY_TOO_COSTLY");
    extensions.set("limit", limit.told(None));
    error.extensions = Some(extensions);
    Response::from_errors(vec![error])
}

#[async_trait::async_trait]
impl Extension for Caught {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let limit = ctx.data_opt::<LongestAnswer>().map(|LongestAnswer(limit)| *limit);
        // Of a subscription each event is an answer of its own.
        self.bytes.store(0, Ordering::Relaxed);
        self.most.store(limit.map_or(usize::MAX, |limit| limit.most), Ordering::Relaxed);
        let executed = next.run(ctx, operation_name);
        let mut response = match limit {
            None => executed.await,
            Some(limit) => tokio::select! {
                response = executed => response,
                () = self.too_long.notified() => return too_long(limit),
            },
        };
        if let Some(limit) = limit.filter(|limit| self.bytes.load(Ordering::Relaxed) > limit.most) {
            return too_long(limit);
        }
        let mut caught = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        response.errors.append(&mut caught);
        response
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        // Resolvers hardly ever wait. Here a request whose time is over can be dropped, and others get their turn.
        tokio::task::coop::consume_budget().await;
        let is_nullable = !info.return_type.ends_with('!');
        let name = info.alias.unwrap_or(info.name).len();
        let resolved = next.run(ctx, info).await;
        self.add(name, resolved.as_ref().ok().and_then(Option::as_ref));
        match resolved {
            Err(error) if is_nullable => {
                self.errors.lock().unwrap_or_else(PoisonError::into_inner).push(error);
                Ok(Some(Value::Null))
            }
            resolved => resolved,
        }
    }
}
