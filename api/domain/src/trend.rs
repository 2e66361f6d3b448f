//! Trend: whether the moves of many rounds go one way more often than chance would have it.
//!
//! It rests on changes. Ratings that are carried forward repeat, and the usual tests take repetition for direction.

#[cfg(test)]
mod simulation;

use std::ops::Range;

use crate::crosswalk::Coverage;
use crate::movement::Snapshot;

named! {
    pub enum Verdict {
        Rising = "RISING",
        Falling = "FALLING",
        NoClearTrend = "NO_CLEAR_TREND",
        TooFewPoints = "TOO_FEW_POINTS",
        TooFewChanges = "TOO_FEW_CHANGES",
    }
}

const FEWEST_POINTS: u32 = 5;
const FEWEST_CHANGES: u32 = 6;
const SIGNIFICANT: f64 = 0.05;

/// How the p-value is come by, in words.
pub const METHOD: &str = "Exact two-sided sign-flip test on the net moves between consecutive points: the share of all \
                          ways to turn the net moves up or down whose sum is at least as far from zero as the one seen. \
                          Rounds without a net move do not count.";

#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    pub verdict: Verdict,
    /// Points in which at least one element has a level.
    pub n: u32,
    /// Points whose net move from the point before is not zero.
    pub changes: u32,
    /// Levels climbed less levels fallen, over all rounds.
    pub statistic: i32,
    /// None where there is too little to judge.
    pub p_value: Option<f64>,
    /// Of a single element only.
    pub kendall: Option<Kendall>,
    /// Where some of the points are of earlier editions: how many elements are the same in all of them.
    pub coverage: Option<Coverage>,
}

/// Kendall's rank correlation of level and time. It describes; it proves nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kendall {
    /// Pairs of points in which the later level is the higher, less those in which it is the lower.
    pub s: i32,
    /// Tau-b; none where the level never changed.
    pub tau: Option<f64>,
}

impl Trend {
    /// Of the elements in points that are in order of time and on the elements of one edition.
    pub(crate) fn of(points: &[Snapshot], elements: Range<usize>, is_single: bool) -> Self {
        let is_rated = |point: &&Snapshot| elements.clone().any(|element| point.level(element).is_some());
        let points: Vec<_> = points.iter().filter(is_rated).collect();
        let nets = points.windows(2).map(|pair| net(pair[0], pair[1], elements.clone()));
        let nets: Vec<i32> = nets.filter(|net| *net != 0).collect();
        let few = |count: usize| u32::try_from(count).expect("there are few points");
        let (n, changes, statistic) = (few(points.len()), few(nets.len()), nets.iter().sum::<i32>());
        let p_value = (n >= FEWEST_POINTS && changes >= FEWEST_CHANGES).then(|| sign_flip(&nets));
        let verdict = match p_value {
            None if n < FEWEST_POINTS => Verdict::TooFewPoints,
            None => Verdict::TooFewChanges,
            Some(p) if p < SIGNIFICANT && statistic > 0 => Verdict::Rising,
            Some(p) if p < SIGNIFICANT => Verdict::Falling,
            Some(_) => Verdict::NoClearTrend,
        };
        let kendall = is_single.then(|| kendall(&points, elements.start));
        Self { verdict, n, changes, statistic, p_value, kendall, coverage: None }
    }

    /// The verdict in a plain sentence.
    pub fn sentence(&self) -> String {
        let same = self.coverage.filter(|coverage| !coverage.is_whole());
        let same = same.map(|Coverage { equal, of }| {
            format!(
                " Points of earlier editions count with what is the same there: {equal} of {of} elements."
            )
        });
        self.verdict_sentence() + &same.unwrap_or_default()
    }

