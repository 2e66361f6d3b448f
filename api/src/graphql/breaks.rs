//! Breaks in a series, each with its cause.

use async_graphql::{Enum, SimpleObject};

use super::plain::{plain_enums, plain_struct};
use super::scalar::Date;

/// Why points on the two sides of a day are not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::breaks::BreakCause")]
pub enum BreakCause {
    /// Another edition of the framework is rated.
    Edition,
    /// The organisation took over another, whole or in part, or gave a part of itself away.
    Boundary,
}

/// A day from which on points are not compared with those before. Movement and trend begin afresh.
#[derive(Clone, SimpleObject)]
pub struct Break {
    /// The first day after the break.
    on: Date,
    /// Why.
    cause: BreakCause,
    /// What happened, in a sentence.
    detail: String,
}

impl From<domain::breaks::Break> for Break {
    fn from(found: domain::breaks::Break) -> Self {
        Self { on: Date(found.on), cause: found.cause.into(), detail: found.detail }
    }
}

plain_enums!(BreakCause);
plain_struct!(Break { on: Date, cause: BreakCause, detail: String });
