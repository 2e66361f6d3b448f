//! Texts that people wrote, by id. Callers hold the proof that they may be read.

use std::collections::HashMap;

use domain::id::TextId;
use domain::ledger::Hash;
use domain::text::Commitment;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::Store;
use crate::error::Error;

impl Store {
    pub(super) async fn texts(&self, ids: Vec<TextId>) -> Result<HashMap<TextId, String>, Error> {
        use entity::text_item::{Column, Entity};
        let ids: Vec<_> = ids.into_iter().map(|id| id.0).collect();
        let mut words = HashMap::with_capacity(ids.len());
        for some in ids.chunks(10_000) {
            let rows = Entity::find().filter(Column::Id.is_in(some.to_vec())).all(&self.db).await?;
            words.extend(rows.into_iter().filter_map(|row| Some((TextId(row.id), row.text?))));
        }
        Ok(words)
    }
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
