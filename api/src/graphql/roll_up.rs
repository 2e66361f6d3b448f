//! Roll-ups: counts, the lowest level and the lower median.

use std::sync::Arc;

use async_graphql::SimpleObject;
use domain::framework::Edition;
use domain::level::Scale;

use super::level::Level;
use super::plain::{plain_object, plain_struct};

/// How many elements of a subject, or systems of an area, stand at one level.
#[derive(SimpleObject)]
pub struct LevelCount {
    /// The level.
    level: Level,
    /// Elements or systems at it.
    count: u32,
}

impl LevelCount {
    /// For every level of the scale, from the least mature.
    pub(super) fn all(edition: &Arc<Edition>, counts: &[u32]) -> Vec<Self> {
        let ranks = edition.definition.scale.iter().flat_map(Scale::ranks);
        let counts = ranks.zip(counts);
        counts.map(|(rank, count)| Self { level: Level::new(edition, rank), count: *count }).collect()
    }
}

pub struct RollUp {
    pub(super) edition: Arc<Edition>,
    pub(super) roll_up: domain::roll_up::RollUp,
}

plain_object! {
/// The elements of a subject taken together. Never a mean: levels have an order and no distances.
impl RollUp {
    /// Elements at each level, for every level of the scale, from the least mature.
    level_counts: Vec<LevelCount> = |it| LevelCount::all(&it.edition, &it.roll_up.counts);

    /// Elements with a level.
    rated: u32 = |it| it.roll_up.rated();

    /// Elements without a rating. They count nowhere else.
    not_rated: u32 = |it| it.roll_up.not_rated;

    /// Elements that do not apply. They count nowhere else.
    not_applicable: u32 = |it| it.roll_up.not_applicable;

    /// The lowest level that any element has; null where none has one.
    lowest: Option<Level> = |it| it.roll_up.lowest().map(|rank| Level::new(&it.edition, rank));

    /// The lower median: at least half of the rated elements stand at this level or below it, and fewer than half below
    /// it. Null where none is rated, and for a checklist.
    median: Option<Level> = |it| it.roll_up.median().map(|rank| Level::new(&it.edition, rank));

    /// Of a checklist: elements at the top level of the scale. Null for other frameworks.
    complete: Option<u32> = |it| it.roll_up.checklist.map(|checklist| checklist.complete);

    /// Of a checklist: elements that were due before the day described and are not complete, rated or not; those that do
    /// not apply are left out. In a point of a progression the day is its own reference date. Null for other frameworks.
    overdue: Option<u32> = |it| it.roll_up.checklist.map(|checklist| checklist.overdue);
}
}

plain_struct!(LevelCount { level: Level, count: u32 });
