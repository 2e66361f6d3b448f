//! What ratings, roll-ups and lines are about: groups, themes and elements of an edition.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Interface, Object, Result};
use domain::framework::{Edition as DomainEdition, Subject as DomainSubject};

use super::framework::Edition;
use super::level::Level;
use super::link::{ThemeLinks, related};
use super::plain::{plain, plain_choice};
use super::scalar::Date;

/// Where an element comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::framework::Origin")]
pub enum Origin {
    /// The source names it.
    Named,
    /// Split out of the source's prose by us.
    Derived,
    /// Not in the source; from general knowledge.
    Inferred,
}

/// How fine the lines of an answer are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::framework::Grain")]
pub enum Grain {
    /// One line for the whole edition.
    Edition,
    /// One line a group.
    Group,
    /// One line a theme.
    Theme,
    /// One line an element.
    Element,
}

/// What a roll-up or a line is about.
#[derive(Clone, Interface)]
#[expect(clippy::duplicated_attributes, reason = "fields may have the same type")]
#[graphql(
    field(name = "id", ty = "ID", desc = "Opaque and stable."),
    field(name = "key", ty = "&str", desc = "The key in the edition's own data."),
    field(name = "title", ty = "&str", desc = "The title for people.")
)]
pub enum Subject {
    Edition(Edition),
    Group(Group),
    Theme(Theme),
    Element(Element),
}

impl Subject {
    pub(super) fn new(edition: Arc<DomainEdition>, subject: DomainSubject) -> Self {
        match subject {
            DomainSubject::Edition => Self::Edition(Edition(edition)),
            DomainSubject::Group(index) => Self::Group(Group { edition, index }),
            DomainSubject::Theme(index) => Self::Theme(Theme { edition, index }),
            DomainSubject::Element(index) => Self::Element(Element { edition, index }),
        }
    }
}

#[derive(Clone)]
pub struct Group {
    edition: Arc<DomainEdition>,
    index: usize,
}

/// The outer grouping of an edition.
#[Object]
impl Group {
    /// Opaque and stable.
    pub(super) async fn id(&self) -> ID {
        self.edition.groups[self.index].id.to_string().into()
    }

    /// The key in the edition's own data.
    async fn key(&self) -> &str {
        &self.edition.groups[self.index].key
    }

    /// The title for people.
    async fn title(&self) -> &str {
        &self.edition.groups[self.index].title
    }

    /// Its themes, in order.
    async fn themes(&self) -> Vec<Theme> {
        let themes = self.edition.groups[self.index].themes.clone();
        themes.map(|index| Theme { edition: self.edition.clone(), index }).collect()
    }
}

impl Group {
    pub(super) fn new(edition: Arc<DomainEdition>, index: usize) -> Self {
        Self { edition, index }
    }
}

#[derive(Clone)]
pub struct Theme {
    edition: Arc<DomainEdition>,
    index: usize,
}

impl Theme {
    pub(super) fn new(edition: Arc<DomainEdition>, index: usize) -> Self {
        Self { edition, index }
    }
}

/// A theme: a handful of elements that belong together.
#[Object]
impl Theme {
    /// Opaque and stable.
    pub(super) async fn id(&self) -> ID {
        self.edition.themes[self.index].id.to_string().into()
    }

    /// The key in the edition's own data.
    async fn key(&self) -> &str {
        &self.edition.themes[self.index].key
    }

    /// The title for people.
    async fn title(&self) -> &str {
        &self.edition.themes[self.index].title
    }

    /// What the theme asks; null where there is nothing to say.
    async fn summary(&self) -> Option<&str> {
        Some(self.edition.themes[self.index].summary.as_str()).filter(|summary| !summary.is_empty())
    }

    /// Its elements, in order.
    async fn elements(&self) -> Vec<Element> {
        let elements = self.edition.themes[self.index].elements.clone();
        elements.map(|index| Element { edition: self.edition.clone(), index }).collect()
    }

    #[graphql(flatten)]
    async fn links(&self) -> ThemeLinks {
        ThemeLinks { edition: self.edition.clone(), index: self.index }
    }
}

#[derive(Clone)]
pub struct Element {
    edition: Arc<DomainEdition>,
    index: usize,
}

impl Element {
    pub(super) fn new(edition: Arc<DomainEdition>, index: usize) -> Self {
        Self { edition, index }
    }

    fn theme_of(&self) -> Theme {
        Theme { edition: self.edition.clone(), index: self.edition.elements[self.index].theme }
    }

    pub(super) fn title_text(&self) -> &str {
        &self.edition.elements[self.index].title
    }
}

/// What a rating is about.
#[Object]
impl Element {
    /// Opaque and stable.
    pub(super) async fn id(&self) -> ID {
        self.edition.elements[self.index].id.to_string().into()
    }

    /// The key that ratings are sent with. The same in later editions that keep the element.
    async fn key(&self) -> &str {
        &self.edition.elements[self.index].key
    }

    /// The title for people.
    async fn title(&self) -> &str {
        self.title_text()
    }

    /// What is judged.
    async fn description(&self) -> &str {
        &self.edition.elements[self.index].description
    }

    /// Whether the source names it or we derived it.
    async fn origin(&self) -> Origin {
        self.edition.elements[self.index].origin.into()
    }

    /// When a deliverable is due; null where there is no such day.
    async fn due_on(&self) -> Option<Date> {
        self.edition.elements[self.index].due_on.map(Date)
    }

    /// Where the edition's sources say it; null where the edition's own `source` is all there is to say.
    async fn source(&self) -> Option<&str> {
        self.edition.elements[self.index].source.as_deref()
    }

    /// What each level means for this element, from the least to the most mature. Where the edition says nothing of its
    /// own, these are the levels of its scale. Empty where nothing is rated.
    async fn descriptors(&self) -> Vec<Level> {
        let ranks = self.edition.definition.scale.iter().flat_map(domain::level::Scale::ranks);
        ranks.map(|rank| Level::for_element(&self.edition, rank, self.index)).collect()
    }

    /// What is about the same matter, mostly in other frameworks, each in its latest edition. Seen from either end. The
    /// links are ours save where a source names the other framework, and are those of now.
    async fn related(&self, ctx: &Context<'_>) -> Result<Vec<Subject>> {
        related(ctx, &self.edition, DomainSubject::Element(self.index))
    }

    /// The theme it stands in.
    async fn theme(&self) -> Theme {
        self.theme_of()
    }
}

plain! {
    Group {
        id: ID = |it| it.edition.groups[it.index].id.to_string().into();
        key: &str = |it| it.edition.groups[it.index].key.as_str();
        title: &str = |it| it.edition.groups[it.index].title.as_str();
    }
}

plain! {
    Theme {
        id: ID = |it| it.edition.themes[it.index].id.to_string().into();
        key: &str = |it| it.edition.themes[it.index].key.as_str();
        title: &str = |it| it.edition.themes[it.index].title.as_str();
    }
}

plain! {
    Element {
        id: ID = |it| it.edition.elements[it.index].id.to_string().into();
        key: &str = |it| it.edition.elements[it.index].key.as_str();
        title: &str = |it| it.title_text();
        theme: Theme = |it| it.theme_of();
    }
}

plain_choice!(Subject {
    edition: Edition(Edition),
    group: Group(Group),
    theme: Theme(Theme),
    element: Element(Element)
});
