//! Corrections of published values.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::command::Command;
use domain::correction::CorrectRatings;
use domain::ledger::Event;
use domain::refusal::Refused;
use domain::text::REASON;

use super::batch::{BatchPayload, batch_payload};
use super::context::AskerOf;
use super::moderation::ModerateItem;
use super::parse;

/// Published values to correct. All of them are corrected, or none.
#[derive(InputObject)]
pub struct CorrectRatingsInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The assessment.
    assessment: ID,
    /// Its revision as you saw it.
    expected_revision: u32,
    /// 1 to 200 items, each of another element, each with a value other than the published one.
    items: Vec<ModerateItem>,
    /// Why, in 1 to 2,000 characters. It stands for every item without a reason of its own.
    reason: String,
}

impl CorrectRatingsInput {
    fn parse(self) -> Result<Command, Refused> {
        Ok(Command::CorrectRatings(CorrectRatings {
            assessment: parse::assessment(&self.assessment)?,
            expected_revision: self.expected_revision,
            items: self.items.into_iter().enumerate().map(|(i, item)| item.parse(i)).collect(),
            reason: parse::reason(&self.reason, REASON, &["reason"])?,
        }))
    }
}

batch_payload! {
    /// What came of correcting.
    CorrectRatingsPayload
}

#[derive(Default)]
pub struct CorrectionMutation;

#[Object]
impl CorrectionMutation {
    /// Corrects values of a published assessment on basis MODERATED, and publishes them at once. What was known before stays
    /// readable as of then. For the region and the national team. Refused with STALE_REVISION, WRONG_STAGE, SAME_PERSON,
    /// UNKNOWN_ELEMENT, UNKNOWN_LEVEL, REASON_REQUIRED, INVALID_INPUT, KEY_REUSED.
    async fn correct_ratings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment and what is right.")] input: CorrectRatingsInput,
    ) -> Result<CorrectRatingsPayload> {
        let (key, count) = (input.idempotency_key.clone(), input.items.len());
        let mutated = ctx.asker().mutate(&key, input.parse()).await?;
        let written = match &mutated.event {
            Some(Event::RatingsCorrected(event)) => {
                event.items.iter().map(|item| (item.item, item.id)).collect()
            }
            _ => Vec::new(),
        };
        Ok(BatchPayload::of(ctx.asker(), mutated, &written, Vec::new(), count).into())
    }
}
