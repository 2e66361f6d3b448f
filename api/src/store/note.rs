//! Notes on single elements as rows, and their texts for those who may read them.

use std::collections::HashMap;

use domain::access::Readable;
use domain::id::{AssessmentId, ElementId, TextId};
use domain::ledger::Position;
use domain::note::{Note, NoteKind};
use sea_orm::{EntityTrait, QueryFilter};

use super::bulk::among;
use super::projection::{At, position};
use super::{Corrupt, Store};
use crate::error::Error;

pub(super) fn record(
    at: &mut At<'_>,
    assessment: &entity::assessment::Model,
    kind: NoteKind,
    notes: &[Note],
) {
    for note in notes {
        let (position, text) = (at.position(), at.text(&note.text));
        at.tables.element_note.insert(entity::element_note::Model {
            assessment: assessment.id,
            organisation: assessment.organisation,
            edition: assessment.edition,
            element: note.element.0,
            kind: kind.to_string(),
            position,
            text,
        });
    }
}

/// Which note is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NoteKey {
    pub assessment: AssessmentId,
    pub element: ElementId,
    pub kind: NoteKind,
    pub position: Position,
}

impl Store {
    /// The words of all notes on these assessments, in two statements. None are there of those that were erased.
    pub async fn note_texts(&self, of: &[Readable]) -> Result<HashMap<NoteKey, String>, Error> {
        use entity::element_note::{Column, Entity};
        let assessments = of.iter().map(|readable| readable.assessment().0);
        let rows = Entity::find()
            .filter(among(&self.reads, Column::Assessment, assessments))
            .all(&self.reads)
            .await?;
        let words = self.texts(rows.iter().map(|row| TextId(row.text)).collect()).await?;
        let mut notes = HashMap::new();
        for row in rows {
            let Some(text) = words.get(&TextId(row.text)) else { continue };
            let key = NoteKey {
                assessment: AssessmentId(row.assessment),
                element: ElementId(row.element),
                kind: row.kind.parse().map_err(Corrupt)?,
                position: position(row.position),
            };
            notes.insert(key, text.clone());
        }
        Ok(notes)
    }
}
