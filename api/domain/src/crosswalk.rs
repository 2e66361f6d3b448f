//! Crosswalks: what the elements of an edition have to do with those of the edition before. Ratings never change; only
//! elements that are equal in both are compared over the boundary.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::command::{Decided, Decision};
use crate::framework::Edition;
use crate::history::Known;
use crate::id::EditionId;
use crate::ledger::{Event, Hash};
use crate::lens::Lens;
use crate::level::Rank;
use crate::rating::Value;
use crate::refusal::Why;

mod flaw;

pub use flaw::Flaw;

named! {
    /// What the later element is to the earlier one.
    pub enum LinkKind {
        /// The same: both are compared.
        Equal = "EQUAL",
        /// It asks for less than the earlier one.
        Narrower = "NARROWER",
        /// It asks for more.
        Broader = "BROADER",
        /// They have a part in common.
        Overlaps = "OVERLAPS",
        /// There was none like it.
        New = "NEW",
        /// There is none like it any more.
        Dropped = "DROPPED",
    }
}

/// The text of a crosswalk as it is loaded and hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrosswalkDefinition {
    /// The key.
    pub framework: String,
    /// The label of the earlier edition.
    pub from: String,
    /// The label of the later edition.
    pub to: String,
    /// The body or role that stands by it.
    pub approver: String,
    pub approved_on: Option<NaiveDate>,
    pub source: String,
    pub links: Vec<ElementLink>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementLink {
    pub kind: LinkKind,
    /// The key of an element of the earlier edition; none where it is new.
    pub from: Option<String>,
    /// The key of an element of the later edition; none where it was dropped.
    pub to: Option<String>,
    pub rationale: String,
    /// Of equal elements, where the scales differ: each level of the earlier scale, and what it is on the later one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<LevelStep>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelStep {
    pub from: String,
    pub to: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrosswalkLoaded {
    pub from: EditionId,
    pub to: EditionId,
    pub definition: CrosswalkDefinition,
    pub content_hash: Hash,
}

impl CrosswalkDefinition {
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a crosswalk is plain data")
    }

    pub fn content_hash(&self) -> Hash {
        Hash(Sha256::digest(self.bytes()).into())
    }

    fn equal(&self) -> impl Iterator<Item = (&str, &str, &[LevelStep])> {
        let equal = self.links.iter().filter(|link| link.kind == LinkKind::Equal);
        equal.filter_map(|link| Some((link.from.as_deref()?, link.to.as_deref()?, &link.levels[..])))
    }
}

/// Loads the crosswalk to an edition. The same again changes nothing; another is refused.
#[derive(Clone, Debug, Serialize)]
pub struct LoadCrosswalk {
    pub definition: CrosswalkDefinition,
}

impl LoadCrosswalk {
    /// `editions`: those of its framework, in order of publication here; `loaded`: the hash of the crosswalk to the later
    /// one. `None`: it is there already.
    pub fn decide(&self, editions: &[&Edition], loaded: Option<Hash>) -> Option<Decided> {
        let Self { definition } = self;
        let refused = |field: &str, why: String| Some(Err(Why::Invalid(why).at(["crosswalk", field]).into()));
        let (key, from, to) = (&definition.framework, &definition.from, &definition.to);
        let Some(at) = editions.iter().position(|edition| edition.definition.label == *to) else {
            return refused("to", format!("there is no edition {to} of {key}"));
        };
        let Some(before) = editions[..at].last().filter(|before| before.definition.label == *from) else {
            return refused("from", format!("a crosswalk to {to} of {key} leads from the edition before it"));
        };
        if loaded == Some(definition.content_hash()) {
            return None;
        }
        if loaded.is_some() {
            return refused("to", format!("the crosswalk to {to} of {key} is loaded and never changes"));
        }
        let flaws = definition.flaws(&before.definition, &editions[at].definition);
        if let Some(first) = flaws.first() {
            return refused(first.field, first.why.clone());
        }
        Some(Ok(Decision::of(Event::CrosswalkLoaded(Box::new(CrosswalkLoaded {
            from: before.id,
            to: editions[at].id,
            definition: definition.clone(),
            content_hash: definition.content_hash(),
        })))))
    }
}

/// How far a comparison over editions goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Elements of the subject in the latest edition that are equal in the earlier ones.
    pub equal: u32,
    /// Elements of the subject in the latest edition.
    pub of: u32,
}

impl Coverage {
    pub fn is_whole(self) -> bool {
        self.equal == self.of
    }
}

/// An equal element of an earlier edition, and what its levels are now; the levels are empty where their keys stayed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    key: String,
    levels: BTreeMap<String, String>,
}

/// What several crosswalks in a row come to, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bridge {
    /// By key of the latest edition.
    equal: BTreeMap<String, Origin>,
    /// Keys that a crosswalk calls new or dropped: whoever has them in both editions does not mean the same by it.
    unrelated: BTreeSet<String>,
}

