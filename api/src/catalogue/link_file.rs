//! The links between frameworks, read from a TOML file and checked against the frameworks that ship.

use std::collections::{BTreeMap, BTreeSet};

use domain::framework::Definition;
use domain::link::{AccountabilityLink, Guidance, Links, RelatedLink, SubjectKey};
use domain::text::{LINK, TITLE};
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::Problems;
use super::toml_file::{self, Reading};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkFile {
    #[serde(default, rename = "accountability")]
    accountabilities: Vec<AccountabilityFile>,
    #[serde(default)]
    related: Vec<RelatedFile>,
    #[serde(default)]
    guidance: Vec<GuidanceFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountabilityFile {
    accountability: Spanned<String>,
    themes: Vec<Spanned<String>>,
    ours: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RelatedFile {
    subject: Spanned<String>,
    to: Vec<Spanned<String>>,
    ours: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GuidanceFile {
    title: Spanned<String>,
    chapter: Spanned<String>,
    published_on: Option<Spanned<Datetime>>,
    url: Option<Spanned<String>>,
    of: Vec<Spanned<String>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Framework,
    Group,
    Theme,
    Element,
}

/// Where a key stands.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Known<'a> {
    framework: &'a str,
    kind: Kind,
    of_a_role: bool,
}

pub fn parse_links(file_name: &str, text: &str, definitions: &[Definition]) -> Result<Links, Problems> {
    let (reading, file) = toml_file::read::<LinkFile>(file_name, text)?;
    let mut checking = Checking { reading, known: known(definitions), linked: BTreeSet::new() };
    let links = Links {
        accountabilities: file
            .accountabilities
            .iter()
            .flat_map(|link| checking.accountability(link))
            .collect(),
        related: file.related.iter().flat_map(|link| checking.related(link)).collect(),
        guidance: file.guidance.iter().map(|guidance| checking.guidance(guidance)).collect(),
    };
    checking.reading.unless_any_problem(links)
}

/// Every key of the catalogue. Editions of one framework share theirs.
fn known(definitions: &[Definition]) -> BTreeMap<&str, Vec<Known<'_>>> {
    let mut known: BTreeMap<&str, Vec<Known<'_>>> = BTreeMap::new();
    for definition in definitions {
        let mut add = |key, kind| {
            let of_a_role = definition.role.is_some();
            let here = Known { framework: &definition.key, kind, of_a_role };
            let found = known.entry(key).or_default();
            if !found.contains(&here) {
                found.push(here);
            }
        };
        add(&definition.key, Kind::Framework);
        for group in &definition.groups {
            add(&group.key, Kind::Group);
            for theme in &group.themes {
                add(&theme.key, Kind::Theme);
                theme.elements.iter().for_each(|element| add(&element.key, Kind::Element));
            }
        }
    }
    known
}

struct Checking<'a> {
    reading: Reading<'a>,
    known: BTreeMap<&'a str, Vec<Known<'a>>>,
    /// Ends of links so far, the smaller first.
    linked: BTreeSet<(String, String)>,
}

