//! How often the verdict cries trend where there is none, and how often it finds one that is there. Seeds are fixed.

use super::Verdict::{self, Falling, Rising};
use super::tests::of;

const SERIES: u32 = 4_000;
const LEVELS: u64 = 4;

/// A small generator (SplitMix64, Steele, Lea and Flood 2014), so that a run is the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Whether something happens that happens in so many of a thousand cases.
    fn in_a_thousand(&mut self, cases: u64) -> bool {
        self.next() % 1_000 < cases
    }

    fn level(&mut self) -> u8 {
        u8::try_from(self.next() % LEVELS).expect("a level") + 1
    }

    /// One level up or down, at the ends of the scale nowhere.
    fn step(&mut self, level: u8) -> u8 {
        let up = self.next().is_multiple_of(2);
        if up { (level + 1).min(4) } else { (level - 1).max(1) }
    }
}

/// From a level to that of the next round.
type Next = fn(&mut Chance, u8) -> u8;

/// The share of series of so many elements and rounds on which the verdict is one of these.
fn share(seed: u64, elements: usize, rounds: usize, next: Next, verdicts: &[Verdict]) -> f64 {
    let mut chance = Chance(seed);
    let mut found = 0_u32;
    for _ in 0..SERIES {
        let mut rows = vec![(0..elements).map(|_| chance.level()).collect::<Vec<u8>>()];
        while rows.len() < rounds {
            let row = rows[rows.len() - 1].iter().map(|level| next(&mut chance, *level)).collect();
            rows.push(row);
        }
        found += u32::from(verdicts.contains(&of(&rows).verdict));
    }
    f64::from(found) / f64::from(SERIES)
}

const SHAPES: [(usize, usize); 6] = [(1, 20), (3, 12), (4, 20), (24, 8), (24, 12), (24, 20)];

#[test]
fn at_most_one_directionless_series_in_twenty_is_called_a_trend() {
    let kinds: [(&str, Next); 5] =
        [
            ("independent noise", |chance, _| chance.level()),
            ("carried forward, one in ten rated afresh", |chance, level| {
                if chance.in_a_thousand(100) { chance.level() } else { level }
            }),
            ("carried forward, one in fifty rated afresh", |chance, level| {
                if chance.in_a_thousand(20) { chance.level() } else { level }
            }),
            ("random walk", |chance, level| chance.step(level)),
            ("random walk, one in ten moves", |chance, level| {
                if chance.in_a_thousand(100) { chance.step(level) } else { level }
            }),
        ];
    for (seed, (kind, next)) in (1..).zip(kinds) {
        for (elements, rounds) in SHAPES {
            let share = share(seed, elements, rounds, next, &[Rising, Falling]);
            assert!(share <= 0.05, "{kind}, {elements} elements, {rounds} rounds: {share}");
        }
    }
}

/// In each round an element climbs in 10 of 100 cases and falls in 3.
#[test]
fn real_drift_is_found_the_more_often_the_longer_it_is_watched() {
    let drift: Next = |chance, level| match chance.next() % 100 {
        0..10 => (level + 1).min(4),
        10..13 => (level - 1).max(1),
        _ => level,
    };
    for ((elements, rounds), expected) in SHAPES.into_iter().zip(STATED) {
        let rising = share(11, elements, rounds, drift, &[Rising]);
        assert!((rising - expected).abs() < 0.0005, "{elements} elements, {rounds} rounds: {rising}");
    }
}

/// For each of the shapes: the share of drifting series that is called RISING.
const STATED: [f64; 6] = [0.0, 0.002_75, 0.034, 0.171, 0.422_25, 0.651_5];
