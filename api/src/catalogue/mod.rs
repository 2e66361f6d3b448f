//! The frameworks and the register of organisations that ship with sdpt, read from the files beside this one.
//! Reading finds every problem it can before it gives up, and says for each the file, the line and the field.

mod csv_file;
mod framework_file;
mod framework_shape;
mod register_draft;
mod register_file;
mod succession_file;
mod toml_file;

use std::fmt;

use domain::framework::Definition;
use domain::register::Register;
use domain::text::{Text, TextProblem};

pub use framework_file::parse_definition;
pub use register_file::{RegisterFiles, parse_register};

const FRAMEWORKS: [(&str, &str); 1] = [("sdpt.toml", include_str!("sdpt.toml"))];

const REGISTER: RegisterFiles<'static> = RegisterFiles {
    regions: include_str!("regions.csv"),
    systems: include_str!("systems.csv"),
    system_codes: include_str!("system_codes.csv"),
    clusters: include_str!("clusters.csv"),
    successions: include_str!("successions.csv"),
};

pub fn definitions() -> Result<Vec<Definition>, Problems> {
    let mut problems = Problems::default();
    let mut definitions = Vec::new();
    for (file_name, text) in FRAMEWORKS {
        match parse_definition(file_name, text) {
            Ok(definition) => definitions.push(definition),
            Err(found) => problems.0.extend(found.0),
        }
    }
    problems.unless_any(definitions)
}

pub fn register() -> Result<Register, Problems> {
    parse_register(&REGISTER)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub file: String,
    pub line: usize,
    /// Empty where the line as a whole is wrong.
    pub field: String,
    pub why: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, field, why } = self;
        match field.as_str() {
            "" => write!(f, "{file}:{line}: {why}"),
            field => write!(f, "{file}:{line}: field {field}: {why}"),
        }
    }
}

/// All that is wrong with the files that were read together; one line each when displayed.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(Problem::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl Problems {
    fn add(&mut self, place: Place<'_>, field: &str, why: impl fmt::Display) {
        self.0.push(Problem {
            file: place.file.to_owned(),
            line: place.line,
            field: field.to_owned(),
            why: why.to_string(),
        });
    }

    fn value_of<T, E: fmt::Display>(
        &mut self,
        place: Place<'_>,
        field: &str,
        read: Result<T, E>,
    ) -> Option<T> {
        read.map_err(|why| self.add(place, field, why)).ok()
    }

    fn unless_any<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

#[derive(Clone, Copy, Debug)]
struct Place<'a> {
    file: &'a str,
    line: usize,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl<'a> Place<'a> {
    fn at_byte(file: &'a str, text: &str, byte: usize) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        Self { file, line: 1 + before.matches('\n').count() }
    }
}

fn bounded_text(raw: &str, most: usize) -> Result<String, TextProblem> {
    Text::parse(raw, most).map(|text| text.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_framework_that_ships_has_two_groups_six_themes_and_twenty_four_elements() {
        let definitions = definitions().unwrap_or_else(|problems| panic!("{problems}"));
        let [sdpt] = definitions.as_slice() else { panic!("{definitions:?}") };
        let themes: Vec<_> = sdpt.groups.iter().flat_map(|group| &group.themes).collect();
        let elements: Vec<_> = themes.iter().flat_map(|theme| &theme.elements).collect();
        assert_eq!((sdpt.groups.len(), themes.len(), elements.len()), (2, 6, 24));
        assert_eq!((sdpt.key.as_str(), sdpt.label.as_str()), ("sdpt", "2021/22"));
        assert_eq!(elements[0].key, "sdpt.functions.transformation.priorities");
        let scale = sdpt.scale.as_ref().expect("a scale");
        let levels: Vec<_> = scale.levels.iter().map(|level| level.key.as_str()).collect();
        assert_eq!(levels, ["emerging", "developing", "maturing", "thriving"]);
        assert!(scale.provisional && !sdpt.provisional.is_empty());
        assert_eq!(sdpt.policy.evidence_from.as_deref(), Some("maturing"));
    }

    #[test]
    fn problems_are_displayed_one_a_line() {
        let mut problems = Problems::default();
        let place = Place { file: "systems.csv", line: 12 };
        problems.add(place, "region", "no region has the code \"Y99\"");
        problems.add(place, "", "the row has 4 of 5 columns");
        assert_eq!(
            problems.to_string(),
            "systems.csv:12: field region: no region has the code \"Y99\"\n\
             systems.csv:12: the row has 4 of 5 columns"
        );
    }
}
