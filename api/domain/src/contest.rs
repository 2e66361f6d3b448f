//! Contests: what the system says against a moderation that was shared with it. They stay on record, with their answers.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Contest, Granted};
use crate::assessment::Paper;
use crate::command::{Decided, Decision};
use crate::id::AssessmentId;
use crate::ledger::Event;
use crate::mint::Mint;
use crate::note::{self, NewNote, Note};
use crate::refusal::{Refusal, Refused, Why};

#[derive(Clone, Debug, Serialize)]
pub struct ContestModeration {
    pub assessment: AssessmentId,
    pub expected_revision: u32,
    /// Why, element by element; none: the moderation is accepted.
    pub items: Vec<NewNote>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModerationContested {
    pub assessment: AssessmentId,
    /// After this change.
    pub revision: u32,
    pub contests: Vec<Note>,
}

impl ContestModeration {
    pub fn decide(&self, paper: &Granted<Contest, Paper>, today: NaiveDate, mint: &mut Mint) -> Decided {
        let paper = paper.thing();
        paper.expect_revision(self.expected_revision)?;
        paper.stands_against(Action::Contest, None, today)?;
        let elements = note::elements(&paper.edition, &self.items, &["items"]).map_err(Refused::whole)?;
        let refusals: Vec<_> = (elements.into_iter().enumerate())
            .filter(|(_, element)| paper.moderation(*element).is_none())
            .map(|(i, _)| not_moderated(i))
            .collect();
        if !refusals.is_empty() {
            return Err(Refused::whole(refusals));
        }
        let mut texts = Vec::new();
        let contests = note::record(&paper.edition, &self.items, mint, &mut texts);
        let event = ModerationContested {
            assessment: self.assessment,
            revision: paper.assessment.revision() + 1,
            contests,
        };
        Ok(Decision { event: Event::ModerationContested(event), texts, identity: None })
    }
}

fn not_moderated(item: usize) -> Refusal {
    Why::Invalid("the region has not moderated this element".into()).at([
        "items",
        &item.to_string(),
        "element",
    ])
}
