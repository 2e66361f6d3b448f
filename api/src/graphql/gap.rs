//! Self versus moderated: how far the two judgements lie apart.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use domain::gap::Question;
use domain::lens::Lens;

use super::as_of::{AsOf, AsOfUsed, Citation};
use super::context::AskerOf;
use super::publication::Include;
use super::subject::{Grain, Subject};
use super::system::{System, SystemsWhere};
use crate::error::Error;

/// Why there is no kappa.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::gap::NoKappa")]
pub enum NoKappa {
    /// There are fewer than ten pairs.
    TooFewPairs,
    /// All pairs are of one level, so chance alone would agree as well.
    NoVariation,
}

/// How far the systems' own ratings and the regions' lie apart.
#[derive(SimpleObject)]
pub struct Gap {
    /// The moment that this was made for.
    resolved_as_of: AsOfUsed,
    /// Whether any of it was made up by the demonstration, and reported by nobody.
    synthetic: bool,
    /// One line a subject, in the order of the edition.
    lines: Vec<GapLine>,
    /// Systems for which the filter has no answer, by name: they count in no line.
    undecided: Vec<System>,
    /// How to refer to this; null where unpublished work was asked for.
    citation: Option<Citation>,
}

/// The elements of one subject that both the system and the region put at a level. Each is a pair.
#[derive(SimpleObject)]
pub struct GapLine {
    /// What the line is about.
    subject: Subject,
    /// Pairs in all.
    pairs: u32,
    /// Pairs by difference, from the largest fall to the largest rise, those that never occur included.
    counts: Vec<DifferenceCount>,
    /// The share of pairs of the same level, 0 to 1; null without pairs.
    agreement: Option<f64>,
    /// Cohen's kappa with quadratic weights: 1 where all pairs agree, 0 where no more do than by chance, below 0 where
    /// fewer do. Null: see `kappaReason`.
    kappa: Option<f64>,
    /// Why there is no kappa; null where there is one.
    kappa_reason: Option<NoKappa>,
}

/// How many pairs differ by so many levels.
#[derive(SimpleObject)]
pub struct DifferenceCount {
    /// The region's level minus the system's own, in levels.
    difference: i32,
    /// Pairs with this difference.
    count: u32,
}

impl Gap {
    fn of(lens: &Lens, found: domain::gap::Gap, include: domain::publication::Include) -> Self {
        let citation = Citation::of(lens, &found.edition, "self versus moderated", found.synthetic, include);
        let line = |line: domain::gap::Line| {
            let (kappa, differences) = (line.pairs.kappa(), line.pairs.by_difference().into_iter());
            GapLine {
                subject: Subject::new(found.edition.clone(), line.subject),
                pairs: line.pairs.count(),
                counts: differences
                    .map(|(difference, count)| DifferenceCount { difference, count })
                    .collect(),
                agreement: line.pairs.agreement(),
                kappa: kappa.ok(),
                kappa_reason: kappa.err().map(Into::into),
            }
        };
        Self {
            resolved_as_of: AsOfUsed::of(lens),
            synthetic: found.synthetic,
            lines: found.lines.into_iter().map(line).collect(),
            undecided: System::all(lens, found.undecided),
            citation,
        }
    }
}

#[derive(Default)]
pub struct GapQuery;

#[Object]
impl GapQuery {
    /// How far the systems' own ratings and the regions' lie apart, subject by subject, over the systems that are open on the
    /// day described. Null where there is no such framework.
    #[expect(clippy::too_many_arguments, reason = "each says what to show")]
    async fn gap(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the framework, such as \"sdpt\".")] framework: String,
        #[graphql(desc = "Null: all that are open.")] systems: Option<SystemsWhere>,
        #[graphql(desc = "The label of a round. Null: the latest assessment of each system.")] round: Option<
            String,
        >,
        #[graphql(desc = "How fine the lines are.", default_with = "Grain::Theme")] grain: Grain,
        #[graphql(desc = "Which assessments count.", default_with = "Include::Published")] include: Include,
        #[graphql(desc = "The moment described. Null: now.")] as_of: Option<AsOf>,
    ) -> Result<Option<Gap>> {
        let lens = ctx.asker().lens_for(as_of).await?;
        let Some(framework) = lens.framework(&framework) else { return Ok(None) };
        let systems = SystemsWhere::resolve(systems, &lens).map_err(Error::from)?;
        let (grain, include) = (grain.into(), include.into());
        let cited = systems.include().max(include);
        let question = Question { framework, systems, round, grain, include };
        let found = domain::gap::gap(&lens, &question).map_err(Error::from)?;
        Ok(found.map(|found| Gap::of(&lens, found, cited)))
    }
}
