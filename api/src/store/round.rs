//! Rounds as rows.

use domain::id::{EditionId, FrameworkId, RoundId};
use domain::policy::Policy;
use domain::round::{Dates, Round};

use super::Corrupt;
use super::projection::At;
use super::tables::Tables;

pub(super) fn opened(at: &mut At<'_>, round: &Round) {
    let position = at.position();
    let Round { dates, policy, .. } = round;
    at.tables.round.insert(entity::round::Model {
        id: round.id.0,
        framework: round.framework.0,
        edition: round.edition.0,
        label: round.label.clone(),
        reference_date: dates.reference,
        opens_on: dates.opens,
        due_on: dates.due,
        closes_on: dates.closes,
        moderate_by: dates.moderate_by,
        publish_on: dates.publish_on,
        policy_rationale: policy.rationale.to_string(),
        policy_evidence_from: policy.evidence_from.clone(),
        policy_confirm_carried_forward: policy.confirm_carried_forward,
        policy_response_days: i16::try_from(policy.response_days).expect("at most 366 days"),
        policy_readers_see_rationale: policy.readers_see_rationale,
        position,
    });
    for kind in &policy.approvals {
        let kind = kind.to_string();
        at.tables.round_approval.insert(entity::round_approval::Model { round: round.id.0, kind });
    }
}

/// A round from the rows that were loaded.
pub(super) fn from_rows(tables: &Tables, id: RoundId) -> Result<Option<Round>, Corrupt> {
    let Some(row) = tables.round.get(&id.0) else { return Ok(None) };
    let approvals = tables.round_approval.rows().filter(|approval| approval.round == id.0);
    let mut approvals =
        approvals.map(|row| row.kind.parse().map_err(Corrupt)).collect::<Result<Vec<_>, _>>()?;
    approvals.sort_unstable();
    Ok(Some(Round {
        id,
        framework: FrameworkId(row.framework),
        edition: EditionId(row.edition),
        label: row.label.clone(),
        dates: Dates {
            reference: row.reference_date,
            opens: row.opens_on,
            due: row.due_on,
            closes: row.closes_on,
            moderate_by: row.moderate_by,
            publish_on: row.publish_on,
        },
        policy: Policy {
            rationale: row.policy_rationale.parse().map_err(Corrupt)?,
            evidence_from: row.policy_evidence_from.clone(),
            approvals,
            confirm_carried_forward: row.policy_confirm_carried_forward,
            response_days: u16::try_from(row.policy_response_days).unwrap_or_default(),
            readers_see_rationale: row.policy_readers_see_rationale,
        },
    }))
}
