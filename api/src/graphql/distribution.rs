//! Distributions: how many systems stand at each level.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use domain::distribution::{self, Question};
use domain::framework::Edition;
use domain::lens::Lens;
use domain::publication::Include;

use super::as_of::{AsOf, AsOfUsed, Citation};
use super::context::AskerOf;
use super::organisation::Region;
use super::plain::{Fast, plain_struct};
use super::publication::Basis;
use super::roll_up::LevelCount;
use super::round::Round;
use super::scalar::{Date, OdsCode};
use super::subject::{Grain, Subject};
use crate::error::Error;

/// Which level stands for the elements of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::survey::Measure")]
pub enum Measure {
    /// The lowest level that any of its elements has.
    Lowest,
    /// The lower median of its elements: of an even number of levels, the lower of the two in the middle.
    Median,
}

/// How many systems of an area stand at each level. Made of published assessments only, so the same for everybody.
#[derive(SimpleObject)]
pub struct Distribution {
    /// The region; null: England.
    area: Option<Region>,
    /// Systems at each level, for every level of the scale, from the least mature.
    level_counts: Vec<LevelCount>,
    /// Systems that are open in the area.
    of: u32,
    /// Those of them without a level.
    without: u32,
}

impl Distribution {
    pub(super) fn new(lens: &Lens, edition: &Arc<Edition>, found: &distribution::Distribution) -> Self {
        Self {
            area: found.area.map(|id| Region { lens: lens.clone(), id }),
            level_counts: LevelCount::all(edition, &found.counts),
            of: found.of,
            without: found.without,
        }
    }
}

/// One subject in one area over time.
#[derive(SimpleObject)]
pub struct DistributionLine {
    /// The moment that this was made for.
    resolved_as_of: AsOfUsed,
    /// Whether any of the answer was made up by the demonstration, and reported by nobody.
    synthetic: bool,
    /// How to refer to the answer.
    citation: Option<Citation>,
    /// What the line is about.
    subject: Subject,
    /// The region; null: England.
    area: Option<Region>,
    /// One point a round whose edition has the subject, in order of reference date.
    points: Vec<DistributionPoint>,
}

/// How many systems of an area stood at each level in one round.
#[derive(SimpleObject)]
pub struct DistributionPoint {
    /// The reference date of the round.
    on: Date,
    /// The round.
    round: Round,
    /// Systems at each level, for every level of the scale of the round's edition, from the least mature.
    level_counts: Vec<LevelCount>,
    /// Systems that were open on the reference date, in the area as it was then.
    of: u32,
    /// Those of them that have published no level in this round.
    without: u32,
}

fn lines(lens: &Lens, found: distribution::Distributions) -> Result<Vec<DistributionLine>, Error> {
    let citation = Citation::of(lens, &found.edition, "distributions", found.synthetic, Include::Published);
    let line = |line: distribution::Line| {
        let points = line.points.into_iter().map(|point| point_of(lens, point));
        Ok(DistributionLine {
            resolved_as_of: AsOfUsed::of(lens),
            synthetic: found.synthetic,
            citation: citation.clone(),
            subject: Subject::new(found.edition.clone(), line.subject),
            area: line.area.map(|id| Region { lens: lens.clone(), id }),
            points: points.collect::<Result<_, Error>>()?,
        })
    };
    found.lines.into_iter().map(line).collect()
}

fn point_of(lens: &Lens, point: distribution::Point) -> Result<DistributionPoint, Error> {
    Ok(DistributionPoint {
        on: Date(point.round.dates.reference),
        round: Round::new(lens, point.round)?,
        level_counts: LevelCount::all(&point.edition, &point.distribution.counts),
        of: point.distribution.of,
        without: point.distribution.without,
    })
}

#[derive(Default)]
pub struct DistributionQuery;

#[Object]
impl DistributionQuery {
    /// How many systems stood at each level, round by round, in England and in each region. Made of published assessments
    /// only. One line for each subject and area: subject by subject, England first, then the regions by name. Empty where
    /// there is no such framework.
    #[expect(clippy::too_many_arguments, reason = "each says what to show")]
    async fn distributions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the framework, such as \"sdpt\".")] framework: String,
        #[graphql(desc = "How fine the lines are.", default_with = "Grain::Theme")] grain: Grain,
        #[graphql(desc = "Keys of subjects of this grain. Null: all.", validator(max_items = 200))] subjects: Option<
            Vec<String>,
        >,
        #[graphql(desc = "ODS codes of regions, beside England. Null: all.", validator(max_items = 100))]
        regions: Option<Vec<OdsCode>>,
        #[graphql(desc = "The first reference date that is shown. Null: the first there is.")] from: Option<
            Date,
        >,
        #[graphql(desc = "Which level stands for a subject.", default_with = "Measure::Median")]
        measure: Measure,
        #[graphql(desc = "Whose judgement counts.", default_with = "Basis::Agreed")] basis: Basis,
        #[graphql(desc = "The moment described. Null: now.")] as_of: Option<AsOf>,
    ) -> Result<Fast<Vec<DistributionLine>>> {
        let lens = ctx.asker().lens_for(as_of).await?;
        let Some(framework) = lens.framework(&framework) else { return Ok(Fast(Vec::new())) };
        let regions = regions.map(|codes| codes.into_iter().map(|code| code.0).collect());
        let (grain, from) = (grain.into(), from.map(|from| from.0));
        let (measure, basis) = (measure.into(), basis.into());
        let question = Question { framework, grain, subjects, regions, from, measure, basis };
        let found = distribution::distributions(&lens, &question).map_err(Error::from)?;
        Ok(Fast(found.map(|found| lines(&lens, found)).transpose()?.unwrap_or_default()))
    }
}

plain_struct!(Distribution { area: Option<Region>, level_counts: Vec<LevelCount>, of: u32, without: u32 });
plain_struct!(DistributionLine {
    resolved_as_of: AsOfUsed,
    synthetic: bool,
    citation: Option<Citation>,
    subject: Subject,
    area: Option<Region>,
    points: Vec<DistributionPoint>,
});
plain_struct!(DistributionPoint { on: Date, round: Round, level_counts: Vec<LevelCount>, of: u32, without: u32 });
