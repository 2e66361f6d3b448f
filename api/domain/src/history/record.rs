//! All that ever happened to one assessment.

use std::sync::Arc;

use chrono::NaiveDate;

use super::ratings::{Of, Ratings, Unpacked};
use crate::assessment::{AssessmentStarted, Contested, Progress, Sharing, Stage};
use crate::contest::ModerationContested;
use crate::correction::RatingsCorrected;
use crate::evidence::{EvidenceRecorded, Stance};
use crate::framework::Edition;
use crate::id::{AssessmentId, ElementId, EvidenceId, FrameworkId, OrganisationId, PersonId};
use crate::ledger::{Entry, Position, Via};
use crate::moderation::{ElementsModerated, ModeratedItem, ModerationShared};
use crate::note::{Note, NoteKind};
use crate::policy::ApprovalKind;
use crate::publication::PublishedItem;
use crate::rating::{Basis, ElementsRated, RatedItem, Rating, Value};
use crate::retraction::PublicationRetracted;
use crate::round::Round;
use crate::submission::{AssessmentReturned, AssessmentSubmitted, AssessmentWithdrawn};

/// In order of position.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) assessment: AssessmentId,
    pub(crate) organisation: OrganisationId,
    pub(crate) round: Arc<Round>,
    pub(crate) edition: Arc<Edition>,
    pub(crate) synthetic: bool,
    progress: Vec<Step>,
    sharings: Vec<Sharing>,
    pub(crate) ratings: Ratings,
    pub(crate) citations: Vec<Citation>,
    pub(crate) submissions: Vec<Submission>,
    notes: Vec<NoteRecord>,
    /// When the system accepted or contested.
    pub(crate) responses: Vec<Position>,
    /// For the first time.
    pub(crate) published: Option<Position>,
}

