//! Values of a TOML file with their places, and a report of all that are wrong.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::value::Datetime;

use super::{Place, Problems, bounded_text};

/// Where a value is wrong something else stands in for it: with a problem found, nothing is given out.
pub(super) struct Reading<'a> {
    file_name: &'a str,
    text: &'a str,
    problems: Problems,
    /// Every key so far, with its line.
    keys: HashMap<String, usize>,
}

pub(super) fn read<'a, File: DeserializeOwned>(
    file_name: &'a str,
    text: &'a str,
) -> Result<(Reading<'a>, File), Problems> {
    let mut reading = Reading { file_name, text, problems: Problems::default(), keys: HashMap::new() };
    match toml::from_str(text) {
        Ok(file) => Ok((reading, file)),
        Err(error) => {
            reading.refuse(&field_of(&error), error.span().unwrap_or_default(), error.message());
            Err(reading.problems)
        }
    }
}

/// The error tells its dotted path only when it is displayed without its input.
fn field_of(error: &toml::de::Error) -> String {
    let mut bare = error.clone();
    bare.set_input(None);
    let bare = bare.to_string();
    let path = bare.lines().find_map(|line| line.strip_prefix("in `")?.strip_suffix('`'));
    let named = error.message().strip_prefix("unknown field `");
    let named = named.or_else(|| error.message().strip_prefix("missing field `"));
    let named = named.and_then(|rest| rest.split('`').next());
    path.into_iter().chain(named).collect::<Vec<_>>().join(".")
}

impl<'a> Reading<'a> {
    pub(super) fn unless_any_problem<T>(mut self, value: T) -> Result<T, Problems> {
        self.problems.0.sort_by_key(|problem| problem.line);
        self.problems.unless_any(value)
    }

    fn place(&self, span: Range<usize>) -> Place<'a> {
        Place::at_byte(self.file_name, self.text, span.start)
    }

    pub(super) fn refuse(&mut self, field: &str, span: Range<usize>, why: impl fmt::Display) {
        self.problems.add(self.place(span), field, why);
    }

    pub(super) fn text(&mut self, field: &str, raw: &Spanned<String>, most: usize) -> String {
        let text = bounded_text(raw.get_ref(), most);
        self.problems.value_of(self.place(raw.span()), field, text).unwrap_or_default()
    }

    pub(super) fn key(&mut self, field: &str, raw: &Spanned<String>, most: usize) -> String {
        let key = self.text(field, raw, most);
        let line = self.place(raw.span()).line;
        match self.keys.insert(key.clone(), line) {
            Some(first) if !key.is_empty() => {
                self.refuse(field, raw.span(), format!("\"{key}\" is the key on line {first} already"));
            }
            _ => {}
        }
        key
    }

    pub(super) fn word<T: FromStr<Err = String>>(
        &mut self,
        field: &str,
        raw: &Spanned<String>,
        stand_in: T,
    ) -> T {
        let word = raw.get_ref().parse();
        self.problems.value_of(self.place(raw.span()), field, word).unwrap_or(stand_in)
    }

    pub(super) fn words<T>(&mut self, field: &str, raw: &[Spanned<String>], stand_in: T) -> Vec<T>
    where
        T: FromStr<Err = String> + Copy,
    {
        for (index, repeated) in raw.iter().enumerate() {
            if raw[..index].iter().any(|earlier| earlier.get_ref() == repeated.get_ref()) {
                self.refuse(field, repeated.span(), format!("\"{}\" is there already", repeated.get_ref()));
            }
        }
        raw.iter().map(|raw| self.word(field, raw, stand_in)).collect()
    }

    pub(super) fn day(&mut self, field: &str, raw: Option<&Spanned<Datetime>>) -> Option<NaiveDate> {
        let raw = raw?;
        let day = match raw.get_ref() {
            Datetime { date: Some(date), time: None, offset: None } => {
                NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
            }
            _ => None,
        };
        let day = day.ok_or("must be a day alone, such as 2021-08-31");
        self.problems.value_of(self.place(raw.span()), field, day)
    }
}

#[cfg(test)]
mod tests {
    use domain::framework::Origin;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        title: Spanned<String>,
        #[serde(default)]
        origins: Vec<Spanned<String>>,
        on: Option<Spanned<Datetime>>,
        #[serde(default)]
        part: Vec<Part>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Part {
        key: Spanned<String>,
    }

    fn sample(text: &str) -> Result<(), Problems> {
        let (mut reading, sample) = read::<Sample>("a.toml", text)?;
        for part in &sample.part {
            reading.key("part.key", &part.key, 5);
        }
        reading.words("origins", &sample.origins, Origin::Named);
        reading.day("on", sample.on.as_ref());
        reading.text("title", &sample.title, 5);
        reading.unless_any_problem(())
    }

    fn problems(text: &str) -> String {
        sample(text).map_or_else(|problems| problems.to_string(), |()| String::new())
    }

    #[test]
    fn a_file_of_another_shape_is_refused_with_line_and_field() {
        for (text, problem) in [
            ("\ntitle = A", "a.toml:2: string values must be quoted, expected literal string"),
            ("title = 'A'\ntitle = 'B'", "a.toml:2: duplicate key"),
            ("on = 2022-07-01", "a.toml:1: field title: missing field `title`"),
            ("title = 1", "a.toml:1: field title: invalid type: integer `1`, expected a string"),
            ("title = 'A'\n[[part]]\n", "a.toml:2: field part.key: missing field `key`"),
            (
                "title = ''\n[[part]]\nkay = ''",
                "a.toml:3: field part.kay: unknown field `kay`, expected `key`",
            ),
        ] {
            assert_eq!(problems(text), problem);
        }
    }

    #[test]
    fn wrong_values_are_refused_together_in_the_order_of_their_lines() {
        let text = "title = ' '\norigins = [\n'NAMED',\n'named',\n'NAMED']\non = 2022-07-01T00:00:00\n\
                    part = [\n{ key = 'a' },\n{ key = '123456' },\n{ key = 'a\u{85}b' },\n{ key = ' a' }]";
        let expected = [
            "a.toml:1: field title: must not be empty",
            "a.toml:4: field origins: \"named\" is none of NAMED, DERIVED, INFERRED",
            "a.toml:5: field origins: \"NAMED\" is there already",
            "a.toml:6: field on: must be a day alone, such as 2021-08-31",
            "a.toml:9: field part.key: has 6 characters; the most is 5",
            "a.toml:10: field part.key: has a control character (U+0085); only newline and tab are allowed",
            "a.toml:11: field part.key: \"a\" is the key on line 8 already",
        ];
        assert_eq!(problems(text), expected.join("\n"));
    }
}
