//! Publishing assessments.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use domain::command::Command;
use domain::id::AssessmentId;
use domain::ledger::Event;
use domain::publication::{PublishAssessments, PublishItem as DomainItem};
use domain::refusal::Refused;

use super::assessment::Assessment;
use super::context::AskerOf;
use super::note::{self, NoteInput};
use super::parse;
use super::scalar::Position;
use super::user_error::UserError;

/// Whose judgement a figure is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::publication::Basis")]
pub enum Basis {
    /// The region's where it moderated, else the organisation's own.
    Agreed,
    /// The organisation's own.
    #[graphql(name = "SELF")]
    SelfRated,
    /// The region's, where it moderated.
    Moderated,
}

/// Which assessments an answer is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::publication::Include")]
pub enum Include {
    /// Published ones: everybody gets the same answer.
    Published,
    /// Also those submitted or moderated whose working papers you may read, marked by their stage, with the values that
    /// would be published now. Until a moderation is shared, it does not show.
    Submitted,
}

/// One assessment to publish.
#[derive(InputObject)]
pub struct PublishItem {
    /// The assessment.
    assessment: ID,
    /// Its revision as you saw it.
    expected_revision: u32,
    /// The answer to each contest of the system that has none yet, in words.
    #[graphql(validator(max_items = 200))]
    answers: Option<Vec<NoteInput>>,
}

/// Assessments to publish together. All of them are published, or none.
#[derive(InputObject)]
pub struct PublishAssessmentsInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// 1 to 100 assessments, each once.
    items: Vec<PublishItem>,
    /// Only say what would be refused; write nothing.
    #[graphql(default)]
    dry_run: bool,
}

impl PublishItem {
    fn parse(self, index: usize) -> Result<DomainItem, Refused> {
        let index = index.to_string();
        Ok(DomainItem {
            assessment: parse::id(&self.assessment, &["items", &index, "assessment"])?,
            expected_revision: self.expected_revision,
            answers: note::all(self.answers.unwrap_or_default(), &["items", &index, "answers"])?,
        })
    }
}

impl PublishAssessmentsInput {
    fn parse(self) -> Result<Command, Refused> {
        let items = self.items.into_iter().enumerate().map(|(index, item)| item.parse(index));
        let items = items.collect::<Result<_, Refused>>()?;
        Ok(Command::PublishAssessments(PublishAssessments { items, dry_run: self.dry_run }))
    }
}

/// What came of one item.
#[derive(SimpleObject)]
pub struct PublishResult {
    /// The assessment, as it is now; null where nothing was published.
    assessment: Option<Assessment>,
    /// Why it was refused; empty where nothing stands against it.
    errors: Vec<UserError>,
}

/// What came of publishing.
#[derive(SimpleObject)]
pub struct PublishAssessmentsPayload {
    /// One result an item, in the order of the input.
    results: Vec<PublishResult>,
    /// Where the change stands in the ledger; null where nothing was written. Sent as `asOf.position` to any replica, it
    /// gives an answer that knows of the change.
    position: Option<Position>,
    /// All that was refused, the items' errors included. Where it is not empty, nothing was published.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub struct PublicationMutation;

#[Object]
impl PublicationMutation {
    /// Publishes submitted or moderated assessments: their agreed values count in figures from now on, and the system's time to
    /// contest is over. A moderation that is not shared yet has to be shared before. For the region and the national team.
    /// Refused, each item for itself, with STALE_REVISION, WRONG_STAGE, UNKNOWN_ELEMENT, REASON_REQUIRED, INVALID_INPUT; as
    /// a whole with INVALID_INPUT, KEY_REUSED.
    async fn publish_assessments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessments.")] input: PublishAssessmentsInput,
    ) -> Result<PublishAssessmentsPayload> {
        let (key, count) = (input.idempotency_key.clone(), input.items.len());
        let mutated = ctx.asker().mutate(&key, input.parse()).await?;
        let published = match mutated.event {
            Some(Event::AssessmentsPublished(event)) if mutated.position.is_some() => {
                event.items.into_iter().map(|item| item.assessment).collect()
            }
            _ => Vec::<AssessmentId>::new(),
        };
        let mut errors = mutated.item_errors.into_iter();
        let results = (0..count).map(|index| PublishResult {
            assessment: published.get(index).and_then(|id| Assessment::of(ctx.asker(), &mutated.lens, *id)),
            errors: errors.next().unwrap_or_default(),
        });
        Ok(PublishAssessmentsPayload {
            results: results.collect(),
            position: mutated.position,
            errors: mutated.errors,
        })
    }
}
