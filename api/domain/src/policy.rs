//! What a round asks for. Copied from the edition when a round opens, so that a changed rule needs no new edition.

use serde::{Deserialize, Serialize};

named! {
    /// When a rating needs a rationale.
    pub enum Requirement { Always = "ALWAYS", WhenChanged = "WHEN_CHANGED", Never = "NEVER" }
}

named! {
    /// Who stood behind a submission.
    pub enum ApprovalKind {
        Board = "BOARD",
        Committee = "COMMITTEE",
        ChairAction = "CHAIR_ACTION",
        Executive = "EXECUTIVE",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub rationale: Requirement,
    /// The key of the lowest level that needs supporting evidence; none needs it where absent.
    pub evidence_from: Option<String>,
    /// The kinds of approval that are accepted; empty where none is asked for.
    pub approvals: Vec<ApprovalKind>,
    pub confirm_carried_forward: bool,
    /// Days to answer a shared moderation, 0 to 366.
    pub response_days: u16,
    pub readers_see_rationale: bool,
}

/// What to change in the edition's policy for one round.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PolicyChange {
    pub rationale: Option<Requirement>,
    /// `Some(None)`: no evidence is asked for.
    pub evidence_from: Option<Option<String>>,
    pub approvals: Option<Vec<ApprovalKind>>,
    pub confirm_carried_forward: Option<bool>,
    pub response_days: Option<u16>,
    pub readers_see_rationale: Option<bool>,
}

impl Policy {
    pub const MOST_RESPONSE_DAYS: u16 = 366;

    #[must_use]
    pub fn changed(&self, change: &PolicyChange) -> Self {
        let mut approvals = change.approvals.clone().unwrap_or_else(|| self.approvals.clone());
        approvals.sort_unstable();
        approvals.dedup();
        Self {
            rationale: change.rationale.unwrap_or(self.rationale),
            evidence_from: change.evidence_from.clone().unwrap_or_else(|| self.evidence_from.clone()),
            approvals,
            confirm_carried_forward: change.confirm_carried_forward.unwrap_or(self.confirm_carried_forward),
            response_days: change.response_days.unwrap_or(self.response_days),
            readers_see_rationale: change.readers_see_rationale.unwrap_or(self.readers_see_rationale),
        }
    }
}
