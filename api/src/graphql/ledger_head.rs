//! Where the ledger ends: the subscription that tells clients when to ask again.

use async_graphql::{Context, Object, Subscription};
use futures_util::{Stream, StreamExt};

use super::context::AskerOf;
use super::scalar::{DateTime, Position};
use crate::store;

pub struct LedgerHead(store::LedgerHead);

/// The latest change that this process of the service knows of.
#[Object]
impl LedgerHead {
    /// Its moment. Ask again with `asOf: { position: … }` to see everything as it was after this change.
    async fn position(&self) -> Position {
        Position(self.0.text.clone())
    }

    /// When it was recorded; 1970-01-01T00:00:00Z where nothing was ever recorded.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.0.recorded_at.to_utc())
    }
}

#[derive(Default)]
pub struct LedgerHeadSubscription;

#[Subscription]
impl LedgerHeadSubscription {
    /// The latest change: at once, and again whenever something was recorded, whoever may see it. Tells that it is worth
    /// asking again, not what changed. Where changes come faster than they are taken, only the last of them is told. It
    /// never ends by itself: the socket closes with 4401 when your token ends.
    async fn ledger_head(&self, ctx: &Context<'_>) -> impl Stream<Item = LedgerHead> {
        ctx.asker().database.read().heads().map(LedgerHead)
    }
}
