//! Submitting, withdrawing and returning as rows.

use std::collections::HashMap;

use domain::access::Readable;
use domain::assessment::Stage;
use domain::id::{AssessmentId, TextId};
use domain::ledger::Position;
use domain::note::NoteKind;
use domain::submission::{AssessmentReturned, AssessmentSubmitted, AssessmentWithdrawn};
use sea_orm::{EntityTrait, QueryFilter};

use super::assessment::{Step, advance};
use super::bulk::among;
use super::projection::{At, Missing, position};
use super::{Store, note};
use crate::error::Error;

pub(super) fn submitted(at: &mut At<'_>, event: &AssessmentSubmitted) -> Result<(), Missing> {
    advance(at, event.assessment, event.revision, Some(Stage::Submitted))?;
    let (position, submitted_by) = (at.position(), at.actor());
    let approval = event.approval;
    let row = entity::submission::Model {
        assessment: event.assessment.0,
        position,
        submitted_by,
        approval_kind: approval.map(|approval| approval.kind.to_string()),
        approval_body: approval.map(|approval| at.text(&approval.body)),
        approval_on: approval.map(|approval| approval.on),
        approval_paper: approval.and_then(|approval| approval.paper).map(|paper| at.text(&paper)),
    };
    at.tables.submission.insert(row);
    Ok(())
}

pub(super) fn withdrawn(at: &mut At<'_>, event: &AssessmentWithdrawn) -> Result<(), Missing> {
    advance(at, event.assessment, event.revision, Some(Stage::Withdrawn))?;
    Step::Withdraw(event.reason).record(at, event.assessment);
    Ok(())
}

pub(super) fn returned(at: &mut At<'_>, event: &AssessmentReturned) -> Result<(), Missing> {
    let row = advance(at, event.assessment, event.revision, Some(Stage::Returned))?;
    Step::Return(event.reason).record(at, event.assessment);
    note::record(at, &row, NoteKind::Return, &event.notes);
    Ok(())
}

/// The words of an approval. None where they were erased.
#[derive(Clone, Debug, Default)]
pub struct ApprovalTexts {
    pub body: Option<String>,
    pub paper: Option<String>,
}

impl Store {
    /// The words of every approval of these assessments, by the position of its submission, in two statements.
    pub async fn approval_texts(
        &self,
        of: &[Readable],
    ) -> Result<HashMap<(AssessmentId, Position), ApprovalTexts>, Error> {
        use entity::submission::{Column, Entity, Model};
        let assessments = of.iter().map(|readable| readable.assessment().0);
        let own = among(&self.reads, Column::Assessment, assessments);
        let rows = Entity::find().filter(own).all(&self.reads).await?;
        let ids = |row: &Model| [row.approval_body, row.approval_paper];
        let words = self.texts(rows.iter().flat_map(ids).flatten().map(TextId).collect()).await?;
        let texts = |row: &Model| {
            let [body, paper] = ids(row).map(|id| id.and_then(|id| words.get(&TextId(id)).cloned()));
            ((AssessmentId(row.assessment), position(row.position)), ApprovalTexts { body, paper })
        };
        Ok(rows.iter().map(texts).collect())
    }
}
