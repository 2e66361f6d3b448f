//! Moderation: the region's own judgement beside the system's.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::command::Command;
use domain::ledger::Event;
use domain::moderation::{ModerateElements, ModerateItem as DomainItem, ShareModeration};
use domain::refusal::{Refusal, Refused};
use domain::text::RATIONALE;

use super::batch::{Batch, BatchPayload, SubjectOutcome, batch_payload};
use super::context::AskerOf;
use super::parse;
use super::payload::assessment_payload;

/// One element to judge.
#[derive(InputObject)]
pub struct ModerateItem {
    /// The key of the element.
    element: String,
    /// The id of the system's current rating, which is judged.
    of: ID,
    /// The id of the region's standing judgement as you saw it; null where you saw none. A correction, which
    /// `expectedRevision` guards, does not look at it.
    replaces: Option<ID>,
    /// What to say of it. Cleared takes the region's judgement back, so that the system's own stands.
    outcome: SubjectOutcome,
    /// Why, in 1 to 4,000 characters. Needed where the level differs from the system's own; a correction has its reason
    /// as a whole.
    reason: Option<String>,
}

impl ModerateItem {
    pub(super) fn parse(self, index: usize) -> Result<DomainItem, Vec<Refusal>> {
        let index = index.to_string();
        let path = |field: &'static str| ["items", index.as_str(), field];
        let mut refusals = Vec::new();
        let outcome = self.outcome.parse(&path("outcome")).map_err(|refusal| refusals.push(refusal));
        let of = parse::id(&self.of, &path("of")).map_err(|refusal| refusals.push(refusal));
        let replaces = self.replaces.as_ref().map(|id| parse::id(id, &path("replaces"))).transpose();
        let replaces = replaces.map_err(|refusal| refusals.push(refusal));
        let reason =
            self.reason.as_ref().map(|text| parse::text(text, RATIONALE, &path("reason"))).transpose();
        let reason = reason.map_err(|refusal| refusals.push(refusal));
        match (outcome, of, replaces, reason) {
            (Ok(outcome), Ok(of), Ok(replaces), Ok(reason)) => {
                Ok(DomainItem { element: self.element, of, replaces, outcome, reason })
            }
            _ => Err(refusals),
        }
    }
}

/// Elements of an assessment to judge.
#[derive(InputObject)]
pub struct ModerateElementsInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The assessment.
    assessment: ID,
    /// 1 to 200 items, each of another element.
    items: Vec<ModerateItem>,
    /// What happens to the good items when one is refused.
    #[graphql(default_with = "Batch::AllOrNothing")]
    batch: Batch,
    /// Only say what would be refused; write nothing.
    #[graphql(default)]
    dry_run: bool,
}

impl ModerateElementsInput {
    fn parse(self) -> Result<Command, Refused> {
        Ok(Command::ModerateElements(ModerateElements {
            assessment: parse::assessment(&self.assessment)?,
            items: self.items.into_iter().enumerate().map(|(i, item)| item.parse(i)).collect(),
            batch: self.batch.into(),
            dry_run: self.dry_run,
        }))
    }
}

batch_payload! {
    /// What came of judging elements.
    ModerateElementsPayload
}

/// A moderation to share.
#[derive(InputObject)]
pub struct ShareModerationInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The assessment.
    assessment: ID,
    /// Its revision as you saw it.
    expected_revision: u32,
}

assessment_payload! {
    /// What came of sharing.
    ShareModerationPayload
}

#[derive(Default)]
pub struct ModerationMutation;

#[Object]
impl ModerationMutation {
    /// Judges elements of a submitted assessment beside the system's own ratings. For the region and the national team,
    /// until the round's last day for moderation; the system sees it once it is shared, and after that only what it
    /// contests is judged again. Whoever submitted cannot moderate. Refused, each item for itself, with STALE_REVISION,
    /// UNKNOWN_ELEMENT, UNKNOWN_LEVEL, REASON_REQUIRED, WRONG_STAGE, INVALID_INPUT; as a whole with WRONG_STAGE,
    /// ROUND_NOT_OPEN, SAME_PERSON, INVALID_INPUT, KEY_REUSED.
    async fn moderate_elements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment and its items.")] input: ModerateElementsInput,
    ) -> Result<ModerateElementsPayload> {
        let (key, count) = (input.idempotency_key.clone(), input.items.len());
        let mutated = ctx.asker().mutate(&key, input.parse()).await?;
        let (written, refused) = match &mutated.event {
            Some(Event::ElementsModerated(event)) => {
                (event.items.iter().map(|item| (item.item, item.id)).collect(), event.refused.clone())
            }
            _ => (Vec::new(), Vec::new()),
        };
        Ok(BatchPayload::of(ctx.asker(), mutated, &written, refused, count).into())
    }

    /// Shares the region's view with the system, which can then contest it for the round's `responseDays`. The stage becomes
    /// MODERATED. For the region and the national team, once something is moderated, on any day. Refused with STALE_REVISION,
    /// WRONG_STAGE, SAME_PERSON, INVALID_INPUT, KEY_REUSED.
    async fn share_moderation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment.")] input: ShareModerationInput,
    ) -> Result<ShareModerationPayload> {
        let command = parse::assessment(&input.assessment).map(|assessment| {
            Command::ShareModeration(ShareModeration {
                assessment,
                expected_revision: input.expected_revision,
            })
        });
        let mutated = ctx.asker().mutate(&input.idempotency_key, command).await?;
        Ok(ShareModerationPayload::of(ctx.asker(), mutated))
    }
}
