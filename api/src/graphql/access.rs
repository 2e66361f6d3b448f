//! What the viewer may do, from the code that decides it.

use async_graphql::{Enum, SimpleObject};
use domain::access::Action;
use domain::refusal::Why;

use super::user_error::ErrorCode;

/// Something that can be done in a round or to an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Act {
    /// Start an assessment.
    Start,
    /// Rate elements.
    Rate,
    /// Record evidence.
    RecordEvidence,
    /// Submit the assessment.
    Submit,
    /// Give the assessment up.
    Withdraw,
    /// Give the assessment back to the system.
    Return,
    /// Judge elements beside the system.
    Moderate,
    /// Share the region's view with the system.
    ShareModeration,
    /// Accept or contest the region's view.
    Contest,
    /// Publish the assessment.
    Publish,
    /// Correct published values.
    Correct,
    /// Retract the publication.
    Retract,
    /// Give an organisation more time.
    ExtendDeadline,
}

/// Whether this viewer may do something now.
#[derive(SimpleObject)]
pub struct ViewerAct {
    /// What.
    act: Act,
    /// Whether it would be taken now.
    allowed: bool,
    /// What stands against it; empty where it is allowed.
    reasons: Vec<Reason>,
}

/// Something that stands against an act.
#[derive(SimpleObject)]
pub struct Reason {
    /// For programs: the code that the act would be refused with.
    code: ErrorCode,
    /// For people.
    message: String,
}

impl ViewerAct {
    pub(super) fn new(act: Act, against: &[Why]) -> Self {
        let reasons = against.iter().map(|why| Reason { code: why.code().into(), message: why.to_string() });
        Self { act, allowed: against.is_empty(), reasons: reasons.collect() }
    }

    /// None for acts that are not done to assessments.
    pub(super) fn on_assessment(action: Action, against: &[Why]) -> Option<Self> {
        Some(Self::new(Act::of(action)?, against))
    }
}

impl Act {
    /// None for what is no act on an assessment or a round.
    pub(super) fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::Start => Self::Start,
            Action::Rate => Self::Rate,
            Action::RecordEvidence => Self::RecordEvidence,
            Action::Submit => Self::Submit,
            Action::Withdraw => Self::Withdraw,
            Action::Return => Self::Return,
            Action::Moderate => Self::Moderate,
            Action::ShareModeration => Self::ShareModeration,
            Action::Contest => Self::Contest,
            Action::Publish => Self::Publish,
            Action::Correct => Self::Correct,
            Action::Retract => Self::Retract,
            Action::ExtendDeadline => Self::ExtendDeadline,
            Action::OpenRound
            | Action::RecordSuccession
            | Action::Rebaseline
            | Action::RehearseEdition
            | Action::Introspect
            | Action::GrantContributor
            | Action::GrantLead
            | Action::GrantAny
            | Action::ViewHeader
            | Action::ViewWorking
            | Action::ViewModeration => return None,
        })
    }
}
