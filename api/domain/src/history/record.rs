//! All that ever happened to one assessment.

use chrono::NaiveDate;

use crate::assessment::{AssessmentStarted, Contested, Progress, Sharing, Stage};
use crate::contest::ModerationContested;
use crate::correction::RatingsCorrected;
use crate::evidence::{EvidenceRecorded, Stance};
use crate::framework::Edition;
use crate::id::{EvidenceId, PersonId};
use crate::ledger::{Entry, Position, Via};
use crate::moderation::{ElementsModerated, ModeratedItem, ModerationShared};
use crate::note::{Note, NoteKind};
use crate::policy::ApprovalKind;
use crate::publication::PublishedItem;
use crate::rating::{Basis, ElementsRated, RatedItem, Rating, Value};
use crate::retraction::PublicationRetracted;
use crate::submission::{AssessmentReturned, AssessmentSubmitted, AssessmentWithdrawn};

/// In order of position.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    /// Without what it carried forward, which stands among the ratings.
    pub(crate) started: AssessmentStarted,
    pub(crate) synthetic: bool,
    pub(crate) progress: Vec<(Position, Progress)>,
    pub(crate) ratings: Vec<Rating>,
    pub(crate) citations: Vec<Citation>,
    pub(crate) submissions: Vec<Submission>,
    pub(crate) notes: Vec<NoteRecord>,
    /// When the system accepted or contested.
    pub(crate) responses: Vec<Position>,
    pub(crate) published: Vec<Published>,
    /// Hidden from then on.
    pub(crate) retracted: Option<Position>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Submission {
    pub(crate) position: Position,
    pub(crate) by: PersonId,
    pub(crate) approval: Option<(ApprovalKind, NaiveDate)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NoteRecord {
    pub(crate) position: Position,
    pub(crate) kind: NoteKind,
    /// Index in the edition.
    pub(crate) element: usize,
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

impl Record {
    pub(super) fn start(entry: &Entry, edition: &Edition, started: &AssessmentStarted) -> Option<Self> {
        let progress = Progress {
            stage: Stage::Draft,
            revision: 1,
            was_submitted: false,
            sharing: None,
            is_retracted: false,
        };
        let mut record = Self {
            started: AssessmentStarted { carried: Vec::new(), ..started.clone() },
            synthetic: entry.via == Via::Demo,
            progress: vec![(entry.position, progress)],
            ratings: Vec::new(),
            citations: Vec::new(),
            submissions: Vec::new(),
            notes: Vec::new(),
            responses: Vec::new(),
            published: Vec::new(),
            retracted: None,
        };
        started.carried.iter().try_for_each(|item| record.add(entry, edition, item))?;
        Some(record)
    }

    fn add(&mut self, entry: &Entry, edition: &Edition, item: &RatedItem) -> Option<()> {
        let element = edition.element_by_id(item.element)?;
        self.ratings.push(Rating {
            id: item.id,
            element,
            basis: Basis::SelfRated,
            value: item.value.value(edition)?,
            confidence: item.confidence,
            has_rationale: item.rationale.is_some() || item.keeps_rationale,
            carried_from: item.carried_from,
            judged: None,
            position: entry.position,
            by: entry.actor?,
            supersedes: item.supersedes,
        });
        self.citations.extend(item.evidence.iter().map(|evidence| Citation {
            position: entry.position,
            element,
            evidence: *evidence,
            stance: Stance::Supports,
        }));
        Some(())
    }

    pub(super) fn rate(&mut self, entry: &Entry, edition: &Edition, rated: &ElementsRated) -> Option<()> {
        rated.items.iter().try_for_each(|item| self.add(entry, edition, item))?;
        self.advance(entry.position, rated.revision, |last| last);
        Some(())
    }

    fn judge(&mut self, entry: &Entry, edition: &Edition, items: &[ModeratedItem]) -> Option<()> {
        for item in items {
            self.ratings.push(Rating {
                id: item.id,
                element: edition.element_by_id(item.element)?,
                basis: Basis::Moderated,
                value: item.value.value(edition)?,
                confidence: None,
                has_rationale: item.rationale.is_some(),
                carried_from: None,
                judged: Some(item.judged),
                position: entry.position,
                by: entry.actor?,
                supersedes: item.supersedes,
            });
        }
        Some(())
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
        self.fix(entry.position, edition.elements.len());
        self.advance(entry.position, event.revision, |last| last);
        Some(())
    }

    pub(super) fn withdraw(&mut self, at: Position, event: &AssessmentWithdrawn) {
        self.advance(at, event.revision, |last| Progress { stage: Stage::Withdrawn, ..last });
    }

    pub(super) fn give_back(
        &mut self,
        at: Position,
        edition: &Edition,
        event: &AssessmentReturned,
    ) -> Option<()> {
        self.note(at, NoteKind::Return, edition, &event.notes)?;
        self.advance(at, event.revision, |last| Progress { stage: Stage::Returned, ..last });
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
        self.retracted = Some(at);
        self.advance(at, event.revision, |last| Progress { is_retracted: true, ..last });
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
                element: edition.element_by_id(*id)?,
                evidence: recorded.evidence,
                stance: recorded.stance,
            });
        }
        self.advance(at, recorded.revision, |last| last);
        Some(())
    }

    pub(super) fn submit(&mut self, entry: &Entry, submitted: &AssessmentSubmitted) -> Option<()> {
        let approval = submitted.approval.map(|approval| (approval.kind, approval.on));
        self.submissions.push(Submission { position: entry.position, by: entry.actor?, approval });
        self.advance(entry.position, submitted.revision, |last| Progress {
            stage: Stage::Submitted,
            was_submitted: true,
            ..last
        });
        Some(())
    }

    pub(super) fn share(&mut self, position: Position, event: &ModerationShared) {
        let sharing = Some(Sharing { position, on: event.on, respond_by: event.respond_by });
        self.advance(position, event.revision, |last| Progress { stage: Stage::Moderated, sharing, ..last });
    }

    pub(super) fn publish(&mut self, at: Position, edition: &Edition, item: &PublishedItem) -> Option<()> {
        self.note(at, NoteKind::Answer, edition, &item.answers)?;
        self.fix(at, edition.elements.len());
        self.advance(at, item.revision, |last| Progress { stage: Stage::Published, ..last });
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
        let known = self.progress.iter().filter(|(position, _)| *position <= at);
        let steps = known.clone().zip(known.skip(1));
        let returns = steps.filter(|((_, before), (_, after))| {
            before.stage == Stage::Submitted && after.stage == Stage::Returned
        });
        returns.map(|(_, (position, _))| *position).last()
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
