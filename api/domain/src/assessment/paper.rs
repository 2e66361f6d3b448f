//! The form of an assessment as it is filled in now, and what it still lacks.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Assessment, Stage};
use crate::access::{Action, Owned, Owner};
use crate::framework::Edition;
use crate::id::{ElementId, EvidenceId, OrganisationId, PersonId};
use crate::ledger::Position;
use crate::policy::{ApprovalKind, Requirement};
use crate::rating::{Rating, Value};
use crate::refusal::{Refusal, Why};
use crate::round::Round;

named! {
    /// What a submission still lacks.
    pub enum MissingKind {
        NotRated = "NOT_RATED",
        /// Carried forward, and confirmed by nobody.
        NotConfirmed = "NOT_CONFIRMED",
        Rationale = "RATIONALE",
        Evidence = "EVIDENCE",
        Approval = "APPROVAL",
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// None where the assessment as a whole lacks it.
    pub element: Option<ElementId>,
    pub kind: MissingKind,
}

/// What the system says against a moderation that was shared with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contested {
    pub position: Position,
    pub is_answered: bool,
}

/// An assessment with all that a decision on it needs: the form as it is filled in now.
#[derive(Clone, Debug)]
pub struct Paper {
    pub assessment: Assessment,
    pub round: Arc<Round>,
    pub edition: Arc<Edition>,
    /// The latest SELF rating by element index, cleared ones included.
    pub answers: Vec<Option<Rating>>,
    /// The latest MODERATED rating by element index, lapsed and cleared ones included. For those who may not see it, none.
    pub moderations: Vec<Option<Rating>>,
    /// The latest contest by element index.
    pub contests: Vec<Option<Contested>>,
    /// Whoever submitted it at any time.
    pub submitters: BTreeSet<PersonId>,
    /// (element index, evidence) that supports.
    pub cited: BTreeSet<(usize, EvidenceId)>,
    /// All evidence of the organisation.
    pub evidence: BTreeSet<EvidenceId>,
    /// The organisation's latest earlier published values, by element id.
    pub previous: Vec<(ElementId, Value)>,
}

impl Owned for Paper {
    fn owner(&self) -> Owner {
        self.assessment.owner()
    }
}

impl Paper {
    pub fn takes(&self, action: Action, today: NaiveDate) -> Result<(), Why> {
        self.assessment.takes(action, &self.round, today)
    }

    pub fn expect_revision(&self, expected: u32) -> Result<(), Refusal> {
        self.assessment.expect_revision(expected).map_err(|why| why.at(["expectedRevision"]))
    }

    /// What keeps this person, who may do the act, from doing it today.
    pub fn stands_against(
        &self,
        action: Action,
        person: Option<PersonId>,
        today: NaiveDate,
    ) -> Result<(), Why> {
        self.takes(action, today)?;
        let has_submitted = || person.is_some_and(|person| self.submitters.contains(&person));
        match action {
            Action::Submit => {
                let missing = self.lacking();
                if missing.is_empty() { Ok(()) } else { Err(Why::Incomplete(missing)) }
            }
            Action::Moderate | Action::ShareModeration | Action::Correct if has_submitted() => {
                Err(Why::SamePerson)
            }
            Action::ShareModeration if !self.is_moderated() => {
                Err(Why::Invalid("nothing is moderated: publish the assessment as it is".into()))
            }
            Action::Publish if self.assessment.stage() == Stage::Submitted && self.is_moderated() => {
                Err(Why::NotShared)
            }
            _ => Ok(()),
        }
    }

    /// What keeps this person from the act as a whole, or from every item that they could bring to it.
    pub fn keeps_from(&self, action: Action, person: Option<PersonId>, today: NaiveDate) -> Result<(), Why> {
        self.stands_against(action, person, today)?;
        let is_shared = self.assessment.stage() == Stage::Moderated;
        if action == Action::Moderate && is_shared && self.open_contests().next().is_none() {
            return Err(Why::NotContested);
        }
        Ok(())
    }