impl Bridge {
    /// From the earliest to the latest.
    pub fn over<'c>(crosswalks: impl IntoIterator<Item = &'c CrosswalkDefinition>) -> Self {
        let mut crosswalks = crosswalks.into_iter();
        let mut bridge = crosswalks.next().map(Self::of).unwrap_or_default();
        for later in crosswalks {
            let Self { equal, mut unrelated } = Self::of(later);
            unrelated.extend(bridge.unrelated);
            let through = |(to, later): (String, Origin)| {
                let earlier = bridge.equal.get(&later.key)?;
                Some((
                    to,
                    Origin { key: earlier.key.clone(), levels: composed(&earlier.levels, &later.levels) },
                ))
            };
            bridge = Self { equal: equal.into_iter().filter_map(through).collect(), unrelated };
        }
        bridge
    }

    fn of(crosswalk: &CrosswalkDefinition) -> Self {
        let origin = |(from, to, levels): (&str, &str, &[LevelStep])| {
            let levels = levels.iter().map(|step| (step.from.clone(), step.to.clone())).collect();
            (to.to_owned(), Origin { key: from.to_owned(), levels })
        };
        let apart =
            crosswalk.links.iter().filter(|link| matches!(link.kind, LinkKind::New | LinkKind::Dropped));
        let apart = apart.flat_map(|link| [&link.from, &link.to]).flatten().cloned();
        Self { equal: crosswalk.equal().map(origin).collect(), unrelated: apart.collect() }
    }

    /// The key of the equal element of the earlier edition.
    pub fn origin(&self, key: &str) -> Option<&str> {
        self.equal.get(key).map(|origin| origin.key.as_str())
    }

    /// What a level of that element is called now.
    pub(crate) fn level(&self, key: &str, level: &str) -> Option<String> {
        let levels = &self.equal.get(key)?.levels;
        if levels.is_empty() { Some(level.to_owned()) } else { levels.get(level).cloned() }
    }

    /// By index of both editions.
    pub fn between(&self, from: &Edition, to: &Edition) -> Equals {
        let (old, new) = (from.definition.scale.as_ref(), to.definition.scale.as_ref());
        let found = |key: &String| {
            let origin = self.equal.get(key)?;
            let rank = |level: &crate::level::Level| new?.rank(&self.level(key, &level.key)?);
            let ranks = old.iter().flat_map(|scale| &scale.levels).map(rank).collect::<Option<_>>()?;
            Some(Equal { element: from.element_by_key(&origin.key)?, ranks })
        };
        let related = |key: &String| from.element_by_key(key).filter(|_| !self.unrelated.contains(key));
        let taken: BTreeSet<_> = self.equal.values().map(|origin| origin.key.as_str()).collect();
        let equal: Vec<_> = to.elements.iter().map(|element| found(&element.key)).collect();
        let shown = to.elements.iter().zip(&equal).map(|(element, equal)| match equal {
            Some(equal) => Some(equal.element),
            None => related(&element.key).filter(|_| !taken.contains(element.key.as_str())),
        });
        Equals { shown: shown.collect(), equal, of: from.elements.len() }
    }
}

fn composed(
    earlier: &BTreeMap<String, String>,
    later: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    match (earlier.is_empty(), later.is_empty()) {
        (true, _) => later.clone(),
        (_, true) => earlier.clone(),
        _ => {
            let step =
                |(from, through): (&String, &String)| Some((from.clone(), later.get(through)?.clone()));
            earlier.iter().filter_map(step).collect()
        }
    }
}

/// An equal element of an earlier edition, and the rank of each of its levels now.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Equal {
    element: usize,
    ranks: Vec<Rank>,
}

/// The elements of an earlier edition that are equal to those of a later one, by index of the later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equals {
    equal: Vec<Option<Equal>>,
    shown: Vec<Option<usize>>,
    /// Elements of the earlier edition.
    of: usize,
}

impl Equals {
    /// Of the whole later edition.
    pub fn coverage(&self) -> Coverage {
        let few = |count: usize| u32::try_from(count).expect("an edition has few elements");
        Coverage { equal: few(self.covers().filter(|covers| *covers).count()), of: few(self.equal.len()) }
    }

    /// Whether both editions have the same elements.
    pub fn is_whole(&self) -> bool {
        self.coverage().is_whole() && self.equal.len() == self.of
    }

    /// Whether each element of the later edition has an equal.
    pub fn covers(&self) -> impl Iterator<Item = bool> {
        self.equal.iter().map(Option::is_some)
    }

    /// Whether the origin of an element is among these.
    pub(crate) fn origin_is(&self, element: usize, among: &[bool]) -> bool {
        self.equal[element].as_ref().is_some_and(|equal| among[equal.element])
    }

    /// The element of the earlier edition that stands in the line of one of the later: the equal one, else the one of the
    /// same key, unless the crosswalk says that it is another.
    pub(crate) fn shown(&self, element: usize) -> Option<usize> {
        self.shown[element]
    }

    /// Values of the earlier edition as they are on the later one's elements and scale.
    pub fn carry<T: Copy>(&self, values: &[Option<(Value, T)>]) -> Vec<Option<(Value, T)>> {
        let carried = |equal: &Option<Equal>| {
            let equal = equal.as_ref()?;
            let (value, more) = values.get(equal.element).copied().flatten()?;
            Some((
                match value {
                    Value::Level(rank) => Value::Level(*equal.ranks.get(rank.index())?),
                    other => other,
                },
                more,
            ))
        };
        self.equal.iter().map(carried).collect()
    }
}

impl Lens {
    /// The crosswalk from the edition before.
    pub fn crosswalk_to(&self, edition: EditionId) -> Option<&CrosswalkLoaded> {
        let seen = |known: &&Known<CrosswalkLoaded>| self.sees(known.recorded);
        self.history.crosswalks.get(&edition).filter(seen).map(|known| known.thing.as_ref())
    }

    /// The crosswalks that lead from an edition to a later one, in order; none where one is missing on the way.
    pub fn crosswalks(&self, from: EditionId, to: EditionId) -> Option<Vec<&CrosswalkDefinition>> {
        let (mut at, mut way) = (to, Vec::new());
        while at != from {
            let crosswalk = self.crosswalk_to(at)?;
            way.push(&crosswalk.definition);
            at = crosswalk.from;
        }
        way.reverse();
        Some(way)
    }

    pub(crate) fn equals(&self, from: &Edition, to: &Edition) -> Option<Equals> {
        Some(Bridge::over(self.crosswalks(from.id, to.id)?).between(from, to))
    }
}
