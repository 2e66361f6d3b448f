//! Re-baselines as rows, and their reasons in words.

use std::collections::HashMap;

use domain::framework::FrameworkKind;
use domain::id::{FrameworkId, OrganisationId, RebaselineId, TextId};
use domain::ledger::Hash;
use domain::rebaseline::{KnownRebaseline, RebaselineRecorded, RebaselineWithdrawn};
use domain::text::{Commitment, TextRef};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
use uuid::Uuid;

use super::projection::{At, Missing, position};
use super::tables::Tables;
use super::{Corrupt, Store, text};
use crate::error::Error;

pub(super) fn recorded(at: &mut At<'_>, event: &RebaselineRecorded) {
    let (id, position, reason) = (event.rebaseline.0, at.position(), at.text(&event.reason));
    at.tables.rebaseline.insert(entity::rebaseline::Model {
        id,
        framework: event.framework.0,
        from_day: event.on,
        position,
        reason,
        withdrawn_position: None,
        withdrawn_reason: None,
    });
    for organisation in event.systems.iter().flatten() {
        let row = entity::rebaseline_system::Model { rebaseline: id, organisation: organisation.0 };
        at.tables.rebaseline_system.insert(row);
    }
}

pub(super) fn withdrawn(at: &mut At<'_>, event: &RebaselineWithdrawn) -> Result<(), Missing> {
    let (id, position, reason) = (event.rebaseline.0, at.position(), at.text(&event.reason));
    let changed = at.tables.rebaseline.change(&id, |row| {
        (row.withdrawn_position, row.withdrawn_reason) = (Some(position), Some(reason));
    });
    if changed { Ok(()) } else { Err(at.missing("rebaseline", id)) }
}

/// Loads all there are, which is few, with the references of their reasons.
pub(super) async fn load(db: &impl ConnectionTrait, tables: &mut Tables) -> Result<(), DbErr> {
    let rows = entity::rebaseline::Entity::find().all(db).await?;
    let reasons: Vec<_> =
        rows.iter().flat_map(|row| [Some(row.reason), row.withdrawn_reason]).flatten().collect();
    text::load(db, tables, &reasons).await?;
    tables.rebaseline.load(rows);
    tables.rebaseline_system.load(entity::rebaseline_system::Entity::find().all(db).await?);
    Ok(())
}

/// The framework of a key.
pub(super) fn framework(tables: &Tables, key: &str) -> Result<Option<(FrameworkId, FrameworkKind)>, Corrupt> {
    let Some(row) = tables.framework.rows().find(|row| row.key == key) else { return Ok(None) };
    Ok(Some((FrameworkId(row.id), row.kind.parse().map_err(Corrupt)?)))
}

pub(super) fn of_framework(tables: &Tables, framework: FrameworkId) -> Result<Vec<KnownRebaseline>, Corrupt> {
    let rows = tables.rebaseline.rows().filter(|row| row.framework == framework.0);
    rows.map(|row| from_row(tables, row)).collect()
}

pub(super) fn known(tables: &Tables, id: RebaselineId) -> Result<Option<KnownRebaseline>, Corrupt> {
    tables.rebaseline.get(&id.0).map(|row| from_row(tables, row)).transpose()
}

fn from_row(tables: &Tables, row: &entity::rebaseline::Model) -> Result<KnownRebaseline, Corrupt> {
    let named = tables.rebaseline_system.rows().filter(|named| named.rebaseline == row.id);
    let named: Vec<_> = named.map(|named| OrganisationId(named.organisation)).collect();
    let withdrawn = row.withdrawn_position.zip(row.withdrawn_reason);
    let withdrawn = withdrawn.map(|(at, reason)| Ok((position(at), reference(tables, reason)?)));
    Ok(KnownRebaseline {
        marked: RebaselineRecorded {
            rebaseline: RebaselineId(row.id),
            framework: FrameworkId(row.framework),
            on: row.from_day,
            systems: (!named.is_empty()).then_some(named),
            reason: reference(tables, row.reason)?,
        },
        recorded: position(row.position),
        withdrawn: withdrawn.transpose()?,
    })
}

fn reference(tables: &Tables, id: Uuid) -> Result<TextRef, Corrupt> {
    let row = tables.text_item.get(&id);
    let commitment = row.and_then(|row| Hash::from_slice(&row.commitment));
    let commitment = commitment.ok_or_else(|| Corrupt(format!("there is no text {id}")))?;
    Ok(TextRef { id: TextId(id), commitment: Commitment(commitment) })
}

impl Store {
    /// Why these days were marked, and why some no longer are; without what was erased. One statement.
    pub async fn rebaseline_texts(&self, of: &[KnownRebaseline]) -> Result<HashMap<TextId, String>, Error> {
        let withdrawn = |known: &KnownRebaseline| known.withdrawn.map(|(_, reason)| reason.id);
        let ids = of.iter().flat_map(|known| [Some(known.marked.reason.id), withdrawn(known)]);
        self.texts(ids.flatten().collect()).await
    }
}