    /// The value of an element, where it is rated.
    pub fn value(&self, element: usize) -> Option<Value> {
        self.answers[element].map(|rating| rating.value).filter(|value| *value != Value::Cleared)
    }

    /// The region's judgement of an element, while the SELF rating that it judged stands.
    pub fn moderation(&self, element: usize) -> Option<Rating> {
        let own = self.answers[element].map(|own| own.id);
        self.moderations[element].filter(|rating| rating.judged == own && rating.value != Value::Cleared)
    }

    /// Who speaks in a moderation: the region, else, where the organisation was in none, it itself.
    pub fn voice(&self) -> OrganisationId {
        self.assessment.region().unwrap_or(self.assessment.organisation())
    }

    /// Whether any judgement of the region stands.
    pub fn is_moderated(&self) -> bool {
        (0..self.moderations.len()).any(|element| self.moderation(element).is_some())
    }

    /// What publishing now would fix for an element.
    pub fn agreed(&self, element: usize) -> Option<Rating> {
        let own = self.answers[element].filter(|own| own.value != Value::Cleared);
        self.moderation(element).or(own)
    }

    /// Moderated minus self, in levels, where both are at one.
    pub fn difference(&self, element: usize) -> Option<i16> {
        self.moderation(element)?.steps_from(&self.answers[element]?)
    }

    /// Elements that are contested and have no answer yet.
    pub fn open_contests(&self) -> impl Iterator<Item = usize> {
        let open = |contested: &Option<Contested>| contested.is_some_and(|contested| !contested.is_answered);
        self.contests.iter().enumerate().filter(move |(_, contested)| open(contested)).map(|(i, _)| i)
    }

    pub fn rated(&self) -> usize {
        (0..self.answers.len()).filter(|element| self.value(*element).is_some()).count()
    }

    /// What is missing, the approval not counted, which comes with the submission.
    pub fn lacking(&self) -> Vec<Missing> {
        let mut missing = self.missing(None);
        missing.retain(|missing| missing.kind != MissingKind::Approval);
        missing
    }

    /// The complete list of what keeps this from being submitted with this approval, in the order of the edition.
    pub fn missing(&self, approval: Option<ApprovalKind>) -> Vec<Missing> {
        let policy = &self.round.policy;
        let scale = self.edition.definition.scale.as_ref();
        let evidence_from =
            policy.evidence_from.as_ref().and_then(|key| scale.and_then(|scale| scale.rank(key)));
        let mut missing = Vec::new();
        for (i, element) in self.edition.elements.iter().enumerate() {
            let mut lacks = |kind| missing.push(Missing { element: Some(element.id), kind });
            let Some((value, rating)) = self.value(i).zip(self.answers[i]) else {
                lacks(MissingKind::NotRated);
                continue;
            };
            if policy.confirm_carried_forward && rating.is_unconfirmed() {
                lacks(MissingKind::NotConfirmed);
            }
            let wants_rationale = match policy.rationale {
                Requirement::Always => true,
                Requirement::WhenChanged => !self.previous.contains(&(element.id, value)),
                Requirement::Never => false,
            };
            if wants_rationale && !rating.has_rationale && value != Value::NotApplicable {
                lacks(MissingKind::Rationale);
            }
            let cited = || {
                self.cited.range((i, EvidenceId(uuid::Uuid::nil()))..).next().is_some_and(|(e, _)| *e == i)
            };
            let high = |from| matches!(value, Value::Level(rank) if rank >= from);
            if evidence_from.is_some_and(high) && !cited() {
                lacks(MissingKind::Evidence);
            }
        }
        if !policy.approvals.is_empty() && approval.is_none_or(|kind| !policy.approvals.contains(&kind)) {
            missing.push(Missing { element: None, kind: MissingKind::Approval });
        }
        missing
    }
}
