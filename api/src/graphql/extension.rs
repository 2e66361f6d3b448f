//! Extensions: more time for one organisation in one round.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::command::Command;
use domain::extension::ExtendDeadline;
use domain::refusal::Refused;
use domain::text::REASON;

use super::context::AskerOf;
use super::parse;
use super::payload::assessment_payload;
use super::scalar::Date;

/// More time to give.
#[derive(InputObject)]
pub struct ExtendDeadlineInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The round.
    round: ID,
    /// The organisation, which must be one that the round expects.
    organisation: ID,
    /// The new day by which it has to submit, later than the present one and not in the past. Where the round closes or ends
    /// its moderation before, it stays open for this organisation until then.
    until: Date,
    /// Why, in 1 to 2,000 characters.
    reason: String,
}

impl ExtendDeadlineInput {
    fn parse(&self) -> Result<Command, Refused> {
        Ok(Command::ExtendDeadline(ExtendDeadline {
            round: parse::id(&self.round, &["round"])?,
            organisation: parse::id(&self.organisation, &["organisation"])?,
            until: self.until.0,
            reason: parse::reason(&self.reason, REASON, &["reason"])?,
        }))
    }
}

assessment_payload! {
    /// What came of giving more time. The assessment is null where the organisation has not started either.
    ExtendDeadlinePayload
}

#[derive(Default)]
pub struct ExtensionMutation;

#[Object]
impl ExtensionMutation {
    /// Gives one organisation more time in a round. For the region and the national team, before it has submitted. Refused
    /// with ORGANISATION_NOT_OPEN, WRONG_STAGE, REASON_REQUIRED, INVALID_INPUT, KEY_REUSED.
    async fn extend_deadline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, where, until when and why.")] input: ExtendDeadlineInput,
    ) -> Result<ExtendDeadlinePayload> {
        let mutated = ctx.asker().mutate(&input.idempotency_key, input.parse()).await?;
        Ok(ExtendDeadlinePayload::of(ctx.asker(), mutated))
    }
}
