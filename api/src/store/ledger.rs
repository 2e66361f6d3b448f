//! Entries of the ledger as rows.

use domain::access::Readable;
use domain::id::{LedgerId, PersonId};
use domain::ledger::{Entry, Event, Hash, Payload, Position, RecordedAt};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{Corrupt, Store, number};
use crate::error::Error;

pub(super) fn to_row(entry: &Entry) -> entity::ledger_entry::Model {
    entity::ledger_entry::Model {
        position: number(entry.position),
        recorded_at: entry.recorded_at.0,
        actor: entry.actor.map(|person| person.0),
        via: entry.via.to_string(),
        act: entry.act.clone(),
        format: i16::try_from(entry.format).expect("formats are few"),
        payload: entry.payload.clone(),
        previous_hash: entry.previous_hash.0.to_vec(),
        hash: entry.hash.0.to_vec(),
    }
}

pub(super) fn from_row(row: entity::ledger_entry::Model) -> Result<Entry, Corrupt> {
    let corrupt = |what: &str| Corrupt(format!("ledger entry {}: {what} is not readable", row.position));
    Ok(Entry {
        position: Position(u64::try_from(row.position).map_err(|_| corrupt("position"))?),
        recorded_at: RecordedAt(row.recorded_at),
        actor: row.actor.map(PersonId),
        via: row.via.parse().map_err(|_| corrupt("via"))?,
        format: u16::try_from(row.format).map_err(|_| corrupt("format"))?,
        previous_hash: Hash::from_slice(&row.previous_hash).ok_or_else(|| corrupt("previous_hash"))?,
        hash: Hash::from_slice(&row.hash).ok_or_else(|| corrupt("hash"))?,
        act: row.act,
        payload: row.payload,
    })
}

/// The entries after a position, in order, at most `limit` of them.
pub(super) async fn after(
    db: &impl ConnectionTrait,
    position: Position,
    limit: u64,
) -> Result<Vec<entity::ledger_entry::Model>, DbErr> {
    entity::ledger_entry::Entity::find()
        .filter(entity::ledger_entry::Column::Position.gt(number(position)))
        .order_by_asc(entity::ledger_entry::Column::Position)
        .limit(limit)
        .all(db)
        .await
}

pub(super) async fn last(db: &impl ConnectionTrait) -> Result<Option<entity::ledger_entry::Model>, DbErr> {
    entity::ledger_entry::Entity::find().order_by_desc(entity::ledger_entry::Column::Position).one(db).await
}

pub(super) async fn id(db: &impl ConnectionTrait) -> Result<Option<LedgerId>, DbErr> {
    let row = entity::ledger_meta::Entity::find().one(db).await?;
    Ok(row.map(|row| LedgerId(row.ledger_id)))
}

/// An entry with what it says, and the words of the reason that was given.
#[derive(Clone, Debug)]
pub struct Told {
    pub position: Position,
    pub recorded_at: RecordedAt,
    pub actor: Option<PersonId>,
    pub act: String,
    pub event: Event,
    pub why: Option<String>,
}

impl Store {
    /// The entries about an assessment up to a position, in order; more time that was given before it started among them.
    pub async fn entries_about(&self, of: Readable, until: Position) -> Result<Vec<Told>, Error> {
        use entity::{extension, ledger_entry, ledger_subject};
        let about = ledger_subject::Column::Id.eq(of.assessment().0);
        let about = about.and(ledger_subject::Column::Position.lte(number(until)));
        let positions = ledger_subject::Entity::find().filter(about).all(&self.reads).await?;
        let mut positions: Vec<_> = positions.into_iter().map(|row| row.position).collect();
        let assessment = entity::assessment::Entity::find_by_id(of.assessment().0).one(&self.reads).await?;
        if let Some(assessment) = assessment {
            let of_round = extension::Column::Round.eq(assessment.round);
            let own = of_round.and(extension::Column::Organisation.eq(assessment.organisation));
            let until = extension::Column::Position.lte(number(until));
            let extensions = extension::Entity::find().filter(own.and(until)).all(&self.reads).await?;
            positions.extend(extensions.into_iter().map(|row| row.position));
        }
        let entries = ledger_entry::Entity::find()
            .filter(ledger_entry::Column::Position.is_in(positions))
            .order_by_asc(ledger_entry::Column::Position);
        let mut told = Vec::new();
        for row in entries.all(&self.reads).await? {
            let Entry { position, recorded_at, actor, act, format, payload, .. } = from_row(row)?;
            let event = Payload::read(&act, format, &payload);
            let event = event.map_err(|why| Error::Internal(format!("entry {}: {why}", position.0)))?.event;
            told.push(Told { position, recorded_at, actor, act, event, why: None });
        }
        let words = self.texts(told.iter().filter_map(|told| told.event.reason()).collect()).await?;
        for told in &mut told {
            told.why = told.event.reason().and_then(|id| words.get(&id).cloned());
        }
        Ok(told)
    }
}
