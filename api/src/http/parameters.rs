//! A request in an address, or in a body.

use async_graphql::{Request, Variables};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::refusal::Refusal;

type Object = Map<String, Value>;

/// What a request may hold, in an address, a body or a message; other keys mean nothing here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    query: String,
    operation_name: Option<String>,
    variables: Option<Object>,
    extensions: Option<Object>,
}

impl From<Parameters> for Request {
    fn from(parameters: Parameters) -> Self {
        let mut request = Self::new(parameters.query);
        request.operation_name = parameters.operation_name;
        let variables = parameters.variables.map(|variables| Variables::from_json(Value::Object(variables)));
        request.variables = variables.unwrap_or_default();
        let extensions = parameters.extensions.unwrap_or_default().into_iter();
        let extensions = extensions.filter_map(|(name, value)| {
            async_graphql::Value::from_json(value).ok().map(|value| (name, value))
        });
        request.extensions.0.extend(extensions);
        request
    }
}

/// The request in a body of JSON.
pub(super) fn in_body(body: &[u8]) -> Result<Request, Refusal> {
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(Refusal::bad_request("batches of requests are not taken: send one request"));
    }
    let parameters: serde_json::Result<Parameters> = serde_json::from_slice(body);
    parameters.map(Request::from).map_err(|error| {
        let place = (error.line(), error.column());
        Refusal::bad_request(if error.is_data() {
            format!(
                "the body is no GraphQL request: query takes a text, operationName a text or null, variables and extensions \
                 an object or null, each at most once (line {}, column {})",
                place.0, place.1
            )
        } else {
            format!("the body is not JSON (line {}, column {})", place.0, place.1)
        })
    })
}

/// The request in an address.
pub(super) fn in_address(query: &str) -> Result<Request, Refusal> {
    let mut found: [(&str, Option<String>); 4] =
        [("query", None), ("operationName", None), ("variables", None), ("extensions", None)];
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
            return Err(Refusal::bad_request("the address is not percent-encoded UTF-8"));
        };
        let Some((_, slot)) = found.iter_mut().find(|(known, _)| *known == name) else { continue };
        if slot.replace(value).is_some() {
            return Err(Refusal::bad_request(format!("the address has more than one {name}")));
        }
    }
    let [(_, query), (_, operation_name), (_, variables), (_, extensions)] = found;
    let object = |text: Option<String>| -> Result<Option<Object>, Refusal> {
        let wrong = |_| Refusal::bad_request("variables and extensions take a JSON object each");
        let object = text.filter(|text| !text.is_empty()).map(|text| serde_json::from_str(&text));
        object.transpose().map(Option::flatten).map_err(wrong)
    };
    let Some(query) = query.filter(|query| !query.is_empty()) else {
        return Err(Refusal::bad_request("the address has no query"));
    };
    let (variables, extensions) = (object(variables)?, object(extensions)?);
    let operation_name = operation_name.filter(|name| !name.is_empty());
    Ok(Parameters { query, operation_name, variables, extensions }.into())
}

/// As forms are encoded; none where it is not, or is no UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || bytes.next().and_then(|digit| char::from(digit).to_digit(16));
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_and_what_is_not_is_refused() {
        for (text, expected) in [
            ("a+b%20c", Some("a b c")),
            ("%7B%7d", Some("{}")),
            ("%C3%A9", Some("é")),
            ("é", Some("é")),
            ("%", None),
            ("%4", None),
            ("%zz", None),
            ("%+1", None),
            ("%FF", None),
            ("%C3", None),
        ] {
            assert_eq!(decoded(text).as_deref(), expected, "{text}");
        }
    }
}
