//! Links: no table tells them, the ledger's last word does.

use domain::ledger::{Event, Payload};
use domain::link::Links;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::tables::Tables;
use super::{Corrupt, ledger};
use crate::error::Error;

const ACT: &str = "links.load";

/// Loads the entry that made the links what they are.
pub(super) async fn load(db: &impl ConnectionTrait, tables: &mut Tables) -> Result<(), Error> {
    use entity::ledger_entry::{Column, Entity};
    let last = Entity::find().filter(Column::Act.eq(ACT)).order_by_desc(Column::Position).one(db).await?;
    tables.ledger_entry.load(last.into_iter().collect());
    Ok(())
}

/// The links as that entry, or a later one of this transaction, says they are.
pub(super) fn loaded(tables: &Tables) -> Result<Option<Links>, Error> {
    let entries = tables.ledger_entry.rows().filter(|row| row.act == ACT);
    let Some(last) = entries.max_by_key(|row| row.position) else { return Ok(None) };
    let entry = ledger::from_row(last.clone())?;
    match Payload::read(&entry.act, entry.format, &entry.payload).map(|payload| payload.event) {
        Ok(Event::LinksLoaded(links)) => Ok(Some(*links)),
        _ => Err(Corrupt(format!("entry {} does not read as links", entry.position.0)).into()),
    }
}
