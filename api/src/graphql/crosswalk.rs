//! Crosswalks: what the elements of an edition have to do with those of the edition before.

use std::sync::Arc;

use async_graphql::{Enum, Object, SimpleObject};
use domain::crosswalk::{Bridge, CrosswalkLoaded, ElementLink as DomainLink};
use domain::framework::Edition as DomainEdition;
use domain::lens::Lens;

use super::framework::Edition;
use super::level::Level;
use super::plain::plain_struct;
use super::scalar::Date;
use super::subject::Element;

/// What an element of the later edition is to one of the earlier edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::crosswalk::LinkKind")]
pub enum LinkKind {
    /// The same. Only equal elements are compared over the boundary.
    Equal,
    /// The later element asks for less than the earlier one.
    Narrower,
    /// The later element asks for more than the earlier one.
    Broader,
    /// They have a part in common.
    Overlaps,
    /// The earlier edition had none like it.
    New,
    /// The later edition has none like it.
    Dropped,
}

/// How far a comparison over editions of a framework goes.
#[derive(Clone, SimpleObject)]
pub struct Coverage {
    /// Elements that are equal in the editions compared.
    equal: u32,
    /// Elements of the subject in the latest of these editions.
    of: u32,
}

impl From<domain::crosswalk::Coverage> for Coverage {
    fn from(coverage: domain::crosswalk::Coverage) -> Self {
        Self { equal: coverage.equal, of: coverage.of }
    }
}

pub struct Crosswalk {
    from: Arc<DomainEdition>,
    to: Arc<DomainEdition>,
    loaded: CrosswalkLoaded,
}

impl Crosswalk {
    /// That leads to an edition; none where none is loaded.
    pub(super) fn leading_to(lens: &Lens, edition: &Arc<DomainEdition>) -> Option<Self> {
        let loaded = lens.crosswalk_to(edition.id)?;
        Some(Self { from: lens.edition(loaded.from)?, to: edition.clone(), loaded: loaded.clone() })
    }
}

/// What the elements of an edition have to do with those of the edition before. It never changes, and changes no rating:
/// it says which elements are compared over the boundary.
#[Object]
impl Crosswalk {
    /// The earlier edition.
    async fn from(&self) -> Edition {
        Edition(self.from.clone())
    }

    /// The later edition.
    async fn to(&self) -> Edition {
        Edition(self.to.clone())
    }

    /// The body or role that stands by it.
    async fn approver(&self) -> &str {
        &self.loaded.definition.approver
    }

    /// The day on which it was approved; null where the source does not give it.
    async fn approved_on(&self) -> Option<Date> {
        self.loaded.definition.approved_on.map(Date)
    }

    /// What it was taken from.
    async fn source(&self) -> &str {
        &self.loaded.definition.source
    }

    /// SHA-256 of the crosswalk, in hexadecimal.
    async fn content_hash(&self) -> String {
        self.loaded.content_hash.to_string()
    }

    /// Elements of the later edition that are equal to one of the earlier edition, of all.
    async fn coverage(&self) -> Coverage {
        Bridge::over([&self.loaded.definition]).between(&self.from, &self.to).coverage().into()
    }

    /// Every element of both editions stands in at least one link, in the order of the source.
    async fn links(&self) -> Vec<ElementLink> {
        self.loaded.definition.links.iter().map(|link| self.link(link)).collect()
    }
}

impl Crosswalk {
    fn link(&self, link: &DomainLink) -> ElementLink {
        let element = |edition: &Arc<DomainEdition>, key: &Option<String>| {
            let index = edition.element_by_key(key.as_ref()?)?;
            Some(Element::new(edition.clone(), index))
        };
        let level = |edition: &Arc<DomainEdition>, key: &str| {
            Some(Level::new(edition, edition.definition.scale.as_ref()?.rank(key)?))
        };
        let steps = link.levels.iter();
        let steps = steps.filter_map(|step| {
            Some(LevelStep { from: level(&self.from, &step.from)?, to: level(&self.to, &step.to)? })
        });
        ElementLink {
            kind: link.kind.into(),
            from: element(&self.from, &link.from),
            to: element(&self.to, &link.to),
            level_map: steps.collect(),
            rationale: link.rationale.clone(),
        }
    }
}

/// What becomes of an element.
#[derive(SimpleObject)]
pub struct ElementLink {
    /// What the later element is to the earlier one.
    kind: LinkKind,
    /// The element of the earlier edition; null where it is new.
    from: Option<Element>,
    /// The element of the later edition; null where it was dropped.
    to: Option<Element>,
    /// Of equal elements: each level of the earlier scale and what it is on the later one. Empty where the scales have the
    /// same levels, and for other links.
    level_map: Vec<LevelStep>,
    /// Why they are linked so.
    rationale: String,
}

/// A level of the earlier scale on the later one.
#[derive(SimpleObject)]
pub struct LevelStep {
    /// The level of the earlier scale.
    from: Level,
    /// What it is on the later scale.
    to: Level,
}

plain_struct!(Coverage { equal: u32, of: u32 });
