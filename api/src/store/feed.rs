//! The feed: follows the ledger and folds what is new into the snapshot that reads are made of.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::history::History;
use domain::id::LedgerId;
use domain::ledger::{Event, Payload, Position};
use entity::ledger_entry;
use sea_orm::DatabaseConnection;
use tokio::sync::{mpsc, watch};

use super::{People, Snapshot, ledger, number};
use crate::error::Error;

/// Another process's writes are seen within this time; this process's own are handed over.
const POLL: Duration = Duration::from_millis(200);
/// Few enough that memory does not grow with the ledger.
const AT_ONCE: u64 = 500;
/// Between two lines of the log while the ledger is folded for the first time.
const TOLD: Duration = Duration::from_secs(3);

pub(super) struct Follower {
    db: DatabaseConnection,
    ledger: LedgerId,
    written: mpsc::Receiver<Vec<Handed>>,
    snapshot: Arc<Snapshot>,
    published: watch::Sender<Arc<Snapshot>>,
    health: watch::Sender<Health>,
}

/// How the feed is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Health {
    /// Whether all that the ledger held at the start has been folded: nothing is answered before.
    pub(super) is_folded: bool,
    pub(super) progress: Progress,
    pub(super) stuck: Option<String>,
}

/// How far folding has come at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub position: Position,
    pub of: Position,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "folding {} of {}", self.position.0, self.of.0)
    }
}

/// An entry that is to be folded, and what it says where that is known.
pub(super) type Handed = (ledger_entry::Model, Option<Event>);

/// Entries that this process has committed, in order; none where it found that the ledger has them already. Whatever does not
/// follow on what was folded is read from the database.
pub(super) type Written = mpsc::Sender<Vec<Handed>>;

/// Batches that wait to be folded.
const WAITING: usize = 16;

/// The ledger cannot be folded any further from here.
enum Stuck {
    Database(Error),
    Ledger(String),
}

type Started = (Follower, Written, watch::Receiver<Arc<Snapshot>>, watch::Receiver<Health>);

impl Follower {
    pub(super) fn new(db: DatabaseConnection, ledger: LedgerId) -> Started {
        let (sender, written) = mpsc::channel(WAITING);
        let snapshot = Arc::new(empty(ledger));
        let (published, snapshots) = watch::channel(snapshot.clone());
        let (health, is_healthy) = watch::channel(Health::default());
        (Self { db, ledger, written, snapshot, published, health }, sender, snapshots, is_healthy)
    }

    /// Folds all there is, and then what comes.
    pub(super) async fn run(mut self) {
        let mut written = Vec::new();
        loop {
            let stuck = match self.catch_up(written).await {
                Ok(()) => None,
                Err(Stuck::Database(error)) => {
                    Some(format!("the ledger cannot be read: {}", error.explain()))
                }
                Err(Stuck::Ledger(why)) => {
                    tracing::error!(
                        reason = why,
                        "the ledger has parted from what was folded; folding again"
                    );
                    self.snapshot = Arc::new(empty(self.ledger));
                    Some(format!("the ledger does not fold: {why}"))
                }
            };
            self.health.send_if_modified(|health| {
                let is_folded = health.is_folded || stuck.is_none();
                let is_new = (health.is_folded, &health.stuck) != (is_folded, &stuck);
                (health.is_folded, health.stuck) = (is_folded, stuck);
                is_new
            });
            written = match tokio::time::timeout(POLL, self.written.recv()).await {
                Ok(Some(written)) => written,
                Err(_) => Vec::new(),
                // The writer has stopped.
                Ok(None) => {
                    tokio::time::sleep(POLL).await;
                    Vec::new()
                }
            };
        }
    }

    async fn catch_up(&mut self, mut written: Vec<Handed>) -> Result<(), Stuck> {
        let database = |error| Stuck::Database(Error::from(error));
        let is_folded = self.health.borrow().is_folded;
        if !is_folded {
            let last = ledger::last(&self.db).await.map_err(database)?;
            let of = last.and_then(|last| u64::try_from(last.position).ok()).map(Position);
            self.health.send_modify(|health| health.progress.of = of.unwrap_or_default());
        }
        let mut told = Instant::now();
        loop {
            let head = self.snapshot.history.head();
            if !is_folded {
                self.health.send_modify(|health| health.progress.position = head);
                if told.elapsed() > TOLD {
                    told = Instant::now();
                    tracing::info!("{}", self.health.borrow().progress);
                }
            }
            let follows = written.first().is_some_and(|(row, _)| row.position == number(head.next()));
            let rows = match std::mem::take(&mut written) {
                rows if follows => rows,
                _ => {
                    let rows = ledger::after(&self.db, head, AT_ONCE).await.map_err(database)?;
                    rows.into_iter().map(|row| (row, None)).collect()
                }
            };
            if rows.is_empty() {
                self.publish();
                return Ok(());
            }
            let is_all = is_folded && (rows.len() as u64) < AT_ONCE;
            self.fold(rows).await?;
            // While all is folded again, the past stays past: a role that was taken back is not held once more.
            if is_folded && self.snapshot.history.head() >= self.published.borrow().history.head() {
                self.publish();
            }
            if is_all {
                return Ok(());
            }
        }
    }

    async fn fold(&mut self, rows: Vec<Handed>) -> Result<(), Stuck> {
        let database = |error| Stuck::Database(Error::from(error));
        let mut history = History::clone(&self.snapshot.history);
        let (mut people, mut erased, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for (row, says) in rows {
            let entry = ledger::from_row(row).map_err(|corrupt| Stuck::Ledger(corrupt.0))?;
            let folded = match says {
                Some(event) => {
                    let read = || Payload::read(&entry.act, entry.format, &entry.payload);
                    debug_assert!(read().is_ok_and(|payload| payload.event == event), "{entry:?} says else");
                    history.take(&entry, &event).map(|()| event)
                }
                None => history.fold(&entry),
            };
            match folded.map_err(|error| Stuck::Ledger(error.to_string()))? {
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
        Ok(())
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
