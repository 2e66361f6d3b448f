//! A lens: the history as one viewer may see it, on a day, as known at a position. Every figure is read through one.

use std::sync::Arc;

use chrono::{NaiveDate, Utc};
use uuid::Uuid;

use crate::access::{Action, Granted, Owned, Readable, ViewHeader, ViewWorking, Viewer};
use crate::assessment::{Assessment, Entrant, Paper, Stage};
use crate::evidence::{EvidenceKind, Stance};
use crate::framework::{Edition, Subject};
use crate::history::{History, Record};
use crate::id::{
    AssessmentId, ClusterId, EditionId, EvidenceId, FrameworkId, OrganisationId, RatingId, RoundId,
};
use crate::ledger::{Position, RecordedAt};
use crate::organisation::{Cluster, Moment, Organisation, OrganisationKind, Scheme, Succession};
use crate::policy::ApprovalKind;
use crate::rating::{Basis, Rating, Value};
use crate::round::Round;

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
            Knowledge::At(instant) => Position(self.recorded_at.partition_point(|at| *at <= instant) as u64),
            Knowledge::Position(position) if position > self.head => return Err(NotYet::Position),
            Knowledge::Position(position) => position,
        };
        let moment = Moment { on: as_of.on.unwrap_or(now.today), position };
        Ok(Lens { history: self.clone(), viewer: viewer.clone(), moment, now })
    }
}

/// Evidence without its texts.
#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    pub id: EvidenceId,
    pub kind: EvidenceKind,
    pub observed_on: NaiveDate,
    pub review_by: Option<NaiveDate>,
}