    fn verdict_sentence(&self) -> String {
        let Self { n, changes, statistic, .. } = self;
        let seen = match statistic {
            0 => "moves up and down cancel out".to_owned(),
            1.. => format!("moves add up to {} up", levels(*statistic)),
            _ => format!("moves add up to {} down", levels(*statistic)),
        };
        let chance = self.p_value.map(chance).unwrap_or_default();
        let counted = format!("over {n} points, {changes} of them changed on the one before");
        match self.verdict {
            Verdict::TooFewPoints => {
                let points = match n {
                    0 => "is no point".to_owned(),
                    1 => "is one point".to_owned(),
                    n => format!("are {n} points"),
                };
                format!(
                    "There {points}: no trend is judged under {FEWEST_POINTS}. Read the movement instead."
                )
            }
            Verdict::TooFewChanges if self.kendall.is_some() => format!(
                "{n} points with {changes} changes: no trend is judged under {FEWEST_CHANGES}, and a single element \
                 can hardly change that often. Read its movement instead."
            ),
            Verdict::TooFewChanges => format!(
                "{n} points with {changes} changes: no trend is judged under {FEWEST_CHANGES}. Read the movement instead."
            ),
            Verdict::Rising => format!("Rising: {counted}, {seen}; {chance}."),
            Verdict::Falling => format!("Falling: {counted}, {seen}; {chance}."),
            Verdict::NoClearTrend => format!("No clear trend: {counted}, {seen}; {chance}."),
        }
    }
}

fn levels(statistic: i32) -> String {
    match statistic.abs() {
        1 => "1 level".to_owned(),
        many => format!("{many} levels"),
    }
}

fn chance(p: f64) -> String {
    let often = match p * 100.0 {
        percent if percent < 0.1 => "in less than 0.1%".to_owned(),
        percent => format!("in {percent:.1}%"),
    };
    format!("moves without direction come as far {often} of cases")
}

/// Levels climbed less levels fallen, over elements that both points rate by the same judge.
fn net(before: &Snapshot, after: &Snapshot, elements: Range<usize>) -> i32 {
    let judged =
        |point: &Snapshot, element| point.level(element).map(|(rank, judge)| (i32::from(rank.get()), judge));
    let move_of = |element| match (judged(before, element), judged(after, element)) {
        (Some((from, old)), Some((to, new))) if old == new => to - from,
        _ => 0,
    };
    elements.map(move_of).sum()
}

/// The share of all sign patterns for which the sum of the nets is at least as far from zero as it is: the distribution
/// of the sum, one net after the other. Halves add without rounding up to 52 nets, and below 1e-13 beyond.
fn sign_flip(nets: &[i32]) -> f64 {
    let sizes: Vec<usize> = nets.iter().map(|net| net.unsigned_abs() as usize).collect();
    let most: usize = sizes.iter().sum();
    // The share of patterns whose sum is this index less `most`.
    let mut shares = vec![0.0; 2 * most + 1];
    shares[most] = 1.0;
    for size in sizes {
        let mut next = vec![0.0; shares.len()];
        for (index, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            next[index + size] += share / 2.0;
            next[index - size] += share / 2.0;
        }
        shares = next;
    }
    let seen = nets.iter().sum::<i32>().unsigned_abs() as usize;
    let as_far = shares.iter().enumerate().filter(|(index, _)| index.abs_diff(most) >= seen);
    as_far.map(|(_, share)| share).sum::<f64>().min(1.0)
}

