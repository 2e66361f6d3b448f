//! A lens: the history as one viewer may see it, on a day, as known at a position. Every figure is read through one.

mod assessments;

use std::sync::Arc;

use chrono::{NaiveDate, Utc};
use uuid::Uuid;

use crate::access::Viewer;
use crate::framework::{Edition, Subject};
use crate::history::History;
use crate::id::{ClusterId, EditionId, FrameworkId, OrganisationId, RoundId};
use crate::ledger::{Position, RecordedAt};
use crate::organisation::{Cluster, Moment, Organisation, OrganisationKind, Scheme, Succession};
use crate::round::Round;

pub use assessments::{Cited, Evidence};

/// What had been recorded by when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Knowledge {
    #[default]
    Now,
    At(RecordedAt),
    Position(Position),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AsOf {
    /// The day described; today where absent.
    pub on: Option<NaiveDate>,
    pub known: Knowledge,
}

/// The clock as it stands when a request comes in.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    pub instant: RecordedAt,
    /// The date in Europe/London.
    pub today: NaiveDate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotYet {
    #[error("knownAt is later than now; nobody knows yet what will have been recorded by then")]
    KnownAt,
    #[error("this position is not reached yet")]
    Position,
}

#[derive(Clone, Debug)]
pub struct Lens {
    pub(crate) history: Arc<History>,
    viewer: Arc<Viewer>,
    moment: Moment,
    now: Now,
}

impl History {
    pub fn seen_by(self: &Arc<Self>, viewer: &Arc<Viewer>, as_of: AsOf, now: Now) -> Result<Lens, NotYet> {
        let position = match as_of.known {
            Knowledge::Now => self.head,
            Knowledge::At(instant) if instant > now.instant.max(self.head_recorded_at()) => {
                return Err(NotYet::KnownAt);
            }
            Knowledge::At(instant) => {
                let mut known = self.recorded_at.range(|_, _| false, |_, at| *at <= instant);
                known.next_back().map(|(position, _)| *position).unwrap_or_default()
            }
            Knowledge::Position(position) if position > self.head => return Err(NotYet::Position),
            Knowledge::Position(position) => position,
        };
        let moment = Moment { on: as_of.on.unwrap_or(now.today), position };
        Ok(Lens { history: self.clone(), viewer: viewer.clone(), moment, now })
    }
}

impl Lens {
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    pub fn moment(&self) -> Moment {
        self.moment
    }

    pub fn now(&self) -> Now {
        self.now
    }

    /// When the last entry that this lens sees was recorded; the epoch where it sees none.
    pub fn recorded_at(&self, position: Position) -> chrono::DateTime<Utc> {
        self.history.recorded_at.get(&position).copied().unwrap_or_default().to_utc()
    }

    pub fn position_text(&self, position: Position) -> String {
        position.to_text(self.history.ledger)
    }

    /// The same lens on another day.
    #[must_use]
    pub fn on(&self, on: Option<NaiveDate>) -> Moment {
        Moment { on: on.unwrap_or(self.moment.on), ..self.moment }
    }

    pub(crate) fn sees(&self, recorded: Position) -> bool {
        recorded <= self.moment.position
    }

    // Catalogue

    /// In order of framework key and publication.
    pub fn editions(&self) -> Vec<Arc<Edition>> {
        self.known_editions().cloned().collect()
    }

    fn known_editions(&self) -> impl DoubleEndedIterator<Item = &Arc<Edition>> {
        self.history.editions.iter().filter(|known| self.sees(known.recorded)).map(|known| &known.thing)
    }

    pub fn editions_of(&self, framework: FrameworkId) -> Vec<Arc<Edition>> {
        self.known_editions().filter(|edition| edition.framework == framework).cloned().collect()
    }

    pub fn edition(&self, id: EditionId) -> Option<Arc<Edition>> {
        let known = self.history.edition(id).filter(|known| self.sees(known.recorded));
        known.map(|known| known.thing.clone())
    }

    pub fn framework(&self, key: &str) -> Option<FrameworkId> {
        let framework = self.history.framework_id(key)?;
        self.known_editions().any(|edition| edition.framework == framework).then_some(framework)
    }

    /// The group, theme or element of this id, whatever edition it stands in.
    pub fn subject(&self, id: Uuid) -> Option<(Arc<Edition>, Subject)> {
        self.known_editions().find_map(|edition| Some((edition.clone(), edition.subject_by_id(id)?)))
    }

    // Organisations

    pub fn organisation(&self, id: OrganisationId) -> Option<&Organisation> {
        self.history.organisations.get(id).filter(|known| self.sees(known.recorded))
    }

    /// Those of a kind that were ever known, by name on the day.
    pub fn organisations(&self, kind: OrganisationKind, moment: Moment) -> Vec<&Organisation> {
        let known = self.history.organisations.of_kind(kind).filter(|known| self.sees(known.recorded));
        let mut organisations: Vec<_> = known.map(|known| (known.name(moment), known)).collect();
        organisations.sort_by_key(|(name, known)| (*name, known.id));
        organisations.into_iter().map(|(_, known)| known).collect()
    }

    /// The one that holds this ODS code on the day, else the one that ever held it.
    pub fn organisation_by_code(&self, kind: OrganisationKind, code: &str) -> Option<&Organisation> {
        let known = || self.history.organisations.with_code(kind, code);
        known()
            .find(|known| known.has_code(Scheme::Ods, code, self.moment))
            .or_else(|| known().find(|known| known.ever_had_code(Scheme::Ods, code, self.moment.position)))
    }

    /// The system whose ONS code this was on the day.
    pub fn system_by_ons_code(&self, code: &str, moment: Moment) -> Option<&Organisation> {
        let mut known = self.history.organisations.with_code(OrganisationKind::System, code);
        known.find(|known| known.has_code(Scheme::Ons, code, moment))
    }

    pub fn cluster(&self, id: ClusterId) -> Option<&Cluster> {
        let known = self.history.clusters.iter().find(|known| known.thing.id == id);
        known.filter(|known| self.sees(known.recorded)).map(|known| known.thing.as_ref())
    }

    /// In order of date and of the names they were given in the register.
    pub fn successions(&self) -> impl Iterator<Item = &Succession> {
        let position = self.moment.position;
        let known = self.history.successions.iter().filter(move |known| known.known_at(position));
        known.map(|known| &known.succession)
    }

    /// The bodies that have followed an organisation as it was on a day, and those that followed these.
    pub fn successors_of(&self, organisation: OrganisationId, after: NaiveDate) -> Vec<OrganisationId> {
        crate::organisation::successors(self.successions(), organisation, after, self.now.today)
    }

    // Rounds

    pub fn round(&self, id: RoundId) -> Option<Arc<Round>> {
        let known = self.history.rounds.get(&id).filter(|known| self.sees(known.recorded));
        known.map(|known| known.thing.clone())
    }

    /// In order of reference date, then of opening in the ledger.
    pub fn rounds(&self) -> Vec<Arc<Round>> {
        self.rounds_between(None, None).cloned().collect()
    }

    /// Those with a reference date from a day on, and up to a day, in the same order.
    pub fn rounds_between(
        &self,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    ) -> impl DoubleEndedIterator<Item = &Arc<Round>> {
        let rounds = self.history.calendar.range(
            move |(reference, _), _| from.is_some_and(|from| *reference < from),
            move |(reference, _), _| to.is_none_or(|to| *reference <= to),
        );
        rounds.filter(|((_, recorded), _)| self.sees(*recorded)).map(|(_, round)| round)
    }
}
