//! Moderation, its sharing and its contests as rows.

use domain::assessment::Stage;
use domain::contest::ModerationContested;
use domain::id::OrganisationId;
use domain::moderation::{ElementsModerated, ModeratedItem, ModerationShared};
use domain::note::NoteKind;
use domain::rating::Basis;

use super::assessment::{Step, advance};
use super::note;
use super::projection::{At, Missing};
use super::rating::value;

pub(super) fn moderated(at: &mut At<'_>, event: &ElementsModerated) -> Result<(), Missing> {
    let row = advance(at, event.assessment, event.revision, None)?;
    judge(at, &row, event.voice, &event.items);
    Ok(())
}

pub(super) fn judge(
    at: &mut At<'_>,
    assessment: &entity::assessment::Model,
    voice: OrganisationId,
    items: &[ModeratedItem],
) {
    for item in items {
        let (value_kind, level, reason) = value(at, &item.value, None);
        let row = entity::rating::Model {
            id: item.id.0,
            assessment: assessment.id,
            organisation: assessment.organisation,
            edition: assessment.edition,
            element: item.element.0,
            basis: Basis::Moderated.to_string(),
            voice: voice.0,
            value_kind: value_kind.to_owned(),
            level,
            reason,
            confidence: None,
            rationale: item.rationale.as_ref().map(|rationale| at.text(rationale)),
            position: at.position(),
            item: i16::try_from(item.item).expect("at most 200 items"),
            supersedes: item.supersedes.map(|rating| rating.0),
            carried_from: None,
            judged: Some(item.judged.0),
            rated_by: at.actor(),
        };
        at.tables.rating.insert(row);
    }
}

pub(super) fn shared(at: &mut At<'_>, event: &ModerationShared) -> Result<(), Missing> {
    advance(at, event.assessment, event.revision, Some(Stage::Moderated))?;
    Step::Share { on: event.on, respond_by: event.respond_by }.record(at, event.assessment);
    Ok(())
}

pub(super) fn contested(at: &mut At<'_>, event: &ModerationContested) -> Result<(), Missing> {
    let row = advance(at, event.assessment, event.revision, None)?;
    Step::Respond.record(at, event.assessment);
    note::record(at, &row, NoteKind::Contest, &event.contests);
    Ok(())
}
