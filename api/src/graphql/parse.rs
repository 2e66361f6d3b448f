//! From values of an input to values of the domain, each refused at its path.

use async_graphql::ID;
use domain::id::{AssessmentId, NotAnId};
use domain::refusal::{Refusal, Refused, Why};
use domain::text::{Text, TextProblem};

pub(super) fn id<T>(id: &ID, path: &[&str]) -> Result<T, Refusal>
where
    T: std::str::FromStr<Err = NotAnId>,
{
    id.parse().map_err(|not: NotAnId| Why::Invalid(not.to_string()).at(path))
}

/// The id of an assessment in the field `assessment`.
pub(super) fn assessment(id: &ID) -> Result<AssessmentId, Refused> {
    Ok(self::id(id, &["assessment"])?)
}

pub(super) fn text(raw: &str, most: usize, path: &[&str]) -> Result<Text, Refusal> {
    Text::parse(raw, most).map_err(|problem| Why::Invalid(problem.to_string()).at(path))
}

/// A text that is compared letter for letter with what somebody else says.
pub(super) fn verbatim(raw: &str, most: usize, path: &[&str]) -> Result<String, Refusal> {
    Text::verbatim(raw, most).map_err(|problem| Why::Invalid(problem.to_string()).at(path))
}

/// A text without which nothing is done: an empty one is REASON_REQUIRED.
pub(super) fn reason(raw: &str, most: usize, path: &[&str]) -> Result<Text, Refusal> {
    Text::parse(raw, most).map_err(|problem| match problem {
        TextProblem::Empty => Why::ReasonRequired.at(path),
        problem => Why::Invalid(problem.to_string()).at(path),
    })
}
