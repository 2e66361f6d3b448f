//! The writer: one task per process through which every write passes. It takes the commands that are waiting, loads
//! what they need, decides each in turn, and saves all in one transaction: one lock, one commit, many answers.

mod installation;
mod person;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use domain::access::Viewer;
use domain::command::{Command, Decision};
use domain::framework::Edition;
use domain::id::{LedgerId, PersonId};
use domain::ledger::{Entry, Event, Hash, Payload, Position, RecordedAt, Replay, Via};
use domain::mint::Mint;
use domain::refusal::{Refused, Why};
use sea_orm::DatabaseConnection;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::kept::Kept;
use super::load::{Editions, load};
use super::projection::{Private, position, project};
use super::tables::Tables;
use super::{Store, begin_write, feed, grant, ledger, text};
use crate::clock::{Clock, today};
use crate::error::Error;

const AT_ONCE: usize = 64;
const WAITING: usize = 1_024;

/// On whose behalf a command is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The installation itself: whoever may run its command line. Only catalogue, people and grants.
    Installation,
    Person {
        person: PersonId,
        /// Sent again, the same command with the same key answers as it did the first time.
        key: String,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) actor: Actor,
    pub(super) via: Via,
    pub(super) command: Command,
}

/// What a command came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// Recorded at this position, now or by an earlier command with the same key.
    At(Position, Event),
    /// A dry run: this would be recorded.
    Would(Event),
    /// The ledger says so already.
    Already,
}

/// What a command came to, and the last position that its decision knew of.
#[derive(Debug)]
pub struct Answer {
    pub head: Position,
    pub outcome: Outcome,
}

type Outcome = Result<Written, Error>;

struct Waiting {
    order: Order,
    answer: oneshot::Sender<Answer>,
}

#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Option<mpsc::Sender<Waiting>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Queue {
    pub(super) fn start(
        db: DatabaseConnection,
        ledger: LedgerId,
        clock: Clock,
        mint: Mint,
        written: feed::Written,
    ) -> Self {
        let (waiting, commands) = mpsc::channel(WAITING);
        let (editions, kept) = (Editions::new(), Kept::default());
        let writer = Writer { db, ledger, clock, mint, written, editions, kept };
        let writer = tokio::spawn(writer.run(commands));
        Self { waiting: Mutex::new(Some(waiting)), writer: Mutex::new(Some(writer)) }
    }

    async fn write(&self, order: Order) -> Result<Answer, Error> {
        let (answer, answered) = oneshot::channel();
        let queue = self.waiting.lock().await.clone();
        let queue = queue.ok_or_else(|| Error::Unavailable("the service is stopping".to_owned()))?;
        let refused = |error| match error {
            TrySendError::Full(_) => Error::Unavailable("too many writes are waiting".to_owned()),
            TrySendError::Closed(_) => Error::Unavailable("the writer stopped".to_owned()),
        };
        queue.try_send(Waiting { order, answer }).map_err(refused)?;
        answered.await.map_err(|_| Error::Unavailable("the writer stopped".to_owned()))
    }

    pub(super) async fn close(&self) {
        self.waiting.lock().await.take();
        if let Some(writer) = self.writer.lock().await.take() {
            let _ = writer.await;
        }
    }
}

impl Store {
    /// Writes one command. It is decided under the ledger's lock, after its key, the actor's grants and the revision.
    pub async fn write(&self, actor: Actor, via: Via, command: Command) -> Answer {
        let written = self.writer.write(Order { actor, via, command }).await;
        written.unwrap_or_else(|error| Answer { head: Position(0), outcome: Err(error) })
    }
}

struct Writer {
    db: DatabaseConnection,
    ledger: LedgerId,
    clock: Clock,
    mint: Mint,
    written: feed::Written,
    editions: Editions,
    kept: Kept,
}

