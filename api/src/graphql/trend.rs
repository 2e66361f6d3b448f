//! Whether a line rises or falls, and what that rests on.

use super::plain::{plain_enums, plain_object, plain_struct};
use async_graphql::{Enum, SimpleObject};

use super::crosswalk::Coverage;

/// Whether the moves of many rounds go one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::trend::Verdict")]
pub enum Verdict {
    /// Moves go up more often, or further, than moves without direction would in 95% of cases.
    Rising,
    /// Moves go down more often, or further, than moves without direction would in 95% of cases.
    Falling,
    /// Moves without direction would come as far. It may still move: see `movement`.
    NoClearTrend,
    /// Fewer than 5 points: nothing is judged.
    TooFewPoints,
    /// Fewer than 6 points with a net move from the one before: nothing is judged.
    TooFewChanges,
}

pub struct Trend(pub(super) domain::trend::Trend);

plain_object! {
/// Whether the points shown, from the last break on, rise or fall. It rests on changes alone, since a rating that is
/// carried forward repeats without anybody having looked. Points of an earlier edition count with the elements that the
/// crosswalk calls equal, on the scale of the latest edition; two points of the latest edition count with all its elements.
impl Trend {
    /// The verdict.
    verdict: Verdict = |it| it.0.verdict.into();

    /// Points in which at least one element of the subject has a level.
    n: u32 = |it| it.0.n;

    /// Points with a net move from the one before: levels climbed less levels fallen, over elements that both rate by the
    /// same judge, is not zero.
    changes: u32 = |it| it.0.changes;

    /// The net moves added up, in levels: positive is up.
    statistic: i32 = |it| it.0.statistic;

    /// How often moves without direction come as far, 0 to 1; null where there are too few points or changes.
    p_value: Option<f64> = |it| it.0.p_value;

    /// How the p-value is come by.
    method: &str = |_| domain::trend::METHOD;

    /// The verdict in a sentence.
    sentence: String = |it| it.0.sentence();

    /// How many elements are equal in all the points, where some are of earlier editions and crosswalks lead over to the
    /// latest. Null where all points are of one edition.
    coverage: Option<Coverage> = |it| it.0.coverage.map(Coverage::from);

    /// How level and time go together in a single element. It describes these points and proves nothing: no p-value is
    /// given. Null for subjects of several elements.
    kendall: Option<Kendall> = |it| it.0.kendall.map(|kendall| Kendall { s: kendall.s, tau: kendall.tau });
}
}

/// Kendall's rank correlation of level and time, to describe, not to judge.
#[derive(SimpleObject)]
pub struct Kendall {
    /// Pairs of points in which the later level is the higher, less those in which it is the lower.
    s: i32,
    /// Tau-b, from -1 (only down) to 1 (only up); null where the level never changed.
    tau: Option<f64>,
}

plain_enums!(Verdict);
plain_struct!(Kendall { s: i32, tau: Option<f64> });
