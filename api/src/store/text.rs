//! Texts that people wrote, by id. Callers hold the proof that they may be read.

use std::collections::HashMap;

use domain::id::{EvidenceId, GrantId, RatingId, TextId};
use domain::ledger::{Hash, Position};
use domain::text::Commitment;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::bulk::among;
use super::projection::{At, Missing};
use super::tables::Tables;
use super::{Store, number};
use crate::error::Error;

impl Store {
    pub(super) async fn texts(&self, ids: Vec<TextId>) -> Result<HashMap<TextId, String>, Error> {
        use entity::text_item::{Column, Entity};
        let ids: Vec<_> = ids.into_iter().map(|id| id.0).collect();
        let mut words = HashMap::with_capacity(ids.len());
        for some in ids.chunks(10_000) {
            let rows = Entity::find()
                .filter(among(&self.reads, Column::Id, some.iter().copied()))
                .all(&self.reads)
                .await?;
            words.extend(rows.into_iter().filter_map(|row| Some((TextId(row.id), row.text?))));
        }
        Ok(words)
    }

    /// Every text that an entry wrote, those that were erased included.
    pub async fn texts_written_at(&self, position: Position) -> Result<Vec<TextId>, Error> {
        use entity::text_item::{Column, Entity};
        let rows = Entity::find().filter(Column::Position.eq(number(position))).all(&self.reads).await?;
        Ok(rows.into_iter().map(|row| TextId(row.id)).collect())
    }

    /// The rationale and the reason of a rating.
    pub async fn texts_of_rating(&self, rating: RatingId) -> Result<Vec<TextId>, Error> {
        let row = entity::rating::Entity::find_by_id(rating.0).one(&self.reads).await?;
        let texts = row.into_iter().flat_map(|row| [row.rationale, row.reason]).flatten();
        Ok(texts.map(TextId).collect())
    }

    /// Why a role was given, and why it was taken back.
    pub async fn texts_of_grant(&self, grant: GrantId) -> Result<Vec<TextId>, Error> {
        let row = entity::grant::Entity::find_by_id(grant.0).one(&self.reads).await?;
        let texts = row.into_iter().flat_map(|row| [row.reason, row.revoked_reason]).flatten();
        Ok(texts.map(TextId).collect())
    }

    /// The title and the link of evidence.
    pub async fn texts_of_evidence(&self, evidence: EvidenceId) -> Result<Vec<TextId>, Error> {
        let row = entity::evidence::Entity::find_by_id(evidence.0).one(&self.reads).await?;
        let texts = row.into_iter().flat_map(|row| [Some(row.title), row.link]).flatten();
        Ok(texts.map(TextId).collect())
    }
}

pub(super) async fn load(db: &impl ConnectionTrait, tables: &mut Tables, ids: &[Uuid]) -> Result<(), DbErr> {
    use entity::text_item::{Column, Entity};
    for some in ids.chunks(10_000) {
        let wanted = Column::Id.is_in(some.iter().copied());
        tables.text_item.load(Entity::find().filter(wanted).all(db).await?);
    }
    Ok(())
}

/// Loads the texts that the entries at these positions wrote.
pub(super) async fn load_written_at(
    db: &impl ConnectionTrait,
    tables: &mut Tables,
    positions: Vec<i64>,
) -> Result<(), DbErr> {
    use entity::text_item::{Column, Entity};
    if !positions.is_empty() {
        tables.text_item.load(Entity::find().filter(Column::Position.is_in(positions)).all(db).await?);
    }
    Ok(())
}

/// The salts of the texts that an entry wrote, in order of their ids; none where one was erased.
pub(super) fn salts_at(tables: &Tables, position: i64) -> Option<Vec<&[u8]>> {
    let written = tables.text_item.rows().filter(|row| row.position == position);
    written.map(|row| row.salt.as_deref()).collect()
}

/// Those of these texts that were loaded and are not erased.
pub(super) fn left(tables: &Tables, texts: &[TextId]) -> Vec<TextId> {
    let is_left = |id: &&TextId| tables.text_item.get(&id.0).is_some_and(|row| row.text.is_some());
    texts.iter().filter(is_left).copied().collect()
}

pub(super) fn erase(at: &mut At<'_>, texts: &[TextId]) -> Result<(), Missing> {
    let position = at.position();
    for TextId(id) in texts {
        let erased = at.tables.text_item.change(id, |row| {
            (row.salt, row.text, row.erased_position) = (None, None, Some(position));
        });
        if !erased {
            return Err(at.missing("text_item", *id));
        }
    }
    Ok(())
}

/// Whether a text is erased, or is the one that the ledger committed to.
pub(super) fn keeps_its_commitment(row: &entity::text_item::Model) -> bool {
    match (&row.salt, &row.text) {
        (Some(salt), Some(text)) => {
            Hash::from_slice(&row.commitment) == Some(Commitment::to_text(salt, text).0)
        }
        (None, None) => row.erased_position.is_some(),
        _ => false,
    }
}
