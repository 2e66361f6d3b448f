//! Submitting an assessment, withdrawing and returning it.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::command::Command;
use domain::refusal::Refused;
use domain::submission::{
    Approval as DomainApproval, ReturnAssessment, SubmitAssessment, WithdrawAssessment,
};
use domain::text;

use super::assessment::Papers;
use super::context::AskerOf;
use super::note::{self, NoteInput};
use super::parse;
use super::payload::assessment_payload;
use super::policy::ApprovalKind;
use super::scalar::Date;
use crate::error::Error;

/// Who stood behind a submission.
#[derive(SimpleObject)]
pub struct Approval {
    /// What kind of approval it was.
    kind: ApprovalKind,
    /// The board, committee or officer that approved; null where it was erased.
    body: Option<String>,
    /// The day of the approval.
    on: Date,
    /// The paper that was approved; null where nobody said, or it was erased.
    paper: Option<String>,
}

impl Approval {
    /// The one that the latest submission carried.
    pub(super) async fn of(papers: &Papers) -> Result<Option<Self>, Error> {
        let Some((position, kind, on)) = papers.lens.approval(&papers.paper) else { return Ok(None) };
        let texts = papers.sheet.approval(papers.paper.thing().assessment.id(), position).await?;
        Ok(Some(Self { kind: kind.into(), body: texts.body, on: Date(on), paper: texts.paper }))
    }
}

/// The approval that a submission carries.
#[derive(InputObject)]
pub struct ApprovalInput {
    /// What kind it is; the round's policy says which are accepted.
    kind: ApprovalKind,
    /// The board, committee or officer that approved, in 1 to 200 characters.
    body: String,
    /// The day of the approval, not later than today.
    on: Date,
    /// The paper that was approved, in 1 to 2,000 characters: a reference or a link.
    paper: Option<String>,
}

impl ApprovalInput {
    fn parse(self) -> Result<DomainApproval, Refused> {
        let paper = self.paper.map(|paper| parse::text(&paper, text::LINK, &["approval", "paper"]));
        Ok(DomainApproval {
            kind: self.kind.into(),
            body: parse::text(&self.body, text::TITLE, &["approval", "body"])?,
            on: self.on.0,
            paper: paper.transpose()?,
        })
    }
}

/// An assessment to submit.
#[derive(InputObject)]
pub struct SubmitAssessmentInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The assessment.
    assessment: ID,
    /// Its revision as you saw it.
    expected_revision: u32,
    /// The approval, where the round's policy asks for one.
    approval: Option<ApprovalInput>,
}

impl SubmitAssessmentInput {
    fn parse(self) -> Result<Command, Refused> {
        Ok(Command::SubmitAssessment(SubmitAssessment {
            assessment: parse::assessment(&self.assessment)?,
            expected_revision: self.expected_revision,
            approval: self.approval.map(ApprovalInput::parse).transpose()?,
        }))
    }
}

assessment_payload! {
    /// What came of submitting.
    SubmitAssessmentPayload
}

/// An assessment to withdraw.
#[derive(InputObject)]
pub struct WithdrawAssessmentInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The assessment.
    assessment: ID,
    /// Its revision as you saw it.
    expected_revision: u32,
    /// Why, in 1 to 2,000 characters.
    reason: String,
}

impl WithdrawAssessmentInput {
    fn parse(&self) -> Result<Command, Refused> {
        Ok(Command::WithdrawAssessment(WithdrawAssessment {
            assessment: parse::assessment(&self.assessment)?,
            expected_revision: self.expected_revision,
            reason: parse::reason(&self.reason, text::REASON, &["reason"])?,
        }))
    }
}

assessment_payload! {
    /// What came of withdrawing.
    WithdrawAssessmentPayload
}

/// An assessment to return.
#[derive(InputObject)]
pub struct ReturnAssessmentInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The assessment.
    assessment: ID,
    /// Its revision as you saw it.
    expected_revision: u32,
    /// Why, in 1 to 2,000 characters.
    reason: String,
    /// What to amend, for single elements, each once.
    #[graphql(validator(max_items = 200))]
    notes: Option<Vec<NoteInput>>,
}

impl ReturnAssessmentInput {
    fn parse(self) -> Result<Command, Refused> {
        Ok(Command::ReturnAssessment(ReturnAssessment {
            assessment: parse::assessment(&self.assessment)?,
            expected_revision: self.expected_revision,
            reason: parse::reason(&self.reason, text::REASON, &["reason"])?,
            notes: note::all(self.notes.unwrap_or_default(), &["notes"])?,
        }))
    }
}

assessment_payload! {
    /// What came of returning.
    ReturnAssessmentPayload
}

#[derive(Default)]
pub struct SubmissionMutation;

#[Object]
impl SubmissionMutation {
    /// Submits an assessment to the region. For the system's leads, while it is DRAFT or RETURNED.
    /// Refused with STALE_REVISION, WRONG_STAGE, ROUND_NOT_OPEN, INVALID_INPUT, KEY_REUSED, and with
    /// INCOMPLETE_ASSESSMENT, which lists all that is missing.
    async fn submit_assessment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment and its approval.")] input: SubmitAssessmentInput,
    ) -> Result<SubmitAssessmentPayload> {
        let key = input.idempotency_key.clone();
        let mutated = ctx.asker().mutate(&key, input.parse()).await?;
        Ok(SubmitAssessmentPayload::of(ctx.asker(), mutated))
    }

    /// Gives an assessment up while it is DRAFT, RETURNED or SUBMITTED, which is until the region shares its view or publishes. Final; the organisation may start again while the round is open. For
    /// the system's leads. Refused with STALE_REVISION, WRONG_STAGE, REASON_REQUIRED, INVALID_INPUT, KEY_REUSED.
    async fn withdraw_assessment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment and why.")] input: WithdrawAssessmentInput,
    ) -> Result<WithdrawAssessmentPayload> {
        let mutated = ctx.asker().mutate(&input.idempotency_key, input.parse()).await?;
        Ok(WithdrawAssessmentPayload::of(ctx.asker(), mutated))
    }

    /// Gives a submitted assessment back to the system, to be amended. For the region and the national team, until the
    /// round's last day for moderation. Refused with STALE_REVISION, WRONG_STAGE, ROUND_NOT_OPEN, UNKNOWN_ELEMENT,
    /// REASON_REQUIRED, INVALID_INPUT, KEY_REUSED.
    async fn return_assessment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment, why, and what to amend.")] input: ReturnAssessmentInput,
    ) -> Result<ReturnAssessmentPayload> {
        let key = input.idempotency_key.clone();
        let mutated = ctx.asker().mutate(&key, input.parse()).await?;
        Ok(ReturnAssessmentPayload::of(ctx.asker(), mutated))
    }
}
