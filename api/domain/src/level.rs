//! Levels: steps of a scale that belongs to an edition. Never an enum, and never a number to be averaged.

use serde::{Deserialize, Serialize};

/// The place of a level in its scale. 1 is always the least mature; 9 is the most a scale can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rank(u8);

impl Rank {
    pub const MOST: u8 = 9;

    /// The rank of the level at this index of its scale.
    pub(crate) fn at(index: usize) -> Self {
        Self(u8::try_from(index + 1).expect("a scale has at most nine levels"))
    }

    pub fn get(self) -> u8 {
        self.0
    }

    pub fn index(self) -> usize {
        usize::from(self.0) - 1
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    pub title: String,
    /// The levels are an assumption: the publisher's own were not found.
    pub provisional: bool,
    /// From the least to the most mature; 2 to 9 of them.
    pub levels: Vec<Level>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    pub key: String,
    pub title: String,
    pub description: String,
}

impl Scale {
    pub fn rank(&self, key: &str) -> Option<Rank> {
        self.levels.iter().position(|level| level.key == key).map(Rank::at)
    }

    pub fn level(&self, rank: Rank) -> &Level {
        &self.levels[rank.index()]
    }

    pub fn ranks(&self) -> impl Iterator<Item = Rank> + use<> {
        (0..self.levels.len()).map(Rank::at)
    }
}