/// Evidence as an element of an assessment cites it.
#[derive(Clone, Copy, Debug)]
pub struct Cited {
    pub element: usize,
    pub evidence: Evidence,
    pub stance: Stance,
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
        let index = usize::try_from(position.0).unwrap_or(usize::MAX).checked_sub(1);
        let at = index.and_then(|index| self.history.recorded_at.get(index));
        at.copied().unwrap_or_default().to_utc()
    }

    pub fn position_text(&self, position: Position) -> String {
        position.to_text(self.history.ledger)
    }

    /// The same lens on another day.
    #[must_use]
    pub fn on(&self, on: Option<NaiveDate>) -> Moment {
        Moment { on: on.unwrap_or(self.moment.on), ..self.moment }
    }

    fn sees(&self, recorded: Position) -> bool {
        recorded <= self.moment.position
    }

    // Catalogue

    /// In order of framework key and publication.
    pub fn editions(&self) -> Vec<Arc<Edition>> {
        let known = self.history.editions.values().filter(|known| self.sees(known.recorded));
        let mut editions: Vec<_> = known.collect();
        editions.sort_by(|a, b| {
            (&a.thing.definition.key, a.recorded).cmp(&(&b.thing.definition.key, b.recorded))
        });
        editions.into_iter().map(|known| known.thing.clone()).collect()
    }

    pub fn editions_of(&self, framework: FrameworkId) -> Vec<Arc<Edition>> {
        self.editions().into_iter().filter(|edition| edition.framework == framework).collect()
    }

    pub fn edition(&self, id: EditionId) -> Option<Arc<Edition>> {
        let known = self.history.editions.get(&id).filter(|known| self.sees(known.recorded));
        known.map(|known| known.thing.clone())
    }

    pub fn framework(&self, key: &str) -> Option<FrameworkId> {
        let framework = self.history.framework_id(key)?;
        (!self.editions_of(framework).is_empty()).then_some(framework)
    }

    /// The group, theme or element of this id, whatever edition it stands in.
    pub fn subject(&self, id: Uuid) -> Option<(Arc<Edition>, Subject)> {
        self.editions().into_iter().find_map(|edition| Some((edition.clone(), edition.subject_by_id(id)?)))
    }

    // Organisations

    pub fn organisation(&self, id: OrganisationId) -> Option<&Organisation> {
        self.history.organisations.get(&id).map(Arc::as_ref).filter(|known| self.sees(known.recorded))
    }

    /// Those of a kind that were ever known, by name on the day.
    pub fn organisations(&self, kind: OrganisationKind, moment: Moment) -> Vec<&Organisation> {
        let known = self.history.organisations.values().map(Arc::as_ref);
        let mut organisations: Vec<_> =
            known.filter(|known| known.kind == kind && self.sees(known.recorded)).collect();
        organisations.sort_by(|a, b| (a.name(moment), a.id).cmp(&(b.name(moment), b.id)));
        organisations
    }

    /// The one that holds this ODS code on the day, else the one that ever held it.
    pub fn organisation_by_code(&self, kind: OrganisationKind, code: &str) -> Option<&Organisation> {
        let known =
            || self.history.organisations.values().map(Arc::as_ref).filter(|known| known.kind == kind);
        known()
            .find(|known| known.has_code(Scheme::Ods, code, self.moment))
            .or_else(|| known().find(|known| known.ever_had_code(Scheme::Ods, code, self.moment.position)))
    }

    /// The system whose ONS code this was on the day.
    pub fn system_by_ons_code(&self, code: &str, moment: Moment) -> Option<&Organisation> {
        let mut known = self.history.organisations.values().map(Arc::as_ref);
        known
            .find(|known| known.kind == OrganisationKind::System && known.has_code(Scheme::Ons, code, moment))
    }

    pub fn cluster(&self, id: ClusterId) -> Option<&Cluster> {
        let known = self.history.clusters.get(&id).filter(|known| self.sees(known.recorded));
        known.map(|known| known.thing.as_ref())
    }

    /// In order of date and of the names they were given in the register.
    pub fn successions(&self) -> impl Iterator<Item = &Succession> {
        let position = self.moment.position;
        let known = self.history.successions.iter().filter(move |known| known.known_at(position));
        known.map(|known| &known.succession)
    }

    // Rounds

    pub fn round(&self, id: RoundId) -> Option<Arc<Round>> {
        let known = self.history.rounds.get(&id).filter(|known| self.sees(known.recorded));
        known.map(|known| known.thing.clone())
    }

    /// In order of reference date, then of opening in the ledger.
    pub fn rounds(&self) -> Vec<Arc<Round>> {
        let mut rounds: Vec<_> =
            self.history.rounds.values().filter(|known| self.sees(known.recorded)).collect();
        rounds.sort_by_key(|known| (known.thing.dates.reference, known.recorded));
        rounds.into_iter().map(|known| known.thing.clone()).collect()
    }

    /// An organisation and a round, to see whether it could start there now.
    pub fn entrant(&self, organisation: OrganisationId, round: &Arc<Round>) -> Option<Entrant> {
        let organisation = self.organisation(organisation)?;
        let reference = self.on(Some(round.dates.reference));
        let records = self.records(organisation.id);
        Some(Entrant {
            organisation: organisation.id,
            kind: organisation.kind,
            region: organisation.region(reference),
            open_on_reference_date: organisation.is_open(reference),
            has_assessment: records.into_iter().any(|record| record.started.round == round.id),
            edition: self.edition(round.edition)?,
            round: round.clone(),
        })
    }

    // Assessments

    pub(crate) fn records(&self, organisation: OrganisationId) -> Vec<&Arc<Record>> {
        let ids = self.history.by_organisation.get(&organisation).into_iter().flatten();
        ids.filter_map(|id| self.history.assessments.get(id)).collect()
    }

    #[expect(clippy::disallowed_methods, reason = "made from what the ledger says")]
    pub(crate) fn header(&self, record: &Record) -> Option<Assessment> {
        let progress = record.progress_at(self.moment.position)?;
        let reference = self.round(record.started.round)?.dates.reference;
        let region = self.organisation(record.started.organisation)?.region(self.on(Some(reference)));
        Some(Assessment::recorded(&record.started, region, progress, record.synthetic))
    }

    fn grant_header(&self, record: &Record) -> Option<Granted<ViewHeader, Assessment>> {
        self.viewer.grant(self.header(record)?).ok()
    }

    /// None where there is none, and where this viewer may not see it.
    pub fn assessment(&self, id: AssessmentId) -> Option<Granted<ViewHeader, Assessment>> {
        self.grant_header(self.history.assessments.get(&id)?)
    }

    /// Those of an organisation that this viewer may see, latest reference date first.
    pub fn assessments_of(&self, organisation: OrganisationId) -> Vec<Granted<ViewHeader, Assessment>> {
        let records = self.records(organisation).into_iter();
        let mut seen: Vec<_> = records.filter_map(|record| self.grant_header(record)).collect();
        let reference =
            |granted: &Granted<_, Assessment>| self.round(granted.thing().round()).map(|r| r.dates.reference);
        seen.sort_by_key(|granted| std::cmp::Reverse((reference(granted), granted.thing().id())));
        seen
    }

    /// The form as it is filled in, for those who may see working papers.
    pub fn paper(&self, id: AssessmentId) -> Option<Granted<ViewWorking, Paper>> {
        let record = self.history.assessments.get(&id)?;
        let assessment = self.header(record)?;
        if !self.viewer.may(Action::ViewWorking, &assessment.owner()) {
            return None;
        }
        let (round, edition) = (self.round(assessment.round())?, self.edition(assessment.edition())?);
        let latest = record.latest(edition.elements.len(), Basis::SelfRated, self.moment.position);
        let supports = |cited: &Cited| cited.stance == Stance::Supports;
        let own = self.records(assessment.organisation()).into_iter();
        let paper = Paper {
            answers: latest.into_iter().map(|index| index.map(|index| record.ratings[index])).collect(),
            cited: self
                .cited(record)
                .into_iter()
                .filter(supports)
                .map(|cited| (cited.element, cited.evidence.id))
                .collect(),
            evidence: own.flat_map(|record| self.cited(record)).map(|cited| cited.evidence.id).collect(),
            previous: self.previous(&assessment, &round),
            assessment,
            round,
            edition,
        };
        self.viewer.grant(paper).ok()
    }

    /// What this viewer may read of an assessment's texts: all of them, or the published rationale where the round says so.
    pub fn readable(&self, assessment: &Assessment) -> Option<Readable> {
        let papers = self.viewer.may(Action::ViewWorking, &assessment.owner());
        let shown = || {
            let published = assessment.stage() == Stage::Published;
            published
                && self.round(assessment.round()).is_some_and(|round| round.policy.readers_see_rationale)
        };
        (papers || shown()).then(|| Readable::new(assessment.id(), papers))
    }

    fn previous(&self, assessment: &Assessment, round: &Round) -> Vec<(crate::id::ElementId, Value)> {
        let mut earlier = self
            .publications(assessment.organisation(), round.framework, crate::publication::Include::Published)
            .into_iter();
        let last = earlier.rfind(|publication| publication.round.dates.reference < round.dates.reference);
        last.iter()
            .flat_map(|publication| {
                let rated = publication
                    .edition
                    .elements
                    .iter()
                    .zip(publication.values(crate::publication::Basis::Agreed));
                rated.filter_map(|(element, value)| Some((element.id, value?))).collect::<Vec<_>>()
            })
            .collect()
    }

    fn cited(&self, record: &Record) -> Vec<Cited> {
        let citations = record.citations.iter().filter(|citation| self.sees(citation.position));
        citations
            .filter_map(|citation| {
                let known = self.history.evidence.get(&citation.evidence)?;
                let evidence = Evidence {
                    id: citation.evidence,
                    kind: known.kind,
                    observed_on: known.observed_on,
                    review_by: known.review_by,
                };
                Some(Cited { element: citation.element, evidence, stance: citation.stance })
            })
            .collect()
    }

    /// What an assessment cites, in order of citation.
    pub fn citations(&self, paper: &Granted<ViewWorking, Paper>) -> Vec<Cited> {
        let id = paper.thing().assessment.id();
        self.history.assessments.get(&id).map(|record| self.cited(record)).unwrap_or_default()
    }

    /// Any rating that an assessment ever had.
    pub fn rating(&self, paper: &Granted<ViewWorking, Paper>, id: RatingId) -> Option<Rating> {
        let record = self.history.assessments.get(&paper.thing().assessment.id())?;
        record.ratings.iter().find(|rating| rating.id == id && self.sees(rating.position)).copied()
    }

    /// The approval that the latest submission carried.
    pub fn approval(
        &self,
        paper: &Granted<ViewWorking, Paper>,
    ) -> Option<(Position, ApprovalKind, NaiveDate)> {
        let record = self.history.assessments.get(&paper.thing().assessment.id())?;
        let (at, approval) = record.approvals.iter().rev().find(|(at, _)| self.sees(*at))?;
        approval.map(|(kind, on)| (*at, kind, on))
    }

    /// The evidence of this id and the assessment it was recorded for, where the viewer may see that one's papers.
    pub fn evidence(&self, id: EvidenceId) -> Option<(Granted<ViewWorking, Paper>, Cited)> {
        let known = self.history.evidence.get(&id).filter(|known| self.sees(known.recorded))?;
        let paper = self.paper(known.assessment)?;
        let cited = self.citations(&paper).into_iter().find(|cited| cited.evidence.id == id)?;
        Some((paper, cited))
    }
}
