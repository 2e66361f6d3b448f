//! The ledger folded into memory. An immutable value: cloning is cheap, folding makes the next one.
//!
//! Nothing is read from it but through `seen_by`, which asks who looks and as of when.

mod chunked;
mod directory;
mod figures;
mod ratings;
mod record;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::access::Viewer;
use crate::assessment::{AssessmentStarted, Stage};
use crate::crosswalk::CrosswalkLoaded;
use crate::evidence::{EvidenceKind, EvidenceRecorded};
use crate::framework::{Edition, EditionLoaded};
use crate::grant::{KnownGrant, Revoked, RoleGranted};
use crate::id::{
    AssessmentId, EditionId, EvidenceId, FrameworkId, GrantId, LedgerId, OrganisationId, PersonId, RoundId,
    TextId,
};
use crate::ledger::{Entry, Event, Hash, Payload, Position, RecordedAt, Unreadable};
use crate::link::Links;
use crate::organisation::{Cluster, KnownSuccession};
use crate::publication::Publication;
use crate::rebaseline::KnownRebaseline;
use crate::register::RegisterLoaded;
use crate::round::Round;

pub(crate) use chunked::Chunked;
pub(crate) use directory::Directory;
pub(crate) use figures::Figures;
pub(crate) use record::Record;

#[derive(Clone, Debug, PartialEq)]
pub struct History {
    pub(crate) ledger: LedgerId,
    pub(crate) head: Position,
    pub(crate) head_hash: Hash,
    pub(crate) recorded_at: Chunked<Position, RecordedAt>,
    /// In order of framework key and publication.
    pub(crate) editions: Arc<Vec<Known<Edition>>>,
    /// In order of position; the last one holds.
    pub(crate) links: Arc<Vec<Known<Links>>>,
    pub(crate) organisations: Arc<Directory>,
    pub(crate) clusters: Arc<Vec<Known<Cluster>>>,
    pub(crate) successions: Arc<Vec<KnownSuccession>>,
    pub(crate) grants: Chunked<PersonId, Vec<KnownGrant>>,
    pub(crate) rounds: Chunked<RoundId, Known<Round>>,
    /// In order of reference date, then of opening in the ledger.
    pub(crate) calendar: Chunked<(NaiveDate, Position), Arc<Round>>,
    pub(crate) assessments: Chunked<AssessmentId, Arc<Record>>,
    /// By reference date, each.
    pub(crate) by_organisation: Chunked<(OrganisationId, NaiveDate, AssessmentId), ()>,
    pub(crate) by_day: Chunked<(NaiveDate, AssessmentId), ()>,
    /// Those that cite any evidence.
    pub(crate) citing: Chunked<(OrganisationId, AssessmentId), ()>,
    pub(crate) figures: Figures,
    pub(crate) evidence: Chunked<EvidenceId, EvidenceRecord>,
    pub(crate) extensions: Chunked<(RoundId, OrganisationId), Vec<Extension>>,
    pub(crate) rebaselines: Arc<Vec<KnownRebaseline>>,
    /// By the later edition.
    pub(crate) crosswalks: Arc<BTreeMap<EditionId, Known<CrosswalkLoaded>>>,
}

/// More time for an organisation in a round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extension {
    pub(crate) recorded: Position,
    pub(crate) until: NaiveDate,
}

/// Something that never changes once it is recorded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known<T> {
    pub(crate) thing: Arc<T>,
    pub(crate) recorded: Position,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EvidenceRecord {
    pub(crate) recorded: Position,
    pub(crate) assessment: AssessmentId,
    pub(crate) kind: EvidenceKind,
    pub(crate) observed_on: NaiveDate,
    pub(crate) review_by: Option<NaiveDate>,
}

#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    #[error("entry {found} follows position {head}")]
    Gap { head: u64, found: u64 },
    #[error("entry {0} does not chain to the entry before it")]
    Fork(u64),
    #[error("entry {0}: {1}")]
    Unreadable(u64, Unreadable),
    #[error("entry {0} speaks of something that the ledger has not recorded")]
    Dangling(u64),
}

