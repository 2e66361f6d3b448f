//! Extensions: more time for one organisation in one round.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{ExtendDeadline as MayExtend, Granted};
use crate::assessment::{Assessment, Entrant};
use crate::command::{Decided, Decision};
use crate::id::{AssessmentId, OrganisationId, RoundId};
use crate::ledger::Event;
use crate::mint::Mint;
use crate::refusal::Why;
use crate::text::{Text, TextRef};

#[derive(Clone, Debug, Serialize)]
pub struct ExtendDeadline {
    pub round: RoundId,
    pub organisation: OrganisationId,
    /// The new last day.
    pub until: NaiveDate,
    pub reason: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineExtended {
    pub round: RoundId,
    pub organisation: OrganisationId,
    /// Its assessment, where it had one.
    pub assessment: Option<AssessmentId>,
    pub until: NaiveDate,
    pub reason: TextRef,
}

impl ExtendDeadline {
    /// `assessment`: the one that the organisation has in the round, if any.
    pub fn decide(
        &self,
        entrant: &Granted<MayExtend, Entrant>,
        assessment: Option<&Assessment>,
        today: NaiveDate,
        mint: &mut Mint,
    ) -> Decided {
        let entrant = entrant.thing();
        entrant.may_extend(assessment)?;
        let (round, extended) = (&entrant.round, entrant.place.extended_until);
        let due = assessment.map_or_else(|| round.due(extended), |assessment| assessment.due(round));
        if self.until <= due || self.until < today {
            let why =
                format!("must be later than the day by which it is due now, {due}, and not in the past");
            return Err(Why::Invalid(why).at(["until"]).into());
        }
        let mut texts = Vec::new();
        let event = DeadlineExtended {
            round: self.round,
            organisation: self.organisation,
            assessment: assessment.map(Assessment::id),
            until: self.until,
            reason: mint.write(&self.reason, &mut texts),
        };
        Ok(Decision { event: Event::DeadlineExtended(event), texts, identity: None })
    }
}
