//! Commands: what somebody wants changed, parsed. A decision is pure; the store loads before it and saves after it.

use serde::Serialize;

use crate::assessment::StartAssessment;
use crate::evidence::RecordEvidence;
use crate::framework::LoadEdition;
use crate::grant::GrantRole;
use crate::ledger::{Event, Hash};
use crate::person::{NewIdentity, RecordPerson};
use crate::publication::PublishAssessments;
use crate::rating::RateElements;
use crate::refusal::Refused;
use crate::register::LoadRegister;
use crate::round::OpenRound;
use crate::submission::SubmitAssessment;
use crate::text::NewText;

/// Serialised to be hashed: the same input under the same idempotency key is the same command.
#[derive(Clone, Debug, Serialize)]
pub enum Command {
    RecordPerson(RecordPerson),
    GrantRole(GrantRole),
    LoadEdition(Box<LoadEdition>),
    LoadRegister(Box<LoadRegister>),
    OpenRound(Box<OpenRound>),
    StartAssessment(StartAssessment),
    RateElements(RateElements),
    RecordEvidence(RecordEvidence),
    SubmitAssessment(SubmitAssessment),
    PublishAssessments(PublishAssessments),
}

impl Command {
    pub fn input_hash(&self) -> Hash {
        Hash::of(&serde_json::to_vec(self).expect("commands are plain data"))
    }

    pub fn is_dry_run(&self) -> bool {
        match self {
            Self::RateElements(command) => command.dry_run,
            Self::PublishAssessments(command) => command.dry_run,
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
