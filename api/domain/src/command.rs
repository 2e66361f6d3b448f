//! Commands: what somebody wants changed, parsed. A decision is pure; the store loads before it and saves after it.

use serde::Serialize;

use crate::assessment::StartAssessment;
use crate::contest::ContestModeration;
use crate::correction::CorrectRatings;
use crate::crosswalk::LoadCrosswalk;
use crate::evidence::RecordEvidence;
use crate::extension::ExtendDeadline;
use crate::framework::LoadEdition;
use crate::grant::{GrantRole, RevokeRole};
use crate::id::AssessmentId;
use crate::ledger::{Event, Hash};
use crate::link::LoadLinks;
use crate::moderation::{ModerateElements, ShareModeration};
use crate::person::{AddIdentity, ErasePerson, NewIdentity, RecordPerson};
use crate::publication::PublishAssessments;
use crate::rating::RateElements;
use crate::rebaseline::{RecordRebaseline, WithdrawRebaseline};
use crate::refusal::Refused;
use crate::register::LoadRegister;
use crate::retraction::RetractPublication;
use crate::round::OpenRound;
use crate::submission::{ReturnAssessment, SubmitAssessment, WithdrawAssessment};
use crate::succession::RecordSuccession;
use crate::text::{EraseTexts, NewText};

/// Serialised to be hashed: the same input under the same idempotency key is the same command.
#[derive(Clone, Debug, Serialize)]
pub enum Command {
    RecordPerson(RecordPerson),
    GrantRole(Box<GrantRole>),
    RevokeRole(RevokeRole),
    AddIdentity(AddIdentity),
    ErasePerson(ErasePerson),
    EraseTexts(EraseTexts),
    LoadEdition(Box<LoadEdition>),
    LoadRegister(Box<LoadRegister>),
    LoadLinks(Box<LoadLinks>),
    OpenRound(Box<OpenRound>),
    StartAssessment(StartAssessment),
    RateElements(RateElements),
    RecordEvidence(RecordEvidence),
    SubmitAssessment(SubmitAssessment),
    PublishAssessments(PublishAssessments),
    WithdrawAssessment(WithdrawAssessment),
    ReturnAssessment(ReturnAssessment),
    ModerateElements(ModerateElements),
    ShareModeration(ShareModeration),
    ContestModeration(ContestModeration),
    CorrectRatings(CorrectRatings),
    RetractPublication(RetractPublication),
    ExtendDeadline(ExtendDeadline),
    RecordSuccession(Box<RecordSuccession>),
    RecordRebaseline(RecordRebaseline),
    WithdrawRebaseline(WithdrawRebaseline),
    LoadCrosswalk(Box<LoadCrosswalk>),
}

impl Command {
    /// With the salts of the texts that were written with it, in order of their ids: once one of them is erased with its
    /// text, the hash says nothing about the words any more. Earlier versions of sdpt used none.
    pub fn input_hash<'a>(&self, salts: impl IntoIterator<Item = &'a [u8]>) -> Hash {
        let input = serde_json::to_vec(self).expect("commands are plain data");
        Hash::of(&[&salts.into_iter().collect::<Vec<_>>().concat(), &input[..]].concat())
    }

    /// The assessment a command is about; of many the first.
    pub fn assessment(&self) -> Option<AssessmentId> {
        Some(match self {
            Self::RateElements(command) => command.assessment,
            Self::RecordEvidence(command) => command.assessment,
            Self::SubmitAssessment(command) => command.assessment,
            Self::WithdrawAssessment(command) => command.assessment,
            Self::ReturnAssessment(command) => command.assessment,
            Self::ModerateElements(command) => command.assessment,
            Self::ShareModeration(command) => command.assessment,
            Self::ContestModeration(command) => command.assessment,
            Self::CorrectRatings(command) => command.assessment,
            Self::RetractPublication(command) => command.assessment,
            Self::PublishAssessments(command) => command.items.first()?.assessment,
            _ => return None,
        })
    }

    pub fn is_dry_run(&self) -> bool {
        match self {
            Self::RateElements(command) => command.dry_run,
            Self::PublishAssessments(command) => command.dry_run,
            Self::ModerateElements(command) => command.dry_run,
            Self::RecordSuccession(command) => command.dry_run,
            _ => false,
        }
    }
}

/// What to write: one ledger entry, and beside it the texts that the entry only commits to.
#[derive(Clone, Debug)]
pub struct Decision {
    pub event: Event,
    pub texts: Vec<NewText>,
    pub identity: Option<NewIdentity>,
}

impl Decision {
    pub fn of(event: Event) -> Self {
        Self { event, texts: Vec::new(), identity: None }
    }
}

pub type Decided = Result<Decision, Refused>;
