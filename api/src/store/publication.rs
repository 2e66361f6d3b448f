//! Publishing, correcting and retracting as rows.

use domain::assessment::Stage;
use domain::correction::RatingsCorrected;
use domain::note::NoteKind;
use domain::publication::AssessmentsPublished;
use domain::retraction::PublicationRetracted;

use super::assessment::{Step, advance};
use super::projection::{At, Missing};
use super::{moderation, note};

pub(super) fn published(at: &mut At<'_>, event: &AssessmentsPublished) -> Result<(), Missing> {
    for item in &event.items {
        let row = advance(at, item.assessment, item.revision, Some(Stage::Published))?;
        note::record(at, &row, NoteKind::Answer, &item.answers);
    }
    Ok(())
}

pub(super) fn corrected(at: &mut At<'_>, event: &RatingsCorrected) -> Result<(), Missing> {
    let row = advance(at, event.assessment, event.revision, None)?;
    Step::Correct(event.reason).record(at, event.assessment);
    moderation::judge(at, &row, event.voice, &event.items);
    Ok(())
}

pub(super) fn retracted(at: &mut At<'_>, event: &PublicationRetracted) -> Result<(), Missing> {
    advance(at, event.assessment, event.revision, None)?;
    Step::Retract(event.reason).record(at, event.assessment);
    Ok(())
}
