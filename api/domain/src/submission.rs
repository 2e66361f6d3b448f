//! Submitting: complete by the round's policy, and approved as it asks. And how a submission is undone: withdrawn by the
//! system, or returned by the region.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Granted, Return, Submit, Withdraw};
use crate::assessment::Paper;
use crate::command::{Decided, Decision};
use crate::id::AssessmentId;
use crate::ledger::Event;
use crate::mint::Mint;
use crate::note::{self, NewNote, Note};
use crate::policy::ApprovalKind;
use crate::refusal::{Refused, Why};
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
        paper.expect_revision(self.expected_revision)?;
        paper.takes(Action::Submit, today)?;
        if self.approval.as_ref().is_some_and(|approval| approval.on > today) {
            return Err(Why::Invalid("must not be later than today".into()).at(["approval", "on"]).into());
        }
        let missing = paper.missing(self.approval.as_ref().map(|approval| approval.kind));
        if !missing.is_empty() {
            return Err(Why::Incomplete(missing).into());
        }
        let mut texts = Vec::new();
        let mut write = |text: &Text| mint.write(text, &mut texts);
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

#[derive(Clone, Debug, Serialize)]
pub struct WithdrawAssessment {
    pub assessment: AssessmentId,
    pub expected_revision: u32,
    pub reason: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentWithdrawn {
    pub assessment: AssessmentId,
    /// After this change.
    pub revision: u32,
    pub reason: TextRef,
}

impl WithdrawAssessment {
    pub fn decide(&self, paper: &Granted<Withdraw, Paper>, today: NaiveDate, mint: &mut Mint) -> Decided {
        let paper = paper.thing();
        paper.expect_revision(self.expected_revision)?;
        paper.takes(Action::Withdraw, today)?;
        let mut texts = Vec::new();
        let event = AssessmentWithdrawn {
            assessment: self.assessment,
            revision: paper.assessment.revision() + 1,
            reason: mint.write(&self.reason, &mut texts),
        };
        Ok(Decision { event: Event::AssessmentWithdrawn(event), texts, identity: None })
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct ReturnAssessment {
    pub assessment: AssessmentId,
    pub expected_revision: u32,
    pub reason: Text,
    /// What to amend, element by element.
    pub notes: Vec<NewNote>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentReturned {
    pub assessment: AssessmentId,
    /// After this change.
    pub revision: u32,
    pub reason: TextRef,
    pub notes: Vec<Note>,
}

impl ReturnAssessment {
    pub fn decide(&self, paper: &Granted<Return, Paper>, today: NaiveDate, mint: &mut Mint) -> Decided {
        let paper = paper.thing();
        paper.expect_revision(self.expected_revision)?;
        paper.takes(Action::Return, today)?;
        note::elements(&paper.edition, &self.notes, &["notes"]).map_err(Refused::whole)?;
        let mut texts = Vec::new();
        let event = AssessmentReturned {
            assessment: self.assessment,
            revision: paper.assessment.revision() + 1,
            reason: mint.write(&self.reason, &mut texts),
            notes: note::record(&paper.edition, &self.notes, mint, &mut texts),
        };
        Ok(Decision { event: Event::AssessmentReturned(event), texts, identity: None })
    }
}
