//! Standing: where one value lies among all the published ones, in a word. Never a rank.

use crate::level::Rank;

named! {
    pub enum Standing {
        /// At most a quarter of the systems stand at this level or below it.
        BelowMost = "BELOW_MOST",
        AmongMost = "AMONG_MOST",
        /// At most a quarter of the systems stand at this level or above it.
        AboveMost = "ABOVE_MOST",
    }
}

impl Standing {
    /// Fewer systems than this say nothing about most of them.
    pub const FEWEST: u32 = 8;

    /// `counts`: how many systems stand at each level, from rank 1 up, the one with this value included.
    pub fn among(counts: &[u32], value: Rank) -> Option<Self> {
        let all: u32 = counts.iter().sum();
        let up_to: u32 = counts[..=value.index()].iter().sum();
        let from: u32 = counts[value.index()..].iter().sum();
        match () {
            () if all < Self::FEWEST => None,
            () if 4 * up_to <= all => Some(Self::BelowMost),
            () if 4 * from <= all => Some(Self::AboveMost),
            () => Some(Self::AmongMost),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_quarter_is_few_and_eight_are_enough() {
        use Standing::{AboveMost, AmongMost, BelowMost};
        for (counts, standings) in [
            (&[2, 0, 4, 2][..], [Some(BelowMost), None, Some(AmongMost), Some(AboveMost)]),
            (&[3, 0, 3, 2], [Some(AmongMost), None, Some(AmongMost), Some(AboveMost)]),
            (&[0, 8, 0, 0], [None, Some(AmongMost), None, None]),
            (&[1, 0, 6, 0], [None, None, None, None]),
            (&[2, 1, 30, 3], [Some(BelowMost), Some(BelowMost), Some(AmongMost), Some(AboveMost)]),
        ] {
            let stands = |rank: usize| (counts[rank] > 0).then(|| Standing::among(counts, Rank::at(rank)));
            assert_eq!([0, 1, 2, 3].map(|rank| stands(rank).flatten()), standings, "{counts:?}");
        }
    }

    proptest! {
        #[test]
        fn standing_is_what_counting_one_by_one_says(mut values in prop::collection::vec(0..4_usize, 1..60)) {
            let tally = |values: &[usize]| {
                let mut counts = vec![0_u32; 4];
                for value in values {
                    counts[*value] += 1;
                }
                counts
            };
            let value = values[0];
            let standing = Standing::among(&tally(&values), Rank::at(value));
            let below = values.iter().filter(|other| **other <= value).count();
            let above = values.iter().filter(|other| **other >= value).count();
            let expected = match values.len() {
                n if n < 8 => None,
                n if 4 * below <= n => Some(Standing::BelowMost),
                n if 4 * above <= n => Some(Standing::AboveMost),
                _ => Some(Standing::AmongMost),
            };
            prop_assert_eq!(standing, expected);
            values.reverse();
            prop_assert_eq!(Standing::among(&tally(&values), Rank::at(value)), standing);
        }
    }
}
