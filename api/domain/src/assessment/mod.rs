//! Assessments: one organisation in one round. What each stage takes, and what is still missing.

mod paper;
mod start;

use chrono::NaiveDate;

use crate::access::{Action, Owned, Owner, Viewer};
use crate::id::{AssessmentId, EditionId, OrganisationId, RoundId};
use crate::ledger::Position;
use crate::refusal::Why;
use crate::round::Round;

pub use paper::{Contested, Missing, MissingKind, Paper};
pub use start::{AssessmentStarted, Entrant, StartAssessment};

named! {
    /// DRAFT or RETURNED → SUBMITTED → MODERATED → PUBLISHED; SUBMITTED → PUBLISHED where nothing was moderated;
    /// SUBMITTED → RETURNED; WITHDRAWN from any stage before MODERATED.
    pub enum Stage {
        Draft = "DRAFT",
        Submitted = "SUBMITTED",
        Returned = "RETURNED",
        Moderated = "MODERATED",
        Published = "PUBLISHED",
        Withdrawn = "WITHDRAWN",
    }
}

/// Whether an assessment in this stage takes the act.
const fn takes(stage: Stage, action: Action) -> bool {
    match action {
        Action::Rate | Action::RecordEvidence | Action::Submit => {
            matches!(stage, Stage::Draft | Stage::Returned)
        }
        Action::Withdraw => matches!(stage, Stage::Draft | Stage::Returned | Stage::Submitted),
        Action::Return | Action::ShareModeration => matches!(stage, Stage::Submitted),
        Action::Moderate | Action::Publish => matches!(stage, Stage::Submitted | Stage::Moderated),
        Action::Contest => matches!(stage, Stage::Moderated),
        Action::Correct | Action::Retract => matches!(stage, Stage::Published),
        _ => false,
    }
}

/// The acts on an assessment, in the order of its life.
const ACTS: [Action; 11] = [
    Action::Rate,
    Action::RecordEvidence,
    Action::Submit,
    Action::Withdraw,
    Action::Return,
    Action::Moderate,
    Action::ShareModeration,
    Action::Contest,
    Action::Publish,
    Action::Correct,
    Action::Retract,
];

/// How far an assessment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    /// One more with every change; what acts on the whole assessment expect.
    pub revision: u32,
    pub was_submitted: bool,
    pub sharing: Option<Sharing>,
    pub is_retracted: bool,
}

/// The region's view, shared with the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharing {
    pub position: Position,
    pub on: NaiveDate,
    /// The last day on which the system can contest.
    pub respond_by: NaiveDate,
}

/// What an assessment takes from its organisation and round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// On the round's reference date.
    pub region: Option<OrganisationId>,
    /// The bodies that followed the organisation, and those that followed these.
    pub successors: Vec<OrganisationId>,
    pub extended_until: Option<NaiveDate>,
}

/// The header of an assessment: whose it is, where it stands. Fields are private, so that nobody invents an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    id: AssessmentId,
    organisation: OrganisationId,
    round: RoundId,
    edition: EditionId,
    place: Place,
    progress: Progress,
    synthetic: bool,
}

impl Assessment {
    /// From what the ledger or its projection says.
    pub fn recorded(started: &AssessmentStarted, place: Place, progress: Progress, synthetic: bool) -> Self {
        Self {
            id: started.assessment,
            organisation: started.organisation,
            round: started.round,
            edition: started.edition,
            place,
            progress,
            synthetic,
        }
    }

    pub fn id(&self) -> AssessmentId {
        self.id
    }

    pub fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// The region on the round's reference date.
    pub fn region(&self) -> Option<OrganisationId> {
        self.place.region
    }

    pub fn round(&self) -> RoundId {
        self.round
    }

    pub fn edition(&self) -> EditionId {
        self.edition
    }

    pub fn stage(&self) -> Stage {
        self.progress.stage
    }

    pub fn revision(&self) -> u32 {
        self.progress.revision
    }

    pub fn sharing(&self) -> Option<Sharing> {
        self.progress.sharing
    }

    pub fn is_retracted(&self) -> bool {
        self.progress.is_retracted
    }

    /// Made by the demonstration, not reported by anybody.
    pub fn synthetic(&self) -> bool {
        self.synthetic
    }

    /// The day by which this organisation has to submit; once its work was returned, the last day on which it can.
    pub fn due(&self, round: &Round) -> NaiveDate {
        match self.stage() {
            Stage::Returned => self.moderate_until(round),
            _ => round.due(self.place.extended_until),
        }
    }

    /// The last day on which it can be moderated or returned.
    pub fn moderate_until(&self, round: &Round) -> NaiveDate {
        round.last_of_returned(self.place.extended_until)
    }

    /// Not submitted on a day after it was due.
    pub fn is_overdue(&self, round: &Round, on: NaiveDate) -> bool {
        matches!(self.stage(), Stage::Draft | Stage::Returned) && self.due(round) < on
    }

    pub fn expect_revision(&self, expected: u32) -> Result<(), Why> {
        let current_revision = self.revision();
        if expected == current_revision { Ok(()) } else { Err(Why::StaleAssessment { current_revision }) }
    }

    /// Whether stage and dates take the act, whoever does it.
    pub fn takes(&self, action: Action, round: &Round, today: NaiveDate) -> Result<(), Why> {
        if !takes(self.stage(), action) {
            return Err(Why::WrongStage(self.stage()));
        }
        let extended = self.place.extended_until;
        match action {
            // What is shared can be contested until later, and what was judged in time can be shared late.
            Action::Moderate if self.stage() == Stage::Moderated => Ok(()),
            Action::Return | Action::Moderate => round.takes_moderation(extended, today),
            Action::Contest => self.takes_answer(today),
            Action::Correct | Action::Retract if self.is_retracted() => Err(Why::Retracted),
            Action::Rate | Action::RecordEvidence | Action::Submit => {
                round.takes_work(self.stage(), extended, today)
            }
            _ => Ok(()),
        }
    }

    fn takes_answer(&self, today: NaiveDate) -> Result<(), Why> {
        match self.progress.sharing {
            Some(Sharing { on, respond_by, .. }) if today > respond_by => {
                Err(Why::RoundNotOpen { from: on, to: respond_by })
            }
            _ => Ok(()),
        }
    }

    /// The acts on this assessment and what stands against each for this viewer. Empty: it is allowed.
    /// `paper` is the form as this viewer sees it.
    pub fn acts(
        &self,
        viewer: &Viewer,
        round: &Round,
        today: NaiveDate,
        paper: Option<&Paper>,
    ) -> Vec<(Action, Vec<Why>)> {
        let owner = self.owner();
        let against = |action| {
            let mut against = Vec::new();
            if !viewer.may(action, &owner) {
                against.push(Why::Forbidden);
            }
            let stands = match paper {
                Some(paper) if against.is_empty() => paper.keeps_from(action, viewer.person(), today),
                _ => self.takes(action, round, today),
            };
            against.extend(stands.err());
            against
        };
        ACTS.into_iter().map(|action| (action, against(action))).collect()
    }
}

impl Owned for Assessment {
    fn owner(&self) -> Owner {
        Owner {
            organisation: Some(self.organisation),
            successors: self.place.successors.clone(),
            region: self.place.region,
            was_submitted: self.progress.was_submitted,
            is_shared: self.progress.sharing.is_some(),
            is_public: self.stage() == Stage::Published && !self.progress.is_retracted,
        }
    }
}
