//! Submitting, withdrawing and returning as rows.

use domain::access::Readable;
use domain::assessment::Stage;
use domain::id::TextId;
use domain::ledger::Position;
use domain::note::NoteKind;
use domain::submission::{AssessmentReturned, AssessmentSubmitted, AssessmentWithdrawn};
use sea_orm::EntityTrait;

use super::assessment::{Step, advance};
use super::projection::{At, Missing};
use super::{Store, note, number};
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
    pub async fn approval_texts(&self, of: Readable, submitted: Position) -> Result<ApprovalTexts, Error> {
        let key = (of.assessment().0, number(submitted));
        let row = entity::submission::Entity::find_by_id(key).one(&self.reads).await?;
        let Some(row) = row else { return Ok(ApprovalTexts::default()) };
        let ids = [row.approval_body, row.approval_paper];
        let words = self.texts(ids.into_iter().flatten().map(TextId).collect()).await?;
        let [body, paper] = ids.map(|id| id.and_then(|id| words.get(&TextId(id)).cloned()));
        Ok(ApprovalTexts { body, paper })
    }
}