impl Writer {
    async fn run(mut self, mut commands: mpsc::Receiver<Waiting>) {
        let mut batch = Vec::with_capacity(AT_ONCE);
        while commands.recv_many(&mut batch, AT_ONCE).await > 0 {
            let (orders, answers): (Vec<_>, Vec<_>) =
                batch.drain(..).map(|waiting| (waiting.order, waiting.answer)).unzip();
            let (head, outcomes) = self.write_all(&orders.iter().collect::<Vec<_>>()).await;
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // A client that went away does not undo what was written.
                let _ = answer.send(Answer { head, outcome });
            }
        }
    }

    /// All in one transaction; where the database refuses the data, one by one, so that a poisoned one stands alone.
    async fn write_all(&mut self, orders: &[&Order]) -> (Position, Vec<Outcome>) {
        let written = self.transaction(orders).await;
        if written.is_err() {
            self.forget();
        }
        let all = |error: &dyn Fn() -> Error| orders.iter().map(|_| Err(error())).collect();
        match written {
            Ok(written) => written,
            Err(Error::Internal(_)) if orders.len() > 1 => {
                let (mut head, mut outcomes) = (Position(0), Vec::with_capacity(orders.len()));
                for order in orders {
                    match self.transaction(&[*order]).await {
                        Ok((at, one)) => {
                            head = at;
                            outcomes.extend(one);
                        }
                        Err(error) => {
                            self.forget();
                            outcomes.push(Err(error));
                        }
                    }
                }
                (head, outcomes)
            }
            Err(Error::Unavailable(why)) => (Position(0), all(&|| Error::Unavailable(why.clone()))),
            Err(error) => (Position(0), all(&|| Error::Internal(error.explain()))),
        }
    }

    /// What was kept may come from a transaction that was rolled back.
    fn forget(&mut self) {
        self.editions.clear();
        self.kept.clear();
    }

    async fn transaction(&mut self, orders: &[&Order]) -> Result<(Position, Vec<Outcome>), Error> {
        let transaction = begin_write(&self.db).await?;
        let head = ledger::last(&transaction).await?.map(ledger::from_row).transpose()?;
        self.kept
            .stand_at(head.as_ref().map_or((Position(0), Hash::ZERO), |head| (head.position, head.hash)));
        let mut tables = load(&transaction, orders, &mut self.editions, &mut self.kept).await?;
        let mut bench = Bench {
            ledger: self.ledger,
            head: head.as_ref().map_or((Position(0), Hash::ZERO, RecordedAt(i64::MIN)), |head| {
                (head.position, head.hash, head.recorded_at)
            }),
            clock: self.clock.instant(),
            tables: &mut tables,
            editions: &mut self.editions,
            mint: &mut self.mint,
            handed: Vec::new(),
        };
        let mut outcomes = Vec::with_capacity(orders.len());
        let mut replays = Vec::new();
        for (index, order) in orders.iter().enumerate() {
            match bench.take(order)? {
                Taken::Decided(outcome) => outcomes.push(outcome),
                Taken::Replay(at) => {
                    replays.push((index, at));
                    outcomes.push(Ok(Written::Already));
                }
            }
        }
        let (reached, hash, _) = bench.head;
        let handed = bench.handed;
        if reached > head.map_or(Position(0), |head| head.position) {
            tables.save(&transaction).await?;
        }
        for (index, at) in replays {
            let before = Position(at.0.saturating_sub(1));
            let row = ledger::after(&transaction, before, 1).await?.into_iter().next();
            let entry = row.map(ledger::from_row).transpose()?;
            let event = entry.and_then(|entry| Payload::read(&entry.act, entry.format, &entry.payload).ok());
            let event = event.ok_or_else(|| Error::Internal(format!("entry {} cannot be replayed", at.0)))?;
            outcomes[index] = Ok(Written::At(at, event.event));
        }
        transaction.commit().await?;
        // Where there is no room the feed reads it from the database, a little later.
        let _ = self.written.try_send(handed);
        self.kept.keep(tables, (reached, hash));
        Ok((reached, outcomes))
    }
}

enum Taken {
    Decided(Outcome),
    /// Written before under the same key, at this position.
    Replay(Position),
}

/// The state of one transaction while its commands are decided in turn.
struct Bench<'a> {
    ledger: LedgerId,
    head: (Position, Hash, RecordedAt),
    clock: RecordedAt,
    tables: &'a mut Tables,
    editions: &'a mut Editions,
    mint: &'a mut Mint,
    /// The new entries, for the feed.
    handed: Vec<feed::Handed>,
}

