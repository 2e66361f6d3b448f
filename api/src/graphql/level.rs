//! Scales and their levels.

use std::sync::Arc;

use async_graphql::Object;
use domain::framework::Edition as DomainEdition;
use domain::level::Rank;

#[derive(Clone)]
pub struct Scale(pub(super) Arc<DomainEdition>);

/// The levels of an edition, from the least to the most mature. Levels have an order and no distances: never average them.
#[Object]
impl Scale {
    /// The title for people.
    async fn title(&self) -> &str {
        self.0.definition.scale.as_ref().map_or("", |scale| &scale.title)
    }

    /// Two to nine levels, from the least to the most mature.
    async fn levels(&self) -> Vec<Level> {
        let ranks = self.0.definition.scale.iter().flat_map(domain::level::Scale::ranks);
        ranks.map(|rank| Level { edition: self.0.clone(), rank }).collect()
    }

    /// Whether the levels are an assumption of ours.
    async fn provisional(&self) -> bool {
        self.0.definition.scale.as_ref().is_some_and(|scale| scale.provisional)
    }
}

#[derive(Clone)]
pub struct Level {
    edition: Arc<DomainEdition>,
    rank: Rank,
}

impl Level {
    pub(super) fn new(edition: &Arc<DomainEdition>, rank: Rank) -> Self {
        Self { edition: edition.clone(), rank }
    }

    fn level(&self) -> Option<&domain::level::Level> {
        self.edition.definition.scale.as_ref().map(|scale| scale.level(self.rank))
    }
}

/// One step of a scale.
#[Object]
impl Level {
    /// The key that ratings are sent with, such as "maturing".
    async fn key(&self) -> &str {
        self.level().map_or("", |level| &level.key)
    }

    /// The place in the scale, from 1, which is always the least mature. An order, not a measure.
    async fn rank(&self) -> i32 {
        self.rank.get().into()
    }

    /// The title for people.
    async fn title(&self) -> &str {
        self.level().map_or("", |level| &level.title)
    }

    /// What this level means.
    async fn description(&self) -> &str {
        self.level().map_or("", |level| &level.description)
    }
}
