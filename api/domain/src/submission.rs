//! Submitting: complete by the round's policy, and approved as it asks.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Granted, Submit};
use crate::assessment::Paper;
use crate::command::{Decided, Decision};
use crate::id::AssessmentId;
use crate::ledger::Event;
use crate::mint::Mint;
use crate::policy::ApprovalKind;
use crate::refusal::Why;
use crate::text::{Text, TextRef};

#[derive(Clone, Debug, Serialize)]
pub struct Approval {
    pub kind: ApprovalKind,
    /// The board, committee or officer that approved.
    pub body: Text,
    pub on: NaiveDate,
    /// The paper it approved.
    pub paper: Option<Text>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SubmitAssessment {
    pub assessment: AssessmentId,
    pub expected_revision: u32,
    pub approval: Option<Approval>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedApproval {
    pub kind: ApprovalKind,
    pub body: TextRef,
    pub on: NaiveDate,
    pub paper: Option<TextRef>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentSubmitted {
    pub assessment: AssessmentId,
    /// After this change.
    pub revision: u32,
    pub approval: Option<RecordedApproval>,
}

impl SubmitAssessment {
    pub fn decide(&self, paper: &Granted<Submit, Paper>, today: NaiveDate, mint: &mut Mint) -> Decided {
        let paper = paper.thing();
        paper
            .assessment
            .expect_revision(self.expected_revision)
            .map_err(|why| why.at(["expectedRevision"]))?;
        paper.takes(Action::Submit, today)?;
        if self.approval.as_ref().is_some_and(|approval| approval.on > today) {
            return Err(Why::Invalid("must not be later than today".into()).at(["approval", "on"]).into());
        }
        let missing = paper.missing(self.approval.as_ref().map(|approval| approval.kind));
        if !missing.is_empty() {
            return Err(Why::Incomplete(missing).into());
        }
        let mut texts = Vec::new();
        let mut write = |text: &Text| {
            let text = mint.text(text);
            texts.push(text.clone());
            text.item
        };
        let approval = self.approval.as_ref().map(|approval| RecordedApproval {
            kind: approval.kind,
            body: write(&approval.body),
            on: approval.on,
            paper: approval.paper.as_ref().map(&mut write),
        });
        let event = AssessmentSubmitted {
            assessment: self.assessment,
            revision: paper.assessment.revision() + 1,
            approval,
        };
        Ok(Decision { event: Event::AssessmentSubmitted(event), texts, identity: None })
    }
}
