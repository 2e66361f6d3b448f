//! Variables as an operation declares them.

use apollo_compiler::executable::Operation;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use async_graphql::{Pos, ServerError, Variables};

use super::refusal::{Refusal, VALIDATION_FAILED};

/// What was sent, checked and with the defaults of what was not; what nobody declared is left out.
pub(super) fn coerced(
    schema: &Valid<Schema>,
    document: &ExecutableDocument,
    operation: &Operation,
    sent: &Variables,
) -> Result<(JsonMap, Variables), Refusal> {
    let malformed = |_| Refusal::bad_request("the variables are no JSON object");
    let sent = serde_json::to_value(sent).and_then(serde_json::from_value::<JsonMap>).map_err(malformed)?;
    let coerced = coerce_variable_values(schema, operation, &sent).map_err(|error| {
        let place = error.location().and_then(|span| span.line_column_range(&document.sources));
        let at = place.map(|range| Pos { line: range.start.line, column: range.start.column });
        Refusal::of(VALIDATION_FAILED, vec![ServerError::new(error.message().to_string(), at)])
    })?;
    let coerced = coerced.into_inner();
    let variables = serde_json::to_value(&coerced).map(Variables::from_json).map_err(malformed)?;
    Ok((coerced, variables))
}
