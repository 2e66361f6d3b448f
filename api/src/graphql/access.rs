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
    /// Publish the assessment.
    Publish,
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
        let act = match action {
            Action::Rate => Act::Rate,
            Action::RecordEvidence => Act::RecordEvidence,
            Action::Submit => Act::Submit,
            Action::Publish => Act::Publish,
            Action::Start | Action::OpenRound | Action::ViewHeader | Action::ViewWorking => return None,
        };
        Some(Self::new(act, against))
    }
}
