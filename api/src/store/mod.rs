//! The database. Its handle is private to this folder; everything outside speaks in commands, lenses and proofs.

mod assessment;
mod bulk;
mod crosswalk;
mod desk;
mod evidence;
mod extension;
mod feed;
mod framework;
mod grant;
mod kept;
mod ledger;
mod ledger_head;
mod link;
mod load;
mod moderation;
mod note;
mod organisation;
mod person;
mod projection;
mod publication;
mod rating;
mod rebaseline;
mod round;
mod scrub;
mod submission;
mod tables;
mod text;
mod verify;
mod writer;

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::history::History;
use domain::id::LedgerId;
use domain::ledger::Position;
use domain::mint::Mint;
use migration::MigratorTrait;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DatabaseTransaction,
    DbErr, EntityTrait, IntoActiveModel, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::watch;

pub use evidence::EvidenceTexts;
pub use feed::Progress;
pub use grant::GrantTexts;
pub use ledger::Told;
pub use ledger_head::LedgerHead;
pub use note::NoteKey;
pub use person::People;
pub use rating::RatingTexts;
pub use submission::ApprovalTexts;
pub use writer::{Actor, Answer, Written};

use crate::clock::Clock;
use crate::error::{Error, is_lost_connection};

/// Somebody else's lock or a slow statement is given up after this long.
const PATIENCE: Duration = Duration::from_secs(10);
/// Shorter than a request may take, so that a database that is away is told apart from a slow answer.
const SHORT: Duration = Duration::from_secs(3);
/// PostgreSQL advisory locks of ours: the ledger's head, and migrations.
const LEDGER_LOCK: i64 = 0x5344_5054_0001;
const MIGRATION_LOCK: i64 = 0x5344_5054_0002;

/// The tables do not say what this version of sdpt wrote.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Corrupt(pub(crate) String);

impl From<Corrupt> for Error {
    fn from(corrupt: Corrupt) -> Self {
        Self::Internal(corrupt.0)
    }
}

fn number(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}

/// Everything that answers are made of, at one position of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub history: Arc<History>,
    pub people: Arc<People>,
}

#[derive(Debug)]
pub struct Store {
    /// For the feed and the operator.
    db: DatabaseConnection,
    /// The writer's own connection. It does one thing at a time, and what the database knows of its statements stays known.
    writes: DatabaseConnection,
    /// For answers, so that many of them hold up nothing else.
    reads: DatabaseConnection,
    asked: Arc<AtomicU64>,
    ledger: LedgerId,
    clock: Clock,
    writer: writer::Queue,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    health: watch::Receiver<feed::Health>,
    feed: tokio::task::AbortHandle,
}

impl Store {
    /// Connects, starts the writer and the feed, and waits until the ledger is folded into memory. The database must be
    /// migrated.
    pub async fn open(url: &str, clock: Clock, mint: Mint) -> Result<Self, Error> {
        let store = Self::start(url, clock, mint).await?;
        if let Err(error) = store.folded().await {
            store.close().await;
            return Err(error);
        }
        Ok(store)
    }

