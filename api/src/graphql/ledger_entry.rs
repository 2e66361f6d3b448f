//! Entries of the ledger in words.

use async_graphql::SimpleObject;
use domain::access::{Action, Owned};

use super::assessment::Papers;
use super::context::Asker;
use super::scalar::{DateTime, Position};
use crate::error::Error;

/// One change, as it was recorded.
#[derive(SimpleObject)]
pub struct LedgerEntry {
    /// Where it stands in the ledger.
    position: Position,
    /// When it was recorded.
    recorded_at: DateTime,
    /// Who did it; null where the name was erased.
    actor: Option<String>,
    /// The kind of change, for programs, such as "elements.rate".
    act: String,
    /// What was done, in words.
    sentence: String,
    /// The reason that was given; null where none was asked for, and where it was erased.
    why: Option<String>,
}

impl LedgerEntry {
    /// Those that tell of an assessment, each with the key by which it is paged.
    pub(super) async fn all(asker: &Asker, papers: &Papers) -> Result<Vec<(String, Self)>, Error> {
        let (lens, paper) = (&papers.lens, papers.paper.thing());
        let Some(readable) = lens.readable(&paper.assessment) else { return Ok(Vec::new()) };
        let sees_moderation = lens.viewer().may(Action::ViewModeration, &paper.owner());
        let mut told = asker.database.read().entries_about(readable, lens.moment().position).await?;
        told.retain(|told| sees_moderation || !told.event.is_moderation());
        let people = asker.people();
        let entry = |told: crate::store::Told| {
            let entry = Self {
                position: Position(lens.position_text(told.position)),
                recorded_at: DateTime(told.recorded_at.to_utc()),
                actor: told.actor.and_then(|actor| people.name(actor).map(str::to_owned)),
                act: told.act,
                sentence: told.event.sentence(paper.assessment.id(), &paper.edition),
                why: told.why,
            };
            (format!("{:020}", told.position.0), entry)
        };
        Ok(told.into_iter().map(entry).collect())
    }
}