/// How far it came by an entry of the ledger.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    position: Position,
    revision: u32,
    stage: Stage,
    was_submitted: bool,
    is_retracted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Submission {
    pub(crate) position: Position,
    pub(crate) by: PersonId,
    pub(crate) approval: Option<(ApprovalKind, NaiveDate)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct NoteRecord {
    position: Position,
    kind: NoteKind,
    /// Index in the edition.
    element: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Citation {
    pub(crate) position: Position,
    pub(crate) evidence: EvidenceId,
    /// Index in the edition.
    element: u16,
    pub(crate) stance: Stance,
}

impl Citation {
    pub(crate) fn element(&self) -> usize {
        usize::from(self.element)
    }
}

fn element(edition: &Edition, id: ElementId) -> Option<u16> {
    u16::try_from(edition.element_by_id(id)?).ok()
}

impl Record {
    pub(super) fn start(
        entry: &Entry,
        edition: &Arc<Edition>,
        round: &Arc<Round>,
        started: &AssessmentStarted,
    ) -> Option<Self> {
        let position = entry.position;
        let first =
            Step { position, revision: 1, stage: Stage::Draft, was_submitted: false, is_retracted: false };
        let mut record = Self {
            assessment: started.assessment,
            organisation: started.organisation,
            round: round.clone(),
            edition: edition.clone(),
            synthetic: entry.via == Via::Demo,
            progress: vec![first],
            sharings: Vec::new(),
            ratings: Ratings::default(),
            citations: Vec::new(),
            submissions: Vec::new(),
            notes: Vec::new(),
            responses: Vec::new(),
            published: None,
        };
        record.add(entry, edition, &started.carried)?;
        Some(record)
    }

    fn add(&mut self, entry: &Entry, edition: &Edition, items: &[RatedItem]) -> Option<()> {
        for item in items.iter().filter(|item| !item.evidence.is_empty()) {
            let element = element(edition, item.element)?;
            let supports =
                |evidence| Citation { position: entry.position, evidence, element, stance: Stance::Supports };
            self.citations.extend(item.evidence.iter().copied().map(supports));
        }
        let unpacked = items.iter().map(|item| {
            Some(Unpacked {
                id: item.id,
                element: edition.element_by_id(item.element)?,
                value: item.value.value(edition)?,
                confidence: item.confidence,
                has_rationale: item.rationale.is_some() || item.keeps_rationale,
                supersedes: item.supersedes,
                of: Of::Own { carried_from: item.carried_from },
            })
        });
        self.ratings.extend(entry, unpacked)
    }

    pub(super) fn rate(&mut self, entry: &Entry, edition: &Edition, rated: &ElementsRated) -> Option<()> {
        self.add(entry, edition, &rated.items)?;
        self.advance(entry.position, rated.revision, |last| last);
        Some(())
    }

    fn judge(&mut self, entry: &Entry, edition: &Edition, items: &[ModeratedItem]) -> Option<()> {
        let unpacked = items.iter().map(|item| {
            Some(Unpacked {
                id: item.id,
                element: edition.element_by_id(item.element)?,
                value: item.value.value(edition)?,
                confidence: None,
                has_rationale: item.rationale.is_some(),
                supersedes: item.supersedes,
                of: Of::Moderation { judged: item.judged },
            })
        });
        self.ratings.extend(entry, unpacked)
    }

    pub(super) fn moderate(
        &mut self,
        entry: &Entry,
        edition: &Edition,
        event: &ElementsModerated,
    ) -> Option<()> {
        self.judge(entry, edition, &event.items)?;
        self.advance(entry.position, event.revision, |last| last);
        Some(())
    }

    pub(super) fn correct(
        &mut self,
        entry: &Entry,
        edition: &Edition,
        event: &RatingsCorrected,
    ) -> Option<()> {
        self.judge(entry, edition, &event.items)?;
        self.advance(entry.position, event.revision, |last| last);
        Some(())
    }

    pub(super) fn withdraw(&mut self, at: Position, event: &AssessmentWithdrawn) {
        self.advance(at, event.revision, |last| Step { stage: Stage::Withdrawn, ..last });
    }

    pub(super) fn give_back(
        &mut self,
        at: Position,
        edition: &Edition,
        event: &AssessmentReturned,
    ) -> Option<()> {
        self.note(at, NoteKind::Return, edition, &event.notes)?;
        self.advance(at, event.revision, |last| Step { stage: Stage::Returned, ..last });
        Some(())
    }

    pub(super) fn contest(
        &mut self,
        at: Position,
        edition: &Edition,
        event: &ModerationContested,
    ) -> Option<()> {
        self.responses.push(at);
        self.note(at, NoteKind::Contest, edition, &event.contests)?;
        self.advance(at, event.revision, |last| last);
        Some(())
    }

    pub(super) fn retract(&mut self, at: Position, event: &PublicationRetracted) {
        self.advance(at, event.revision, |last| Step { is_retracted: true, ..last });
    }

    pub(super) fn cite(
        &mut self,
        at: Position,
        edition: &Edition,
        recorded: &EvidenceRecorded,
    ) -> Option<()> {
        for id in &recorded.elements {
            self.citations.push(Citation {
                position: at,
                evidence: recorded.evidence,
                element: element(edition, *id)?,
                stance: recorded.stance,
            });
        }
        self.advance(at, recorded.revision, |last| last);
        Some(())
    }

    pub(super) fn submit(&mut self, entry: &Entry, submitted: &AssessmentSubmitted) -> Option<()> {
        let approval = submitted.approval.map(|approval| (approval.kind, approval.on));
        self.submissions.push(Submission { position: entry.position, by: entry.actor?, approval });
        self.advance(entry.position, submitted.revision, |last| Step {
            stage: Stage::Submitted,
            was_submitted: true,
            ..last
        });
        Some(())
    }

    pub(super) fn share(&mut self, position: Position, event: &ModerationShared) {
        self.sharings.push(Sharing { position, on: event.on, respond_by: event.respond_by });
        self.advance(position, event.revision, |last| Step { stage: Stage::Moderated, ..last });
    }

    pub(super) fn publish(&mut self, at: Position, edition: &Edition, item: &PublishedItem) -> Option<()> {
        self.note(at, NoteKind::Answer, edition, &item.answers)?;
        self.published.get_or_insert(at);
        self.advance(at, item.revision, |last| Step { stage: Stage::Published, ..last });
        Some(())
    }

    fn note(&mut self, position: Position, kind: NoteKind, edition: &Edition, notes: &[Note]) -> Option<()> {
        for note in notes {
            let element = edition.element_by_id(note.element)?;
            self.notes.push(NoteRecord { position, kind, element });
        }
        Some(())
    }

    /// The latest note of a kind on each element, by index.
    pub(crate) fn notes(&self, elements: usize, kind: NoteKind, at: Position) -> Vec<Option<Position>> {
        let mut notes = vec![None; elements];
        for note in self.notes.iter().filter(|note| note.kind == kind && note.position <= at) {
            notes[note.element] = Some(note.position);
        }
        notes
    }

    /// When the region returned it last.
    pub(crate) fn returned(&self, at: Position) -> Option<Position> {
        let known = self.known_steps(at);
        let returns = known
            .windows(2)
            .rfind(|steps| steps[0].stage == Stage::Submitted && steps[1].stage == Stage::Returned);
        returns.map(|steps| steps[1].position)
    }

    /// The latest contest of each element, by index.
    pub(crate) fn contests(&self, elements: usize, at: Position) -> Vec<Option<Contested>> {
        let answers = self.notes(elements, NoteKind::Answer, at);
        let contests = self.notes(elements, NoteKind::Contest, at).into_iter().zip(answers);
        let contested = |(contest, answer): (Option<Position>, Option<Position>)| {
            contest.map(|position| Contested { position, is_answered: answer > Some(position) })
        };
        contests.map(contested).collect()
    }

    fn advance(&mut self, position: Position, revision: u32, change: impl FnOnce(Step) -> Step) {
        let last = *self.progress.last().expect("a record begins with its start");
        self.progress.push(Step { position, revision, ..change(last) });
    }

    fn known_steps(&self, at: Position) -> &[Step] {
        &self.progress[..self.progress.partition_point(|step| step.position <= at)]
    }

    pub(crate) fn stage_at(&self, position: Position) -> Option<Stage> {
        self.known_steps(position).last().map(|step| step.stage)
    }

    pub(crate) fn progress_at(&self, position: Position) -> Option<Progress> {
        let step = self.known_steps(position).last()?;
        Some(Progress {
            stage: step.stage,
            revision: step.revision,
            was_submitted: step.was_submitted,
            sharing: self.sharings.iter().rfind(|sharing| sharing.position <= position).copied(),
            is_retracted: step.is_retracted,
        })
    }

    /// In the index of figures: the series, and where in it.
    pub(super) fn place(&self) -> ((OrganisationId, FrameworkId), (NaiveDate, AssessmentId)) {
        ((self.organisation, self.round.framework), (self.round.dates.reference, self.assessment))
    }

    pub(super) fn is_retracted(&self) -> bool {
        self.progress.last().is_some_and(|step| step.is_retracted)
    }

    /// The latest rating of each element on a basis.
    pub(crate) fn latest(&self, basis: Basis, at: Position) -> impl Iterator<Item = Option<Rating>> {
        let latest = self.ratings.latest(self.edition.elements.len(), basis, at).into_iter();
        latest.map(|index| index.map(|index| self.ratings.get(index)))
    }

    /// The ratings as publishing would fix them: own and moderated, by element. A MODERATED rating counts while the SELF
    /// rating it judged stands.
    pub(crate) fn fixed_at(&self, at: Position) -> impl Iterator<Item = (Option<Rating>, Option<Rating>)> {
        let rated = |rating: &Rating| rating.value != Value::Cleared;
        self.latest(Basis::SelfRated, at).zip(self.latest(Basis::Moderated, at)).map(
            move |(own, moderated)| {
                let own = own.filter(rated);
                let judged = own.map(|own| own.id);
                (own, moderated.filter(rated).filter(|moderated| moderated.judged == judged))
            },
        )
    }
}
