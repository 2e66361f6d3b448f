//! Starting an assessment.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::assessment::StartAssessment;
use domain::command::Command;
use domain::lens::Lens;
use domain::refusal::{Refused, Why};

use crate::graphql::context::AskerOf;
use crate::graphql::parse;
use crate::graphql::payload::assessment_payload;
use crate::graphql::system::SystemRef;

/// An assessment to start.
#[derive(InputObject)]
pub struct StartAssessmentInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The round.
    round: ID,
    /// The system, which must be open on the round's reference date.
    system: SystemRef,
    /// Whether the draft begins with the values that were agreed before, with their rationale and citations: the system's
    /// own latest ones, or for a system that has none those on which its predecessors agree. Each says whose it was. Where
    /// the round asks for it, each has to be confirmed before submission.
    #[graphql(default)]
    carry_forward: bool,
}

assessment_payload! {
    /// What came of starting an assessment.
    StartAssessmentPayload
}

impl StartAssessmentInput {
    fn parse(&self, lens: &Lens) -> Result<Command, Refused> {
        let round = parse::id(&self.round, &["round"])?;
        let unknown = || Why::Invalid("there is no such system".into()).at(["system"]);
        let organisation = self.system.resolve(lens).ok_or_else(unknown)?;
        Ok(Command::StartAssessment(StartAssessment {
            round,
            organisation,
            carry_forward: self.carry_forward,
        }))
    }
}

#[derive(Default)]
pub struct AssessmentMutation;

#[Object]
impl AssessmentMutation {
    /// Starts the assessment of a system in a round. For the system's own contributors and leads.
    /// Refused with ROUND_NOT_OPEN, ORGANISATION_NOT_OPEN, ALREADY_EXISTS, INVALID_INPUT, KEY_REUSED.
    async fn start_assessment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The round and the system.")] input: StartAssessmentInput,
    ) -> Result<StartAssessmentPayload> {
        let parsed = input.parse(&ctx.asker().lens()?);
        let mutated = ctx.asker().mutate(&input.idempotency_key, parsed).await?;
        Ok(StartAssessmentPayload::of(ctx.asker(), mutated))
    }
}
