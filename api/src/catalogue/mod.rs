//! The frameworks and the register of organisations that ship with sdpt, read from the files beside this one.
//! Reading finds every problem it can before it gives up, and says for each the file, the line and the field.

mod crosswalk_file;
mod csv_file;
mod framework_file;
mod framework_shape;
mod link_file;
mod register_draft;
mod register_file;
mod succession_file;
mod toml_file;

use std::fmt;

use domain::framework::Definition;
use domain::link::Links;
use domain::register::Register;
use domain::text::{Text, TextProblem};

pub use crosswalk_file::parse_crosswalk;
pub use framework_file::parse_definition;
pub use link_file::parse_links;
pub use register_file::{RegisterFiles, parse_register};

// `FRAMEWORKS`: every file of the folder `frameworks`, in order of name.
include!(concat!(env!("OUT_DIR"), "/frameworks.rs"));

const LINKS: (&str, &str) = ("links.toml", include_str!("links.toml"));

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
    for (file_name, text) in FRAMEWORKS.iter().copied() {
        match parse_definition(file_name, text) {
            Ok(definition) => definitions.push(definition),
            Err(found) => problems.0.extend(found.0),
        }
    }
    problems.unless_any(definitions)
}

/// `definitions`: those that ship, whose keys the links name.
pub fn links(definitions: &[Definition]) -> Result<Links, Problems> {
    parse_links(LINKS.0, LINKS.1, definitions)
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
    /// One that is about the file as a whole.
    pub(crate) fn of_whole(file: &str, field: &str, why: String) -> Self {
        let (file, field) = (file.to_owned(), field.to_owned());
        Self(vec![Problem { file, line: 1, field, why }])
    }

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
    use std::collections::BTreeMap;

    use chrono::NaiveDate;
    use domain::framework::{ElementDefinition, GroupDefinition};
    use domain::organisation::OrganisationKind;

    use super::*;

    fn shipped(key: &str) -> Definition {
        let definitions = definitions().unwrap_or_else(|problems| panic!("{problems}"));
        definitions.into_iter().find(|definition| definition.key == key).expect("it ships")
    }

    fn elements(definition: &Definition) -> Vec<&ElementDefinition> {
        let themes = definition.groups.iter().flat_map(|group| &group.themes);
        themes.flat_map(|theme| &theme.elements).collect()
    }

    #[test]
    fn every_framework_has_the_parts_that_its_source_counts() {
        let definitions = definitions().unwrap_or_else(|problems| panic!("{problems}"));
        let counted: Vec<_> = definitions
            .iter()
            .map(|definition| {
                let themes = definition.groups.iter().map(|group| group.themes.len()).sum::<usize>();
                let levels = definition.scale.as_ref().map_or(0, |scale| scale.levels.len());
                let parts = (definition.groups.len(), themes, elements(definition).len());
                (definition.key.as_str(), definition.kind.as_str(), parts, levels)
            })
            .collect();
        assert_eq!(
            counted,
            [
                ("board-development", "REFERENCE", (2, 5, 21), 0),
                ("ccpl", "MATURITY", (1, 5, 5), 4),
                ("icb-ceo", "REFERENCE", (2, 7, 26), 0),
                ("people-communities", "MATURITY", (1, 10, 10), 4),
                ("people-functions", "MATURITY", (1, 10, 10), 4),
                ("provider-collaboratives", "MATURITY", (1, 2, 11), 4),
                ("readiness", "CHECKLIST", (2, 10, 40), 3),
                ("sdpt", "MATURITY", (2, 6, 24), 4),
                ("wgll", "MATURITY", (1, 7, 7), 5),
            ]
        );
        for definition in &definitions {
            assert!(!definition.provisional.is_empty(), "{} assumes nothing", definition.key);
            let collaboratives = definition.key == "provider-collaboratives";
            let assesses = if collaboratives {
                OrganisationKind::ProviderCollaborative
            } else {
                OrganisationKind::System
            };
            assert_eq!(definition.assesses, [assesses], "{}", definition.key);
        }
    }

    #[test]
    fn deliverables_are_due_when_their_source_says_and_the_years_we_inferred_are_named() {
        let readiness = shipped("readiness");
        let mut due = BTreeMap::new();
        for element in elements(&readiness) {
            *due.entry(element.due_on.map(|day| day.to_string())).or_default() += 1;
            assert!(element.source.is_some(), "{} does not say where its date comes from", element.key);
        }
        let expected: [(&str, usize); 7] = [
            ("", 6),
            ("2021-11-30", 1),
            ("2021-12-31", 1),
            ("2022-03-31", 10),
            ("2022-04-01", 3),
            ("2022-06-30", 10),
            ("2022-07-01", 9),
        ];
        let due: Vec<_> = due.iter().map(|(day, count)| (day.as_deref().unwrap_or(""), *count)).collect();
        assert_eq!(due, expected);
        let inferred = readiness.provisional.iter().find(|note| note.what.contains("year"));
        let inferred = &inferred.expect("the years are an assumption").why;
        let named = elements(&readiness).into_iter().filter(|element| inferred.contains(&element.title));
        assert_eq!(named.count(), 6);
        assert_eq!(readiness.rounds_from, NaiveDate::from_ymd_opt(2022, 7, 1));
        assert_eq!(readiness.policy.evidence_from.as_deref(), Some("complete"));
    }

    #[test]
    fn the_matrix_has_six_competencies_seven_key_accountabilities_and_a_source_for_each() {
        let matrix = shipped("icb-ceo");
        assert_eq!(matrix.role.as_deref(), Some("ICB chief executive"));
        let count = |group: &GroupDefinition| {
            group.themes.iter().map(|theme| theme.elements.len()).collect::<Vec<_>>()
        };
        assert_eq!(matrix.groups.iter().map(count).collect::<Vec<_>>(), [vec![4, 3, 3, 3, 2, 4], vec![7]]);
        assert!(elements(&matrix).iter().all(|element| element.source.is_some()));
    }

    #[test]
    fn the_links_that_ship_are_those_that_were_asked_for() {
        let definitions = definitions().unwrap_or_else(|problems| panic!("{problems}"));
        let links = links(&definitions).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!((links.accountabilities.len(), links.related.len(), links.guidance.len()), (14, 13, 26));
        assert!(links.accountabilities.iter().all(|link| link.ours));
        assert_eq!(links.related.iter().filter(|link| !link.ours).count(), 3);
        let dated = links.guidance.iter().filter(|guidance| guidance.published_on.is_some());
        let found = links.guidance.iter().filter(|guidance| guidance.url.is_some());
        assert_eq!((dated.count(), found.count()), (8, 2));
    }

    #[test]
    fn the_released_edition_of_the_progression_tool_is_what_it_was() {
        let sdpt = shipped("sdpt");
        assert_eq!(
            sdpt.content_hash().to_string(),
            "2859867ae8b43aa5122509c70b9e7e8bb977f0f5cc5acf8ca5862227fa4239c1"
        );
        assert_eq!((sdpt.key.as_str(), sdpt.label.as_str()), ("sdpt", "2021/22"));
        assert_eq!(elements(&sdpt)[0].key, "sdpt.functions.transformation.priorities");
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
