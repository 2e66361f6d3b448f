//! JSON as it is written out: an answer is text once, and never a tree in between.

use async_graphql::Value;
use async_graphql::resolver_utils::EnumType;
use chrono::{Datelike, NaiveDate};
use serde::Serialize;

/// A text that grows, up to a length.
pub struct Json {
    text: Vec<u8>,
    most: usize,
    /// It is too long, or something could not be told.
    failed: bool,
}

impl Json {
    /// May grow to `most` bytes, about.
    pub fn up_to(most: usize) -> Self {
        Self { text: Vec::with_capacity(1024), most, failed: false }
    }

    /// None where it came out too long, or is not whole.
    pub fn finish(self) -> Option<Vec<u8>> {
        (!self.failed && self.text.len() <= self.most).then_some(self.text)
    }

    /// Nothing that is written from now on counts.
    pub(super) fn fail(&mut self) {
        self.failed = true;
    }

    pub(super) fn is_over(&self) -> bool {
        self.failed || self.text.len() > self.most
    }

    /// Text that is JSON already.
    pub fn raw(&mut self, text: impl AsRef<[u8]>) {
        self.text.extend_from_slice(text.as_ref());
    }

    /// Between the parts of a list or an object: all but the first stand behind a comma.
    pub fn each<T>(
        &mut self,
        around: [&str; 2],
        of: impl IntoIterator<Item = T>,
        write: impl Fn(T, &mut Self),
    ) {
        self.raw(around[0]);
        for (i, one) in of.into_iter().enumerate() {
            if i > 0 {
                self.text.push(b',');
            }
            write(one, self);
        }
        self.raw(around[1]);
    }

    /// Whatever serde can say.
    pub fn serde(&mut self, of: &(impl Serialize + ?Sized)) {
        self.failed |= serde_json::to_writer(&mut self.text, of).is_err();
    }

    pub(super) fn integer(&mut self, number: impl itoa::Integer) {
        self.raw(itoa::Buffer::new().format(number));
    }

    pub(super) fn name_of<T: EnumType>(&mut self, value: T) {
        let known = T::items().iter().find(|item| item.value == value);
        match known {
            Some(item) => self.raw(["\"", item.name, "\""].concat()),
            None => self.fail(),
        }
    }

    /// As YYYY-MM-DD.
    pub(super) fn date(&mut self, date: NaiveDate) {
        let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or_default();
        let Ok(year @ 0..=9999) = u32::try_from(date.year()) else { return self.serde(&date.to_string()) };
        let (month, day) = (date.month(), date.day());
        self.raw([b'"', digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), b'-']);
        self.raw([digit(month / 10), digit(month), b'-', digit(day / 10), digit(day), b'"']);
    }

    /// A value of the library, in which `Binary` is JSON that was written before.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Binary(written) => self.raw(written),
            Value::List(values) => self.each(["[", "]"], values, |value, json| json.value(value)),
            Value::Object(fields) => self.each(["{", "}"], fields, |(name, value), json| {
                json.serde(name.as_str());
                json.raw(":");
                json.value(value);
            }),
            Value::String(text) => self.serde(text),
            Value::Enum(name) => self.serde(name.as_str()),
            Value::Number(number) => self.serde(number),
            Value::Boolean(truth) => self.raw(if *truth { "true" } else { "false" }),
            Value::Null => self.raw("null"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_written_as_serde_would() {
        let value = json!({ "a": [1, -2, 0.5, null, true, "x\"\n\u{1F600}"], "b": {}, "c": [], "é": { "d": [[], [0]] } });
        let mut json = Json::up_to(1000);
        json.value(&Value::from_json(value.clone()).unwrap());
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&json.finish().unwrap()).unwrap(), value);
    }

    #[test]
    fn a_date_has_ten_letters_as_long_as_years_have_four() {
        for day in ["2026-04-01", "0001-12-31", "9999-10-09", "+10000-01-01"] {
            let mut json = Json::up_to(100);
            json.date(day.parse().unwrap());
            assert_eq!(json.finish().unwrap(), format!("\"{day}\"").into_bytes());
        }
    }

    #[test]
    fn what_is_too_long_is_not_finished() {
        for (most, finishes) in [(4, true), (3, false)] {
            let mut json = Json::up_to(most);
            json.raw("null");
            assert_eq!((json.is_over(), json.finish().is_some()), (!finishes, finishes));
        }
    }
}
