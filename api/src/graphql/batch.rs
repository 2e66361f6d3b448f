//! Batches: many items of one act, each with its own answer.

use async_graphql::{Enum, OneofObject, SimpleObject};
use domain::batch::RefusedItem;
use domain::id::RatingId;
use domain::rating::Outcome;
use domain::refusal::{Refusal, Why};
use domain::text::REASON;

use super::assessment::{Assessment, Papers};
use super::context::{Asker, Mutated};
use super::parse;
use super::rating::Rating;
use super::scalar::Position;
use super::user_error::UserError;

/// What happens to the good items of a batch when one is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::batch::Batch")]
pub enum Batch {
    /// Nothing is written.
    AllOrNothing,
    /// The good ones are written.
    ApplyValid,
}

/// What to say of an element. Exactly one of them.
#[derive(OneofObject)]
pub enum SubjectOutcome {
    /// The key of a level of the edition's scale.
    Level(String),
    /// It does not apply: why, in 1 to 2,000 characters.
    NotApplicable(String),
    /// True: what was said of it is taken back.
    Cleared(bool),
}

impl SubjectOutcome {
    pub(super) fn parse(self, path: &[&str]) -> Result<Outcome, Refusal> {
        match self {
            Self::Level(key) => Ok(Outcome::Level(key)),
            Self::NotApplicable(reason) => Ok(Outcome::NotApplicable(parse::reason(&reason, REASON, path)?)),
            Self::Cleared(true) => Ok(Outcome::Cleared),
            Self::Cleared(false) => Err(Why::Invalid("cleared is true or left out".into()).at(path)),
        }
    }
}

/// What came of one item.
#[derive(SimpleObject)]
pub struct RateResult {
    /// The rating that was written; null where the item was refused, nothing was written, or it was a dry run.
    pub(super) rating: Option<Rating>,
    /// Why the item was refused; empty where nothing stands against it.
    pub(super) errors: Vec<UserError>,
}

/// What came of a batch of ratings, whoever gave them.
pub(super) struct BatchPayload {
    pub(super) assessment: Option<Assessment>,
    pub(super) results: Vec<RateResult>,
    pub(super) position: Option<Position>,
    pub(super) errors: Vec<UserError>,
}

impl BatchPayload {
    /// `written`: the indexes of items and the ratings that came of them.
    pub(super) fn of(
        asker: &Asker,
        mutated: Mutated,
        written: &[(u16, RatingId)],
        refused: Vec<RefusedItem>,
        count: usize,
    ) -> Self {
        let id = mutated.assessment;
        let papers = id.filter(|_| mutated.position.is_some());
        let papers = papers.and_then(|id| Papers::of(asker, &mutated.lens, id));
        let assessment = mutated.changed(asker);
        let mut errors = mutated.errors;
        let mut of_items = mutated.item_errors.into_iter();
        let none = || RateResult { rating: None, errors: of_items.next().unwrap_or_default() };
        let mut results: Vec<_> = std::iter::repeat_with(none).take(count).collect();
        for (item, rating) in written {
            results[usize::from(*item)].rating = papers.as_ref().and_then(|papers| papers.rating(*rating));
        }
        for RefusedItem { item, refusals } in refused {
            let told = || UserError::all(refusals.clone(), asker, &mutated.lens, id);
            errors.extend(told());
            results[usize::from(item)].errors = told();
        }
        Self { assessment, results, position: mutated.position, errors }
    }
}

/// Declares the payload of a batch.
macro_rules! batch_payload {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            /// The assessment, as it is now; null where nothing was written.
            assessment: Option<$crate::graphql::assessment::Assessment>,
            /// One result an item, in the order of the input.
            results: Vec<$crate::graphql::batch::RateResult>,
            /// Where the change stands in the ledger; null where nothing was written. Sent as `asOf.position` to any replica, it
            /// gives an answer that knows of the change.
            position: Option<$crate::graphql::scalar::Position>,
            /// All that was refused, the items' errors included. Where the batch is ALL_OR_NOTHING and this is not empty,
            /// nothing was written.
            errors: Vec<$crate::graphql::user_error::UserError>,
        }

        impl From<$crate::graphql::batch::BatchPayload> for $name {
            fn from(batch: $crate::graphql::batch::BatchPayload) -> Self {
                let $crate::graphql::batch::BatchPayload { assessment, results, position, errors } = batch;
                Self { assessment, results, position, errors }
            }
        }
    };
}
pub(super) use batch_payload;
