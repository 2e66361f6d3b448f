//! Assessments through a lens: headers, forms, and what they cite, as far as the viewer may see them.

use std::sync::Arc;

use chrono::NaiveDate;

use super::Lens;
use crate::access::{Action, Granted, Owned, Readable, ViewHeader, ViewWorking};
use crate::assessment::{Assessment, AssessmentStarted, Entrant, Missing, Paper, Place, Stage};
use crate::evidence::{EvidenceKind, Stance};
use crate::framework::Edition;
use crate::history::Record;
use crate::id::{AssessmentId, ElementId, EvidenceId, OrganisationId, RatingId, RoundId};
use crate::ledger::Position;
use crate::note::NoteKind;
use crate::organisation::Organisation;
use crate::policy::ApprovalKind;
use crate::publication::{Basis as FigureBasis, Publication};
use crate::rating::{Basis, Rating, Value};
use crate::round::Round;

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
    /// An organisation and a round, to see whether it could start there now.
    pub fn entrant(&self, organisation: OrganisationId, round: &Arc<Round>) -> Option<Entrant> {
        let organisation = self.organisation(organisation)?;
        let reference = self.on(Some(round.dates.reference));
        Some(Entrant {
            organisation: organisation.id,
            kind: organisation.kind,
            place: self.place(organisation, round),
            open_on_reference_date: organisation.is_open(reference),
            has_assessment: self.live_record(organisation.id, round).is_some(),
            edition: self.edition(round.edition)?,
            round: round.clone(),
        })
    }

    fn live_record(&self, organisation: OrganisationId, round: &Round) -> Option<&Arc<Record>> {
        let is_live = |record: &&Arc<Record>| {
            let stage = record.stage_at(self.moment.position);
            record.round.id == round.id && stage.is_some_and(|stage| stage != Stage::Withdrawn)
        };
        let day = round.dates.reference;
        self.records_between(organisation, (day, day)).find(is_live)
    }

    fn place(&self, organisation: &Organisation, round: &Round) -> Place {
        let extensions = self.history.extensions.get(&(round.id, organisation.id)).into_iter().flatten();
        let last = extensions.rev().find(|extension| self.sees(extension.recorded));
        Place {
            region: organisation.region(self.on(Some(round.dates.reference))),
            successors: self.successors_of(organisation.id, round.dates.reference),
            extended_until: last.map(|extension| extension.until),
        }
    }

    /// In order of reference date.
    pub(crate) fn records(
        &self,
        organisation: OrganisationId,
    ) -> impl DoubleEndedIterator<Item = &Arc<Record>> {
        self.records_between(organisation, (NaiveDate::MIN, NaiveDate::MAX))
    }

    fn records_between(
        &self,
        organisation: OrganisationId,
        (first, last): (NaiveDate, NaiveDate),
    ) -> impl DoubleEndedIterator<Item = &Arc<Record>> {
        let found = self.history.by_organisation.range(
            move |(of, day, _), ()| (*of, *day) < (organisation, first),
            move |(of, day, _), ()| (*of, *day) <= (organisation, last),
        );
        found.filter_map(|((_, _, assessment), ())| self.history.assessments.get(assessment))
    }

    #[expect(clippy::disallowed_methods, reason = "made from what the ledger says")]
    pub(crate) fn header(&self, record: &Record) -> Option<Assessment> {
        let progress = record.progress_at(self.moment.position)?;
        let place = self.place(self.organisation(record.organisation)?, &record.round);
        let started = AssessmentStarted {
            assessment: record.assessment,
            organisation: record.organisation,
            round: record.round.id,
            edition: record.edition.id,
            carried: Vec::new(),
        };
        Some(Assessment::recorded(&started, place, progress, record.synthetic))
    }

    fn grant_header(&self, record: &Record) -> Option<Granted<ViewHeader, Assessment>> {
        self.viewer.grant(self.header(record)?).ok()
    }

    /// None where there is none, and where this viewer may not see it.
    pub fn assessment(&self, id: AssessmentId) -> Option<Granted<ViewHeader, Assessment>> {
        self.grant_header(self.history.assessments.get(&id)?)
    }

    /// Organisations that a round expects, by name on its reference date.
    pub fn expected(&self, round: &Round, edition: &Edition) -> Vec<OrganisationId> {
        let reference = self.on(Some(round.dates.reference));
        let assessed = edition.definition.assesses.iter();
        let organisations = assessed.flat_map(|kind| self.organisations(*kind, reference));
        organisations.filter(|known| known.is_open(reference)).map(|known| known.id).collect()
    }

    /// The assessment that an organisation has in a round, where this viewer may see it.
    pub fn live(
        &self,
        organisation: OrganisationId,
        round: RoundId,
    ) -> Option<Granted<ViewHeader, Assessment>> {
        let round = &self.history.rounds.get(&round)?.thing;
        self.grant_header(self.live_record(organisation, round)?)
    }

    /// Whether the system accepted or contested what the region shared.
    pub fn has_response(&self, assessment: &Assessment) -> bool {
        let record = self.history.assessments.get(&assessment.id());
        let responses = record.into_iter().flat_map(|record| &record.responses);
        let since = assessment.sharing().map(|sharing| sharing.position);
        responses.filter(|at| self.sees(**at)).any(|at| Some(*at) > since)
    }

    /// The largest difference in levels between the region's judgement and the system's own, as far as the viewer may see it.
    pub fn largest_difference(&self, assessment: &Granted<ViewHeader, Assessment>) -> Option<u16> {
        let of_papers = |paper: Granted<ViewWorking, Paper>| {
            let paper = paper.thing();
            let differences = (0..paper.answers.len()).filter_map(|element| paper.difference(element));
            differences.map(i16::unsigned_abs).max()
        };
        let of_publication = |publication: Publication| {
            let pairs =
                publication.ratings(FigureBasis::Moderated).zip(publication.ratings(FigureBasis::SelfRated));
            let differences = pairs.filter_map(|(moderated, own)| moderated?.steps_from(&own?));
            differences.map(i16::unsigned_abs).max()
        };
        match self.paper(assessment.thing().id()) {
            Some(paper) => of_papers(paper),
            None => self.published(assessment).and_then(of_publication),
        }
    }

    /// By what lists of assessments are ordered: reference date (latest first), name of the organisation then, and id.
    pub fn place_in_lists(
        &self,
        assessment: &Assessment,
    ) -> (Option<NaiveDate>, Option<String>, AssessmentId) {
        let reference = self.round(assessment.round()).map(|round| round.dates.reference);
        let known = self.organisation(assessment.organisation());
        (reference, known.map(|known| known.name(self.on(reference)).to_owned()), assessment.id())
    }

    /// Those of a round and in a stage that are wanted and that this viewer may see, latest reference date first, then by
    /// name of the organisation: a list for each reference date, made when it is asked for. A page needs only a few.
    pub fn assessments_by_day(
        &self,
        wanted: impl Fn(&Round, Stage) -> bool,
    ) -> impl Iterator<Item = Vec<Granted<ViewHeader, Assessment>>> {
        self.days().map(move |day| {
            let found = self.history.by_day.range(
                move |(reference, _), ()| *reference < day,
                move |(reference, _), ()| *reference <= day,
            );
            let records = found.filter_map(|((_, id), ())| self.history.assessments.get(id));
            let is_wanted = |record: &&Arc<Record>| {
                let stage = record.stage_at(self.moment.position);
                stage.is_some_and(|stage| wanted(&record.round, stage))
            };
            self.in_order(records.filter(is_wanted))
        })
    }

    /// Reference dates, the latest first.
    fn days(&self) -> impl Iterator<Item = NaiveDate> {
        let days = self.rounds_between(None, None).rev().map(|round| round.dates.reference);
        let mut last = None;
        days.filter(move |day| last.replace(*day) != Some(*day))
    }

    fn in_order<'a>(
        &self,
        records: impl Iterator<Item = &'a Arc<Record>>,
    ) -> Vec<Granted<ViewHeader, Assessment>> {
        let mut seen: Vec<_> = records.filter_map(|record| self.grant_header(record)).collect();
        seen.sort_by_cached_key(|granted| {
            let (reference, name, id) = self.place_in_lists(granted.thing());
            (std::cmp::Reverse(reference), name, id)
        });
        seen
    }

    /// Those of an organisation that this viewer may see, latest reference date first.
    pub fn assessments_of(&self, organisation: OrganisationId) -> Vec<Granted<ViewHeader, Assessment>> {
        self.in_order(self.records(organisation))
    }

    /// The same, a list for each reference date, made when it is asked for.
    pub fn assessments_of_by_day(
        &self,
        organisation: OrganisationId,
    ) -> impl Iterator<Item = Vec<Granted<ViewHeader, Assessment>>> {
        self.days().map(move |day| self.in_order(self.records_between(organisation, (day, day))))
    }

    /// The form as it is filled in, for those who may see working papers.
    pub fn paper(&self, id: AssessmentId) -> Option<Granted<ViewWorking, Paper>> {
        let record = self.history.assessments.get(&id)?;
        let assessment = self.header(record)?;
        if !self.viewer.may(Action::ViewWorking, &assessment.owner()) {
            return None;
        }
        let (round, edition) = (record.round.clone(), record.edition.clone());
        let (elements, position) = (edition.elements.len(), self.moment.position);
        let latest = |basis| record.latest(basis, position);
        let shown = |rating: &Rating| self.shows_judgement(record, &assessment, rating);
        let moderations = latest(Basis::Moderated).map(|rating| rating.filter(shown)).collect();
        let submissions = record.submissions.iter().filter(|submission| self.sees(submission.position));
        let supports = |cited: &Cited| cited.stance == Stance::Supports;
        let organisation = assessment.organisation();
        let citing =
            self.history.citing.range(|(of, _), ()| *of < organisation, |(of, _), ()| *of <= organisation);
        let own = citing.filter_map(|((_, id), ())| self.history.assessments.get(id));
        let paper = Paper {
            answers: latest(Basis::SelfRated).collect(),
            moderations,
            contests: record.contests(elements, position),
            submitters: submissions.map(|submission| submission.by).collect(),
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

    /// What the region judged shows to the system once it is shared, and what it corrects after publishing at once.
    fn shows_judgement(&self, record: &Record, assessment: &Assessment, rating: &Rating) -> bool {
        let corrects = || record.published.is_some_and(|first| first < rating.position);
        rating.basis == Basis::SelfRated
            || self.viewer.may(Action::ViewModeration, &assessment.owner())
            || corrects()
    }

    /// What this viewer may read of an assessment's texts: all of them, or the published rationale where the round says so.
    pub fn readable(&self, assessment: &Assessment) -> Option<Readable> {
        let papers = self.viewer.may(Action::ViewWorking, &assessment.owner());
        let shown = || {
            let published = assessment.stage() == Stage::Published && !assessment.is_retracted();
            published
                && self.round(assessment.round()).is_some_and(|round| round.policy.readers_see_rationale)
        };
        (papers || shown()).then(|| Readable::new(assessment.id(), papers))
    }

    fn previous(&self, assessment: &Assessment, round: &Round) -> Vec<(ElementId, Value)> {
        let before = round.dates.reference;
        let last = self.published_before(assessment.organisation(), round.framework, before);
        last.iter()
            .flat_map(|publication| {
                let rated = publication.edition.elements.iter().zip(publication.values(FigureBasis::Agreed));
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
                Some(Cited { element: citation.element(), evidence, stance: citation.stance })
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
        let shown = |rating: &Rating| {
            self.sees(rating.position) && self.shows_judgement(record, &paper.thing().assessment, rating)
        };
        record.ratings.by_id(id).filter(shown)
    }

    /// The latest note of a kind on an element of the form; of returns, only the last one counts.
    pub fn note(
        &self,
        paper: &Granted<ViewWorking, Paper>,
        element: usize,
        kind: NoteKind,
    ) -> Option<Position> {
        let paper = paper.thing();
        let record = self.history.assessments.get(&paper.assessment.id())?;
        let at = self.moment.position;
        let note = record.notes(paper.edition.elements.len(), kind, at)[element];
        note.filter(|note| kind != NoteKind::Return || record.returned(at) == Some(*note))
    }

    /// Whose rating another was carried forward from, and in which round: the organisation's own or a predecessor's.
    pub fn assessment_of(
        &self,
        assessment: AssessmentId,
        from: RatingId,
    ) -> Option<(OrganisationId, Arc<Round>)> {
        let organisation = self.history.assessments.get(&assessment)?.organisation;
        let predecessors = self.successions().filter(|link| link.successor == organisation);
        let bodies = std::iter::once(organisation).chain(predecessors.map(|link| link.predecessor));
        // Most were carried from the round before.
        let mut records = bodies.flat_map(|body| self.records(body).rev());
        let record = records.find(|record| record.ratings.by_id(from).is_some())?;
        Some((record.organisation, record.round.clone()))
    }

    /// The approval that the latest submission carried.
    pub fn approval(
        &self,
        paper: &Granted<ViewWorking, Paper>,
    ) -> Option<(Position, ApprovalKind, NaiveDate)> {
        let record = self.history.assessments.get(&paper.thing().assessment.id())?;
        let last = record.submissions.iter().rev().find(|submission| self.sees(submission.position))?;
        last.approval.map(|(kind, on)| (last.position, kind, on))
    }

    /// All that keeps it from being submitted. An approval was for what was submitted then; what is being amended needs another.
    pub fn missing(&self, paper: &Granted<ViewWorking, Paper>) -> Vec<Missing> {
        let form = paper.thing();
        let is_amended = form.assessment.stage() == Stage::Returned;
        let approval = self.approval(paper).filter(|_| !is_amended);
        form.missing(approval.map(|(_, kind, _)| kind))
    }

    /// The evidence of this id and the assessment it was recorded for, where the viewer may see that one's papers.
    pub fn evidence(&self, id: EvidenceId) -> Option<(Granted<ViewWorking, Paper>, Cited)> {
        let known = self.history.evidence.get(&id).filter(|known| self.sees(known.recorded))?;
        let paper = self.paper(known.assessment)?;
        let cited = self.citations(&paper).into_iter().find(|cited| cited.evidence.id == id)?;
        Some((paper, cited))
    }
}
