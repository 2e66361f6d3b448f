//! Retractions: a publication that is hidden from then on. What was known before stays readable as of then.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Granted, Retract};
use crate::assessment::Paper;
use crate::command::{Decided, Decision};
use crate::id::AssessmentId;
use crate::ledger::Event;
use crate::mint::Mint;
use crate::text::{Text, TextRef};

#[derive(Clone, Debug, Serialize)]
pub struct RetractPublication {
    pub assessment: AssessmentId,
    pub expected_revision: u32,
    pub reason: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicationRetracted {
    pub assessment: AssessmentId,
    /// After this change.
    pub revision: u32,
    pub reason: TextRef,
}

impl RetractPublication {
    pub fn decide(&self, paper: &Granted<Retract, Paper>, today: NaiveDate, mint: &mut Mint) -> Decided {
        let paper = paper.thing();
        paper.expect_revision(self.expected_revision)?;
        paper.stands_against(Action::Retract, None, today)?;
        let mut texts = Vec::new();
        let event = PublicationRetracted {
            assessment: self.assessment,
            revision: paper.assessment.revision() + 1,
            reason: mint.write(&self.reason, &mut texts),
        };
        Ok(Decision { event: Event::PublicationRetracted(event), texts, identity: None })
    }
}
