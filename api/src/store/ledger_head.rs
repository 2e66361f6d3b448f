//! Where the ledger ends: now, and whenever it has grown.

use std::future::ready;

use domain::ledger::{Position, RecordedAt};
use futures_util::{Stream, StreamExt};
use tokio_stream::wrappers::WatchStream;

use super::Store;

/// The last entry of the ledger that this process has folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerHead {
    pub position: Position,
    /// The position as clients are told it.
    pub text: String,
    pub recorded_at: RecordedAt,
}

impl Store {
    /// The head now, and again whenever the ledger has grown: however fast it grows, only the latest is waiting.
    pub fn heads(&self) -> impl Stream<Item = LedgerHead> + Send + use<> {
        let ledger = self.ledger;
        let mut told: Option<Position> = None;
        WatchStream::new(self.snapshots.clone()).filter_map(move |snapshot| {
            let position = snapshot.history.head();
            // Folding again from the beginning passes heads that were told before.
            let grown = told.is_none_or(|told| position > told);
            ready(grown.then(|| {
                told = Some(position);
                let (text, recorded_at) = (position.to_text(ledger), snapshot.history.head_recorded_at());
                LedgerHead { position, text, recorded_at }
            }))
        })
    }
}
