//! Ratings as rows, and their texts for those who may read them.

use std::collections::HashMap;

use domain::access::Readable;
use domain::evidence::Stance;
use domain::framework::Edition;
use domain::id::{AssessmentId, PersonId, RatingId, TextId};
use domain::rating::{Basis, ElementsRated, RatedItem, RatedValue, Rating, Value};
use sea_orm::{EntityTrait, QueryFilter};
use uuid::Uuid;

use super::bulk::among;
use super::projection::{At, Missing, position};
use super::tables::Tables;
use super::{Corrupt, Store};
use crate::error::Error;

pub(super) fn rated(at: &mut At<'_>, event: &ElementsRated) -> Result<(), Missing> {
    let assessment = super::assessment::advance(at, event.assessment, event.revision, None)?;
    event.items.iter().try_for_each(|item| add(at, &assessment, item))
}

/// The row of a SELF rating, and its citations.
pub(super) fn add(
    at: &mut At<'_>,
    assessment: &entity::assessment::Model,
    item: &RatedItem,
) -> Result<(), Missing> {
    let before = item.before().and_then(|before| at.tables.rating.get(&before.0)).cloned();
    if item.keeps_texts() && before.is_none() {
        return Err(at.missing("rating", item.before().map_or(item.id.0, |before| before.0)));
    }
    let (value_kind, level, reason) = value(at, &item.value, before.as_ref());
    let kept = before.filter(|_| item.keeps_rationale).and_then(|before| before.rationale);
    let row = entity::rating::Model {
        id: item.id.0,
        assessment: assessment.id,
        organisation: assessment.organisation,
        edition: assessment.edition,
        element: item.element.0,
        basis: Basis::SelfRated.to_string(),
        voice: assessment.organisation,
        value_kind: value_kind.to_owned(),
        level,
        reason,
        confidence: item.confidence.map(|confidence| confidence.to_string()),
        rationale: item.rationale.as_ref().map(|rationale| at.text(rationale)).or(kept),
        position: at.position(),
        item: i16::try_from(item.item).expect("at most 200 items"),
        supersedes: item.supersedes.map(|rating| rating.0),
        carried_from: item.carried_from.map(|rating| rating.0),
        judged: None,
        rated_by: at.actor(),
    };
    at.tables.rating.insert(row);
    for evidence in &item.evidence {
        super::evidence::cite(at, assessment, item.element.0, evidence.0, Stance::Supports);
    }
    Ok(())
}

/// Kind, level and reason of a value; `before` is the rating whose reason still stands.
pub(super) fn value(
    at: &mut At<'_>,
    value: &RatedValue,
    before: Option<&entity::rating::Model>,
) -> (&'static str, Option<String>, Option<Uuid>) {
    match value {
        RatedValue::Level(key) => ("LEVEL", Some(key.clone()), None),
        RatedValue::NotApplicable(reason) => ("NOT_APPLICABLE", None, Some(at.text(reason))),
        RatedValue::StillNotApplicable => ("NOT_APPLICABLE", None, before.and_then(|before| before.reason)),
        RatedValue::Cleared => ("CLEARED", None, None),
    }
}

/// The latest rating of each element of an assessment on a basis, from the rows that were loaded.
pub(super) fn latest(
    tables: &Tables,
    assessment: AssessmentId,
    edition: &Edition,
    basis: Basis,
) -> Result<Vec<Option<Rating>>, Corrupt> {
    let mut latest: Vec<Option<Rating>> = vec![None; edition.elements.len()];
    let own = |row: &&entity::rating::Model| row.assessment == assessment.0 && row.basis == basis.as_str();
    for row in tables.rating.rows().filter(own) {
        let rating = from_row(row, edition)?;
        let current = &mut latest[rating.element];
        if current.is_none_or(|current| current.position < rating.position) {
            *current = Some(rating);
        }
    }
    Ok(latest)
}

fn from_row(row: &entity::rating::Model, edition: &Edition) -> Result<Rating, Corrupt> {
    let corrupt = || Corrupt(format!("rating {} does not fit its edition", row.id));
    let scale = edition.definition.scale.as_ref();
    let value = match (row.value_kind.as_str(), &row.level) {
        ("LEVEL", Some(key)) => Value::Level(scale.and_then(|scale| scale.rank(key)).ok_or_else(corrupt)?),
        ("NOT_APPLICABLE", _) => Value::NotApplicable,
        ("CLEARED", _) => Value::Cleared,
        _ => return Err(corrupt()),
    };
    Ok(Rating {
        id: RatingId(row.id),
        element: edition.element_by_id(domain::id::ElementId(row.element)).ok_or_else(corrupt)?,
        basis: row.basis.parse().map_err(Corrupt)?,
        value,
        confidence: row.confidence.as_ref().map(|word| word.parse().map_err(Corrupt)).transpose()?,
        has_rationale: row.rationale.is_some(),
        carried_from: row.carried_from.map(RatingId),
        judged: row.judged.map(RatingId),
        position: position(row.position),
        by: PersonId(row.rated_by),
        supersedes: row.supersedes.map(RatingId),
    })
}

/// What somebody wrote about a rating. None where nothing was written, or it was erased.
#[derive(Clone, Debug, Default)]
pub struct RatingTexts {
    pub rationale: Option<String>,
    pub reason: Option<String>,
}

impl Store {
    /// The texts of all ratings of these assessments, in two statements.
    pub async fn rating_texts(&self, of: &[Readable]) -> Result<HashMap<RatingId, RatingTexts>, Error> {
        use entity::rating::{Column, Entity};
        let assessments = of.iter().map(|readable| readable.assessment().0);
        let rows = Entity::find()
            .filter(among(&self.reads, Column::Assessment, assessments))
            .all(&self.reads)
            .await?;
        let wanted = rows.iter().flat_map(|row| [row.rationale, row.reason]).flatten();
        let words = self.texts(wanted.map(TextId).collect()).await?;
        let word = |id: Option<Uuid>| id.and_then(|id| words.get(&TextId(id)).cloned());
        let texts = |row: &entity::rating::Model| RatingTexts {
            rationale: word(row.rationale),
            reason: word(row.reason),
        };
        Ok(rows.iter().map(|row| (RatingId(row.id), texts(row))).collect())
    }

    /// The assessment a rating belongs to. Says nothing about who may see it: a lens does.
    pub async fn assessment_of(&self, rating: RatingId) -> Result<Option<AssessmentId>, Error> {
        let row = entity::rating::Entity::find_by_id(rating.0).one(&self.reads).await?;
        Ok(row.map(|row| AssessmentId(row.assessment)))
    }
}
