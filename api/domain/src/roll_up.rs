//! Roll-ups: counts of levels, the lowest and the lower median. Never a mean; what is missing stays missing.

use crate::level::Rank;
use crate::rating::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollUp {
    /// How many elements stand at each level, from rank 1 up.
    pub counts: Vec<u32>,
    pub not_applicable: u32,
    pub not_rated: u32,
}

impl RollUp {
    /// `levels` is the length of the scale.
    pub fn of(levels: usize, values: impl IntoIterator<Item = Option<Value>>) -> Self {
        let mut roll_up = Self { counts: vec![0; levels], not_applicable: 0, not_rated: 0 };
        for value in values {
            match value {
                Some(Value::Level(rank)) => roll_up.counts[rank.index()] += 1,
                Some(Value::NotApplicable) => roll_up.not_applicable += 1,
                Some(Value::Cleared) | None => roll_up.not_rated += 1,
            }
        }
        roll_up
    }

    /// Elements with a level.
    pub fn rated(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// The lowest level that any element has.
    pub fn lowest(&self) -> Option<Rank> {
        self.counts.iter().position(|count| *count > 0).map(Rank::at)
    }

    /// The lower median: of an even number of levels, the lower of the two in the middle.
    pub fn median(&self) -> Option<Rank> {
        let middle = self.rated().div_ceil(2);
        let mut seen = 0;
        let reaches_middle = |count: &u32| {
            seen += count;
            middle > 0 && seen >= middle
        };
        self.counts.iter().position(reaches_middle).map(Rank::at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Option<Value>> {
        prop_oneof![
            (0..4_usize).prop_map(|index| Some(Value::Level(Rank::at(index)))),
            Just(Some(Value::NotApplicable)),
            Just(None),
        ]
    }

    #[test]
    fn the_median_is_the_lower_one_and_missing_stays_missing() {
        let levels =
            |ranks: &[usize]| RollUp::of(4, ranks.iter().map(|rank| Some(Value::Level(Rank::at(rank - 1)))));
        let rank = |of: Option<Rank>| of.map(Rank::get);
        for (ranks, lowest, median) in [
            (&[][..], None, None),
            (&[3], Some(3), Some(3)),
            (&[1, 4], Some(1), Some(1)),
            (&[4, 1, 2], Some(1), Some(2)),
            (&[4, 4, 2, 1], Some(1), Some(2)),
        ] {
            let roll_up = levels(ranks);
            assert_eq!((rank(roll_up.lowest()), rank(roll_up.median())), (lowest, median), "{ranks:?}");
        }
    }

    proptest! {
        #[test]
        fn a_roll_up_counts_every_element_once_in_any_order(mut values in prop::collection::vec(value(), 0..40)) {
            let roll_up = RollUp::of(4, values.clone());
            prop_assert_eq!((roll_up.rated() + roll_up.not_applicable + roll_up.not_rated) as usize, values.len());
            if let (Some(lowest), Some(median)) = (roll_up.lowest(), roll_up.median()) {
                prop_assert!(lowest <= median);
                let at_most: u32 = roll_up.counts[..=median.index()].iter().sum();
                let below: u32 = roll_up.counts[..median.index()].iter().sum();
                prop_assert!(2 * at_most >= roll_up.rated() && 2 * below < roll_up.rated());
            }
            values.reverse();
            prop_assert_eq!(RollUp::of(4, values), roll_up);
        }
    }
}
