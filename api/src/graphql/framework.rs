//! Frameworks, their editions, and what is rated in them.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::framework::{Edition as DomainEdition, Subject as DomainSubject};
use domain::id::FrameworkId;
use domain::lens::Lens;

use super::context::AskerOf;
use super::crosswalk::Crosswalk;
use super::level::Scale;
use super::organisation::OrganisationKind;
use super::plain::plain;
use super::policy::Policy;
use super::rebaseline::Rebaseline;
use super::scalar::Date;
use super::subject::{Group, Subject};

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

    /// The days that the national team marked because figures before and after are no longer made the same way, in order;
    /// those that were withdrawn too. They are few.
    async fn rebaselines(&self) -> Vec<Rebaseline> {
        Rebaseline::all(&self.lens, self.lens.rebaselines(self.id))
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
    pub(super) async fn key(&self) -> &str {
        &self.0.definition.key
    }

    /// The title of the framework in this edition.
    pub(super) async fn title(&self) -> &str {
        &self.0.definition.title
    }

    /// What tells this edition from the others, such as "2021/22".
    async fn label(&self) -> &str {
        &self.0.definition.label
    }

    /// What it was taken from.
    async fn source(&self) -> &str {
        &self.0.definition.source
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
        (0..self.0.groups.len()).map(|index| Group::new(self.0.clone(), index)).collect()
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

    /// The first reference date that a round of it may have; null where any may.
    async fn rounds_from(&self) -> Option<Date> {
        self.0.definition.rounds_from.map(Date)
    }

    /// Whose competencies it describes; null where it is no competency matrix.
    async fn role(&self) -> Option<&str> {
        self.0.definition.role.as_deref()
    }

    /// What its elements have to do with those of the edition before; null where it is the first, and where no crosswalk is
    /// loaded: then nothing is compared over the boundary. It is that of now.
    async fn crosswalk(&self, ctx: &Context<'_>) -> Result<Option<Crosswalk>> {
        Ok(Crosswalk::leading_to(&ctx.asker().lens()?, &self.0))
    }

    /// What is about the same matter in other frameworks, each in its latest edition. Seen from either end. The links are
    /// ours save where a source names the other framework, and are those of now.
    async fn related(&self, ctx: &Context<'_>) -> Result<Vec<Subject>> {
        super::link::related(ctx, &self.0, DomainSubject::Edition)
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

plain! {
    Edition {
        id: ID = |it| it.0.id.to_string().into();
        key: &str = |it| it.0.definition.key.as_str();
        title: &str = |it| it.0.definition.title.as_str();
        label: &str = |it| it.0.definition.label.as_str();
        scale: Option<Scale> = |it| it.0.definition.scale.as_ref().map(|_| Scale(it.0.clone()));
    }
}
