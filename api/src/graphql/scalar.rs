//! Scalars of our own: dates, codes and positions.

use super::plain::leaf;
use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, SecondsFormat, Utc};

macro_rules! string_scalar {
    ($(#[$meta:meta])* $name:ident($inner:ty), $text:literal, $url:literal, $parse:expr, $show:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name(pub $inner);

        $(#[$meta])*
        #[Scalar(name = $text, specified_by_url = $url)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                let parse: fn(&str) -> Option<$inner> = $parse;
                match &value {
                    Value::String(text) => parse(text)
                        .map(Self)
                        .ok_or_else(|| InputValueError::custom(concat!("this is no ", $text, "; see its description"))),
                    _ => Err(InputValueError::expected_type(value)),
                }
            }

            fn is_valid(value: &Value) -> bool {
                matches!(value, Value::String(_))
            }

            fn to_value(&self) -> Value {
                let show: fn(&$inner) -> String = $show;
                Value::String(show(&self.0))
            }
        }
    };
}

string_scalar! {
    /// A calendar day as YYYY-MM-DD. Today is the day in Europe/London.
    Date(NaiveDate), "Date", "https://scalars.graphql.org/andimarek/local-date",
    |text| (text.len() == 10).then(|| text.parse().ok()).flatten(),
    |date| date.to_string()
}

string_scalar! {
    /// An instant in RFC 3339, answered in UTC with microseconds, such as 2026-10-01T09:30:00.000000Z.
    DateTime(chrono::DateTime<Utc>), "DateTime", "https://scalars.graphql.org/andimarek/date-time",
    |text| chrono::DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc()),
    |instant| instant.to_rfc3339_opts(SecondsFormat::Micros, true)
}

string_scalar! {
    /// A code of the NHS Organisation Data Service: three or five capital letters and digits, such as QWO or S0E4D.
    OdsCode(String), "OdsCode", "https://digital.nhs.uk/services/organisation-data-service",
    |text| (matches!(text.len(), 3 | 5) && is_code(text)).then(|| text.to_owned()),
    Clone::clone
}

string_scalar! {
    /// A code of the Office for National Statistics: a capital letter and eight digits, such as E54000054.
    OnsCode(String), "OnsCode", "https://www.ons.gov.uk/methodology/geography",
    |text| (text.len() == 9 && text.starts_with(|c: char| c.is_ascii_uppercase()) && is_code(text)).then(|| text.to_owned()),
    Clone::clone
}

string_scalar! {
    /// A moment of the ledger, in which every change has its place. Opaque: use it as it was given, in the same service.
    Position(String), "Position", "https://relay.dev/graphql/connections.htm",
    |text| (text.len() <= 64).then(|| text.to_owned()),
    Clone::clone
}

fn is_code(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

leaf! {
    Date = |it, json| json.date(it.0);
    DateTime = |it, json| json.serde(&it.0.to_rfc3339_opts(SecondsFormat::Micros, true));
    OdsCode = |it, json| json.serde(&it.0);
    OnsCode = |it, json| json.serde(&it.0);
    Position = |it, json| json.serde(&it.0);
}
