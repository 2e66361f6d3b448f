//! An edition of a framework, read from a TOML file and checked against the rules of editions.

use std::ops::Range;

use domain::framework::{
    Definition, Descriptor, ElementDefinition, FrameworkKind, GroupDefinition, Origin, Provisional,
    ThemeDefinition,
};
use domain::level::{Level, Rank, Scale};
use domain::organisation::OrganisationKind;
use domain::policy::{ApprovalKind, Policy, Requirement};
use domain::text::{LABEL, TITLE};
use toml::Spanned;

use super::Problems;
use super::framework_shape::{
    DescriptorFile, ElementFile, FrameworkFile, GroupFile, LevelFile, PolicyFile, ProvisionalFile, ScaleFile,
    ThemeFile,
};
use super::toml_file::{self, Reading};

const KEY: usize = 80;
const ELEMENT_KEY: usize = 120;
const DESCRIPTION: usize = 2_000;
const FEWEST_LEVELS: usize = 2;

pub fn parse_definition(file_name: &str, text: &str) -> Result<Definition, Problems> {
    let (mut reading, file) = toml_file::read::<FrameworkFile>(file_name, text)?;
    let definition = reading.definition(&file);
    reading.unless_any_problem(definition)
}

impl Reading<'_> {
    fn definition(&mut self, file: &FrameworkFile) -> Definition {
        let kind = self.word("kind", &file.kind, FrameworkKind::Maturity);
        let scale = file.scale.as_ref().map(|scale| self.scale(scale));
        if scale.is_none() && kind != FrameworkKind::Reference {
            self.refuse("scale", file.kind.span(), format!("a framework of kind {kind} needs a scale"));
        }
        if file.groups.is_empty() {
            self.refuse("group", file.key.span(), "at least one group is needed");
        }
        if file.assesses.get_ref().is_empty() {
            self.refuse("assesses", file.assesses.span(), "at least one kind of organisation is needed");
        }
        self.only_where(
            kind == FrameworkKind::Reference,
            "role",
            file.role.as_ref().map(Spanned::span),
            kind,
        );
        let rounds = file.rounds_from.as_ref().map(Spanned::span);
        self.only_where(kind != FrameworkKind::Reference, "rounds_from", rounds, kind);
        Definition {
            key: self.key("key", &file.key, KEY),
            title: self.text("title", &file.title, TITLE),
            kind,
            issuer: self.text("issuer", &file.issuer, TITLE),
            label: self.text("label", &file.label, LABEL),
            published_on: self.day("published_on", file.published_on.as_ref()),
            source: self.text("source", &file.source, DESCRIPTION),
            assesses: self.words("assesses", file.assesses.get_ref(), OrganisationKind::System),
            policy: self.policy(&file.policy, scale.as_ref()),
            provisional: file.provisional.iter().map(|note| self.provisional(note)).collect(),
            groups: file.groups.iter().map(|group| self.group(group, scale.as_ref())).collect(),
            rounds_from: self.day("rounds_from", file.rounds_from.as_ref()),
            role: file.role.as_ref().map(|role| self.text("role", role, TITLE)),
            scale,
        }
    }

    fn only_where(&mut self, fits: bool, field: &str, found: Option<Range<usize>>, kind: FrameworkKind) {
        if let Some(span) = found.filter(|_| !fits) {
            self.refuse(field, span, format!("has no meaning for a framework of kind {kind}"));
        }
    }

    fn scale(&mut self, file: &ScaleFile) -> Scale {
        let most = usize::from(Rank::MOST);
        if !(FEWEST_LEVELS..=most).contains(&file.levels.len()) {
            let why = format!("{} levels, where {FEWEST_LEVELS} to {most} are needed", file.levels.len());
            self.refuse("scale.level", file.title.span(), why);
        }
        let title = self.text("scale.title", &file.title, TITLE);
        let mut level = |level: &LevelFile| Level {
            key: self.key("scale.level.key", &level.key, KEY),
            title: self.text("scale.level.title", &level.title, TITLE),
            description: self.text("scale.level.description", &level.description, DESCRIPTION),
        };
        let levels = file.levels.iter().map(&mut level).collect();
        Scale { title, provisional: file.provisional, levels }
    }

    fn policy(&mut self, file: &PolicyFile, scale: Option<&Scale>) -> Policy {
        let evidence_from =
            file.evidence_from.as_ref().map(|key| self.level("policy.evidence_from", key, scale));
        let days = &file.response_days;
        if *days.get_ref() > Policy::MOST_RESPONSE_DAYS {
            let why = format!("{} is more than {}", days.get_ref(), Policy::MOST_RESPONSE_DAYS);
            self.refuse("policy.response_days", days.span(), why);
        }
        Policy {
            rationale: self.word("policy.rationale", &file.rationale, Requirement::Always),
            evidence_from,
            approvals: self.words("policy.approvals", &file.approvals, ApprovalKind::Board),
            confirm_carried_forward: file.confirm_carried_forward,
            response_days: *days.get_ref(),
            readers_see_rationale: file.readers_see_rationale,
        }
    }

    fn provisional(&mut self, file: &ProvisionalFile) -> Provisional {
        Provisional {
            what: self.text("provisional.what", &file.what, TITLE),
            why: self.text("provisional.why", &file.why, DESCRIPTION),
        }
    }

    fn group(&mut self, file: &GroupFile, scale: Option<&Scale>) -> GroupDefinition {
        if file.themes.is_empty() {
            self.refuse("group.theme", file.key.span(), "at least one theme is needed");
        }
        GroupDefinition {
            key: self.key("group.key", &file.key, KEY),
            title: self.text("group.title", &file.title, TITLE),
            themes: file.themes.iter().map(|theme| self.theme(theme, scale)).collect(),
        }
    }

    fn theme(&mut self, file: &ThemeFile, scale: Option<&Scale>) -> ThemeDefinition {
        if file.elements.is_empty() {
            self.refuse("group.theme.element", file.key.span(), "at least one element is needed");
        }
        ThemeDefinition {
            key: self.key("group.theme.key", &file.key, KEY),
            title: self.text("group.theme.title", &file.title, TITLE),
            summary: match &file.summary {
                Some(summary) => self.text("group.theme.summary", summary, DESCRIPTION),
                None => String::new(),
            },
            elements: file.elements.iter().map(|element| self.element(element, scale)).collect(),
        }
    }

    fn element(&mut self, file: &ElementFile, scale: Option<&Scale>) -> ElementDefinition {
        ElementDefinition {
            key: self.key("group.theme.element.key", &file.key, ELEMENT_KEY),
            title: self.text("group.theme.element.title", &file.title, TITLE),
            description: self.text("group.theme.element.description", &file.description, DESCRIPTION),
            origin: self.word("group.theme.element.origin", &file.origin, Origin::Inferred),
            due_on: self.day("group.theme.element.due_on", file.due_on.as_ref()),
            source: (file.source.as_ref())
                .map(|source| self.text("group.theme.element.source", source, DESCRIPTION)),
            descriptors: self.descriptors(&file.descriptors, scale),
        }
    }

    fn descriptors(&mut self, files: &[DescriptorFile], scale: Option<&Scale>) -> Vec<Descriptor> {
        let field = "group.theme.element.descriptor";
        for (index, file) in files.iter().enumerate() {
            if files[..index].iter().any(|earlier| earlier.level.get_ref() == file.level.get_ref()) {
                let why = format!("\"{}\" is described already", file.level.get_ref());
                self.refuse(&format!("{field}.level"), file.level.span(), why);
            }
        }
        let mut descriptor = |file: &DescriptorFile| Descriptor {
            level: self.level(&format!("{field}.level"), &file.level, scale),
            description: self.text(&format!("{field}.description"), &file.description, DESCRIPTION),
        };
        files.iter().map(&mut descriptor).collect()
    }

    /// The key of a level of the scale.
    fn level(&mut self, field: &str, key: &Spanned<String>, scale: Option<&Scale>) -> String {
        let levels = scale.map_or(&[][..], |scale| &scale.levels);
        if !levels.iter().any(|level| level.key == *key.get_ref()) {
            let keys: Vec<_> = levels.iter().map(|level| level.key.as_str()).collect();
            let why = format!("\"{}\" is none of the levels: {}", key.get_ref(), keys.join(", "));
            self.refuse(field, key.span(), why);
        }
        key.get_ref().clone()
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    const SMALL: &str = r#"key = "small"
title = "Small"
kind = "MATURITY"
issuer = "Us"
label = "2022"
published_on = 2022-07-01
source = "Here"
assesses = ["SYSTEM"]
scale = { title = "Two", provisional = true, level = [
    { key = "low", title = "Low", description = "Least" },
    { key = "high", title = "High", description = "Most" },
] }
[policy]
rationale = "NEVER"
evidence_from = "high"
approvals = ["BOARD", "EXECUTIVE"]
confirm_carried_forward = true
response_days = 10
readers_see_rationale = false
[[group]]
key = "small.a"
title = "A"
[[group.theme]]
key = "small.a.b"
title = "B"
summary = "About B"
[[group.theme.element]]
key = "small.a.b.c"
title = "C"
description = "About C"
origin = "NAMED"
due_on = 2022-08-01
"#;

    fn problems(text: &str) -> String {
        parse_definition("small.toml", text).map_or_else(|problems| problems.to_string(), |_| String::new())
    }

    #[test]
    fn a_file_says_all_of_a_definition() {
        let definition =
            parse_definition("small.toml", SMALL).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(definition.published_on, NaiveDate::from_ymd_opt(2022, 7, 1));
        let element = &definition.groups[0].themes[0].elements[0];
        assert_eq!((element.origin, element.due_on), (Origin::Named, NaiveDate::from_ymd_opt(2022, 8, 1)));
        assert_eq!(definition.policy.approvals, [ApprovalKind::Board, ApprovalKind::Executive]);
    }

    #[test]
    fn a_wrong_value_is_named_with_its_line_and_field() {
        let from = |start: &str| &SMALL[SMALL.find(start).expect("a part of the file")..];
        let levels = &from("    { key")[..from("    { key").find(']').expect("the end of the levels")];
        for (right, wrong, problem) in [
            ("source =", "sauce =", "7: field sauce: unknown field `sauce`"),
            ("title = \"C\"\n", "", "27: field group.theme.element.title: missing field `title`"),
            ("MATURITY", "MATURE", "3: field kind: \"MATURE\" is none of MATURITY, CHECKLIST, REFERENCE"),
            ("label = \"2022\"", "label = \"\"", "5: field label: must not be empty"),
            ("\"SYSTEM\"", "\"ICB\"", "8: field assesses: \"ICB\" is none of REGION, SYSTEM, PLACE"),
            ("[\"SYSTEM\"]", "[]", "8: field assesses: at least one kind of organisation is needed"),
            ("NEVER", "ON", "14: field policy.rationale: \"ON\" is none of ALWAYS, WHEN_CHANGED, NEVER"),
            (
                "= \"high\"\na",
                "= \"x\"\na",
                "15: field policy.evidence_from: \"x\" is none of the levels: low, high",
            ),
            ("EXECUTIVE", "BOARD", "16: field policy.approvals: \"BOARD\" is there already"),
            ("10", "367", "18: field policy.response_days: 367 is more than 366"),
            (
                "NAMED",
                "SAID",
                "31: field group.theme.element.origin: \"SAID\" is none of NAMED, DERIVED, INFERRED",
            ),
            ("b.c", "b", "28: field group.theme.element.key: \"small.a.b\" is the key on line 24 already"),
            ("\"high\", t", "\"low\", t", "11: field scale.level.key: \"low\" is the key on line 10 already"),
            (levels, "", "9: field scale.level: 0 levels, where 2 to 9 are needed"),
            (from("[[group]]"), "", "1: field group: at least one group is needed"),
            (from("[[group.theme]]"), "", "21: field group.theme: at least one theme is needed"),
            (
                from("[[group.theme.element]]"),
                "",
                "24: field group.theme.element: at least one element is needed",
            ),
        ] {
            let found = problems(&SMALL.replacen(right, wrong, 1));
            assert!(found.starts_with(&format!("small.toml:{problem}")), "{found}\n{problem}");
        }
    }

    #[test]
    fn texts_and_keys_have_bounds() {
        for (right, length, field) in [
            ("small\"", 81, "1: field key"),
            ("Small", 201, "2: field title"),
            ("Us", 201, "4: field issuer"),
            ("2022", 81, "5: field label"),
            ("Here", 2_001, "7: field source"),
            ("low", 81, "10: field scale.level.key"),
            ("Least", 2_001, "10: field scale.level.description"),
            ("small.a\"", 81, "21: field group.key"),
            ("small.a.b\"", 81, "24: field group.theme.key"),
            ("About B", 2_001, "26: field group.theme.summary"),
            ("small.a.b.c", 121, "28: field group.theme.element.key"),
            ("About C", 2_001, "30: field group.theme.element.description"),
        ] {
            let quote = if right.ends_with('"') { "\"" } else { "" };
            let with = |length| problems(&SMALL.replacen(right, &("x".repeat(length) + quote), 1));
            let most = length - 1;
            assert_eq!(
                with(length),
                format!("small.toml:{field}: has {length} characters; the most is {most}")
            );
            assert_eq!(with(most), "");
        }
    }

    #[test]
    fn a_file_may_say_more_of_rounds_roles_sources_levels_and_less_of_a_theme() {
        let said = SMALL
            .replacen("[policy]", "[policy]\n# More to come.", 1)
            .replacen("assesses", "rounds_from = 2022-07-01\nassesses", 1)
            .replacen("summary = \"About B\"\n", "", 1)
            + "source = \"There\"\ndescriptor = [{ level = \"high\", description = \"All of it\" }]\n";
        let definition =
            parse_definition("small.toml", &said).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(definition.rounds_from, NaiveDate::from_ymd_opt(2022, 7, 1));
        let theme = &definition.groups[0].themes[0];
        let descriptor = Descriptor { level: "high".to_owned(), description: "All of it".to_owned() };
        assert_eq!(theme.summary, "");
        assert_eq!(theme.elements[0].source.as_deref(), Some("There"));
        assert_eq!(theme.elements[0].descriptors, [descriptor]);
        let again = said.clone() + "descriptor = []";
        assert!(problems(&again).starts_with("small.toml:36: "), "{}", problems(&again));
        for (right, wrong, problem) in [
            (
                "\"high\", d",
                "\"x\", d",
                "35: field group.theme.element.descriptor.level: \"x\" is none of the levels",
            ),
            ("All of it", "", "35: field group.theme.element.descriptor.description: must not be empty"),
            (
                "}]",
                "}, { level = \"high\", description = \"More\" }]",
                "35: field group.theme.element.descriptor.level: \"high\" is described already",
            ),
            (
                "kind",
                "role = \"Chair\"\nkind",
                "3: field role: has no meaning for a framework of kind MATURITY",
            ),
            ("There", "", "34: field group.theme.element.source: must not be empty"),
            (
                "rounds_from = 2022-07-01",
                "rounds_from = 2022-07-01T00:00:00",
                "8: field rounds_from: must be a day",
            ),
            (
                "MATURITY",
                "REFERENCE",
                "8: field rounds_from: has no meaning for a framework of kind REFERENCE",
            ),
        ] {
            let found = problems(&said.replacen(right, wrong, 1));
            assert!(found.starts_with(&format!("small.toml:{problem}")), "{found}\n{problem}");
        }
    }

    #[test]
    fn only_a_reference_may_go_without_a_scale() {
        let scale = &SMALL[SMALL.find("scale").expect("a scale")..SMALL.find("[policy]").expect("a policy")];
        let without = SMALL.replacen(scale, "", 1).replacen("evidence_from = \"high\"\n", "", 1);
        assert_eq!(
            problems(&without),
            "small.toml:3: field scale: a framework of kind MATURITY needs a scale"
        );
        assert_eq!(problems(&without.replacen("MATURITY", "REFERENCE", 1)), "");
    }
}
