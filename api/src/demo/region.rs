//! The acts of regions as commands, once the ids they need are known.

use domain::batch::Batch;
use domain::command::Command;
use domain::correction::CorrectRatings;
use domain::extension::ExtendDeadline;
use domain::moderation::{ModerateElements, ModerateItem, ShareModeration};
use domain::publication::{PublishAssessments, PublishItem};
use domain::submission::ReturnAssessment;
use domain::text;

use super::commands::{Clerk, flaw, words};
use super::review::Judgement;
use super::review_words;
use crate::error::Error;

impl Clerk<'_> {
    pub(super) fn extend(&self, number: usize) -> Result<Command, Error> {
        let paper = self.paper(number);
        let until = paper.review.more_time_until;
        Ok(Command::ExtendDeadline(ExtendDeadline {
            round: self.round(paper)?,
            organisation: self.organisation(paper)?,
            until: until.ok_or_else(|| flaw(format!("paper {number} has no more time")))?,
            reason: words(review_words::EXTENSION, text::REASON)?,
        }))
    }

    pub(super) fn give_back(&self, number: usize) -> Result<Command, Error> {
        let (assessment, expected_revision) = self.assessment(number)?;
        let paper = self.paper(number);
        let notes = paper.review.notes.iter().map(|note| self.note(paper, note.element, note.what));
        Ok(Command::ReturnAssessment(ReturnAssessment {
            assessment,
            expected_revision,
            reason: words(review_words::RETURN_REASON, text::REASON)?,
            notes: notes.collect::<Result<_, _>>()?,
        }))
    }

    pub(super) fn moderate(&self, number: usize) -> Result<Command, Error> {
        let (assessment, _) = self.assessment(number)?;
        let judged = self.paper(number).review.judged.iter();
        let items = judged.map(|judgement| Ok(Ok(self.judgement(number, judgement)?)));
        Ok(Command::ModerateElements(ModerateElements {
            assessment,
            items: items.collect::<Result<_, Error>>()?,
            batch: Batch::AllOrNothing,
            dry_run: false,
        }))
    }

    fn judgement(&self, number: usize, judgement: &Judgement) -> Result<ModerateItem, Error> {
        let paper = self.paper(number);
        let Judgement { element, level, reason } = *judgement;
        let own = self.ids.own.get(&(number, element));
        let (of, _) = *own.as_ref().ok_or_else(|| flaw(format!("paper {number} did not rate {element}")))?;
        Ok(ModerateItem {
            element: self.element(paper, element),
            of: *of,
            replaces: None,
            outcome: self.level(paper, level)?,
            reason: reason.map(|reason| words(reason, text::REASON)).transpose()?,
        })
    }

    pub(super) fn share(&self, number: usize) -> Result<Command, Error> {
        let (assessment, expected_revision) = self.assessment(number)?;
        Ok(Command::ShareModeration(ShareModeration { assessment, expected_revision }))
    }

    /// With answers to what was contested.
    pub(super) fn publish(&self, papers: &[usize]) -> Result<Command, Error> {
        let item = |number: &usize| {
            let (assessment, expected_revision) = self.assessment(*number)?;
            let paper = self.paper(*number);
            let contests = paper.review.response.iter().flatten();
            let answers = contests.map(|contest| self.note(paper, contest.element, contest.answer));
            Ok(PublishItem { assessment, expected_revision, answers: answers.collect::<Result<_, _>>()? })
        };
        let items = papers.iter().map(item).collect::<Result<_, Error>>()?;
        Ok(Command::PublishAssessments(PublishAssessments { items, dry_run: false }))
    }

    pub(super) fn correct(&self, number: usize) -> Result<Command, Error> {
        let (assessment, expected_revision) = self.assessment(number)?;
        let correction = self.paper(number).review.correction.as_ref();
        let correction = correction.ok_or_else(|| flaw(format!("paper {number} has no correction")))?;
        let judgement = Judgement { element: correction.element, level: correction.level, reason: None };
        Ok(Command::CorrectRatings(CorrectRatings {
            assessment,
            expected_revision,
            items: vec![Ok(self.judgement(number, &judgement)?)],
            reason: words(correction.reason, text::REASON)?,
        }))
    }
}
