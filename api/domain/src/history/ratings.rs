//! The ratings of one assessment, packed: most of what is in memory.

use crate::id::{PersonId, RatingId};
use crate::ledger::{Entry, Position};
use crate::rating::{Basis, Confidence, Rating, Value};

/// In order of position.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ratings {
    packed: Vec<Packed>,
    written: Vec<Written>,
    /// Where ratings were carried from, by the index that they hold.
    carried: Vec<RatingId>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Packed {
    id: RatingId,
    /// Index among these ratings.
    supersedes: Option<Index>,
    /// Of a MODERATED rating the index of the SELF rating it judged; of a SELF rating the index of what it was carried from.
    link: Option<Index>,
    element: u16,
    basis: Basis,
    value: Value,
    confidence: Option<Confidence>,
    has_rationale: bool,
}

/// One more than the index, so that none takes no place.
type Index = std::num::NonZeroU32;

fn pack(index: usize) -> Option<Index> {
    Index::new(u32::try_from(index).ok()?.checked_add(1)?)
}

fn unpack(index: Index) -> usize {
    usize::try_from(index.get() - 1).unwrap_or(usize::MAX)
}

/// What the ratings of one entry of the ledger have in common.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Written {
    position: Position,
    by: PersonId,
    /// The index after its last rating.
    until: u32,
}

/// A rating before it is packed.
pub(super) struct Unpacked {
    pub(super) id: RatingId,
    pub(super) element: usize,
    pub(super) value: Value,
    pub(super) confidence: Option<Confidence>,
    pub(super) has_rationale: bool,
    pub(super) supersedes: Option<RatingId>,
    pub(super) of: Of,
}

pub(super) enum Of {
    Own { carried_from: Option<RatingId> },
    Moderation { judged: RatingId },
}

impl Ratings {
    /// None where one refers to a rating that the assessment does not have, or nobody wrote them.
    pub(super) fn extend(
        &mut self,
        entry: &Entry,
        ratings: impl ExactSizeIterator<Item = Option<Unpacked>>,
    ) -> Option<()> {
        if ratings.len() == 0 {
            return Some(());
        }
        self.packed.reserve_exact(ratings.len());
        for rating in ratings {
            let packed = self.pack(&rating?)?;
            self.packed.push(packed);
        }
        let until = u32::try_from(self.packed.len()).ok()?;
        self.written.push(Written { position: entry.position, by: entry.actor?, until });
        Some(())
    }

    fn pack(&mut self, rating: &Unpacked) -> Option<Packed> {
        let held = |id: RatingId| pack(self.packed.iter().rposition(|packed| packed.id == id)?);
        let supersedes = match rating.supersedes {
            Some(id) => Some(held(id)?),
            None => None,
        };
        let (basis, link) = match rating.of {
            Of::Moderation { judged } => (Basis::Moderated, Some(held(judged)?)),
            Of::Own { carried_from: None } => (Basis::SelfRated, None),
            Of::Own { carried_from: Some(from) } => {
                let known = self.carried.iter().position(|carried| *carried == from);
                let index = known.unwrap_or_else(|| {
                    self.carried.push(from);
                    self.carried.len() - 1
                });
                (Basis::SelfRated, Some(pack(index)?))
            }
        };
        Some(Packed {
            id: rating.id,
            supersedes,
            link,
            element: u16::try_from(rating.element).ok()?,
            basis,
            value: rating.value,
            confidence: rating.confidence,
            has_rationale: rating.has_rationale,
        })
    }

    pub(crate) fn get(&self, index: usize) -> Rating {
        let packed = &self.packed[index];
        let written = &self.written[self.written.partition_point(|written| written.until as usize <= index)];
        let id = |index: Index| self.packed[unpack(index)].id;
        let (carried_from, judged) = match packed.basis {
            Basis::SelfRated => (packed.link.map(|link| self.carried[unpack(link)]), None),
            Basis::Moderated => (None, packed.link.map(id)),
        };
        Rating {
            id: packed.id,
            element: usize::from(packed.element),
            basis: packed.basis,
            value: packed.value,
            confidence: packed.confidence,
            has_rationale: packed.has_rationale,
            carried_from,
            judged,
            position: written.position,
            by: written.by,
            supersedes: packed.supersedes.map(id),
        }
    }

    pub(crate) fn by_id(&self, id: RatingId) -> Option<Rating> {
        self.packed.iter().position(|packed| packed.id == id).map(|index| self.get(index))
    }

    /// Those that had been written by a position are the first so many.
    fn known_at(&self, position: Position) -> usize {
        let entries = self.written.partition_point(|written| written.position <= position);
        entries.checked_sub(1).map_or(0, |last| self.written[last].until as usize)
    }

    /// The latest rating of each element on a basis, as indexes.
    pub(crate) fn latest(&self, elements: usize, basis: Basis, at: Position) -> Vec<Option<usize>> {
        let mut latest = vec![None; elements];
        let known = self.packed[..self.known_at(at)].iter().enumerate();
        for (index, packed) in known.filter(|(_, packed)| packed.basis == basis) {
            latest[usize::from(packed.element)] = Some(index);
        }
        latest
    }
}
