//! What a round asks of those who submit.

use std::sync::Arc;

use async_graphql::{Enum, InputObject, MaybeUndefined, Object};
use domain::framework::Edition as DomainEdition;
use domain::policy::PolicyChange;
use domain::refusal::{Refused, Why};

use super::level::Level;

/// When a rating needs a rationale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::policy::Requirement")]
pub enum Requirement {
    /// Every rating does.
    Always,
    /// A rating does that differs from the value published before.
    WhenChanged,
    /// None does.
    Never,
}

/// Who stood behind a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::policy::ApprovalKind")]
pub enum ApprovalKind {
    /// The board.
    Board,
    /// A committee of the board.
    Committee,
    /// The chair, between meetings.
    ChairAction,
    /// An executive.
    Executive,
}

#[derive(Clone)]
pub struct Policy {
    pub(super) edition: Arc<DomainEdition>,
    pub(super) policy: domain::policy::Policy,
}

/// What a round asks of those who submit. Copied from the edition when the round opens.
#[Object]
impl Policy {
    /// When a rating needs a rationale.
    async fn rationale(&self) -> Requirement {
        self.policy.rationale.into()
    }

    /// The lowest level that needs evidence which supports it; null: none does.
    async fn evidence_from(&self) -> Option<Level> {
        let scale = self.edition.definition.scale.as_ref()?;
        let rank = scale.rank(self.policy.evidence_from.as_ref()?)?;
        Some(Level::new(&self.edition, rank))
    }

    /// The kinds of approval that a submission may carry; empty: it needs none.
    async fn approvals(&self) -> Vec<ApprovalKind> {
        self.policy.approvals.iter().map(|kind| (*kind).into()).collect()
    }

    /// Whether ratings that were carried forward must be confirmed by a person.
    async fn confirm_carried_forward(&self) -> bool {
        self.policy.confirm_carried_forward
    }

    /// Days to answer a shared moderation, 0 to 366.
    async fn response_days(&self) -> i32 {
        self.policy.response_days.into()
    }

    /// Whether everybody who is signed in may read the rationale of published ratings.
    async fn readers_see_rationale(&self) -> bool {
        self.policy.readers_see_rationale
    }
}

/// Changes to the edition's policy for one round. What is left out stays as the edition says.
#[derive(InputObject)]
pub struct PolicyInput {
    /// When a rating needs a rationale.
    rationale: Option<Requirement>,
    /// The key of the lowest level that needs evidence. Null, said explicitly: none does.
    evidence_from: MaybeUndefined<String>,
    /// The kinds of approval that are accepted. An empty list: none is asked for.
    #[graphql(validator(max_items = 4))]
    approvals: Option<Vec<ApprovalKind>>,
    /// Whether ratings that were carried forward must be confirmed by a person.
    confirm_carried_forward: Option<bool>,
    /// Days to answer a shared moderation, 0 to 366.
    response_days: Option<i32>,
    /// Whether everybody who is signed in may read the rationale of published ratings.
    readers_see_rationale: Option<bool>,
}

impl PolicyInput {
    pub(super) fn parse(self) -> Result<PolicyChange, Refused> {
        let days = self.response_days.map(u16::try_from).transpose();
        let bad_days = |_| Why::Invalid("0 to 366 days".into()).at(["policy", "responseDays"]);
        Ok(PolicyChange {
            rationale: self.rationale.map(Into::into),
            evidence_from: match self.evidence_from {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(key) => Some(Some(key)),
            },
            approvals: self.approvals.map(|kinds| kinds.into_iter().map(Into::into).collect()),
            confirm_carried_forward: self.confirm_carried_forward,
            response_days: days.map_err(bad_days)?,
            readers_see_rationale: self.readers_see_rationale,
        })
    }
}
