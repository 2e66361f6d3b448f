//! Retractions of publications.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::command::Command;
use domain::refusal::Refused;
use domain::retraction::RetractPublication;
use domain::text::REASON;

use super::context::AskerOf;
use super::parse;
use super::payload::assessment_payload;

/// A publication to retract.
#[derive(InputObject)]
pub struct RetractPublicationInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The assessment.
    assessment: ID,
    /// Its revision as you saw it.
    expected_revision: u32,
    /// Why, in 1 to 2,000 characters.
    reason: String,
}

impl RetractPublicationInput {
    fn parse(&self) -> Result<Command, Refused> {
        Ok(Command::RetractPublication(RetractPublication {
            assessment: parse::assessment(&self.assessment)?,
            expected_revision: self.expected_revision,
            reason: parse::reason(&self.reason, REASON, &["reason"])?,
        }))
    }
}

assessment_payload! {
    /// What came of retracting.
    RetractPublicationPayload
}

#[derive(Default)]
pub struct RetractionMutation;

#[Object]
impl RetractionMutation {
    /// Hides a publication from now on: its values leave all figures, for good. What was known before stays readable as of
    /// then. For the national team. A wrong value is corrected instead. Refused with STALE_REVISION, WRONG_STAGE,
    /// REASON_REQUIRED, INVALID_INPUT, KEY_REUSED.
    async fn retract_publication(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment and why.")] input: RetractPublicationInput,
    ) -> Result<RetractPublicationPayload> {
        let mutated = ctx.asker().mutate(&input.idempotency_key, input.parse()).await?;
        Ok(RetractPublicationPayload::of(ctx.asker(), mutated))
    }
}
