//! Breaks in a series, each with its cause.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use domain::id::RebaselineId;
use domain::lens::Lens;

use super::crosswalk::Coverage;
use super::plain::{plain_enums, plain_struct};
use super::rebaseline::Reasons;
use super::scalar::Date;

/// Why points on the two sides of a day are not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::breaks::BreakCause")]
pub enum BreakCause {
    /// Another edition of the framework is rated, which has not the same elements throughout.
    Edition,
    /// The organisation took over another, whole or in part, or gave a part of itself away.
    Boundary,
    /// The national team marked the day, because figures before and after are no longer made the same way.
    ReBaseline,
}

/// A day from which on points are not compared with those before, so that movement and trend begin afresh. Where `coverage`
/// is not null they go on over it, on the elements that are equal in both editions; a subject without any begins afresh.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct Break {
    /// The first day after the break.
    on: Date,
    /// Why.
    cause: BreakCause,
    /// What happened, in a sentence.
    detail: String,
    /// How many elements of the whole new edition are compared with the edition before all the same; null for other causes,
    /// and where none is.
    coverage: Option<Coverage>,
    #[graphql(skip)]
    rebaseline: Option<(RebaselineId, Arc<Reasons>)>,
}

#[ComplexObject]
impl Break {
    /// Why the national team marked the day, in its own words. Null for other causes, and where the words were erased.
    async fn reason(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some((id, reasons)) = &self.rebaseline else { return Ok(None) };
        Ok(reasons.of(ctx, *id).await?)
    }
}

impl Break {
    pub(super) fn all(lens: &Lens, found: Vec<domain::breaks::Break>) -> Vec<Self> {
        let marked = found.iter().filter_map(|found| lens.rebaseline(found.rebaseline?)).collect();
        let reasons = Arc::new(Reasons::of_all(marked));
        let told = |found: domain::breaks::Break| Self {
            on: Date(found.on),
            cause: found.cause.into(),
            detail: found.detail,
            coverage: found.coverage.map(Coverage::from),
            rebaseline: found.rebaseline.map(|id| (id, reasons.clone())),
        };
        found.into_iter().map(told).collect()
    }
}

plain_enums!(BreakCause);
plain_struct!(Break { on: Date, cause: BreakCause, detail: String, coverage: Option<Coverage> });
