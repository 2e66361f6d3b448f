//! Standing in a word.

use super::plain::plain_enums;
use async_graphql::Enum;

/// Where a system's published level lies among those of all systems that are open, by the lower median. Never a rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::standing::Standing")]
#[expect(clippy::enum_variant_names, reason = "the words of the contract")]
pub enum Standing {
    /// At most a quarter of the systems with a level, itself included, stand at its level or below it.
    BelowMost,
    /// Neither of the others.
    AmongMost,
    /// At most a quarter of the systems with a level, itself included, stand at its level or above it.
    AboveMost,
}

plain_enums!(Standing);
