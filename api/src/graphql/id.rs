//! Nodes: everything with an id, found by it. What a viewer may not see is null.

use async_graphql::{Context, ID, Interface, Object, Result};
use domain::framework::Subject;
use domain::id::{self, FrameworkId, split};
use domain::lens::Lens;
use uuid::Uuid;

use super::assessment::{Assessment, Papers};
use super::context::{Asker, AskerOf};
use super::evidence::Evidence;
use super::framework::{Edition, Framework};
use super::grant::Grant;
use super::organisation::{Organisation, Region};
use super::rating::Rating;
use super::rebaseline::Rebaseline;
use super::round::Round;
use super::subject::{Element, Group, Theme};
use super::system::System;
use crate::error::Error;

/// Anything that has an id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque and stable."))]
pub enum Node {
    Framework(Framework),
    Edition(Edition),
    Group(Group),
    Theme(Theme),
    Element(Element),
    Region(Region),
    System(System),
    Round(Round),
    Assessment(Assessment),
    Rating(Rating),
    Evidence(Evidence),
    Grant(Grant),
    Rebaseline(Rebaseline),
}

impl Node {
    /// None where there is none, and where the viewer may not see it.
    async fn of(asker: &Asker, lens: &Lens, text: &str) -> Result<Option<Self>, Error> {
        let no_id = || Error::BadRequest(format!("{text} is no id of ours"));
        let (noun, uuid) = split(text).ok_or_else(no_id)?;
        Ok(match noun {
            id::FrameworkId::NOUN => Framework::new(lens, FrameworkId(uuid)).map(Self::Framework),
            id::EditionId::NOUN | id::GroupId::NOUN | id::ThemeId::NOUN | id::ElementId::NOUN => {
                subject(lens, noun, uuid)
            }
            id::OrganisationId::NOUN => {
                Organisation::new(lens, id::OrganisationId(uuid)).map(|known| match known {
                    Organisation::Region(region) => Self::Region(region),
                    Organisation::System(system) => Self::System(system),
                })
            }
            id::RoundId::NOUN => {
                let round = lens.round(id::RoundId(uuid));
                round.map(|round| Round::new(lens, round)).transpose()?.map(Self::Round)
            }
            id::AssessmentId::NOUN => {
                Assessment::of(asker, lens, id::AssessmentId(uuid)).map(Self::Assessment)
            }
            id::RatingId::NOUN => rating(asker, lens, id::RatingId(uuid)).await?.map(Self::Rating),
            id::EvidenceId::NOUN => {
                let cited = lens.evidence(id::EvidenceId(uuid));
                let found = cited.and_then(|(paper, cited)| {
                    let papers = Papers::of(asker, lens, paper.thing().assessment.id())?;
                    Some(Evidence::new(cited, &papers.sheet))
                });
                found.map(Self::Evidence)
            }
            id::GrantId::NOUN => Grant::of(asker, lens, id::GrantId(uuid)).await?.map(Self::Grant),
            id::RebaselineId::NOUN => Rebaseline::of(lens, id::RebaselineId(uuid)).map(Self::Rebaseline),
            _ => return Err(no_id()),
        })
    }
}

fn subject(lens: &Lens, noun: &str, id: Uuid) -> Option<Node> {
    let (edition, subject) = lens.subject(id)?;
    match (noun, super::subject::Subject::new(edition, subject), subject) {
        (id::EditionId::NOUN, super::subject::Subject::Edition(node), Subject::Edition) => {
            Some(Node::Edition(node))
        }
        (id::GroupId::NOUN, super::subject::Subject::Group(node), _) => Some(Node::Group(node)),
        (id::ThemeId::NOUN, super::subject::Subject::Theme(node), _) => Some(Node::Theme(node)),
        (id::ElementId::NOUN, super::subject::Subject::Element(node), _) => Some(Node::Element(node)),
        _ => None,
    }
}

/// A rating is seen by those who may read the working papers, and by everybody where it was published.
async fn rating(asker: &Asker, lens: &Lens, id: id::RatingId) -> Result<Option<Rating>, Error> {
    let Some(assessment) = asker.database.read().assessment_of(id).await? else { return Ok(None) };
    if let Some(papers) = Papers::of(asker, lens, assessment) {
        return Ok(papers.rating(id));
    }
    let node = Assessment::of(asker, lens, assessment);
    Ok(node.and_then(|node| node.published_rating(id)))
}

#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The thing with this id; null where there is none, and where you may not see it.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An id from an earlier answer.")] id: ID,
    ) -> Result<Option<Node>> {
        Ok(Node::of(ctx.asker(), &ctx.asker().lens()?, &id).await?)
    }

    /// The things with these ids, in the same order; null for each that there is not, or that you may not see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "1 to 100 ids from earlier answers.", validator(min_items = 1, max_items = 100))]
        ids: Vec<ID>,
    ) -> Result<Vec<Option<Result<Node>>>> {
        let lens = ctx.asker().lens()?;
        let mut nodes = Vec::with_capacity(ids.len());
        for id in &ids {
            nodes.push(Node::of(ctx.asker(), &lens, id).await.map_err(Into::into).transpose());
        }
        Ok(nodes)
    }
}
