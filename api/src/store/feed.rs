//! The feed: follows the ledger and folds what is new into the snapshot that reads are made of.

use std::sync::Arc;
use std::time::Duration;

use domain::history::{FoldError, History};
use domain::id::LedgerId;
use domain::ledger::Event;
use sea_orm::DatabaseConnection;
use tokio::sync::{Notify, watch};

use super::{People, Snapshot, ledger};
use crate::error::Error;

/// Another process's writes are seen within this time; this process's own wake the feed at once.
const POLL: Duration = Duration::from_millis(200);
const AT_ONCE: u64 = 500;

pub(super) struct Follower {
    db: DatabaseConnection,
    ledger: LedgerId,
    wake: Arc<Notify>,
    snapshot: Arc<Snapshot>,
    published: watch::Sender<Arc<Snapshot>>,
    health: watch::Sender<Result<(), String>>,
}

/// The ledger cannot be folded any further from here.
enum Stuck {
    Database(Error),
    Ledger(String),
}

type Started = (Follower, watch::Receiver<Arc<Snapshot>>, watch::Receiver<Result<(), String>>);

impl Follower {
    /// Folds all there is.
    pub(super) async fn start(
        db: DatabaseConnection,
        ledger: LedgerId,
        wake: Arc<Notify>,
    ) -> Result<Started, Error> {
        let snapshot = Arc::new(empty(ledger));
        let (published, snapshots) = watch::channel(snapshot.clone());
        let (health, is_healthy) = watch::channel(Ok(()));
        let mut follower = Self { db, ledger, wake, snapshot, published, health };
        match follower.catch_up().await {
            Ok(()) => Ok((follower, snapshots, is_healthy)),
            Err(Stuck::Database(error)) => Err(error),
            Err(Stuck::Ledger(why)) => Err(Error::Internal(format!("the ledger does not fold: {why}"))),
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            let _ = tokio::time::timeout(POLL, self.wake.notified()).await;
            let state = match self.catch_up().await {
                Ok(()) => Ok(()),
                Err(Stuck::Database(error)) => Err(format!("the ledger cannot be read: {}", error.explain())),
                Err(Stuck::Ledger(why)) => {
                    tracing::error!(
                        reason = why,
                        "the ledger has parted from what was folded; folding again"
                    );
                    self.snapshot = Arc::new(empty(self.ledger));
                    Err(format!("the ledger does not fold: {why}"))
                }
            };
            if *self.health.borrow() != state {
                let _ = self.health.send_replace(state);
            }
        }
    }

    async fn catch_up(&mut self) -> Result<(), Stuck> {
        loop {
            let head = self.snapshot.history.head();
            let database = |error| Stuck::Database(Error::from(error));
            let rows = ledger::after(&self.db, head, AT_ONCE).await.map_err(database)?;
            if rows.is_empty() {
                self.publish();
                return Ok(());
            }
            let mut history = History::clone(&self.snapshot.history);
            let (mut people, mut erased, mut texts) = (Vec::new(), Vec::new(), Vec::new());
            for row in rows {
                let entry = ledger::from_row(row).map_err(|corrupt| Stuck::Ledger(corrupt.0))?;
                let event =
                    history.fold(&entry).map_err(|error: FoldError| Stuck::Ledger(error.to_string()))?;
                match event {
                    Event::PersonRecorded(recorded) => people.push(recorded.person),
                    Event::RoleGranted(granted) => people.extend(granted.recorded.map(|new| new.person)),
                    Event::IdentityAdded(added) => people.push(added.person),
                    Event::PersonErased(person) => erased.push(person.person),
                    Event::TextsErased(event) => texts.extend(event.texts),
                    _ => {}
                }
            }
            let mut known = self.snapshot.people.clone();
            if !people.is_empty() {
                Arc::make_mut(&mut known).read(&self.db, &people).await.map_err(database)?;
            }
            if !erased.is_empty() || !texts.is_empty() {
                let known = Arc::make_mut(&mut known);
                for person in erased {
                    known.forget(person);
                }
                known.forget_texts(&texts);
            }
            self.snapshot = Arc::new(Snapshot { history: Arc::new(history), people: known });
            // While all is folded again, the past stays past: a role that was taken back is not held once more.
            if self.snapshot.history.head() >= self.published.borrow().history.head() {
                self.publish();
            }
        }
    }

    fn publish(&self) {
        if !Arc::ptr_eq(&self.published.borrow(), &self.snapshot) {
            self.published.send_replace(self.snapshot.clone());
        }
    }
}

fn empty(ledger: LedgerId) -> Snapshot {
    Snapshot { history: Arc::new(History::empty(ledger)), people: Arc::new(People::default()) }
}
