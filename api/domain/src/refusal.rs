//! What a person can act on. A refusal is data in the answer, changes nothing, and holds no text that people wrote.

use serde::{Deserialize, Serialize};

use crate::assessment::{Missing, Stage};
use crate::id::RatingId;

named! {
    /// Why a change was refused.
    pub enum Code {
        StaleRevision = "STALE_REVISION",
        RoundNotOpen = "ROUND_NOT_OPEN",
        OrganisationNotOpen = "ORGANISATION_NOT_OPEN",
        AlreadyExists = "ALREADY_EXISTS",
        WrongStage = "WRONG_STAGE",
        IncompleteAssessment = "INCOMPLETE_ASSESSMENT",
        UnknownElement = "UNKNOWN_ELEMENT",
        UnknownLevel = "UNKNOWN_LEVEL",
        RationaleRequired = "RATIONALE_REQUIRED",
        ReasonRequired = "REASON_REQUIRED",
        EvidenceInvalid = "EVIDENCE_INVALID",
        SamePerson = "SAME_PERSON",
        KeyReused = "KEY_REUSED",
        InvalidInput = "INVALID_INPUT",
        Forbidden = "FORBIDDEN",
    }
}

/// One refusal: what is wrong and where in the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub why: Why,
    /// From the input object down to the value, array indexes as decimal numbers.
    pub path: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Why {
    #[error(
        "somebody changed this assessment since you read it; it is at revision {current_revision} now: read it again and repeat"
    )]
    StaleAssessment { current_revision: u32 },
    #[error(
        "somebody rated this element since you read it; look at the current rating and send its id as `replaces`"
    )]
    StaleRating { current_revision: u32, current: Option<RatingId> },
    #[error("the round takes this from {from} to {to}")]
    RoundNotOpen { from: chrono::NaiveDate, to: chrono::NaiveDate },
    #[error("the organisation was not open on the round's reference date, {reference_date}")]
    OrganisationNotOpen { reference_date: chrono::NaiveDate },
    #[error("the edition does not assess organisations of this kind")]
    NotAssessed,
    #[error("the organisation has an assessment in this round already")]
    AssessmentExists,
    #[error("the framework has a round with this label already")]
    RoundExists,
    #[error("this day is marked already for all of these systems")]
    RebaselineExists,
    #[error("this re-baseline was withdrawn already")]
    RebaselineOver,
    #[error("this succession is recorded already")]
    SuccessionExists,
    #[error(
        "this person holds the role there already on some of these days; take it back first, or choose other days"
    )]
    GrantExists,
    #[error("these tokens belong to somebody else already")]
    IdentityExists,
    #[error("this role was taken back already, or its time is over")]
    GrantOver,
    #[error("an assessment in stage {0} does not take this")]
    WrongStage(Stage),
    #[error("{} of the answers that the round asks for are missing; `missing` lists them", .0.len())]
    Incomplete(Vec<Missing>),
    #[error("the edition of this round has no element with this key")]
    UnknownElement,
    #[error("the scale of this edition has no level with this key")]
    UnknownLevel,
    #[error("say why: a reason is needed here")]
    ReasonRequired,
    #[error("{0} contested elements have no answer: send one for each in `answers`")]
    Unanswered(usize),
    #[error("whoever submitted an assessment does not moderate it: a colleague has to")]
    SamePerson,
    #[error("the region's view is not shared with the system yet: share it before publishing")]
    NotShared,
    #[error(
        "the moderation is shared: only what the system contests, and was not answered yet, is judged again"
    )]
    NotContested,
    #[error("the publication was retracted, which is final")]
    Retracted,
    #[error("there is no such evidence of this organisation")]
    EvidenceInvalid,
    #[error("this key was used before with another input; use a new key for a new change")]
    KeyReused,
    #[error("{0}")]
    Invalid(String),
    #[error("your roles do not allow this")]
    Forbidden,
}

impl Why {
    pub fn code(&self) -> Code {
        match self {
            Self::StaleAssessment { .. } | Self::StaleRating { .. } => Code::StaleRevision,
            Self::RoundNotOpen { .. } => Code::RoundNotOpen,
            Self::OrganisationNotOpen { .. } | Self::NotAssessed => Code::OrganisationNotOpen,
            Self::AssessmentExists
            | Self::RoundExists
            | Self::SuccessionExists
            | Self::RebaselineExists
            | Self::GrantExists
            | Self::IdentityExists => Code::AlreadyExists,
            Self::WrongStage(_)
            | Self::NotShared
            | Self::NotContested
            | Self::Retracted
            | Self::GrantOver
            | Self::RebaselineOver => Code::WrongStage,
            Self::Incomplete(_) => Code::IncompleteAssessment,
            Self::UnknownElement => Code::UnknownElement,
            Self::UnknownLevel => Code::UnknownLevel,
            Self::ReasonRequired | Self::Unanswered(_) => Code::ReasonRequired,
            Self::SamePerson => Code::SamePerson,
            Self::EvidenceInvalid => Code::EvidenceInvalid,
            Self::KeyReused => Code::KeyReused,
            Self::Invalid(_) => Code::InvalidInput,
            Self::Forbidden => Code::Forbidden,
        }
    }

    /// Something is named by two items of one list.
    pub(crate) fn twice(what: &str) -> Self {
        Self::Invalid(format!("this {what} stands twice in the list"))
    }

    pub fn at<S: ToString>(self, path: impl IntoIterator<Item = S>) -> Refusal {
        Refusal { why: self, path: path.into_iter().map(|step| step.to_string()).collect() }
    }
}

/// A change that was refused: what is wrong with the whole, and with each item of a batch (empty where there are no items).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    pub whole: Vec<Refusal>,
    pub items: Vec<Vec<Refusal>>,
}

impl Refused {
    pub fn whole(refusals: Vec<Refusal>) -> Self {
        Self { whole: refusals, items: Vec::new() }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { whole: vec![refusal], items: Vec::new() }
    }
}

impl From<Why> for Refused {
    fn from(why: Why) -> Self {
        why.at::<String>([]).into()
    }
}
