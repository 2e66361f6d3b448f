//! The viewer: who is asking and what they were granted.

use async_graphql::{Context, Enum, ID, Object, Result};
use domain::lens::Lens;

use super::context::AskerOf;
use super::organisation::Organisation;
use super::scalar::Date;

/// What somebody is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::grant::Role")]
pub enum Role {
    /// Anybody who is signed in: sees what is published.
    Reader,
    /// Works on the assessments of a system.
    Contributor,
    /// Leads the assessments of a system and submits them.
    SystemLead,
    /// Reviews and publishes the assessments of a region.
    RegionalReviewer,
    /// Opens rounds and looks after the whole of England.
    NationalTeam,
}

#[derive(Clone)]
pub struct Viewer {
    lens: Lens,
}

/// Whoever is asking.
#[Object]
impl Viewer {
    /// Their name; null where the ledger has never heard of them, or it was erased.
    async fn name(&self, ctx: &Context<'_>) -> Option<String> {
        let people = &ctx.asker().snapshot.people;
        self.lens.viewer().person().and_then(|person| people.name(person).map(str::to_owned))
    }

    /// Their roles that hold today. Few.
    async fn grants(&self) -> Vec<Grant> {
        let grants = self.lens.viewer().grants().iter().cloned();
        grants.map(|grant| Grant { lens: self.lens.clone(), grant }).collect()
    }

    #[graphql(flatten)]
    async fn work(&self) -> super::work::ViewerWork {
        super::work::ViewerWork(self.lens.clone())
    }
}

#[derive(Clone)]
pub struct Grant {
    lens: Lens,
    grant: domain::grant::Grant,
}

impl Grant {
    /// The viewer's own grant of this id.
    pub(super) fn own(lens: &Lens, id: domain::id::GrantId) -> Option<Self> {
        let grant = lens.viewer().grants().iter().find(|grant| grant.id == id)?;
        Some(Self { lens: lens.clone(), grant: grant.clone() })
    }
}

/// A role on an organisation, for a time.
#[Object]
impl Grant {
    /// Opaque and stable.
    pub(super) async fn id(&self) -> ID {
        self.grant.id.to_string().into()
    }

    /// The role.
    async fn role(&self) -> Role {
        self.grant.role.into()
    }

    /// Where it reaches; null: all of England.
    async fn organisation(&self) -> Option<Organisation> {
        Organisation::new(&self.lens, self.grant.organisation?)
    }

    /// The first day on which it holds.
    async fn valid_from(&self) -> Date {
        Date(self.grant.valid_from)
    }

    /// The first day on which it no longer holds; null: no end is set.
    async fn valid_to(&self) -> Option<Date> {
        self.grant.valid_to.map(Date)
    }
}

#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Whoever is asking.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer> {
        Ok(Viewer { lens: ctx.asker().lens()? })
    }
}
