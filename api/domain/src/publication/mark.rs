//! What figures count of one element, in one byte.

use std::fmt;

use crate::level::Rank;
use crate::rating::{Basis, Rating, Value};

/// In the low half of the byte a rank, 0 where the element is not rated, or this where it does not apply.
const NOT_APPLICABLE: u8 = 0x0f;
const VALUE: u8 = 0x0f;
const MODERATED: u8 = 0x10;
const AFRESH: u8 = 0x20;

/// The value of a rating, whose judgement it is, and whether it was assessed afresh.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark(u8);

impl Mark {
    pub(super) fn of(rating: Option<&Rating>) -> Self {
        let Some(rating) = rating.filter(|rating| rating.value != Value::Cleared) else {
            return Self::default();
        };
        let Self(value) = Self::of_value(Some(rating.value));
        let moderated = if rating.basis == Basis::Moderated { MODERATED } else { 0 };
        let afresh = if rating.carried_from.is_none() { AFRESH } else { 0 };
        Self(value | moderated | afresh)
    }

    /// A self-rating that was carried forward.
    pub(crate) fn of_value(value: Option<Value>) -> Self {
        match value {
            Some(Value::Level(rank)) => Self(rank.get()),
            Some(Value::NotApplicable) => Self(NOT_APPLICABLE),
            Some(Value::Cleared) | None => Self::default(),
        }
    }

    /// None where the element is not rated.
    pub fn value(self) -> Option<Value> {
        match self.0 & VALUE {
            0 => None,
            NOT_APPLICABLE => Some(Value::NotApplicable),
            _ => self.level().map(Value::Level),
        }
    }

    /// None where the element is not at a level.
    pub fn level(self) -> Option<Rank> {
        let rank = self.0 & VALUE;
        (1..=Rank::MOST).contains(&rank).then(|| Rank::at(usize::from(rank) - 1))
    }

    /// Whose judgement it is.
    pub fn basis(self) -> Basis {
        if self.0 & MODERATED == 0 { Basis::SelfRated } else { Basis::Moderated }
    }

    /// Rated, and not carried forward from an earlier round.
    pub fn is_afresh(self) -> bool {
        self.0 & AFRESH != 0
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.value(), self.basis())?;
        if self.is_afresh() { f.write_str(" AFRESH") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{PersonId, RatingId};
    use crate::ledger::Position;
    use crate::rating::Confidence;

    #[test]
    fn a_mark_says_what_its_rating_says() {
        let id = uuid::Uuid::from_u128(7);
        let levels = (0..usize::from(Rank::MOST)).map(|index| Value::Level(Rank::at(index)));
        for value in levels.chain([Value::NotApplicable, Value::Cleared]) {
            for basis in Basis::ALL {
                for carried_from in [None, Some(RatingId(id))] {
                    let rating = Rating {
                        id: RatingId(id),
                        element: 3,
                        basis: *basis,
                        value,
                        confidence: Some(Confidence::High),
                        has_rationale: true,
                        carried_from,
                        judged: None,
                        position: Position(9),
                        by: PersonId(id),
                        supersedes: None,
                    };
                    let mark = Mark::of(Some(&rating));
                    assert_eq!(mark.value(), Some(value).filter(|value| *value != Value::Cleared));
                    let is_level = |rank| Value::Level(rank) == value;
                    assert_eq!(mark.level().is_some_and(is_level), matches!(value, Value::Level(_)));
                    if value != Value::Cleared {
                        assert_eq!((mark.basis(), mark.is_afresh()), (*basis, carried_from.is_none()));
                    }
                }
            }
        }
        assert_eq!((Mark::of(None).value(), Mark::of(None).is_afresh()), (None, false));
    }
}
