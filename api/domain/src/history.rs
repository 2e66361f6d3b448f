//! The ledger folded into memory. An immutable value: cloning is cheap, folding makes the next one.
//!
//! Nothing is read from it but through `seen_by`, which asks who looks and as of when.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::access::Viewer;
use crate::assessment::{AssessmentStarted, Progress, Stage};
use crate::evidence::{EvidenceKind, Stance};
use crate::framework::{Edition, EditionLoaded};
use crate::grant::Grant;
use crate::id::{
    AssessmentId, ClusterId, EditionId, EvidenceId, FrameworkId, LedgerId, OrganisationId, PersonId, RoundId,
};
use crate::ledger::{Entry, Event, Hash, Payload, Position, RecordedAt, Unreadable, Via};
use crate::organisation::{Cluster, KnownFact, KnownSuccession, Organisation};
use crate::policy::ApprovalKind;
use crate::rating::{Basis, ElementsRated, RatedValue, Rating, Value};
use crate::register::RegisterLoaded;
use crate::round::Round;

#[derive(Clone, Debug, PartialEq)]
pub struct History {
    pub(crate) ledger: LedgerId,
    pub(crate) head: Position,
    pub(crate) head_hash: Hash,
    /// Of position 1, 2, …
    pub(crate) recorded_at: Arc<Vec<RecordedAt>>,
    pub(crate) editions: Arc<BTreeMap<EditionId, Known<Edition>>>,
    pub(crate) organisations: Arc<BTreeMap<OrganisationId, Arc<Organisation>>>,
    pub(crate) clusters: Arc<BTreeMap<ClusterId, Known<Cluster>>>,
    pub(crate) successions: Arc<Vec<KnownSuccession>>,
    pub(crate) grants: Arc<BTreeMap<PersonId, Vec<Grant>>>,
    pub(crate) rounds: Arc<BTreeMap<RoundId, Known<Round>>>,
    pub(crate) assessments: Arc<BTreeMap<AssessmentId, Arc<Record>>>,
    pub(crate) by_organisation: Arc<BTreeMap<OrganisationId, Vec<AssessmentId>>>,
    pub(crate) evidence: Arc<BTreeMap<EvidenceId, Arc<EvidenceRecord>>>,
}

/// Something that never changes once it is recorded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known<T> {
    pub(crate) thing: Arc<T>,
    pub(crate) recorded: Position,
}

/// All that ever happened to one assessment, in order of position.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) started: AssessmentStarted,
    pub(crate) synthetic: bool,
    pub(crate) progress: Vec<(Position, Progress)>,
    pub(crate) ratings: Vec<Rating>,
    pub(crate) citations: Vec<Citation>,
    pub(crate) approvals: Vec<(Position, Option<(ApprovalKind, NaiveDate)>)>,
    pub(crate) published: Vec<Published>,
    /// Hidden from then on.
    pub(crate) retracted: Option<Position>,
}

