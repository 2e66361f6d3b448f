//! Distributions: how many systems stand at each level.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use domain::distribution::{self, Counted, Distributions, Question, Tally};
use domain::framework::Edition;
use domain::lens::Lens;
use domain::publication::Include;

use super::as_of::{AsOf, AsOfUsed, Citation};
use super::columnar::DistributionColumns;
use super::context::AskerOf;
use super::organisation::Region;
use super::plain::{Fast, plain_object, plain_struct};
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

/// One line of an answer, and its place in it.
#[derive(Clone)]
pub struct DistributionLine {
    lens: Lens,
    found: Arc<Distributions>,
    subject: usize,
    area: usize,
}

plain_object! {
/// One subject in one area over time.
impl DistributionLine {
    /// The moment that this was made for.
    resolved_as_of: AsOfUsed = |it| AsOfUsed::of(&it.lens);

    /// Whether any of the answer was made up by the demonstration, and reported by nobody.
    synthetic: bool = |it| it.found.synthetic;

    /// How to refer to the answer.
    citation: Option<Citation> = |it| citation(&it.lens, &it.found);

    /// What the line is about.
    subject: Subject = |it| Subject::new(it.found.edition.clone(), it.found.subjects[it.subject]);

    /// The region; null: England.
    area: Option<Region> = |it| it.found.areas[it.area].map(|id| Region { lens: it.lens.clone(), id });

    /// One point a round whose edition has the subject, in order of reference date.
    points: Vec<DistributionPoint> = |it| it.points_of();
}
}

pub(super) fn citation(lens: &Lens, found: &Distributions) -> Option<Citation> {
    Citation::of(lens, &found.edition, "distributions", found.synthetic, Include::Published)
}

impl DistributionLine {
    fn all(lens: &Lens, found: Distributions) -> Vec<Self> {
        let found = Arc::new(found);
        let line = |subject, area| Self { lens: lens.clone(), found: found.clone(), subject, area };
        let of_subject = |subject| (0..found.areas.len()).map(move |area| (subject, area));
        let lines = (0..found.subjects.len()).flat_map(of_subject);
        lines.map(|(subject, area)| line(subject, area)).collect()
    }

    fn points_of(&self) -> Vec<DistributionPoint> {
        let rounds = self.found.rounds.iter().enumerate();
        let points = rounds.filter_map(|(round, counted)| {
            let tally = *counted.tally(self.subject, self.area)?;
            Some(DistributionPoint { lens: self.lens.clone(), found: self.found.clone(), round, tally })
        });
        points.collect()
    }
}

pub struct DistributionPoint {
    lens: Lens,
    found: Arc<Distributions>,
    round: usize,
    tally: Tally,
}

plain_object! {
/// How many systems of an area stood at each level in one round.
impl DistributionPoint {
    /// The reference date of the round.
    on: Date = |it| Date(it.counted().round.dates.reference);

    /// The round.
    round: Result<Round> = |it| Round::new(&it.lens, it.counted().round.clone()).map_err(Into::into);

    /// Systems at each level, for every level of the scale of the round's edition, from the least mature.
    level_counts: Vec<LevelCount> = |it| LevelCount::all(&it.counted().edition, &it.tally.counts);

    /// Systems that were open on the reference date, in the area as it was then.
    of: u32 = |it| it.tally.of;

    /// Those of them that have published no level in this round.
    without: u32 = |it| it.tally.without;
}
}

impl DistributionPoint {
    fn counted(&self) -> &Counted {
        &self.found.rounds[self.round]
    }
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
        let asked = Asked { grain, subjects, regions, from, measure, basis };
        let found = asked.found(&lens, &framework)?;
        Ok(Fast(found.map(|found| DistributionLine::all(&lens, found)).unwrap_or_default()))
    }

    /// The same as `distributions`, as arrays for charts: a fraction of the bytes. Null where there is no such framework.
    #[expect(clippy::too_many_arguments, reason = "each says what to show")]
    async fn distributions_columnar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the framework, such as \"sdpt\".")] framework: String,
        #[graphql(desc = "How fine the subjects are.", default_with = "Grain::Theme")] grain: Grain,
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
    ) -> Result<Option<Fast<DistributionColumns>>> {
        let lens = ctx.asker().lens_for(as_of).await?;
        let asked = Asked { grain, subjects, regions, from, measure, basis };
        let found = asked.found(&lens, &framework)?;
        Ok(found.map(|found| Fast(DistributionColumns::new(&lens, found))))
    }
}

/// What is asked of either form.
struct Asked {
    grain: Grain,
    subjects: Option<Vec<String>>,
    regions: Option<Vec<OdsCode>>,
    from: Option<Date>,
    measure: Measure,
    basis: Basis,
}

impl Asked {
    /// None where there is no such framework.
    fn found(self, lens: &Lens, framework: &str) -> Result<Option<Distributions>, Error> {
        let Some(framework) = lens.framework(framework) else { return Ok(None) };
        let question = Question {
            framework,
            grain: self.grain.into(),
            subjects: self.subjects,
            regions: self.regions.map(|codes| codes.into_iter().map(|code| code.0).collect()),
            from: self.from.map(|from| from.0),
            measure: self.measure.into(),
            basis: self.basis.into(),
        };
        Ok(distribution::distributions(lens, &question)?)
    }
}

plain_struct!(Distribution { area: Option<Region>, level_counts: Vec<LevelCount>, of: u32, without: u32 });
