//! Corrections: a published value that proved wrong, judged anew by the region and published at once.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Correct, Granted};
use crate::assessment::Paper;
use crate::batch::{self, Batch, Parsed, path};
use crate::command::{Decided, Decision};
use crate::id::{AssessmentId, OrganisationId, PersonId};
use crate::ledger::Event;
use crate::mint::Mint;
use crate::moderation::{ModerateItem, ModeratedItem};
use crate::rating::Value;
use crate::refusal::Why;
use crate::text::{Text, TextRef};

#[derive(Clone, Debug, Serialize)]
pub struct CorrectRatings {
    pub assessment: AssessmentId,
    pub expected_revision: u32,
    #[serde(serialize_with = "batch::parsed_only")]
    pub items: Vec<Parsed<ModerateItem>>,
    pub reason: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingsCorrected {
    pub assessment: AssessmentId,
    /// After this change.
    pub revision: u32,
    /// The region that speaks.
    pub voice: OrganisationId,
    pub reason: TextRef,
    pub items: Vec<ModeratedItem>,
}

impl CorrectRatings {
    /// All of the items or none.
    pub fn decide(
        &self,
        paper: &Granted<Correct, Paper>,
        person: Option<PersonId>,
        today: NaiveDate,
        mint: &mut Mint,
    ) -> Decided {
        let paper = paper.thing();
        paper.expect_revision(self.expected_revision)?;
        paper.stands_against(Action::Correct, person, today)?;
        let mut seen = BTreeSet::new();
        let mut decided = batch::decide(&self.items, Batch::AllOrNothing, |index, item, texts| {
            // The reason for the whole stands for every item that brings none of its own.
            let item = ModerateItem {
                reason: item.reason.clone().or_else(|| Some(self.reason.clone())),
                ..item.clone()
            };
            let own = item.check(index, paper, !seen.insert(item.element.clone()))?;
            let value = match item.outcome.value(&paper.edition) {
                Ok(Value::Cleared) => Some(own.value),
                value => value.ok(),
            };
            if value == paper.agreed(own.element).map(|rating| rating.value) {
                let why = Why::Invalid("this is the published value already".into());
                return Err(vec![why.at(path(index, "outcome"))]);
            }
            Ok(item.record(index, &own, paper, mint, texts))
        })?;
        let event = RatingsCorrected {
            assessment: self.assessment,
            revision: paper.assessment.revision() + 1,
            voice: paper.voice(),
            reason: mint.write(&self.reason, &mut decided.texts),
            items: decided.items,
        };
        Ok(Decision { event: Event::RatingsCorrected(event), texts: decided.texts, identity: None })
    }
}