impl History {
    /// Before the first entry.
    pub fn empty(ledger: LedgerId) -> Self {
        Self {
            ledger,
            head: Position(0),
            head_hash: Hash::ZERO,
            recorded_at: Chunked::default(),
            editions: Arc::default(),
            links: Arc::default(),
            organisations: Arc::default(),
            clusters: Arc::default(),
            successions: Arc::default(),
            grants: Chunked::default(),
            rounds: Chunked::default(),
            calendar: Chunked::default(),
            assessments: Chunked::default(),
            by_organisation: Chunked::default(),
            by_day: Chunked::default(),
            citing: Chunked::default(),
            figures: Figures::default(),
            evidence: Chunked::default(),
            extensions: Chunked::default(),
            rebaselines: Arc::default(),
            crosswalks: Arc::default(),
        }
    }

    pub fn ledger(&self) -> LedgerId {
        self.ledger
    }

    pub fn head(&self) -> Position {
        self.head
    }

    pub fn head_hash(&self) -> Hash {
        self.head_hash
    }

    pub fn head_recorded_at(&self) -> RecordedAt {
        self.recorded_at.last().map(|(_, at)| *at).unwrap_or_default()
    }

    /// The viewer with the grants that hold today. Whoever calls this vouches for the person.
    #[expect(clippy::disallowed_methods, reason = "the caller is itself a disallowed method but for auth.rs")]
    pub fn viewer(&self, person: Option<PersonId>, today: NaiveDate) -> Viewer {
        let grants = person.and_then(|person| self.grants.get(&person)).into_iter().flatten();
        let in_force = grants.filter(|known| known.holds_on(today)).map(|known| known.grant.clone());
        Viewer::new(person, in_force.collect())
    }

    /// Takes the next entry, and returns what it says. After an error the history is to be thrown away.
    pub fn fold(&mut self, entry: &Entry) -> Result<Event, FoldError> {
        let payload = Payload::read(&entry.act, entry.format, &entry.payload);
        let event = payload.map_err(|why| FoldError::Unreadable(entry.position.0, why))?.event;
        self.take(entry, &event)?;
        Ok(event)
    }

    /// The same where it is known what the entry says.
    pub fn take(&mut self, entry: &Entry, event: &Event) -> Result<(), FoldError> {
        let position = entry.position;
        if position != self.head.next() {
            return Err(FoldError::Gap { head: self.head.0, found: position.0 });
        }
        if entry.previous_hash != self.head_hash {
            return Err(FoldError::Fork(position.0));
        }
        self.apply(entry, event).ok_or(FoldError::Dangling(position.0))?;
        self.head = position;
        self.head_hash = entry.hash;
        self.recorded_at.insert(position, entry.recorded_at);
        Ok(())
    }

