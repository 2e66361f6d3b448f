//! The viewer: who is asking and what they were granted.

use async_graphql::{Context, Enum, Object, Result};
use domain::lens::Lens;

use super::context::AskerOf;
use super::grant::Grant;

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
    async fn grants(&self, ctx: &Context<'_>) -> Result<Vec<Grant>> {
        Ok(Grant::all(ctx.asker(), &self.lens, self.lens.own_grants()).await?)
    }

    #[graphql(flatten)]
    async fn work(&self) -> super::work::ViewerWork {
        super::work::ViewerWork(self.lens.clone())
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
