//! What is wrong with a crosswalk: every rule is held against it, so that all is found at once.

use std::collections::BTreeMap;

use super::{CrosswalkDefinition, ElementLink, LinkKind};
use crate::framework::Definition;
use crate::level::Scale;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Index of the link; none where it is about the whole.
    pub link: Option<usize>,
    pub field: &'static str,
    pub why: String,
}

fn keys(definition: &Definition) -> Vec<&str> {
    let themes = definition.groups.iter().flat_map(|group| &group.themes);
    themes.flat_map(|theme| &theme.elements).map(|element| element.key.as_str()).collect()
}

fn levels(scale: Option<&Scale>) -> Vec<&str> {
    scale.iter().flat_map(|scale| &scale.levels).map(|level| level.key.as_str()).collect()
}

impl CrosswalkDefinition {
    /// All that is wrong with it between these editions.
    pub fn flaws(&self, from: &Definition, to: &Definition) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let mut refuse = |link, field, why: String| flaws.push(Flaw { link, field, why });
        for (field, told, edition) in [("from", &self.from, from), ("to", &self.to, to)] {
            if self.framework != edition.key || *told != edition.label {
                let why =
                    format!("it is about {told} of {}, and the edition is {}", self.framework, edition.label);
                refuse(None, field, why);
            }
        }
        let sides: [(&str, Vec<&str>, Side); 2] =
            [("from", keys(from), |link| link.from.as_ref()), ("to", keys(to), |link| link.to.as_ref())];
        for (field, keys, side) in &sides {
            let mut linked: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for (i, link) in self.links.iter().enumerate() {
                match side(link) {
                    Some(key) if !keys.contains(&key.as_str()) => {
                        refuse(Some(i), field, format!("\"{key}\" is no element of that edition"));
                    }
                    Some(key) if !link.kind.has(field) => {
                        refuse(Some(i), field, format!("{} has no such end: leave out \"{key}\"", link.kind));
                    }
                    Some(key) => linked.entry(key).or_default().push(i),
                    None if link.kind.has(field) => {
                        refuse(Some(i), field, format!("{} needs the key of an element here", link.kind));
                    }
                    None => {}
                }
            }
            for key in keys.iter().filter(|key| !linked.contains_key(*key)) {
                refuse(None, "link", format!("no link says what becomes of \"{key}\" ({field})"));
            }
            for (key, links) in linked.iter().filter(|(_, links)| links.len() > 1) {
                let Some(alone) = links.iter().find(|i| self.links[**i].kind.is_alone()) else { continue };
                let why = format!("\"{key}\" is {} and stands in other links too", self.links[*alone].kind);
                refuse(Some(*alone), field, why);
            }
        }
        for (i, link) in self.links.iter().enumerate() {
            let again = |earlier: &&ElementLink| (&earlier.from, &earlier.to) == (&link.from, &link.to);
            if self.links[..i].iter().any(|earlier| again(&earlier)) {
                refuse(Some(i), "kind", "these elements are linked already".to_owned());
            }
        }
        let scales = (from.scale.as_ref(), to.scale.as_ref());
        for (i, link) in self.links.iter().enumerate() {
            link.level_flaws(scales).into_iter().for_each(|why| refuse(Some(i), "levels", why));
        }
        flaws
    }
}

type Side = fn(&ElementLink) -> Option<&String>;

impl LinkKind {
    fn has(self, end: &str) -> bool {
        match self {
            Self::New => end == "to",
            Self::Dropped => end == "from",
            _ => true,
        }
    }

    /// Whether its elements stand in no other link.
    fn is_alone(self) -> bool {
        matches!(self, Self::Equal | Self::New | Self::Dropped)
    }
}

impl ElementLink {
    fn level_flaws(&self, (from, to): (Option<&Scale>, Option<&Scale>)) -> Vec<String> {
        let (old, new) = (levels(from), levels(to));
        if self.kind != LinkKind::Equal || old == new {
            let why = "levels are told of equal elements, and only where the scales differ";
            return if self.levels.is_empty() { Vec::new() } else { vec![why.to_owned()] };
        }
        let mut flaws = Vec::new();
        let mut highest = 0;
        for key in &old {
            let steps: Vec<_> = self.levels.iter().filter(|step| step.from == *key).collect();
            let [step] = steps.as_slice() else {
                let often = if steps.is_empty() { "not at all" } else { "more than once" };
                flaws.push(format!("the level \"{key}\" of the earlier scale is told {often}"));
                continue;
            };
            match new.iter().position(|level| *level == step.to) {
                None => flaws.push(format!("\"{}\" is no level of the later scale", step.to)),
                Some(index) if index < highest => {
                    flaws.push(format!(
                        "\"{key}\" becomes \"{}\", which is below what a lower level becomes",
                        step.to
                    ));
                }
                Some(index) => highest = index,
            }
        }
        let strange = self.levels.iter().filter(|step| !old.contains(&step.from.as_str()));
        flaws.extend(strange.map(|step| format!("\"{}\" is no level of the earlier scale", step.from)));
        flaws
    }
}