    /// The same without waiting: until `folding` is over, nothing that was recorded is known.
    pub async fn start(url: &str, clock: Clock, mut mint: Mint) -> Result<Self, Error> {
        if let Some(file) = embedded_file(url).filter(|file| !file.exists()) {
            let why =
                format!("there is no database {}: `sdpt serve` or `sdpt migrate` makes it", file.display());
            return Err(Error::Unavailable(why));
        }
        let db = connect(url, SHORT).await?;
        match migration::is_up_to_date(&db).await {
            Ok(true) => {}
            Err(error) if is_lost_connection(&error) => return Err(error.into()),
            Ok(false) | Err(_) => {
                let why = "the database is not up to date: run `sdpt migrate`";
                return Err(Error::Unavailable(why.to_owned()));
            }
        }
        let ledger = open_ledger(&db, &mut mint).await?;
        let mut reads = connect(url, PATIENCE).await?;
        let asked = Arc::new(AtomicU64::new(0));
        let count = asked.clone();
        reads.set_metric_callback(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let (follower, written, snapshots, health) = feed::Follower::new(db.clone(), ledger);
        let feed = tokio::spawn(follower.run()).abort_handle();
        let writes = connect_up_to(url, SHORT, 1).await?;
        let writer = writer::Queue::start(writes.clone(), ledger, clock.clone(), mint, written);
        Ok(Self { db, writes, reads, asked, ledger, clock, writer, snapshots, health, feed })
    }

    /// How many statements answers have cost so far.
    pub fn statements(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    pub fn ledger(&self) -> LedgerId {
        self.ledger
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The history as it is folded now: one moment for everything that is read from it.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshots.borrow().clone()
    }

    /// A snapshot that has reached a position, or the latest one when that takes longer than is reasonable.
    pub async fn snapshot_at(&self, position: Position) -> Arc<Snapshot> {
        let mut snapshots = self.snapshots.clone();
        let reached = snapshots.wait_for(|snapshot| snapshot.history.head() >= position);
        let _ = tokio::time::timeout(Duration::from_secs(5), reached).await;
        self.snapshot()
    }

    /// How far folding has come; none once all that the ledger held at the start is folded.
    pub fn folding(&self) -> Option<Progress> {
        let health = self.health.borrow();
        (!health.is_folded).then_some(health.progress)
    }

    /// Waits until all that the ledger held at the start is folded, or until it turns out that it cannot be.
    pub async fn folded(&self) -> Result<(), Error> {
        let mut health = self.health.clone();
        let ended = health.wait_for(|health| health.is_folded || health.stuck.is_some()).await;
        let stuck = ended.map_or_else(|error| Some(error.to_string()), |health| health.stuck.clone());
        stuck.map_or(Ok(()), |why| Err(Error::Unavailable(why)))
    }

    /// Why this process should get no requests now, if so.
    pub async fn readiness(&self) -> Result<(), String> {
        if let Some(why) = self.health.borrow().stuck.clone() {
            return Err(why);
        }
        let pinged = tokio::time::timeout(Duration::from_secs(2), self.db.ping()).await;
        match pinged {
            Ok(Ok(())) => Ok(()),
            _ => Err("the database does not answer".to_owned()),
        }
    }

    /// Recomputes the chain, folds it again and compares every row. Returns the position that was reached.
    pub async fn verify(&self) -> Result<Result<(Position, domain::ledger::Hash), String>, Error> {
        verify::verify(&self.db, self.ledger).await
    }

    /// Takes no more writes, lets those that were taken finish, and closes the connections.
    pub async fn close(&self) {
        self.writer.close().await;
        self.feed.abort();
        let _ = self.reads.close_by_ref().await;
        let _ = self.writes.close_by_ref().await;
        let _ = self.db.close_by_ref().await;
    }
}

/// Brings the database up to date. Safe when several do so at once.
pub async fn migrate(url: &str) -> Result<(), Error> {
    let _one_process_at_a_time = match embedded_file(url) {
        Some(file) => Some(make_file(file).await?),
        None => None,
    };
    let db = connect(url, SHORT).await?;
    let lock = match db.get_database_backend() {
        DatabaseBackend::Postgres => Some(lock_migrations(&db).await?),
        _ => None,
    };
    migration::Migrator::up(&db, None).await?;
    if let Some(lock) = lock {
        lock.commit().await?;
    }
    db.close().await?;
    Ok(())
}

/// A transaction that holds PostgreSQL's lock on migrations. It may wait and last for longer than a statement usually gets.
async fn lock_migrations(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let lock = db.begin().await?;
    for limit in ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"] {
        lock.execute_unprepared(&format!("SET LOCAL {limit} = 0")).await?;
    }
    lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
    Ok(lock)
}

/// An embedded database begins as an empty file; only migrating makes one. Returns a lock that lasts until it is dropped.
/// It is on a file beside the database: closing the database's own file would drop the locks that SQLite holds on it.
async fn make_file(file: PathBuf) -> Result<File, Error> {
    let made = tokio::task::spawn_blocking(move || {
        let lock = File::create(file.with_extension("lock"))?;
        lock.lock()?;
        match File::create_new(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(lock),
        }
    });
    let made = made.await.map_err(|error| Error::Internal(error.to_string()))?;
    made.map_err(|error| Error::Internal(format!("the database file cannot be made: {error}")))
}

/// The file behind the url of an embedded database; none where the database is a server.
pub fn embedded_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

/// `patience`: how long to wait for a connection that is not in use.
async fn connect(url: &str, patience: Duration) -> Result<DatabaseConnection, Error> {
    connect_up_to(url, patience, if url.starts_with("sqlite:") { 6 } else { 10 }).await
}

/// `most`: connections at once.
async fn connect_up_to(url: &str, patience: Duration, most: u32) -> Result<DatabaseConnection, Error> {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).acquire_timeout(patience).max_connections(most);
    if url.starts_with("sqlite:") {
        use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
        options.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(false)
                // What is erased is overwritten.
                .pragma("secure_delete", "ON")
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(PATIENCE)
        });
    } else {
        options.map_sqlx_postgres_opts(|postgres| {
            postgres.application_name("sdpt").options([
                ("statement_timeout", "10s"),
                ("lock_timeout", "10s"),
                ("idle_in_transaction_session_timeout", "10s"),
            ])
        });
    }
    Ok(Database::connect(options).await?)
}

/// A write transaction that holds the ledger's lock from its first statement on.
async fn begin_write(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = db.begin_with_options(immediate).await?;
    if db.get_database_backend() == DatabaseBackend::Postgres {
        transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LEDGER_LOCK})")).await?;
    }
    Ok(transaction)
}

/// Reads which ledger this database holds; an empty one gets its id now.
async fn open_ledger(db: &DatabaseConnection, mint: &mut Mint) -> Result<LedgerId, Error> {
    if let Some(id) = ledger::id(db).await? {
        return Ok(id);
    }
    let transaction = begin_write(db).await?;
    let id = match ledger::id(&transaction).await? {
        Some(id) => id,
        None => {
            let row = entity::ledger_meta::Model { one: 1, ledger_id: mint.id() };
            let id = LedgerId(row.ledger_id);
            let insert = entity::ledger_meta::Entity::insert(row.into_active_model());
            insert.exec_without_returning(&transaction).await?;
            id
        }
    };
    transaction.commit().await?;
    Ok(id)
}