impl Bench<'_> {
    /// Decides a command and, where it is accepted, projects its entry onto the tables.
    fn take(&mut self, order: &Order) -> Result<Taken, Error> {
        if let Actor::Person { person, key } = &order.actor
            && let Some(row) = self.tables.idempotency.get(&(person.0, key.clone()))
        {
            let same = self.is_input_of(row, &order.command);
            let reused = Refused::from(Why::KeyReused.at(["idempotencyKey"]));
            let replay = Taken::Replay(position(row.position));
            return Ok(if same { replay } else { Taken::Decided(Err(reused.into())) });
        }
        self.mint.set_time(self.clock.0);
        let decided = catch_unwind(AssertUnwindSafe(|| self.decide(order)));
        let decided = decided.unwrap_or_else(|_| Err(Error::Internal("a decision panicked".to_owned())));
        Ok(Taken::Decided(match decided {
            Ok(Some(decision)) if order.command.is_dry_run() => Ok(Written::Would(decision.event)),
            Ok(Some(decision)) => Ok(self.append(order, decision)?),
            Ok(None) => Ok(Written::Already),
            Err(error) => Err(error),
        }))
    }

    /// Once a text of the entry is erased, nobody can tell any more, and the key is only known to be used.
    fn is_input_of(&self, row: &entity::idempotency::Model, command: &Command) -> bool {
        let salts = text::salts_at(self.tables, row.position);
        let salted = salts.map(|salts| command.input_hash(salts));
        salted.is_some_and(|hash| row.input_hash == hash.0) || row.input_hash == command.input_hash([]).0
    }

    fn append(&mut self, order: &Order, mut decision: Decision) -> Result<Written, Error> {
        decision.texts.sort_by_key(|text| text.item.id);
        let salts = decision.texts.iter().map(|text| &text.salt[..]);
        let input_hash = order.command.input_hash(salts);
        let (last, previous_hash, last_recorded) = self.head;
        let (actor, key) = match &order.actor {
            Actor::Installation => (None, None),
            Actor::Person { person, key } => (Some(*person), Some(key)),
        };
        let replay = key.map(|key| Replay { key_hash: Hash::of(key.as_bytes()), input_hash });
        let payload = Payload { event: decision.event, replay };
        let (act, format, bytes) = payload.write();
        let mut entry = Entry {
            position: last.next(),
            recorded_at: self.clock.max(RecordedAt(last_recorded.0.saturating_add(1))),
            actor,
            via: order.via,
            act: act.to_owned(),
            format,
            payload: bytes,
            previous_hash,
            hash: Hash::ZERO,
        };
        entry.hash = entry.compute_hash(self.ledger);
        let row = ledger::to_row(&entry);
        self.handed.push((row.clone(), Some(payload.event.clone())));
        self.tables.ledger_entry.insert(row);
        let mut private = Private::of(decision.texts, decision.identity);
        let projected = project(&entry, &payload.event, &mut private, self.tables);
        projected.map_err(|missing| Error::Internal(missing.to_string()))?;
        if let Some((actor, key)) = actor.zip(key) {
            self.tables.idempotency.insert(entity::idempotency::Model {
                actor: actor.0,
                key: key.clone(),
                input_hash: input_hash.0.to_vec(),
                position: super::number(entry.position),
            });
        }
        if let Event::EditionLoaded(loaded) = &payload.event {
            self.editions.insert(loaded.edition, Arc::new(Edition::from(loaded.as_ref().clone())));
        }
        self.head = (entry.position, entry.hash, entry.recorded_at);
        Ok(Written::At(entry.position, payload.event))
    }

    /// `Ok(None)`: nothing to change.
    fn decide(&mut self, order: &Order) -> Result<Option<Decision>, Error> {
        let today = today(self.clock);
        match &order.actor {
            Actor::Installation => self.decide_for_installation(&order.command, today),
            Actor::Person { person, .. } => {
                let grants = grant::of_person(self.tables, *person)?;
                let in_force = grants.into_iter().filter(|grant| grant.holds_on(today)).collect();
                #[expect(clippy::disallowed_methods, reason = "whoever sent the command proved who they are")]
                let viewer = Viewer::new(Some(*person), in_force);
                self.decide_for(&viewer, &order.command, today).map(Some)
            }
        }
    }
}
