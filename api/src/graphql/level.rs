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
        ranks.map(|rank| Level::new(&self.0, rank)).collect()
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
    /// The index of the element whose words it takes, where it has any.
    element: Option<usize>,
}

impl Level {
    pub(super) fn new(edition: &Arc<DomainEdition>, rank: Rank) -> Self {
        Self { edition: edition.clone(), rank, element: None }
    }

    pub(super) fn for_element(edition: &Arc<DomainEdition>, rank: Rank, element: usize) -> Self {
        Self { element: Some(element), ..Self::new(edition, rank) }
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

    /// What this level means; under an element's `descriptors` what it means there.
    async fn description(&self) -> &str {
        let Some(level) = self.level() else { return "" };
        let of_element = self.element.map(|index| &self.edition.elements[index].descriptors);
        let mut own = of_element.into_iter().flatten();
        let own = own.find(|descriptor| descriptor.level == level.key);
        own.map_or(&level.description, |descriptor| &descriptor.description)
    }
}
