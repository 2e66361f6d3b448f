//! Evidence and citations as rows, and their texts for those who may read them.

use std::collections::HashMap;

use domain::access::Readable;
use domain::evidence::{EvidenceRecorded, Stance};
use domain::id::{EvidenceId, TextId};
use domain::rating::Basis;
use sea_orm::{EntityTrait, QueryFilter};
use uuid::Uuid;

use super::Store;
use super::bulk::among;
use super::projection::{At, Missing};
use crate::error::Error;

pub(super) fn recorded(at: &mut At<'_>, event: &EvidenceRecorded) -> Result<(), Missing> {
    let assessment = super::assessment::advance(at, event.assessment, event.revision, None)?;
    let (title, link) = (at.text(&event.title), event.link.as_ref().map(|link| at.text(link)));
    let position = at.position();
    at.tables.evidence.insert(entity::evidence::Model {
        id: event.evidence.0,
        organisation: event.organisation.0,
        title,
        link,
        kind: event.kind.to_string(),
        observed_on: event.observed_on,
        review_by: event.review_by,
        position,
    });
    for element in &event.elements {
        cite(at, &assessment, element.0, event.evidence.0, event.stance);
    }
    Ok(())
}

pub(super) fn cite(
    at: &mut At<'_>,
    assessment: &entity::assessment::Model,
    element: Uuid,
    evidence: Uuid,
    stance: Stance,
) {
    let position = at.position();
    at.tables.citation.insert(entity::citation::Model {
        assessment: assessment.id,
        organisation: assessment.organisation,
        edition: assessment.edition,
        element,
        basis: Basis::SelfRated.to_string(),
        evidence,
        stance: stance.to_string(),
        position,
    });
}

/// What a piece of evidence is called and where it is found. None where it was erased.
#[derive(Clone, Debug, Default)]
pub struct EvidenceTexts {
    pub title: Option<String>,
    pub link: Option<String>,
}

impl Store {
    /// The texts of all evidence that these assessments cite, in three statements.
    pub async fn evidence_texts(&self, of: &[Readable]) -> Result<HashMap<EvidenceId, EvidenceTexts>, Error> {
        use entity::{citation, evidence};
        let assessments = of.iter().map(|readable| readable.assessment().0);
        let cited = citation::Entity::find()
            .filter(among(&self.reads, citation::Column::Assessment, assessments))
            .all(&self.reads)
            .await?;
        let ids = cited.into_iter().map(|row| row.evidence);
        let rows = evidence::Entity::find()
            .filter(among(&self.reads, evidence::Column::Id, ids))
            .all(&self.reads)
            .await?;
        let wanted = rows.iter().flat_map(|row| [Some(row.title), row.link]).flatten();
        let words = self.texts(wanted.map(TextId).collect()).await?;
        let word = |id: Option<Uuid>| id.and_then(|id| words.get(&TextId(id)).cloned());
        let texts =
            |row: &evidence::Model| EvidenceTexts { title: word(Some(row.title)), link: word(row.link) };
        Ok(rows.iter().map(|row| (EvidenceId(row.id), texts(row))).collect())
    }
}