/// The values fixed by a publication or by a correction after it: for each element the indexes of its ratings in the record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Published {
    pub(crate) position: Position,
    pub(crate) own: Vec<Option<usize>>,
    pub(crate) moderated: Vec<Option<usize>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Citation {
    pub(crate) position: Position,
    /// Index in the edition.
    pub(crate) element: usize,
    pub(crate) evidence: EvidenceId,
    pub(crate) stance: Stance,
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
            recorded_at: Arc::default(),
            editions: Arc::default(),
            organisations: Arc::default(),
            clusters: Arc::default(),
            successions: Arc::default(),
            grants: Arc::default(),
            rounds: Arc::default(),
            assessments: Arc::default(),
            by_organisation: Arc::default(),
            evidence: Arc::default(),
        }
    }

    pub fn ledger(&self) -> LedgerId {
        self.ledger
    }

    pub fn head(&self) -> Position {
        self.head
    }

    pub fn head_recorded_at(&self) -> RecordedAt {
        self.recorded_at.last().copied().unwrap_or_default()
    }

    /// The viewer with the grants that hold today. Whoever calls this vouches for the person.
    #[expect(clippy::disallowed_methods, reason = "the caller is itself a disallowed method but for auth.rs")]
    pub fn viewer(&self, person: Option<PersonId>, today: NaiveDate) -> Viewer {
        let grants = person.and_then(|person| self.grants.get(&person)).into_iter().flatten();
        Viewer::new(person, grants.filter(|grant| grant.holds_on(today)).cloned().collect())
    }

    /// Takes the next entry, and returns what it says. After an error the history is to be thrown away.
    pub fn fold(&mut self, entry: &Entry) -> Result<Event, FoldError> {
        let position = entry.position;
        if position != self.head.next() {
            return Err(FoldError::Gap { head: self.head.0, found: position.0 });
        }
        if entry.previous_hash != self.head_hash {
            return Err(FoldError::Fork(position.0));
        }
        let payload = Payload::read(&entry.act, entry.format, &entry.payload);
        let event = payload.map_err(|why| FoldError::Unreadable(position.0, why))?.event;
        self.apply(entry, &event).ok_or(FoldError::Dangling(position.0))?;
        self.head = position;
        self.head_hash = entry.hash;
        Arc::make_mut(&mut self.recorded_at).push(entry.recorded_at);
        Ok(event)
    }

    fn apply(&mut self, entry: &Entry, event: &Event) -> Option<()> {
        let at = entry.position;
        match event {
            Event::PersonRecorded(_) => {}
            Event::RoleGranted(grant) => {
                Arc::make_mut(&mut self.grants).entry(grant.person).or_default().push(grant.clone());
            }
            Event::EditionLoaded(loaded) => self.load_edition(at, loaded),
            Event::RegisterLoaded(change) => self.load_register(at, change)?,
            Event::RoundOpened(round) => {
                self.editions.get(&round.edition)?;
                let known = Known { thing: Arc::new(Round::clone(round)), recorded: at };
                Arc::make_mut(&mut self.rounds).insert(round.id, known);
            }
            Event::AssessmentStarted(started) => self.start(entry, started)?,
            Event::ElementsRated(rated) => self.rate(entry, rated)?,
            Event::EvidenceRecorded(recorded) => {
                let edition = self.edition_of(recorded.assessment)?;
                let elements: Option<Vec<_>> =
                    recorded.elements.iter().map(|id| edition.element_by_id(*id)).collect();
                let evidence = EvidenceRecord {
                    recorded: at,
                    assessment: recorded.assessment,
                    kind: recorded.kind,
                    observed_on: recorded.observed_on,
                    review_by: recorded.review_by,
                };
                let record = self.change(recorded.assessment)?;
                record.advance(at, recorded.revision, |progress| progress);
                record.citations.extend(elements?.into_iter().map(|element| Citation {
                    position: at,
                    element,
                    evidence: recorded.evidence,
                    stance: recorded.stance,
                }));
                Arc::make_mut(&mut self.evidence).insert(recorded.evidence, Arc::new(evidence));
            }
            Event::AssessmentSubmitted(submitted) => {
                let record = self.change(submitted.assessment)?;
                let approval = submitted.approval.map(|approval| (approval.kind, approval.on));
                record.approvals.push((at, approval));
                record.advance(at, submitted.revision, |progress| Progress {
                    stage: Stage::Submitted,
                    was_submitted: true,
                    ..progress
                });
            }
            Event::AssessmentsPublished(published) => {
                for item in &published.items {
                    let elements = self.edition_of(item.assessment)?.elements.len();
                    let record = self.change(item.assessment)?;
                    record.fix(at, elements);
                    record.advance(at, item.revision, |progress| Progress {
                        stage: Stage::Published,
                        ..progress
                    });
                }
            }
        }
        Some(())
    }

    fn edition_of(&self, assessment: AssessmentId) -> Option<Arc<Edition>> {
        let edition = self.assessments.get(&assessment)?.started.edition;
        self.editions.get(&edition).map(|known| known.thing.clone())
    }

    fn change(&mut self, assessment: AssessmentId) -> Option<&mut Record> {
        Arc::make_mut(&mut self.assessments).get_mut(&assessment).map(Arc::make_mut)
    }

    fn load_edition(&mut self, at: Position, loaded: &EditionLoaded) {
        let known = Known { thing: Arc::new(Edition::from(loaded.clone())), recorded: at };
        Arc::make_mut(&mut self.editions).insert(loaded.edition, known);
    }

    fn load_register(&mut self, at: Position, change: &RegisterLoaded) -> Option<()> {
        let organisations = Arc::make_mut(&mut self.organisations);
        for new in &change.organisations {
            let organisation = Organisation { id: new.id, kind: new.kind, recorded: at, facts: Vec::new() };
            organisations.insert(new.id, Arc::new(organisation));
        }
        if !change.superseded_facts.is_empty() {
            for organisation in organisations.values_mut() {
                let hit = |fact: &KnownFact| change.superseded_facts.contains(&fact.dated.id);
                if organisation.facts.iter().any(hit) {
                    let facts = &mut Arc::make_mut(organisation).facts;
                    facts.iter_mut().filter(|fact| hit(fact)).for_each(|fact| fact.superseded = Some(at));
                }
            }
        }
        for dated in &change.facts {
            let organisation = Arc::make_mut(organisations.get_mut(&dated.organisation)?);
            organisation.facts.push(KnownFact { dated: dated.clone(), recorded: at, superseded: None });
        }
        let clusters = Arc::make_mut(&mut self.clusters);
        for cluster in &change.clusters {
            let known = Known { thing: Arc::new(cluster.clone()), recorded: at };
            clusters.insert(cluster.id, known);
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

    fn start(&mut self, entry: &Entry, started: &AssessmentStarted) -> Option<()> {
        self.editions.get(&started.edition)?;
        self.organisations.get(&started.organisation)?;
        let progress = Progress { stage: Stage::Draft, revision: 1, was_submitted: false };
        let record = Record {
            started: *started,
            synthetic: entry.via == Via::Demo,
            progress: vec![(entry.position, progress)],
            ratings: Vec::new(),
            citations: Vec::new(),
            approvals: Vec::new(),
            published: Vec::new(),
            retracted: None,
        };
        Arc::make_mut(&mut self.assessments).insert(started.assessment, Arc::new(record));
        let by_organisation = Arc::make_mut(&mut self.by_organisation);
        by_organisation.entry(started.organisation).or_default().push(started.assessment);
        Some(())
    }

    fn rate(&mut self, entry: &Entry, rated: &ElementsRated) -> Option<()> {
        let edition = self.edition_of(rated.assessment)?;
        let record = self.change(rated.assessment)?;
        for item in &rated.items {
            let element = edition.element_by_id(item.element)?;
            let value = match &item.value {
                RatedValue::Level(key) => Value::Level(edition.definition.scale.as_ref()?.rank(key)?),
                RatedValue::NotApplicable(_) => Value::NotApplicable,
                RatedValue::Cleared => Value::Cleared,
            };
            record.ratings.push(Rating {
                id: item.id,
                element,
                basis: Basis::SelfRated,
                value,
                confidence: item.confidence,
                has_rationale: item.rationale.is_some(),
                carried_from: item.carried_from,
                judged: None,
                position: entry.position,
                by: entry.actor?,
                supersedes: item.supersedes,
            });
            record.citations.extend(item.evidence.iter().map(|evidence| Citation {
                position: entry.position,
                element,
                evidence: *evidence,
                stance: Stance::Supports,
            }));
        }
        record.advance(entry.position, rated.revision, |progress| progress);
        Some(())
    }
}

impl Record {
    fn advance(&mut self, at: Position, revision: u32, change: impl FnOnce(Progress) -> Progress) {
        let (_, last) = *self.progress.last().expect("a record begins with its start");
        self.progress.push((at, Progress { revision, ..change(last) }));
    }

    pub(crate) fn progress_at(&self, position: Position) -> Option<Progress> {
        self.progress.iter().rev().find(|(at, _)| *at <= position).map(|(_, progress)| *progress)
    }

    /// The latest rating of each element on a basis, as indexes into `ratings`.
    pub(crate) fn latest(&self, elements: usize, basis: Basis, position: Position) -> Vec<Option<usize>> {
        let mut latest = vec![None; elements];
        for (i, rating) in self.ratings.iter().enumerate() {
            if rating.position <= position && rating.basis == basis {
                latest[rating.element] = Some(i);
            }
        }
        latest
    }

    /// The values as publishing would fix them. A MODERATED rating counts while the SELF rating it judged stands.
    pub(crate) fn fixed_at(&self, at: Position, elements: usize) -> Published {
        let rated = |index: &usize| self.ratings[*index].value != Value::Cleared;
        let latest = |basis| self.latest(elements, basis, at).into_iter();
        let own: Vec<_> = latest(Basis::SelfRated).map(|index| index.filter(rated)).collect();
        let id = |index: Option<usize>| index.map(|index| self.ratings[index].id);
        let stands = |(index, own): (Option<usize>, &Option<usize>)| {
            index.filter(rated).filter(|index| self.ratings[*index].judged == id(*own))
        };
        let moderated = latest(Basis::Moderated).zip(&own).map(stands).collect();
        Published { position: at, own, moderated }
    }

    fn fix(&mut self, at: Position, elements: usize) {
        let fixed = self.fixed_at(at, elements);
        self.published.push(fixed);
    }

    /// What was published last, as known at a position; none where it was retracted by then.
    pub(crate) fn published_at(&self, position: Position) -> Option<&Published> {
        if self.retracted.is_some_and(|at| at <= position) {
            return None;
        }
        self.published.iter().rev().find(|published| published.position <= position)
    }
}

impl History {
    pub(crate) fn framework_id(&self, key: &str) -> Option<FrameworkId> {
        self.editions
            .values()
            .find(|known| known.thing.definition.key == key)
            .map(|known| known.thing.framework)
    }
}
