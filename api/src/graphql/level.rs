//! Scales and their levels.

use super::plain::plain_object;
use std::sync::Arc;

use domain::framework::Edition as DomainEdition;
use domain::level::Rank;

#[derive(Clone)]
pub struct Scale(pub(super) Arc<DomainEdition>);

impl Scale {
    /// None where nothing is rated.
    pub(super) fn of(edition: &Arc<DomainEdition>) -> Option<Self> {
        edition.definition.scale.is_some().then(|| Self(edition.clone()))
    }
}

plain_object! {
/// The levels of an edition, from the least to the most mature. Levels have an order and no distances: never average them.
impl Scale {
    /// The title for people.
    title: &str = |it| it.0.definition.scale.as_ref().map_or("", |scale| &scale.title);

    /// Two to nine levels, from the least to the most mature.
    levels: Vec<Level> = |it| {
        let ranks = it.0.definition.scale.iter().flat_map(domain::level::Scale::ranks);
        ranks.map(|rank| Level::new(&it.0, rank)).collect()
    };

    /// Whether the levels are an assumption of ours.
    provisional: bool = |it| it.0.definition.scale.as_ref().is_some_and(|scale| scale.provisional);
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

    fn meaning(&self) -> &str {
        let Some(level) = self.level() else { return "" };
        let of_element = self.element.map(|index| &self.edition.elements[index].descriptors);
        let mut own = of_element.into_iter().flatten();
        let own = own.find(|descriptor| descriptor.level == level.key);
        own.map_or(&level.description, |descriptor| &descriptor.description)
    }

    fn level(&self) -> Option<&domain::level::Level> {
        self.edition.definition.scale.as_ref().map(|scale| scale.level(self.rank))
    }
}

plain_object! {
/// One step of a scale.
impl Level {
    /// The key that ratings are sent with, such as "maturing".
    key: &str = |it| it.level().map_or("", |level| &level.key);

    /// The place in the scale, from 1, which is always the least mature. An order, not a measure.
    rank: i32 = |it| it.rank.get().into();

    /// The title for people.
    title: &str = |it| it.level().map_or("", |level| &level.title);

    /// What this level means; under an element's `descriptors` what it means there.
    description: &str = |it| it.meaning();
}
}
