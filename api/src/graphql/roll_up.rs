//! Roll-ups: counts, the lowest level and the lower median.

use std::sync::Arc;

use async_graphql::{Object, SimpleObject};
use domain::framework::Edition;
use domain::level::Scale;

use super::level::Level;

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

/// The elements of a subject taken together. Never a mean: levels have an order and no distances.
#[Object]
impl RollUp {
    /// Elements at each level, for every level of the scale, from the least mature.
    async fn level_counts(&self) -> Vec<LevelCount> {
        LevelCount::all(&self.edition, &self.roll_up.counts)
    }

    /// Elements with a level.
    async fn rated(&self) -> u32 {
        self.roll_up.rated()
    }

    /// Elements without a rating. They count nowhere else.
    async fn not_rated(&self) -> u32 {
        self.roll_up.not_rated
    }

    /// Elements that do not apply. They count nowhere else.
    async fn not_applicable(&self) -> u32 {
        self.roll_up.not_applicable
    }

    /// The lowest level that any element has; null where none has one.
    async fn lowest(&self) -> Option<Level> {
        self.roll_up.lowest().map(|rank| Level::new(&self.edition, rank))
    }

    /// The lower median: at least half of the rated elements stand at this level or below it, and fewer than half below
    /// it. Null where none is rated, and for a checklist.
    async fn median(&self) -> Option<Level> {
        self.roll_up.median().map(|rank| Level::new(&self.edition, rank))
    }

    /// Of a checklist: elements at the top level of the scale. Null for other frameworks.
    async fn complete(&self) -> Option<u32> {
        self.roll_up.checklist.map(|checklist| checklist.complete)
    }

    /// Of a checklist: elements that were due before the day described and are not complete, rated or not; those that do
    /// not apply are left out. In a point of a progression the day is its own reference date. Null for other frameworks.
    async fn overdue(&self) -> Option<u32> {
        self.roll_up.checklist.map(|checklist| checklist.overdue)
    }
}
