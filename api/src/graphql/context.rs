//! What a resolver may reach: the store, the viewer, and one snapshot of the history for the whole request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::Context;
use domain::access::{Denied, Viewer};
use domain::command::Command;
use domain::id::AssessmentId;
use domain::ledger::{Event, Via};
use domain::lens::{AsOf, Knowledge, Lens, NotYet, Now};
use domain::refusal::{Refused, Why};
use domain::text::{self, Text};

use super::assessment::Assessment;
use super::scalar::Position;
use super::user_error::UserError;
use crate::error::Error;
use crate::store::{Actor, People, Snapshot, Store, Written};

/// The database, as a request reaches it. What was read there is no part of the history.
#[derive(Clone, Debug)]
pub struct Database {
    store: Arc<Store>,
    was_read: Arc<AtomicBool>,
}

impl Database {
    pub fn new(store: Arc<Store>) -> Self {
        Self { store, was_read: Arc::default() }
    }

    pub(super) fn read(&self) -> &Arc<Store> {
        self.was_read.store(true, Ordering::Relaxed);
        &self.store
    }
}

/// Who asks, when, and of which moment of the history.
#[derive(Clone, Debug)]
pub struct Asker {
    pub database: Database,
    pub viewer: Arc<Viewer>,
    pub snapshot: Arc<Snapshot>,
    pub now: Now,
    /// Whose tokens this service takes.
    pub issuer: Arc<str>,
}

/// How resolvers come by the asker. The one place that takes it out of the request.
pub(super) trait AskerOf {
    fn asker(&self) -> &Asker;
}

impl AskerOf for Context<'_> {
    fn asker(&self) -> &Asker {
        self.data_unchecked()
    }
}

/// What a mutation came to.
pub(super) struct Mutated {
    /// Sees what was written.
    pub(super) lens: Lens,
    /// The assessment that the command was about.
    pub(super) assessment: Option<AssessmentId>,
    /// What was recorded; none where nothing was.
    pub(super) event: Option<Event>,
    /// Where it was recorded, now or by an earlier command with the same key.
    pub(super) position: Option<Position>,
    pub(super) errors: Vec<UserError>,
    /// For batches: the errors of each item.
    pub(super) item_errors: Vec<Vec<UserError>>,
}

impl Mutated {
    /// The assessment that was changed, as it is now; none where nothing was written.
    pub(super) fn changed(&self, asker: &Asker) -> Option<Assessment> {
        let id = self.assessment.filter(|_| self.position.is_some())?;
        Assessment::of(asker, &self.lens, id)
    }
}

impl Asker {
    /// Whether what was told rests on nothing but the request, the history, the day, and who asks.
    pub fn told_by_history_alone(&self) -> bool {
        !self.database.was_read.load(Ordering::Relaxed)
    }

    /// What people are called, as of now.
    pub(super) fn people(&self) -> Arc<People> {
        let latest = self.database.store.snapshot();
        if latest.history.head() != self.snapshot.history.head() {
            self.database.read();
        }
        latest.people.clone()
    }

    /// The history as it is now, for this viewer.
    pub(super) fn lens(&self) -> Result<Lens, Error> {
        self.lens_of(&self.snapshot, AsOf::default())
    }

    /// The history as of a moment. A position that this replica has not reached yet is waited for, for a short while.
    pub(super) async fn lens_as_of(&self, as_of: AsOf) -> Result<Lens, Error> {
        let snapshot = match as_of.known {
            Knowledge::Position(position) if position > self.snapshot.history.head() => {
                self.database.read().snapshot_at(position).await
            }
            _ => self.snapshot.clone(),
        };
        self.lens_of(&snapshot, as_of)
    }

    fn lens_of(&self, snapshot: &Snapshot, as_of: AsOf) -> Result<Lens, Error> {
        let refused = |not_yet: NotYet| Error::BadRequest(not_yet.to_string());
        snapshot.history.seen_by(&self.viewer, as_of, self.now).map_err(refused)
    }

    /// Writes a command that was parsed from input, and tells what came of it. Refusals are data, the rest are errors.
    pub(super) async fn mutate(&self, key: &str, parsed: Result<Command, Refused>) -> Result<Mutated, Error> {
        let parsed = Text::parse(key, text::KEY)
            .map_err(|problem| Why::Invalid(problem.to_string()).at(["idempotencyKey"]).into())
            .and_then(|key| parsed.map(|command| (key, command)));
        let (key, command) = match parsed {
            Ok(parsed) => parsed,
            Err(refused) => return Ok(self.refused(refused, self.lens()?, None)),
        };
        let assessment = command.assessment();
        let Some(person) = self.viewer.person() else { return Err(self.denied(&command)?.into()) };
        let actor = Actor::Person { person, key: key.as_str().to_owned() };
        let answer = self.database.read().write(actor, Via::Api, command).await;
        let snapshot = self.database.read().snapshot_at(answer.head).await;
        let lens = self.lens_of(&snapshot, AsOf::default())?;
        let done = |lens: Lens, event, at: Option<domain::ledger::Position>| {
            let position = at.map(|at| Position(lens.position_text(at)));
            let assessment = assessment.or(match &event {
                Some(Event::AssessmentStarted(started)) => Some(started.assessment),
                Some(Event::DeadlineExtended(extended)) => extended.assessment,
                _ => None,
            });
            Mutated { lens, assessment, event, position, errors: Vec::new(), item_errors: Vec::new() }
        };
        match answer.outcome {
            Ok(Written::At(at, event)) => Ok(done(lens, Some(event), Some(at))),
            Ok(Written::Would(event)) => Ok(done(lens, Some(event), None)),
            Ok(Written::Already) => Ok(done(lens, None, None)),
            Err(Error::Refused(refused)) => Ok(self.refused(refused, lens, assessment)),
            Err(error) => Err(error),
        }
    }

    fn refused(&self, refused: Refused, lens: Lens, assessment: Option<AssessmentId>) -> Mutated {
        let tell = |refusals: Vec<_>| UserError::all(refusals, self, &lens, assessment);
        let (errors, items) = (tell(refused.whole), refused.items.into_iter().map(tell));
        let item_errors = items.collect();
        Mutated { lens, assessment, event: None, position: None, errors, item_errors }
    }

    /// Somebody whom the ledger does not know holds no grant: what they see is forbidden, the rest does not exist.
    fn denied(&self, command: &Command) -> Result<Denied, Error> {
        let lens = self.lens()?;
        let hidden = match command {
            Command::RevokeRole(_) => true,
            Command::GrantRole(command) => {
                command.organisation.is_some_and(|id| lens.organisation(id).is_none())
            }
            command => command.assessment().is_some_and(|id| lens.assessment(id).is_none()),
        };
        Ok(if hidden { Denied::NotFound } else { Denied::Forbidden })
    }
}
