//! Frameworks, their editions, and what is rated in them.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Interface, Object, Result, SimpleObject};
use domain::framework::{Edition as DomainEdition, Subject as DomainSubject};
use domain::id::FrameworkId;
use domain::lens::Lens;
use domain::level::Rank;

use super::context::AskerOf;
use super::organisation::OrganisationKind;
use super::round::{ApprovalKind, Requirement};
use super::scalar::Date;

/// How a framework is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::framework::FrameworkKind")]
pub enum FrameworkKind {
    /// Rated on a scale of maturity.
    Maturity,
    /// Deliverables that are complete or not, with due dates.
    Checklist,
    /// Read, never rated.
    Reference,
}

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
pub struct Framework {
    lens: Lens,
    id: FrameworkId,
    /// Of the latest edition.
    latest: Arc<DomainEdition>,
}

impl Framework {
    pub(super) fn new(lens: &Lens, id: FrameworkId) -> Option<Self> {
        let latest = lens.editions_of(id).pop()?;
        Some(Self { lens: lens.clone(), id, latest })
    }
}

/// What is rated, over all its editions.
#[Object]
impl Framework {
    /// Opaque and stable.
    pub(super) async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// The key that other questions take, such as "sdpt".
    async fn key(&self) -> &str {
        &self.latest.definition.key
    }

    /// The title for people.
    async fn title(&self) -> &str {
        &self.latest.definition.title
    }

    /// How the framework is used.
    async fn kind(&self) -> FrameworkKind {
        self.latest.definition.kind.into()
    }

    /// Who published it.
    async fn issuer(&self) -> &str {
        &self.latest.definition.issuer
    }

    /// All editions, in order of publication here. They are few.
    async fn editions(&self) -> Vec<Edition> {
        self.lens.editions_of(self.id).into_iter().map(Edition).collect()
    }

    /// The latest edition.
    async fn edition(&self) -> Edition {
        Edition(self.latest.clone())
    }
}

#[derive(Clone)]
pub struct Edition(pub(super) Arc<DomainEdition>);

/// One published text of a framework. It never changes; a change is a new edition.
#[Object]
impl Edition {
    /// Opaque and stable.
    pub(super) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The key of the framework.
    async fn key(&self) -> &str {
        &self.0.definition.key
    }

    /// The title of the framework in this edition.
    async fn title(&self) -> &str {
        &self.0.definition.title
    }

    /// What tells this edition from the others, such as "2021/22".
    async fn label(&self) -> &str {
        &self.0.definition.label
    }

    /// The kinds of organisation that are rated with it.
    async fn assesses(&self) -> Vec<OrganisationKind> {
        self.0.definition.assesses.iter().map(|kind| (*kind).into()).collect()
    }

    /// The scale of its ratings; null where nothing is rated.
    async fn scale(&self) -> Option<Scale> {
        self.0.definition.scale.as_ref().map(|_| Scale(self.0.clone()))
    }

    /// Its groups, in order.
    async fn groups(&self) -> Vec<Group> {
        (0..self.0.groups.len()).map(|index| Group { edition: self.0.clone(), index }).collect()
    }

    /// What a round of it asks for, unless the round says otherwise.
    async fn policy(&self) -> Policy {
        Policy { edition: self.0.clone(), policy: self.0.definition.policy.clone() }
    }

    /// What in it is an assumption of ours, and why.
    async fn provisional(&self) -> Vec<Provisional> {
        let all = self.0.definition.provisional.iter();
        all.map(|note| Provisional { what: note.what.clone(), why: note.why.clone() }).collect()
    }

    /// SHA-256 of the published definition, in hexadecimal.
    async fn content_hash(&self) -> String {
        self.0.content_hash.to_string()
    }

    /// The day of publication by its issuer; null where our sources do not give it.
    async fn published_on(&self) -> Option<Date> {
        self.0.definition.published_on.map(Date)
    }
}

/// An assumption of ours.
#[derive(SimpleObject)]
pub struct Provisional {
    /// What is assumed.
    what: String,
    /// Why we had to.
    why: String,
}

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

    /// The theme it stands in.
    async fn theme(&self) -> Theme {
        Theme { edition: self.edition.clone(), index: self.edition.elements[self.index].theme }
    }
}

#[derive(Clone)]
pub struct Policy {
    pub(super) edition: Arc<DomainEdition>,
    pub(super) policy: domain::policy::Policy,
}

/// What a round asks of those who submit. Copied from the edition when the round opens.
#[Object]
impl Policy {
    /// When a rating needs a rationale.
    async fn rationale(&self) -> Requirement {
        self.policy.rationale.into()
    }

    /// The lowest level that needs evidence which supports it; null: none does.
    async fn evidence_from(&self) -> Option<Level> {
        let scale = self.edition.definition.scale.as_ref()?;
        let rank = scale.rank(self.policy.evidence_from.as_ref()?)?;
        Some(Level::new(&self.edition, rank))
    }

    /// The kinds of approval that a submission may carry; empty: it needs none.
    async fn approvals(&self) -> Vec<ApprovalKind> {
        self.policy.approvals.iter().map(|kind| (*kind).into()).collect()
    }

    /// Whether ratings that were carried forward must be confirmed by a person.
    async fn confirm_carried_forward(&self) -> bool {
        self.policy.confirm_carried_forward
    }

    /// Days to answer a shared moderation, 0 to 366.
    async fn response_days(&self) -> i32 {
        self.policy.response_days.into()
    }

    /// Whether everybody who is signed in may read the rationale of published ratings.
    async fn readers_see_rationale(&self) -> bool {
        self.policy.readers_see_rationale
    }
}

#[derive(Default)]
pub struct FrameworkQuery;

#[Object]
impl FrameworkQuery {
    /// All frameworks, by key. They are few.
    async fn frameworks(&self, ctx: &Context<'_>) -> Result<Vec<Framework>> {
        let lens = ctx.asker().lens()?;
        let mut ids: Vec<_> = lens.editions().into_iter().map(|edition| edition.framework).collect();
        ids.dedup();
        Ok(ids.into_iter().filter_map(|id| Framework::new(&lens, id)).collect())
    }

    /// The framework with this key, such as "sdpt"; null where there is none.
    async fn framework(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the framework.")] key: String,
    ) -> Result<Option<Framework>> {
        let lens = ctx.asker().lens()?;
        Ok(lens.framework(&key).and_then(|id| Framework::new(&lens, id)))
    }
}
