//! Distributions as arrays.

use domain::distribution::{Distributions, Tally};
use domain::lens::Lens;

use super::{area_codes, area_names, grid, keys, levels, titles};
use crate::graphql::as_of::{AsOfUsed, Citation};
use crate::graphql::distribution::citation;
use crate::graphql::plain::plain_object;
use crate::graphql::scalar::{Date, OdsCode};

pub struct DistributionColumns {
    lens: Lens,
    found: Distributions,
}

plain_object! {
/// How many systems stood at each level, as arrays. Axes: `subjects`, `areas`, the rounds of `on` and `rounds`, and `levels`.
/// Null where the edition of a round has no such subject.
impl DistributionColumns {
    /// The moment that this was made for.
    resolved_as_of: AsOfUsed = |it| AsOfUsed::of(&it.lens);

    /// Whether any of it was made up by the demonstration, and reported by nobody.
    synthetic: bool = |it| it.found.synthetic;

    /// How to refer to it.
    citation: Option<Citation> = |it| citation(&it.lens, &it.found);

    /// The axis of subjects: their keys, in the order of the edition.
    subjects: Vec<String> = |it| keys(&it.found.edition, &it.found.subjects);

    /// By subject: its title.
    titles: Vec<String> = |it| titles(&it.found.edition, &it.found.subjects);

    /// The axis of areas: England, which has no code, then the ODS codes of the regions by name.
    areas: Vec<Option<OdsCode>> = |it| area_codes(&it.lens, &it.found.areas);

    /// By area: its name.
    area_names: Vec<String> = |it| area_names(&it.lens, &it.found.areas);

    /// The axis of rounds: their reference dates, in order.
    on: Vec<Date> = |it| it.found.rounds.iter().map(|counted| Date(counted.round.dates.reference)).collect();

    /// By round: its label.
    rounds: Vec<String> = |it| it.found.rounds.iter().map(|counted| counted.round.label.clone()).collect();

    /// By round: the label of its edition.
    editions: Vec<String> = |it| it.found.rounds.iter()
        .map(|counted| counted.edition.definition.label.clone()).collect();

    /// The axis of levels: their keys, from the least mature, in the latest of these editions. Each round counts on the scale
    /// of its own edition.
    levels: Vec<String> = |it| levels(&it.found.edition);

    /// By subject, area and round, then by level: systems at the level.
    level_counts: Vec<Vec<Vec<Option<Vec<u32>>>>> = |it| it.told(|tally| tally.counts.to_vec());

    /// By subject, area and round: systems that were open on the reference date, in the area as it was then.
    of: Vec<Vec<Vec<Option<u32>>>> = |it| it.told(|tally| tally.of);

    /// By subject, area and round: those of them that have published no level in the round.
    without: Vec<Vec<Vec<Option<u32>>>> = |it| it.told(|tally| tally.without);
}
}

impl DistributionColumns {
    pub(in crate::graphql) fn new(lens: &Lens, found: Distributions) -> Self {
        Self { lens: lens.clone(), found }
    }

    fn told<T>(&self, of: impl Fn(&Tally) -> T) -> Vec<Vec<Vec<Option<T>>>> {
        grid(self.found.subjects.len(), self.found.areas.len(), |subject, area| {
            let rounds = self.found.rounds.iter();
            rounds.map(|counted| counted.tally(subject, area).map(&of)).collect()
        })
    }
}
