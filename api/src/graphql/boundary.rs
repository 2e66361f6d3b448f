//! Whose figures a line shows on days before an organisation opened.

use async_graphql::Enum;

/// Whose figures a line shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::boundary::Boundaries")]
pub enum Boundaries {
    /// The organisation's own.
    AsReported,
    /// On days before it opened also those of the bodies that went into it, directly or through others: each for itself,
    /// never one figure for all.
    WithPredecessors,
}
