//! Contests: what the system says against a moderation that was shared with it.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::command::Command;
use domain::contest::ContestModeration;
use domain::refusal::Refused;

use super::context::AskerOf;
use super::note::{self, NoteInput};
use super::parse;
use super::payload::assessment_payload;
use super::scalar::Position;

/// What the system says against the region's judgement of an element, and the region's answer.
#[derive(SimpleObject)]
pub struct Contest {
    /// Where it stands in the ledger.
    pub(super) position: Position,
    /// Why the system disagrees; null where it was erased.
    pub(super) why: Option<String>,
    /// What the region answered when it published; null where it has not, and where it was erased.
    pub(super) answer: Option<String>,
}

/// A moderation to accept or to contest.
#[derive(InputObject)]
pub struct ContestModerationInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The assessment.
    assessment: ID,
    /// Its revision as you saw it.
    expected_revision: u32,
    /// Why, for each element whose moderation is contested, each once. Empty: the moderation is accepted.
    #[graphql(validator(max_items = 200))]
    items: Vec<NoteInput>,
}

impl ContestModerationInput {
    fn parse(self) -> Result<Command, Refused> {
        Ok(Command::ContestModeration(ContestModeration {
            assessment: parse::assessment(&self.assessment)?,
            expected_revision: self.expected_revision,
            items: note::all(self.items, &["items"])?,
        }))
    }
}

assessment_payload! {
    /// What came of accepting or contesting.
    ContestModerationPayload
}

#[derive(Default)]
pub struct ContestMutation;

#[Object]
impl ContestMutation {
    /// Accepts a shared moderation, or contests it element by element. For the system's leads, until the round's
    /// `responseDays` after the sharing are over; contest and answer stay on record. Refused with STALE_REVISION,
    /// WRONG_STAGE, ROUND_NOT_OPEN, UNKNOWN_ELEMENT, REASON_REQUIRED, INVALID_INPUT, KEY_REUSED.
    async fn contest_moderation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment, and why it is contested.")] input: ContestModerationInput,
    ) -> Result<ContestModerationPayload> {
        let key = input.idempotency_key.clone();
        let mutated = ctx.asker().mutate(&key, input.parse()).await?;
        Ok(ContestModerationPayload::of(ctx.asker(), mutated))
    }
}
