//! From an entry to the rows that tell the same: the one road by which tables change.

use std::collections::{BTreeSet, HashMap};

use domain::id::{IdentityId, PersonId, TextId};
use domain::ledger::{Entry, Event, Position};
use domain::person::NewIdentity;
use domain::text::{NewText, TextRef};
use uuid::Uuid;

use super::number;
use super::tables::Tables;

/// What the ledger only commits to, and tables hold in words.
#[derive(Debug, Default)]
pub(super) struct Private {
    pub(super) texts: HashMap<TextId, PrivateText>,
    pub(super) identities: HashMap<IdentityId, NewIdentity>,
    /// Identities that an entry recorded, no row holds, and no entry has erased so far.
    pub(super) lost: BTreeSet<IdentityId>,
}

#[derive(Debug)]
pub(super) struct PrivateText {
    pub(super) salt: Option<Vec<u8>>,
    pub(super) text: Option<String>,
}

impl Private {
    pub(super) fn of(texts: Vec<NewText>, identity: Option<NewIdentity>) -> Self {
        let plain = |text: NewText| PrivateText { salt: Some(text.salt.to_vec()), text: Some(text.text) };
        Self {
            texts: texts.into_iter().map(|text| (text.item.id, plain(text))).collect(),
            identities: identity.into_iter().map(|identity| (identity.id, identity)).collect(),
            lost: BTreeSet::new(),
        }
    }
}

/// Where a projection stands: who did it and at which position.
#[derive(Debug)]
pub(super) struct At<'a> {
    pub(super) entry: &'a Entry,
    pub(super) private: &'a mut Private,
    pub(super) tables: &'a mut Tables,
}

/// The event speaks of a row that is not there: the tables and the ledger have parted.
#[derive(Debug, thiserror::Error)]
#[error("entry {position} changes {table} {key}, which is not there")]
pub(super) struct Missing {
    pub(super) position: u64,
    pub(super) table: &'static str,
    pub(super) key: Uuid,
}

impl At<'_> {
    pub(super) fn position(&self) -> i64 {
        number(self.entry.position)
    }

    /// Whoever rated, submitted and so on. Only persons do.
    pub(super) fn actor(&self) -> Uuid {
        self.entry.actor.map_or(Uuid::nil(), |PersonId(id)| id)
    }

    pub(super) fn missing(&self, table: &'static str, key: Uuid) -> Missing {
        Missing { position: self.entry.position.0, table, key }
    }

    /// Writes the row of a text and returns its id.
    pub(super) fn text(&mut self, text: &TextRef) -> Uuid {
        let private = self.private.texts.remove(&text.id);
        let (salt, words) = private.map_or((None, None), |private| (private.salt, private.text));
        let position = self.position();
        self.tables.text_item.insert(entity::text_item::Model {
            id: text.id.0,
            salt,
            text: words,
            commitment: text.commitment.0.0.to_vec(),
            position,
            erased_position: None,
        });
        text.id.0
    }
}

pub(super) fn project(
    entry: &Entry,
    event: &Event,
    private: &mut Private,
    tables: &mut Tables,
) -> Result<(), Missing> {
    let mut at = At { entry, private, tables };
    for (kind, id) in event.subjects() {
        let position = at.position();
        at.tables.ledger_subject.insert(entity::ledger_subject::Model {
            position,
            kind: kind.to_owned(),
            id,
        });
    }
    match event {
        Event::PersonRecorded(event) => super::person::recorded(&mut at, event),
        Event::RoleGranted(event) => super::grant::granted(&mut at, event),
        Event::RoleRevoked(event) => return super::grant::revoked(&mut at, event),
        Event::IdentityAdded(event) => {
            super::person::add_identity(&mut at, event.person, event.identity, event.commitment);
        }
        Event::PersonErased(event) => return super::person::erased(&mut at, event),
        Event::TextsErased(event) => {
            at.text(&event.reason);
            return super::text::erase(&mut at, &event.texts);
        }
        Event::EditionLoaded(event) => super::framework::loaded(&mut at, event),
        Event::RegisterLoaded(event) => return super::organisation::loaded(&mut at, event),
        // They have no table: the ledger's last word on them is read where it is needed.
        Event::LinksLoaded(_) => {}
        Event::RoundOpened(round) => super::round::opened(&mut at, round),
        Event::AssessmentStarted(event) => return super::assessment::started(&mut at, event),
        Event::ElementsRated(event) => return super::rating::rated(&mut at, event),
        Event::EvidenceRecorded(event) => return super::evidence::recorded(&mut at, event),
        Event::AssessmentSubmitted(event) => return super::submission::submitted(&mut at, event),
        Event::AssessmentsPublished(event) => return super::publication::published(&mut at, event),
        Event::AssessmentWithdrawn(event) => return super::submission::withdrawn(&mut at, event),
        Event::AssessmentReturned(event) => return super::submission::returned(&mut at, event),
        Event::ElementsModerated(event) => return super::moderation::moderated(&mut at, event),
        Event::ModerationShared(event) => return super::moderation::shared(&mut at, event),
        Event::ModerationContested(event) => return super::moderation::contested(&mut at, event),
        Event::RatingsCorrected(event) => return super::publication::corrected(&mut at, event),
        Event::PublicationRetracted(event) => return super::publication::retracted(&mut at, event),
        Event::DeadlineExtended(event) => super::extension::extended(&mut at, event),
        Event::CrosswalkLoaded(event) => return super::crosswalk::loaded(&mut at, event),
        Event::RebaselineRecorded(event) => super::rebaseline::recorded(&mut at, event),
        Event::RebaselineWithdrawn(event) => return super::rebaseline::withdrawn(&mut at, event),
        Event::SuccessionRecorded(event) => {
            at.text(&event.reason);
            return super::organisation::loaded(&mut at, &event.change);
        }
    }
    Ok(())
}

pub(super) fn position(of: i64) -> Position {
    Position(u64::try_from(of).unwrap_or_default())
}
