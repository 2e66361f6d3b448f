//! Links: what belongs together across frameworks. They stand beside editions, which never change, and may change themselves.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::command::Decision;
use crate::framework::{Edition, Subject};
use crate::history::Known;
use crate::ledger::Event;
use crate::lens::Lens;

/// A group, theme or element of a framework, or the framework itself, in whatever edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectKey {
    pub framework: String,
    pub key: String,
}

/// All links there are. Loaded as a whole, so that one that is gone is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    pub accountabilities: Vec<AccountabilityLink>,
    pub related: Vec<RelatedLink>,
    pub guidance: Vec<Guidance>,
}

/// What somebody in a role answers for, and a theme in which it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountabilityLink {
    pub theme: SubjectKey,
    /// One accountability, or a competency with all of its own.
    pub accountability: SubjectKey,
    /// Our reading: no source states it.
    pub ours: bool,
}

/// Two subjects about the same matter. It has no direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedLink {
    pub between: [SubjectKey; 2],
    /// Our reading: no source states it.
    pub ours: bool,
}

/// A publication, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guidance {
    pub title: String,
    /// Of the ICS design framework.
    pub chapter: String,
    pub published_on: Option<NaiveDate>,
    pub url: Option<String>,
    /// Themes, or groups and frameworks with all of theirs.
    pub of: Vec<SubjectKey>,
}

/// Makes these the links.
#[derive(Clone, Debug, Serialize)]
pub struct LoadLinks {
    pub links: Links,
}

impl LoadLinks {
    /// `None`: these are the links already.
    pub fn decide(&self, loaded: Option<&Links>) -> Option<Decision> {
        (loaded != Some(&self.links)).then(|| Decision::of(Event::LinksLoaded(Box::new(self.links.clone()))))
    }
}

/// A subject in the edition it is read from.
pub type Found = (Arc<Edition>, Subject);

/// A theme that is linked to an accountability.
#[derive(Clone, Debug)]
pub struct LinkedTheme {
    pub edition: Arc<Edition>,
    pub theme: usize,
    pub ours: bool,
}

impl Lens {
    fn links(&self) -> Option<&Links> {
        let seen = |known: &&Known<Links>| known.recorded <= self.moment().position;
        self.history.links.iter().rev().find(seen).map(|known| known.thing.as_ref())
    }

    /// In the latest edition that has it.
    fn resolve(&self, key: &SubjectKey) -> Option<Found> {
        let editions = self.editions_of(self.framework(&key.framework)?);
        editions.into_iter().rev().find_map(|edition| {
            let subject = edition.subject_by_key(&key.key)?;
            Some((edition, subject))
        })
    }

    /// The elements of competency matrices that are linked to a theme: each a framework's edition and an index in it.
    pub fn accountabilities_of(&self, edition: &Edition, theme: usize) -> Vec<(Arc<Edition>, usize)> {
        let links = self.links().into_iter().flat_map(|links| &links.accountabilities);
        let mut found: Vec<(Arc<Edition>, usize)> = Vec::new();
        for link in links.filter(|link| names(&link.theme, edition, Subject::Theme(theme))) {
            let Some((matrix, subject)) = self.resolve(&link.accountability) else { continue };
            for element in matrix.elements_of(subject) {
                if !found.iter().any(|(earlier, index)| earlier.id == matrix.id && *index == element) {
                    found.push((matrix.clone(), element));
                }
            }
        }
        found
    }

    /// The themes that are linked to an accountability, or to the competency it stands under.
    pub fn themes_of(&self, matrix: &Edition, element: usize) -> Vec<LinkedTheme> {
        let competency = Subject::Theme(matrix.elements[element].theme);
        let ends = [competency, Subject::Element(element)];
        let meant = |link: &&AccountabilityLink| {
            ends.iter().any(|subject| names(&link.accountability, matrix, *subject))
        };
        let links = self.links().into_iter().flat_map(|links| &links.accountabilities);
        let mut found: Vec<LinkedTheme> = Vec::new();
        for link in links.filter(meant) {
            let Some((edition, Subject::Theme(theme))) = self.resolve(&link.theme) else { continue };
            if !found.iter().any(|earlier| earlier.edition.id == edition.id && earlier.theme == theme) {
                found.push(LinkedTheme { edition, theme, ours: link.ours });
            }
        }
        found
    }

    /// What is about the same matter as an edition, a theme or an element.
    pub fn related(&self, edition: &Edition, subject: Subject) -> Vec<Found> {
        let links = self.links().into_iter().flat_map(|links| &links.related);
        let other = |link: &RelatedLink| {
            let [one, other] = &link.between;
            let far = |near, far| names(near, edition, subject).then(|| self.resolve(far)).flatten();
            far(one, other).or_else(|| far(other, one))
        };
        links.filter_map(other).collect()
    }

    /// The publications about a theme, or about the group or the framework it stands in.
    pub fn guidance_of(&self, edition: &Edition, theme: usize) -> Vec<&Guidance> {
        let within = [Subject::Theme(theme), Subject::Group(edition.themes[theme].group), Subject::Edition];
        let is_about = |guidance: &&Guidance| {
            let of = |key: &SubjectKey| within.iter().any(|subject| names(key, edition, *subject));
            guidance.of.iter().any(of)
        };
        self.links().into_iter().flat_map(|links| &links.guidance).filter(is_about).collect()
    }

    /// The latest editions that are competency matrices, by role.
    pub fn matrices(&self) -> Vec<Arc<Edition>> {
        let editions = self.editions();
        let latest = |edition: &Arc<Edition>| {
            let last = editions.iter().rfind(|other| other.framework == edition.framework);
            last.is_some_and(|last| last.id == edition.id)
        };
        let is_matrix = |edition: &&Arc<Edition>| edition.definition.role.is_some() && latest(edition);
        let mut matrices: Vec<_> = editions.iter().filter(is_matrix).cloned().collect();
        matrices.sort_by(|a, b| a.definition.role.cmp(&b.definition.role));
        matrices
    }
}

fn names(key: &SubjectKey, edition: &Edition, subject: Subject) -> bool {
    key.framework == edition.definition.key && key.key == edition.subject_key(subject)
}
