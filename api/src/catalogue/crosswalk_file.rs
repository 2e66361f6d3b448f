//! A crosswalk between two editions of a framework, read from a TOML file and checked against both.

use std::ops::Range;

use domain::crosswalk::{CrosswalkDefinition, ElementLink, Flaw, LevelStep, LinkKind};
use domain::framework::Definition;
use domain::text::TITLE;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::Problems;
use super::toml_file::{self, Reading};

const RATIONALE: usize = 2_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CrosswalkFile {
    framework: Spanned<String>,
    from: Spanned<String>,
    to: Spanned<String>,
    approver: Spanned<String>,
    approved_on: Option<Spanned<Datetime>>,
    source: Spanned<String>,
    /// For every equal element that says nothing else.
    #[serde(default)]
    levels: Vec<LevelStep>,
    #[serde(default, rename = "link")]
    links: Vec<LinkFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkFile {
    kind: Spanned<String>,
    from: Option<Spanned<String>>,
    to: Option<Spanned<String>>,
    rationale: Spanned<String>,
    levels: Option<Vec<LevelStep>>,
}

/// `from`: the edition before; `to`: the one that it leads to.
pub fn parse_crosswalk(
    file_name: &str,
    text: &str,
    from: &Definition,
    to: &Definition,
) -> Result<CrosswalkDefinition, Problems> {
    let (mut reading, file) = toml_file::read::<CrosswalkFile>(file_name, text)?;
    let definition = reading.crosswalk(&file);
    for flaw in definition.flaws(from, to) {
        let span = file.place(&flaw);
        let field = if flaw.link.is_some() { format!("link.{}", flaw.field) } else { flaw.field.to_owned() };
        reading.refuse(&field, span, flaw.why);
    }
    reading.unless_any_problem(definition)
}

impl CrosswalkFile {
    fn place(&self, flaw: &Flaw) -> Range<usize> {
        let link = flaw.link.and_then(|link| self.links.get(link));
        match (link, flaw.field) {
            (Some(link), "from") => link.from.as_ref().unwrap_or(&link.kind).span(),
            (Some(link), "to") => link.to.as_ref().unwrap_or(&link.kind).span(),
            (Some(link), _) => link.kind.span(),
            (None, "from") => self.from.span(),
            (None, "to") => self.to.span(),
            (None, _) => self.framework.span(),
        }
    }
}

impl Reading<'_> {
    fn crosswalk(&mut self, file: &CrosswalkFile) -> CrosswalkDefinition {
        CrosswalkDefinition {
            framework: file.framework.get_ref().clone(),
            from: file.from.get_ref().clone(),
            to: file.to.get_ref().clone(),
            approver: self.text("approver", &file.approver, TITLE),
            approved_on: self.day("approved_on", file.approved_on.as_ref()),
            source: self.text("source", &file.source, RATIONALE),
            links: file.links.iter().map(|link| self.element_link(link, &file.levels)).collect(),
        }
    }

    fn element_link(&mut self, link: &LinkFile, levels: &[LevelStep]) -> ElementLink {
        let kind = self.word("link.kind", &link.kind, LinkKind::Overlaps);
        let of_all = if kind == LinkKind::Equal { levels } else { &[] };
        ElementLink {
            kind,
            from: link.from.as_ref().map(|key| key.get_ref().clone()),
            to: link.to.as_ref().map(|key| key.get_ref().clone()),
            rationale: self.text("link.rationale", &link.rationale, RATIONALE),
            levels: link.levels.clone().unwrap_or_else(|| of_all.to_vec()),
        }
    }
}