    fn apply(&mut self, entry: &Entry, event: &Event) -> Option<()> {
        let at = entry.position;
        match event {
            // Names and identities are no part of the history, and texts are not in memory.
            Event::PersonRecorded(_) | Event::IdentityAdded(_) | Event::TextsErased(_) => {}
            Event::RoleGranted(granted) => self.grant(at, granted),
            Event::RoleRevoked(it) => self.revoke(at, it.person, &[it.grant], Some(it.reason.id))?,
            Event::PersonErased(event) => self.revoke(at, event.person, &event.grants, None)?,
            Event::EditionLoaded(loaded) => self.load_edition(at, loaded),
            Event::RegisterLoaded(change) => self.load_register(at, change)?,
            Event::LinksLoaded(links) => self.load_links(at, links),
            Event::RoundOpened(round) => self.open(at, round)?,
            Event::DeadlineExtended(extended) => {
                let extensions = self.extensions.entry(&(extended.round, extended.organisation));
                extensions.push(Extension { recorded: at, until: extended.until });
            }
            Event::SuccessionRecorded(recorded) => self.load_register(at, &recorded.change)?,
            Event::CrosswalkLoaded(event) => self.load_crosswalk(at, event)?,
            Event::RebaselineRecorded(event) => self.mark(at, event),
            Event::RebaselineWithdrawn(event) => self.unmark(at, event)?,
            Event::AssessmentStarted(started) => self.start(entry, started)?,
            Event::AssessmentsPublished(published) => {
                for item in &published.items {
                    self.with(item.assessment, |record, edition| record.publish(at, edition, item))?;
                    self.fix(item.assessment, at)?;
                }
            }
            Event::EvidenceRecorded(event) => {
                self.record_evidence(at, event);
                self.with(event.assessment, |record, edition| record.cite(at, edition, event))?;
            }
            Event::ElementsRated(event) => {
                self.with(event.assessment, |record, edition| record.rate(entry, edition, event))?;
            }
            Event::AssessmentSubmitted(event) => self.record(event.assessment)?.submit(entry, event)?,
            Event::AssessmentWithdrawn(event) => {
                self.record(event.assessment)?.withdraw(at, event);
            }
            Event::AssessmentReturned(event) => {
                self.with(event.assessment, |record, edition| record.give_back(at, edition, event))?;
            }
            Event::ElementsModerated(event) => {
                self.with(event.assessment, |record, edition| record.moderate(entry, edition, event))?;
            }
            Event::ModerationShared(event) => {
                self.record(event.assessment)?.share(at, event);
            }
            Event::ModerationContested(event) => {
                self.with(event.assessment, |record, edition| record.contest(at, edition, event))?;
            }
            Event::RatingsCorrected(event) => {
                self.with(event.assessment, |record, edition| record.correct(entry, edition, event))?;
                self.fix(event.assessment, at)?;
            }
            Event::PublicationRetracted(event) => {
                self.record(event.assessment)?.retract(at, event);
                self.figures.hide(self.assessments.get(&event.assessment)?, at);
            }
        }
        Some(())
    }

    fn record(&mut self, assessment: AssessmentId) -> Option<&mut Record> {
        self.assessments.get_mut(&assessment).map(Arc::make_mut)
    }

    /// Changes what is recorded of an assessment. None where it, or what the event says of it, is unknown.
    fn with(
        &mut self,
        assessment: AssessmentId,
        change: impl FnOnce(&mut Record, &Edition) -> Option<()>,
    ) -> Option<()> {
        let record = self.record(assessment)?;
        let (edition, cited) = (record.edition.clone(), !record.citations.is_empty());
        change(record, &edition)?;
        if !cited && !record.citations.is_empty() {
            let organisation = record.organisation;
            self.citing.insert((organisation, assessment), ());
        }
        Some(())
    }

    /// What an assessment holds now counts from here on. What was retracted never does again.
    fn fix(&mut self, assessment: AssessmentId, at: Position) -> Option<()> {
        let record = self.assessments.get(&assessment)?;
        if !record.is_retracted() {
            self.figures.add(Publication::of(record.clone(), Stage::Published, at, true));
        }
        Some(())
    }

    fn record_evidence(&mut self, at: Position, event: &EvidenceRecorded) {
        let evidence = EvidenceRecord {
            recorded: at,
            assessment: event.assessment,
            kind: event.kind,
            observed_on: event.observed_on,
            review_by: event.review_by,
        };
        self.evidence.insert(event.evidence, evidence);
    }

    fn start(&mut self, entry: &Entry, started: &AssessmentStarted) -> Option<()> {
        let edition = &self.edition(started.edition)?.thing;
        let round = &self.rounds.get(&started.round)?.thing;
        self.organisations.get(started.organisation)?;
        let record = Record::start(entry, edition, round, started)?;
        let reference = round.dates.reference;
        let place = (started.organisation, reference, started.assessment);
        self.by_day.insert((reference, started.assessment), ());
        if !record.citations.is_empty() {
            self.citing.insert((started.organisation, started.assessment), ());
        }
        self.assessments.insert(started.assessment, Arc::new(record));
        self.by_organisation.insert(place, ());
        Some(())
    }

