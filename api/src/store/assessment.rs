//! Assessments as rows, and the steps they take.

use chrono::NaiveDate;
use domain::assessment::{AssessmentStarted, Stage};
use domain::id::AssessmentId;
use domain::ledger::Via;
use domain::text::TextRef;

use super::projection::{At, Missing};

pub(super) fn started(at: &mut At<'_>, event: &AssessmentStarted) -> Result<(), Missing> {
    let (position, synthetic) = (at.position(), at.entry.via == Via::Demo);
    let row = entity::assessment::Model {
        id: event.assessment.0,
        organisation: event.organisation.0,
        round: event.round.0,
        edition: event.edition.0,
        stage: Stage::Draft.to_string(),
        revision: 1,
        synthetic,
        position,
    };
    at.tables.assessment.insert(row.clone());
    event.carried.iter().try_for_each(|item| super::rating::add(at, &row, item))
}

/// Moves an assessment on and returns its row.
pub(super) fn advance(
    at: &mut At<'_>,
    id: AssessmentId,
    revision: u32,
    stage: Option<Stage>,
) -> Result<entity::assessment::Model, Missing> {
    at.tables.assessment.change(&id.0, |row| {
        row.revision = i32::try_from(revision).expect("nobody changes an assessment two billion times");
        if let Some(stage) = stage {
            row.stage = stage.to_string();
        }
    });
    at.tables.assessment.get(&id.0).cloned().ok_or_else(|| at.missing("assessment", id.0))
}

/// What was done to an assessment as a whole, with what is on record of it.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Withdraw(TextRef),
    Return(TextRef),
    Share { on: NaiveDate, respond_by: NaiveDate },
    Respond,
    Correct(TextRef),
    Retract(TextRef),
}

pub(super) const SHARE: &str = "SHARE";
pub(super) const RETRACT: &str = "RETRACT";

impl Step {
    pub(super) fn record(self, at: &mut At<'_>, assessment: AssessmentId) {
        let (act, reason) = match self {
            Self::Withdraw(reason) => ("WITHDRAW", Some(reason)),
            Self::Return(reason) => ("RETURN", Some(reason)),
            Self::Share { .. } => (SHARE, None),
            Self::Respond => ("RESPOND", None),
            Self::Correct(reason) => ("CORRECT", Some(reason)),
            Self::Retract(reason) => (RETRACT, Some(reason)),
        };
        let (acted_on, respond_by) = match self {
            Self::Share { on, respond_by } => (Some(on), Some(respond_by)),
            _ => (None, None),
        };
        let row = entity::assessment_step::Model {
            assessment: assessment.0,
            position: at.position(),
            act: act.to_owned(),
            acted_by: at.actor(),
            reason: reason.map(|reason| at.text(&reason)),
            acted_on,
            respond_by,
        };
        at.tables.assessment_step.insert(row);
    }
}
