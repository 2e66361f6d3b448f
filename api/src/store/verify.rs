//! Verification: the chain is recomputed and folded again, and every row and text is held against it.

use std::collections::HashMap;

use domain::history::History;
use domain::id::{IdentityId, LedgerId, TextId};
use domain::ledger::{Entry, Hash, Payload, Position, Replay};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, EntityTrait, IsolationLevel, TransactionTrait,
};
use uuid::Uuid;

use super::projection::{Private, PrivateText, project};
use super::tables::Tables;
use super::{ledger, person, text};
use crate::error::Error;

/// `Ok(Err(difference))` names the first difference.
pub(super) async fn verify(
    db: &DatabaseConnection,
    ledger: LedgerId,
) -> Result<Result<(Position, Hash), String>, Error> {
    // One transaction, so that writes that come in meanwhile are in all tables or in none.
    let repeatable = match db.get_database_backend() {
        DatabaseBackend::Postgres => Some(IsolationLevel::RepeatableRead),
        _ => None,
    };
    let snapshot = db.begin_with_config(repeatable, None).await?;
    let verified = verify_in(&snapshot, ledger).await?;
    snapshot.rollback().await?;
    Ok(verified)
}

async fn verify_in(
    db: &impl ConnectionTrait,
    ledger: LedgerId,
) -> Result<Result<(Position, Hash), String>, Error> {
    let mut private = match private(db).await? {
        Ok(private) => private,
        Err(difference) => return Ok(Err(difference)),
    };
    let keys = entity::idempotency::Entity::find().all(db).await?;
    let mut keys: HashMap<i64, _> = keys.into_iter().map(|row| (row.position, row)).collect();
    let (mut history, mut tables) = (History::empty(ledger), Tables::default());
    let mut hash = Hash::ZERO;
    loop {
        let rows = ledger::after(db, history.head(), 1_000).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let entry = match ledger::from_row(row.clone()) {
                Ok(entry) => entry,
                Err(corrupt) => return Ok(Err(corrupt.0)),
            };
            let at = entry.position.0;
            if entry.compute_hash(ledger) != entry.hash {
                return Ok(Err(format!("ledger entry {at}: its hash is not that of its content")));
            }
            if entry.recorded_at <= history.head_recorded_at() && history.head() > Position(0) {
                return Ok(Err(format!("ledger entry {at}: is not later than the one before")));
            }
            let event = match history.fold(&entry) {
                Ok(event) => event,
                Err(error) => return Ok(Err(format!("ledger: {error}"))),
            };
            let replay = Payload::read(&entry.act, entry.format, &entry.payload).ok().and_then(|p| p.replay);
            tables.ledger_entry.insert(row);
            let key = keys.remove(&super::number(entry.position));
            if !replayable(&entry, key.as_ref(), replay.as_ref()) {
                return Ok(Err(format!(
                    "table idempotency: the key of entry {at} is not as the ledger says"
                )));
            }
            if let Some(key) = key {
                tables.idempotency.insert(key);
            }
            if let Err(missing) = project(&entry, &event, &mut private, &mut tables) {
                return Ok(Err(missing.to_string()));
            }
            hash = entry.hash;
        }
    }
    if let Some(position) = keys.keys().next() {
        return Ok(Err(format!("table idempotency: position {position} is not in the ledger")));
    }
    if let Some(IdentityId(id)) = private.lost.first() {
        return Ok(Err(format!("table person_identity: row {id} is missing")));
    }
    Ok(match tables.first_difference(db).await? {
        Some(difference) => Err(difference),
        None => Ok((history.head(), hash)),
    })
}

/// Everything in words, each held against its commitment.
async fn private(db: &impl ConnectionTrait) -> Result<Result<Private, String>, Error> {
    let mut private = Private::default();
    for row in entity::text_item::Entity::find().all(db).await? {
        if !text::keeps_its_commitment(&row) {
            return Ok(Err(format!("table text_item: row {} is not what the ledger committed to", row.id)));
        }
        let text = PrivateText { salt: row.salt, text: row.text };
        private.texts.insert(TextId(row.id), text);
    }
    for row in entity::person_identity::Entity::find().all(db).await? {
        let kept = person::keeps_its_commitment(&row);
        match person::identity(&row).filter(|_| kept) {
            Some(identity) => drop(private.identities.insert(IdentityId(row.id), identity)),
            None => {
                let id: Uuid = row.id;
                return Ok(Err(format!(
                    "table person_identity: row {id} is not what the ledger committed to"
                )));
            }
        }
    }
    Ok(Ok(private))
}

/// Whether the key that an entry was written under is on record, as the entry says.
fn replayable(entry: &Entry, row: Option<&entity::idempotency::Model>, replay: Option<&Replay>) -> bool {
    match (row, replay) {
        (None, None) => true,
        (Some(row), Some(replay)) => {
            entry.actor.is_some_and(|actor| actor.0 == row.actor)
                && Hash::of(row.key.as_bytes()) == replay.key_hash
                && row.input_hash == replay.input_hash.0
        }
        _ => false,
    }
}
