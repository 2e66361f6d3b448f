//! Frameworks and their editions. A published edition never changes; its content hash says so.

use std::collections::HashMap;
use std::ops::Range;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::command::{Decided, Decision};
use crate::id::{EditionId, ElementId, FrameworkId, GroupId, ThemeId};
use crate::ledger::{Event, Hash};
use crate::level::Scale;
use crate::mint::Mint;
use crate::organisation::OrganisationKind;
use crate::policy::Policy;
use crate::refusal::Why;

named! {
    pub enum FrameworkKind {
        /// Rated on a scale of maturity.
        Maturity = "MATURITY",
        /// Deliverables that are complete or not, with due dates.
        Checklist = "CHECKLIST",
        /// Read, never rated.
        Reference = "REFERENCE",
    }
}

named! {
    /// Where an element comes from: named by the source, derived from its prose, or inferred.
    pub enum Origin { Named = "NAMED", Derived = "DERIVED", Inferred = "INFERRED" }
}

/// The text of an edition as it is published and hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub key: String,
    pub title: String,
    pub kind: FrameworkKind,
    pub issuer: String,
    pub label: String,
    pub published_on: Option<NaiveDate>,
    pub source: String,
    pub assesses: Vec<OrganisationKind>,
    pub scale: Option<Scale>,
    pub policy: Policy,
    /// What is an assumption of ours, and why.
    pub provisional: Vec<Provisional>,
    pub groups: Vec<GroupDefinition>,
    // What editions came to say later is left out where they do not say it: the bytes of older ones stay as they were.
    /// The first reference date that a round of it may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounds_from: Option<NaiveDate>,
    /// Whose competencies these are, where it is a competency matrix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provisional {
    pub what: String,
    pub why: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupDefinition {
    pub key: String,
    pub title: String,
    pub themes: Vec<ThemeDefinition>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThemeDefinition {
    pub key: String,
    pub title: String,
    pub summary: String,
    pub elements: Vec<ElementDefinition>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementDefinition {
    pub key: String,
    pub title: String,
    pub description: String,
    pub origin: Origin,
    pub due_on: Option<NaiveDate>,
    /// Where in the edition's sources it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What levels mean for this element, where that is more than the scale says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub descriptors: Vec<Descriptor>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Descriptor {
    /// The key of a level.
    pub level: String,
    pub description: String,
}

impl Definition {
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a definition is plain data")
    }

    pub fn content_hash(&self) -> Hash {
        Hash(Sha256::digest(self.bytes()).into())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditionLoaded {
    pub framework: FrameworkId,
    pub edition: EditionId,
    pub definition: Definition,
    pub content_hash: Hash,
    /// Of groups, themes and elements, each in the order of the definition.
    pub groups: Vec<GroupId>,
    pub themes: Vec<ThemeId>,
    pub elements: Vec<ElementId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: GroupId,
    pub key: String,
    pub title: String,
    pub themes: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    pub id: ThemeId,
    pub key: String,
    pub title: String,
    pub summary: String,
    pub group: usize,
    pub elements: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    pub id: ElementId,
    pub key: String,
    pub title: String,
    pub description: String,
    pub origin: Origin,
    pub due_on: Option<NaiveDate>,
    pub source: Option<String>,
    pub descriptors: Vec<Descriptor>,
    pub theme: usize,
}

/// What a roll-up or a line is about. Indexes are those of the edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Edition,
    Group(usize),
    Theme(usize),
    Element(usize),
}

named! {
    /// How fine the lines of an answer are.
    pub enum Grain { Edition = "EDITION", Group = "GROUP", Theme = "THEME", Element = "ELEMENT" }
}

impl Subject {
    pub fn grain(self) -> Grain {
        match self {
            Self::Edition => Grain::Edition,
            Self::Group(_) => Grain::Group,
            Self::Theme(_) => Grain::Theme,
            Self::Element(_) => Grain::Element,
        }
    }
}

/// An edition with its groups, themes and elements by dense index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    pub id: EditionId,
    pub framework: FrameworkId,
    pub definition: Definition,
    pub content_hash: Hash,
    pub groups: Vec<Group>,
    pub themes: Vec<Theme>,
    pub elements: Vec<Element>,
    by_key: HashMap<String, usize>,
    by_id: HashMap<Uuid, Subject>,
}

impl From<EditionLoaded> for Edition {
    fn from(loaded: EditionLoaded) -> Self {
        let (mut groups, mut themes, mut elements) = (Vec::new(), Vec::new(), Vec::new());
        let (mut theme_ids, mut element_ids) = (loaded.themes.into_iter(), loaded.elements.into_iter());
        for (g, (group, id)) in loaded.definition.groups.iter().zip(loaded.groups).enumerate() {
            let first_theme = themes.len();
            for (theme, id) in group.themes.iter().zip(&mut theme_ids) {
                let first_element = elements.len();
                elements.extend(theme.elements.iter().zip(&mut element_ids).map(|(element, id)| Element {
                    id,
                    key: element.key.clone(),
                    title: element.title.clone(),
                    description: element.description.clone(),
                    origin: element.origin,
                    due_on: element.due_on,
                    source: element.source.clone(),
                    descriptors: element.descriptors.clone(),
                    theme: themes.len(),
                }));
                themes.push(Theme {
                    id,
                    key: theme.key.clone(),
                    title: theme.title.clone(),
                    summary: theme.summary.clone(),
                    group: g,
                    elements: first_element..elements.len(),
                });
            }
            groups.push(Group {
                id,
                key: group.key.clone(),
                title: group.title.clone(),
                themes: first_theme..themes.len(),
            });
        }
        let by_key = elements.iter().enumerate().map(|(i, element)| (element.key.clone(), i)).collect();
        let by_id = std::iter::once((loaded.edition.0, Subject::Edition))
            .chain(groups.iter().enumerate().map(|(i, group)| (group.id.0, Subject::Group(i))))
            .chain(themes.iter().enumerate().map(|(i, theme)| (theme.id.0, Subject::Theme(i))))
            .chain(elements.iter().enumerate().map(|(i, element)| (element.id.0, Subject::Element(i))))
            .collect();
        Self {
            id: loaded.edition,
            framework: loaded.framework,
            definition: loaded.definition,
            content_hash: loaded.content_hash,
            groups,
            themes,
            elements,
            by_key,
            by_id,
        }
    }
}

impl Edition {
    pub fn element_by_key(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The group, theme or element of this id, or the edition itself.
    pub fn subject_by_id(&self, id: Uuid) -> Option<Subject> {
        self.by_id.get(&id).copied()
    }

    pub fn element_by_id(&self, id: ElementId) -> Option<usize> {
        match self.subject_by_id(id.0) {
            Some(Subject::Element(index)) => Some(index),
            _ => None,
        }
    }

    pub fn subject_key(&self, subject: Subject) -> &str {
        match subject {
            Subject::Edition => &self.definition.key,
            Subject::Group(i) => &self.groups[i].key,
            Subject::Theme(i) => &self.themes[i].key,
            Subject::Element(i) => &self.elements[i].key,
        }
    }

    pub fn subject_title(&self, subject: Subject) -> &str {
        match subject {
            Subject::Edition => &self.definition.title,
            Subject::Group(i) => &self.groups[i].title,
            Subject::Theme(i) => &self.themes[i].title,
            Subject::Element(i) => &self.elements[i].title,
        }
    }

    /// The subject with this key; the coarsest where several have it.
    pub fn subject_by_key(&self, key: &str) -> Option<Subject> {
        let all = Grain::ALL.iter().flat_map(|grain| self.subjects(*grain));
        all.into_iter().find(|subject| self.subject_key(*subject) == key)
    }

    /// The subject of another edition that has the grain and key of this one.
    pub fn corresponding(&self, subject: Subject, other: &Self) -> Option<Subject> {
        if self.id == other.id {
            return Some(subject);
        }
        let key = self.subject_key(subject);
        other.subjects(subject.grain()).into_iter().find(|found| other.subject_key(*found) == key)
    }

    /// Whether ratings of both can be counted together.
    pub fn same_levels(&self, other: &Self) -> bool {
        let keys = |edition: &Self| {
            let scale = edition.definition.scale.as_ref();
            scale.map(|scale| scale.levels.iter().map(|level| level.key.clone()).collect::<Vec<_>>())
        };
        self.id == other.id || keys(self) == keys(other)
    }

    pub fn subjects(&self, grain: Grain) -> Vec<Subject> {
        match grain {
            Grain::Edition => vec![Subject::Edition],
            Grain::Group => (0..self.groups.len()).map(Subject::Group).collect(),
            Grain::Theme => (0..self.themes.len()).map(Subject::Theme).collect(),
            Grain::Element => (0..self.elements.len()).map(Subject::Element).collect(),
        }
    }

    /// The elements a subject rolls up.
    pub fn elements_of(&self, subject: Subject) -> Range<usize> {
        match subject {
            Subject::Edition => 0..self.elements.len(),
            Subject::Group(i) => {
                let themes = &self.themes[self.groups[i].themes.clone()];
                match (themes.first(), themes.last()) {
                    (Some(first), Some(last)) => first.elements.start..last.elements.end,
                    _ => 0..0,
                }
            }
            Subject::Theme(i) => self.themes[i].elements.clone(),
            Subject::Element(i) => i..i + 1,
        }
    }
}

/// Publishes an edition. The same definition again changes nothing; another under the same label is refused.
#[derive(Clone, Debug, Serialize)]
pub struct LoadEdition {
    pub definition: Definition,
}

impl LoadEdition {
    /// `framework`: the one of this key; `published`: its edition of this label. `Ok(None)`: it is there already.
    pub fn decide(
        &self,
        framework: Option<FrameworkId>,
        published: Option<&Edition>,
        mint: &mut Mint,
    ) -> Option<Decided> {
        if let Some(edition) = published {
            if edition.content_hash == self.definition.content_hash() {
                return None;
            }
            let difference = first_difference(&edition.definition, &self.definition);
            let (key, label) = (&self.definition.key, &self.definition.label);
            return Some(Err(Why::Invalid(format!(
                "edition {label} of {key} is published and never changes, and the file differs from it: {difference}; \
                 give the changed text a new label"
            ))
            .at(["edition", "label"])
            .into()));
        }
        let themes = self.definition.groups.iter().map(|group| group.themes.len()).sum();
        let elements = self.definition.groups.iter().flat_map(|group| &group.themes);
        let elements = elements.map(|theme| theme.elements.len()).sum();
        let mut ids = |count: usize| (0..count).map(|_| mint.id()).collect::<Vec<_>>();
        let (groups, themes, elements) = (ids(self.definition.groups.len()), ids(themes), ids(elements));
        Some(Ok(Decision::of(Event::EditionLoaded(Box::new(EditionLoaded {
            framework: framework.unwrap_or_else(|| FrameworkId(mint.id())),
            edition: EditionId(mint.id()),
            definition: self.definition.clone(),
            content_hash: self.definition.content_hash(),
            groups: groups.into_iter().map(GroupId).collect(),
            themes: themes.into_iter().map(ThemeId).collect(),
            elements: elements.into_iter().map(ElementId).collect(),
        })))))
    }
}

fn first_difference(published: &Definition, offered: &Definition) -> String {
    fn walk(path: &str, a: &serde_json::Value, b: &serde_json::Value) -> Option<String> {
        use serde_json::Value::{Array, Null, Object};
        match (a, b) {
            (Object(a), Object(b)) => a
                .iter()
                .find_map(|(key, value)| walk(&format!("{path}.{key}"), value, b.get(key).unwrap_or(&Null))),
            (Array(a), Array(b)) => (0..a.len().max(b.len())).find_map(|i| {
                walk(&format!("{path}[{i}]"), a.get(i).unwrap_or(&Null), b.get(i).unwrap_or(&Null))
            }),
            _ if a == b => None,
            _ => Some(format!("{} is {a} there and {b} in the file", path.trim_start_matches('.'))),
        }
    }
    let plain = |definition| serde_json::to_value(definition).expect("a definition is plain data");
    walk("", &plain(published), &plain(offered)).unwrap_or_default()
}