fn kendall(points: &[&Snapshot], element: usize) -> Kendall {
    let rated = points.iter().filter_map(|point| Some((point.on, point.level(element)?.0)));
    let rated: Vec<_> = rated.collect();
    let (mut s, mut by_time, mut by_level) = (0_i32, 0_i32, 0_i32);
    for (index, (on, level)) in rated.iter().enumerate() {
        for (later, after) in &rated[index + 1..] {
            let (time, moved) = (later.cmp(on) as i32, after.cmp(level) as i32);
            s += time * moved;
            by_time += time.abs();
            by_level += moved.abs();
        }
    }
    // One root of the product: a root of each can round to a tau beyond 1.
    let tau = (by_time > 0 && by_level > 0)
        .then(|| f64::from(s) / (f64::from(by_time) * f64::from(by_level)).sqrt());
    Kendall { s, tau }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::Rank;
    use crate::rating::{Basis, Value};
    use chrono::{Days, NaiveDate};
    use proptest::prelude::*;

    /// One point a row; 0 is not rated.
    fn points(rows: &[Vec<u8>]) -> Vec<Snapshot> {
        let first = NaiveDate::from_ymd_opt(2020, 3, 31).expect("a day");
        let value = |rank: &u8| {
            rank.checked_sub(1).map(|index| (Value::Level(Rank::at(index.into())), Basis::SelfRated))
        };
        let point = |(index, row): (usize, &Vec<u8>)| Snapshot {
            on: first + Days::new(91 * index as u64),
            values: row.iter().map(value).collect(),
        };
        rows.iter().enumerate().map(point).collect()
    }

    fn of_one(levels: &[u8]) -> Trend {
        let rows: Vec<_> = levels.iter().map(|level| vec![*level]).collect();
        Trend::of(&points(&rows), 0..1, true)
    }

    pub(super) fn of(rows: &[Vec<u8>]) -> Trend {
        Trend::of(&points(rows), 0..rows.first().map_or(0, Vec::len), false)
    }

    /// The p-value from the definition: every sign pattern, one after the other.
    fn enumerated(nets: &[i32]) -> f64 {
        let seen = nets.iter().sum::<i32>().abs();
        let patterns = 1_u32 << nets.len();
        let sum = |pattern: u32| -> i32 {
            let sign = |index: usize| if pattern >> index & 1 == 1 { 1 } else { -1 };
            nets.iter().enumerate().map(|(index, net)| sign(index) * net.abs()).sum()
        };
        let as_far = (0..patterns).filter(|pattern| sum(*pattern).abs() >= seen).count();
        f64::from(u32::try_from(as_far).expect("at most all")) / f64::from(patterns)
    }

    #[test]
    fn the_p_value_is_the_share_of_sign_patterns_up_to_sixteen_rounds() {
        let mut state = 7_u32;
        for rounds in 0..=16 {
            for _ in 0..8 {
                let nets: Vec<i32> = (0..rounds)
                    .map(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        let size = i32::try_from(state >> 16 & 7).expect("small") + 1;
                        if state >> 20 & 1 == 0 { size } else { -size }
                    })
                    .collect();
                assert!((sign_flip(&nets) - enumerated(&nets)).abs() < 1e-12, "{nets:?}");
            }
        }
    }

    #[test]
    fn known_p_values() {
        for (nets, expected) in [
            (&[1; 6][..], 2.0 / 64.0),
            (&[1, 1, 1, 1, 1, -1], 14.0 / 64.0),
            (&[3, 1, 1, 1, 1, 1], 2.0 / 64.0),
            (&[1, -1, 1, -1, 1, -1], 1.0),
            (&[1; 100], 2.0_f64.powi(-99)),
        ] {
            let p = sign_flip(nets);
            assert!((p - expected).abs() < 1e-12 && p > 0.0, "{nets:?}: {p}");
        }
    }

    #[test]
    fn verdicts_need_points_and_changes() {
        use Verdict::{Falling, NoClearTrend, Rising, TooFewChanges, TooFewPoints};
        let steps =
            |ups: &[u8]| ups.iter().map(|ups| (0..8).map(|e| 1 + u8::from(e < *ups)).collect()).collect();
        for (ups, verdict, n, changes, statistic) in [
            (&[][..], TooFewPoints, 0, 0, 0),
            (&[1, 2, 3, 4], TooFewPoints, 4, 3, 3),
            (&[1, 2, 3, 4, 5], TooFewChanges, 5, 4, 4),
            (&[1, 1, 2, 3, 3, 3, 4, 5, 6], TooFewChanges, 9, 5, 5),
            (&[0, 1, 2, 3, 4, 5, 6], Rising, 7, 6, 6),
            (&[6, 5, 4, 3, 2, 1, 0], Falling, 7, 6, -6),
            (&[0, 1, 2, 3, 4, 5, 4], NoClearTrend, 7, 6, 4),
        ] {
            let trend = of(&Vec::from_iter::<Vec<Vec<u8>>>(steps(ups)));
            assert_eq!(
                (trend.verdict, trend.n, trend.changes, trend.statistic),
                (verdict, n, changes, statistic),
                "{ups:?}"
            );
            let has_p = !matches!(verdict, TooFewPoints | TooFewChanges);
            assert_eq!((trend.p_value.is_some(), trend.kendall), (has_p, None), "{ups:?}");
        }
    }

    #[test]
    fn what_is_not_rated_makes_no_point_and_no_move() {
        assert_eq!((of_one(&[1, 0, 0, 3]).n, of_one(&[1, 0, 0, 3]).statistic), (2, 2));
        let late = of(&[vec![1, 0], vec![1, 4], vec![1, 4]]);
        assert_eq!((late.n, late.changes, late.statistic), (3, 0, 0), "a first rating is no climb");
    }

    #[test]
    fn another_judge_makes_no_move() {
        let mut points = points(&[vec![1], vec![3], vec![4]]);
        for point in &mut points[1..] {
            point.values[0] = point.values[0].map(|(value, _)| (value, Basis::Moderated));
        }
        assert_eq!(Trend::of(&points, 0..1, false).statistic, 1, "from the second on the judge is the same");
    }

    #[test]
    fn kendall_describes_one_element() {
        for (levels, s, tau) in [
            (&[1, 2, 3, 4][..], 6, Some(1.0)),
            (&[4, 3, 2, 1], -6, Some(-1.0)),
            (&[2, 2, 2], 0, None),
            (&[2], 0, None),
            (&[1, 1, 2], 2, Some(2.0 / 6.0_f64.sqrt())),
            (&[1, 0, 2], 1, Some(1.0)),
        ] {
            let kendall = of_one(levels).kendall.expect("a single element");
            assert_eq!(kendall.s, s, "{levels:?}");
            let close = |(a, b): (f64, f64)| (a - b).abs() < 1e-12;
            assert!(
                kendall.tau.is_some() == tau.is_some() && kendall.tau.zip(tau).is_none_or(close),
                "{levels:?}"
            );
        }
    }

    #[test]
    fn tau_is_that_of_scipy() {
        let lines =
            include_str!("../tests/fixtures/kendall.txt").lines().filter(|line| !line.starts_with('#'));
        for (levels, expected) in lines.map(|line| line.split_once(' ').expect("levels and tau")) {
            let ranks: Vec<_> = levels.bytes().map(|digit| digit - b'0').collect();
            let tau = of_one(&ranks).kendall.and_then(|kendall| kendall.tau).expect("the level changes");
            let expected: f64 = expected.parse().expect("a number");
            assert!((tau - expected).abs() < 1e-12, "{levels}: {tau}, SciPy {expected}");
        }
    }

    #[test]
    fn sentences_say_what_was_seen() {
        for (trend, expected) in [
            (of_one(&[2]), "There is one point: no trend is judged under 5. Read the movement instead."),
            (
                of_one(&[1, 1, 2, 2, 3]),
                "5 points with 2 changes: no trend is judged under 6, and a single element can hardly change that often. \
                 Read its movement instead.",
            ),
            (
                of(&(0..7).map(|ups| (0..8).map(|e| 1 + u8::from(e < ups)).collect()).collect::<Vec<_>>()),
                "Rising: over 7 points, 6 of them changed on the one before, moves add up to 6 levels up; moves without \
                 direction come as far in 3.1% of cases.",
            ),
        ] {
            assert_eq!(trend.sentence(), expected);
        }
    }

    proptest! {
        #[test]
        fn rounds_that_repeat_change_nothing_but_their_number(
            rows in prop::collection::vec(prop::collection::vec(1_u8..=4, 6), 1..14), at in 0_usize..14
        ) {
            let mut repeated = rows.clone();
            let at = at % rows.len();
            repeated.insert(at, rows[at].clone());
            let (once, twice) = (of(&rows), of(&repeated));
            prop_assert_eq!(twice.n, once.n + 1);
            prop_assert_eq!((twice.changes, twice.statistic), (once.changes, once.statistic));
            if once.p_value.is_some() {
                prop_assert_eq!(twice.p_value, once.p_value);
            }
        }

        #[test]
        fn turning_time_round_turns_the_verdict(
            mut rows in prop::collection::vec(prop::collection::vec(0_u8..=4, 6), 0..14)
        ) {
            let there = of(&rows);
            rows.reverse();
            let back = of(&rows);
            prop_assert_eq!((there.n, there.changes, there.p_value), (back.n, back.changes, back.p_value));
            prop_assert_eq!(there.statistic, -back.statistic);
            let turned = match there.verdict {
                Verdict::Rising => Verdict::Falling,
                Verdict::Falling => Verdict::Rising,
                same => same,
            };
            prop_assert_eq!(back.verdict, turned);
        }

        #[test]
        fn a_trend_takes_elements_in_any_order_and_is_within_bounds(
            rows in prop::collection::vec(prop::collection::vec(0_u8..=4, 6), 0..14), by in 0_usize..6
        ) {
            let turned: Vec<_> = rows.iter().map(|row| [&row[by..], &row[..by]].concat()).collect();
            prop_assert_eq!(of(&turned), of(&rows));
            let one = of_one(&rows.iter().map(|row| row[by]).collect::<Vec<_>>());
            prop_assert!(one.p_value.is_none_or(|p| 0.0 < p && p <= 1.0));
            prop_assert!(one.kendall.and_then(|kendall| kendall.tau).is_none_or(|tau| tau.abs() <= 1.0));
        }
    }
}