    fn open(&mut self, recorded: Position, round: &Round) -> Option<()> {
        self.edition(round.edition)?;
        let thing = Arc::new(round.clone());
        self.calendar.insert((round.dates.reference, recorded), thing.clone());
        self.rounds.insert(round.id, Known { thing, recorded });
        Some(())
    }

    fn grant(&mut self, recorded: Position, granted: &RoleGranted) {
        let reason = granted.reason.map(|reason| reason.id);
        let known = KnownGrant { grant: granted.grant.clone(), recorded, reason, revoked: None };
        self.grants.entry(&granted.grant.person).push(known);
    }

    /// From now on, whatever moment is asked about: what somebody may see is judged by the grants of now.
    fn revoke(
        &mut self,
        at: Position,
        person: PersonId,
        grants: &[GrantId],
        reason: Option<TextId>,
    ) -> Option<()> {
        if grants.is_empty() {
            return Some(());
        }
        let held = self.grants.get_mut(&person)?;
        for id in grants {
            held.iter_mut().find(|known| known.grant.id == *id)?.revoked = Some(Revoked { at, reason });
        }
        Some(())
    }

    fn load_edition(&mut self, at: Position, loaded: &EditionLoaded) {
        let known = Known { thing: Arc::new(Edition::from(loaded.clone())), recorded: at };
        let editions = Arc::make_mut(&mut self.editions);
        editions.retain(|earlier| earlier.thing.id != loaded.edition);
        editions.push(known);
        editions.sort_by(|a, b| {
            (&a.thing.definition.key, a.recorded).cmp(&(&b.thing.definition.key, b.recorded))
        });
    }

    fn load_links(&mut self, at: Position, links: &Links) {
        let known = Known { thing: Arc::new(links.clone()), recorded: at };
        Arc::make_mut(&mut self.links).push(known);
    }

    fn load_crosswalk(&mut self, recorded: Position, loaded: &CrosswalkLoaded) -> Option<()> {
        self.edition(loaded.from).and(self.edition(loaded.to))?;
        let known = Known { thing: Arc::new(loaded.clone()), recorded };
        Arc::make_mut(&mut self.crosswalks).insert(loaded.to, known);
        Some(())
    }

    fn load_register(&mut self, at: Position, change: &RegisterLoaded) -> Option<()> {
        let organisations = Arc::make_mut(&mut self.organisations);
        for new in &change.organisations {
            organisations.add(new.id, new.kind, at);
        }
        if !change.superseded_facts.is_empty() {
            organisations.supersede(&change.superseded_facts, at);
        }
        change.facts.iter().try_for_each(|dated| organisations.tell(dated, at))?;
        let clusters = Arc::make_mut(&mut self.clusters);
        for cluster in &change.clusters {
            clusters.retain(|earlier| earlier.thing.id != cluster.id);
            clusters.push(Known { thing: Arc::new(cluster.clone()), recorded: at });
        }
        let successions = Arc::make_mut(&mut self.successions);
        for known in successions.iter_mut() {
            if change.superseded_successions.contains(&known.succession.id) {
                known.superseded = Some(at);
            }
        }
        successions.extend(change.successions.iter().map(|succession| KnownSuccession {
            succession: succession.clone(),
            recorded: at,
            superseded: None,
        }));
        Some(())
    }
}

impl History {
    pub(crate) fn edition(&self, id: EditionId) -> Option<&Known<Edition>> {
        self.editions.iter().find(|known| known.thing.id == id)
    }

    pub(crate) fn framework_id(&self, key: &str) -> Option<FrameworkId> {
        let known = self.editions.iter().find(|known| known.thing.definition.key == key)?;
        Some(known.thing.framework)
    }
}