impl Checking<'_> {
    /// The subject of this key, which must be of a kind that fits.
    fn subject(
        &mut self,
        field: &str,
        key: &Spanned<String>,
        fits: impl Fn(Known<'_>) -> bool,
        wanted: &str,
    ) -> SubjectKey {
        let text = key.get_ref();
        let why = match self.known.get(text.as_str()).map_or(&[][..], Vec::as_slice) {
            [] => format!("\"{text}\" is no key of the catalogue"),
            [known] if fits(*known) => {
                return SubjectKey { framework: known.framework.to_owned(), key: text.clone() };
            }
            [_] => format!("\"{text}\" is not {wanted}"),
            [one, other, ..] => {
                format!("\"{text}\" is a key of {} and of {}", one.framework, other.framework)
            }
        };
        self.reading.refuse(field, key.span(), why);
        SubjectKey { framework: String::new(), key: text.clone() }
    }

    fn only_once(&mut self, field: &str, one: &Spanned<String>, other: &Spanned<String>) {
        let (one, at, other) = (one.get_ref(), other.span(), other.get_ref());
        if one == other {
            self.reading.refuse(field, at, format!("\"{one}\" would be linked to itself"));
        } else if !self.linked.insert((one.min(other).clone(), one.max(other).clone())) {
            self.reading.refuse(field, at, format!("\"{other}\" is linked to \"{one}\" already"));
        }
    }

    fn at_least_one(&mut self, field: &str, keys: &[Spanned<String>], beside: &Spanned<String>) {
        if keys.is_empty() {
            self.reading.refuse(field, beside.span(), "at least one key is needed");
        }
    }

    fn accountability(&mut self, file: &AccountabilityFile) -> Vec<AccountabilityLink> {
        let answers =
            |known: Known<'_>| known.of_a_role && [Kind::Theme, Kind::Element].contains(&known.kind);
        let wanted = "a competency or an accountability of a role";
        let accountability =
            self.subject("accountability.accountability", &file.accountability, answers, wanted);
        self.at_least_one("accountability.themes", &file.themes, &file.accountability);
        let mut link = |theme: &Spanned<String>| {
            let field = "accountability.themes";
            self.only_once(field, &file.accountability, theme);
            let rated = |known: Known<'_>| known.kind == Kind::Theme && !known.of_a_role;
            let theme = self.subject(field, theme, rated, "a theme of another framework");
            AccountabilityLink { theme, accountability: accountability.clone(), ours: file.ours }
        };
        file.themes.iter().map(&mut link).collect()
    }

    fn related(&mut self, file: &RelatedFile) -> Vec<RelatedLink> {
        let fits = |known: Known<'_>| known.kind != Kind::Group;
        let wanted = "a framework, a theme or an element";
        let subject = self.subject("related.subject", &file.subject, fits, wanted);
        self.at_least_one("related.to", &file.to, &file.subject);
        let mut link = |to: &Spanned<String>| {
            self.only_once("related.to", &file.subject, to);
            let to = self.subject("related.to", to, fits, wanted);
            RelatedLink { between: [subject.clone(), to], ours: file.ours }
        };
        file.to.iter().map(&mut link).collect()
    }

    fn guidance(&mut self, file: &GuidanceFile) -> Guidance {
        self.at_least_one("guidance.of", &file.of, &file.title);
        if let Some(url) = file.url.as_ref().filter(|url| !url.get_ref().starts_with("https://")) {
            self.reading.refuse("guidance.url", url.span(), "must begin with https://");
        }
        let mut of = |key: &Spanned<String>| {
            self.only_once("guidance.of", &file.title, key);
            let fits = |known: Known<'_>| known.kind != Kind::Element;
            self.subject("guidance.of", key, fits, "a framework, a group or a theme")
        };
        let of = file.of.iter().map(&mut of).collect();
        let reading = &mut self.reading;
        Guidance {
            title: reading.text("guidance.title", &file.title, TITLE),
            chapter: reading.text("guidance.chapter", &file.chapter, TITLE),
            published_on: reading.day("guidance.published_on", file.published_on.as_ref()),
            url: file.url.as_ref().map(|url| reading.text("guidance.url", url, LINK)),
            of,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::definitions;
    use super::*;

    const SMALL: &str = r#"[[accountability]]
accountability = "icb-ceo.strategy"
themes = ["sdpt.functions.people"]
ours = true
[[related]]
subject = "sdpt"
to = ["wgll.well-led"]
ours = false
[[guidance]]
title = "A title"
chapter = "A chapter"
published_on = 2021-08-31
url = "https://example.org"
of = ["sdpt.functions", "wgll"]
"#;

    fn problems(text: &str) -> String {
        let definitions = definitions().unwrap_or_else(|problems| panic!("{problems}"));
        let links = parse_links("links.toml", text, &definitions);
        links.map_or_else(|problems| problems.to_string(), |_| String::new())
    }

    fn refused(right: &str, wrong: &str, problem: &str) {
        let found = problems(&SMALL.replacen(right, wrong, 1));
        assert!(found.starts_with(&format!("links.toml:{problem}")), "{found}\n{problem}");
    }

    #[test]
    fn a_wrong_link_is_named_with_its_line_and_field() {
        assert_eq!(problems(SMALL), "");
        for (right, wrong, problem) in [
            ("ours = true", "", "1: field accountability.ours: missing field `ours`"),
            ("ours = true", "why = 1", "4: field accountability.why: unknown field `why`"),
            (
                "o.strategy",
                "o.x",
                "2: field accountability.accountability: \"icb-ceo.x\" is no key of the catalogue",
            ),
            (
                "icb-ceo.strategy",
                "wgll.well-led",
                "2: field accountability.accountability: \"wgll.well-led\" is not a competency or an accountability",
            ),
            (
                "ceo.strategy",
                "ceo.role",
                "2: field accountability.accountability: \"icb-ceo.role\" is not a compet",
            ),
            (
                "sdpt.functions.people",
                "sdpt.functions",
                "3: field accountability.themes: \"sdpt.functions\" is not a theme of another framework",
            ),
            (
                "sdpt.functions.people",
                "icb-ceo.key",
                "3: field accountability.themes: \"icb-ceo.key\" is not a theme",
            ),
            (
                "[\"sdpt.functions.people\"]",
                "[]",
                "2: field accountability.themes: at least one key is needed",
            ),
            (
                "\"sdpt\"",
                "\"sdpt.functions\"",
                "6: field related.subject: \"sdpt.functions\" is not a framework, a",
            ),
            ("wgll.well-led", "sdpt", "7: field related.to: \"sdpt\" would be linked to itself"),
            (
                "\"wgll.well-led\"",
                "\"wgll\", \"wgll\"",
                "7: field related.to: \"wgll\" is linked to \"sdpt\" already",
            ),
        ] {
            refused(right, wrong, problem);
        }
    }

    #[test]
    fn wrong_guidance_is_named_with_its_line_and_field() {
        for (right, wrong, problem) in [
            ("A title", "", "10: field guidance.title: must not be empty"),
            ("A chapter", " ", "11: field guidance.chapter: must not be empty"),
            ("2021-08-31", "2021-08-31T00:00:00", "12: field guidance.published_on: must be a day alone"),
            ("https://", "http://", "13: field guidance.url: must begin with https://"),
            (
                "\"wgll\"]",
                "\"wgll.well-led\"]",
                "14: field guidance.of: \"wgll.well-led\" is not a framework, a group",
            ),
            ("\"wgll\"]", "\"nonsense\"]", "14: field guidance.of: \"nonsense\" is no key of the catalogue"),
            (
                "\"wgll\"]",
                "\"sdpt.functions\"]",
                "14: field guidance.of: \"sdpt.functions\" is linked to \"A title\" already",
            ),
        ] {
            refused(right, wrong, problem);
        }
    }

    #[test]
    fn a_link_is_the_same_from_either_end() {
        let again =
            SMALL.to_owned() + "[[related]]\nsubject = \"wgll.well-led\"\nto = [\"sdpt\"]\nours = true\n";
        assert_eq!(
            problems(&again),
            "links.toml:17: field related.to: \"sdpt\" is linked to \"wgll.well-led\" already"
        );
    }

    #[test]
    fn a_key_of_two_frameworks_names_neither() {
        let mut definitions = definitions().unwrap_or_else(|problems| panic!("{problems}"));
        let mut copy = definitions.iter().find(|one| one.key == "wgll").expect("it ships").clone();
        copy.key = "copy".to_owned();
        definitions.push(copy);
        let problems = parse_links("links.toml", SMALL, &definitions).expect_err("it is ambiguous");
        assert_eq!(
            problems.to_string(),
            "links.toml:7: field related.to: \"wgll.well-led\" is a key of wgll and of copy"
        );
    }
}
