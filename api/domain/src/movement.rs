//! Movement between two points, in words. Elements match where both points rate them on the same basis.

mod across;

use std::ops::Range;

use chrono::NaiveDate;

use crate::crosswalk::Coverage;
use crate::level::Rank;
use crate::rating::{Basis, Value};
use crate::sentence::{listed, plain};

pub use across::{Group, Moved, Movements, Question, movements};

named! {
    pub enum MovementWord {
        /// Some up, none down.
        Advanced = "ADVANCED",
        /// Some down, none up.
        Slipped = "SLIPPED",
        Held = "HELD",
        /// Some up and some down.
        Mixed = "MIXED",
        /// No element can be compared.
        NotComparable = "NOT_COMPARABLE",
    }
}

/// The values of one assessment on one basis, by element index, with whose judgement each is.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub on: NaiveDate,
    pub values: Vec<Option<(Value, Basis)>>,
}

impl Snapshot {
    pub(crate) fn level(&self, element: usize) -> Option<(Rank, Basis)> {
        match self.values.get(element).copied().flatten() {
            Some((Value::Level(rank), basis)) => Some((rank, basis)),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    pub word: MovementWord,
    /// The last break in the series: only points from then on are compared.
    pub afresh_from: Option<NaiveDate>,
    pub since: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub advanced: u32,
    pub slipped: u32,
    pub held: u32,
    /// Not at a level in both points.
    pub unmatched: u32,
    /// Judged by another party than before, which is no movement.
    pub basis_changed: u32,
    /// Where a new edition lies between the points: how many elements are the same in both.
    pub coverage: Option<Coverage>,
    pub elements: Vec<ElementMove>,
    /// Why there is no point to begin from on the day that was asked for, in a sentence.
    pub because: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElementMove {
    /// Index in the edition.
    pub element: usize,
    pub from: Option<Rank>,
    pub to: Option<Rank>,
    pub word: MovementWord,
    /// Points in the latest unbroken run at the present level; gaps are skipped.
    pub points_at_present: u32,
    pub first_reached_on: Option<NaiveDate>,
}

/// From `series[from]` to the last of the series, which is in order of time and on the elements of one edition.
pub fn movement(series: &[Snapshot], from: Option<usize>, elements: Range<usize>) -> Movement {
    let until = series.last();
    let since = from.and_then(|from| series.get(from));
    let mut movement = Movement {
        word: MovementWord::NotComparable,
        afresh_from: None,
        since: since.map(|point| point.on),
        until: until.map(|point| point.on),
        advanced: 0,
        slipped: 0,
        held: 0,
        unmatched: 0,
        basis_changed: 0,
        coverage: None,
        elements: Vec::new(),
        because: None,
    };
    for element in elements {
        let before = since.and_then(|point| point.level(element));
        let after = until.and_then(|point| point.level(element));
        let (word, count) = match (before, after) {
            (Some((_, old)), Some((_, new))) if old != new => {
                (MovementWord::NotComparable, &mut movement.basis_changed)
            }
            (Some((from, _)), Some((to, _))) if to > from => (MovementWord::Advanced, &mut movement.advanced),
            (Some((from, _)), Some((to, _))) if to < from => (MovementWord::Slipped, &mut movement.slipped),
            (Some(_), Some(_)) => (MovementWord::Held, &mut movement.held),
            _ => (MovementWord::NotComparable, &mut movement.unmatched),
        };
        *count += 1;
        let (points_at_present, first_reached_on) = present_run(series, element);
        movement.elements.push(ElementMove {
            element,
            from: before.map(|(rank, _)| rank),
            to: after.map(|(rank, _)| rank),
            word,
            points_at_present,
            first_reached_on,
        });
    }
    movement.word = match (movement.advanced, movement.slipped, movement.held) {
        (0, 0, 0) => MovementWord::NotComparable,
        (0, 0, _) => MovementWord::Held,
        (_, 0, _) => MovementWord::Advanced,
        (0, _, _) => MovementWord::Slipped,
        _ => MovementWord::Mixed,
    };
    movement
}

fn present_run(series: &[Snapshot], element: usize) -> (u32, Option<NaiveDate>) {
    let mut rated =
        series.iter().rev().filter_map(|point| point.level(element).map(|(rank, _)| (point.on, rank)));
    let Some((mut reached, present)) = rated.next() else { return (0, None) };
    let mut points = 1;
    for (on, rank) in rated {
        if rank != present {
            break;
        }
        points += 1;
        reached = on;
    }
    (points, Some(reached))
}

impl Movement {
    /// The movement in a plain sentence.
    pub fn sentence(&self) -> String {
        if let Some(because) = &self.because {
            return because.clone();
        }
        let (Some(since), Some(until)) = (self.since, self.until) else { return self.nothing_to_compare() };
        let counts = [
            (self.advanced, "advanced"),
            (self.slipped, "slipped"),
            (self.held, "held"),
            (self.basis_changed, "changed judge"),
            (self.unmatched, "could not be compared"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let told: Vec<_> = counts.map(|(count, what)| format!("{count} {what}")).collect();
        let told = if told.is_empty() { "none is there".to_owned() } else { listed(&told) };
        let elements = if self.elements.len() == 1 { "element" } else { "elements" };
        let same = self.coverage.filter(|coverage| !coverage.is_whole());
        let same = same.map(|Coverage { equal, of }| {
            format!(" A new edition lies between them: {equal} of {of} elements are the same in both.")
        });
        format!(
            "Of {} {elements}, {told} between {} and {}.{}",
            self.elements.len(),
            plain(since),
            plain(until),
            same.unwrap_or_default()
        )
    }

    fn nothing_to_compare(&self) -> String {
        match (self.until, self.afresh_from) {
            (None, None) => "Nothing has been published.".to_owned(),
            (None, Some(from)) => format!("Nothing has been published since the break on {}.", plain(from)),
            (Some(on), None) => {
                format!("There is one point only, {}: nothing to compare it with.", plain(on))
            }
            (Some(on), Some(from)) => format!(
                "There is one point only since the break on {}, {}: nothing to compare it with.",
                plain(from),
                plain(on)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn series(points: &[&[u8]]) -> Vec<Snapshot> {
        let level = |rank: &u8| {
            rank.checked_sub(1).map(|index| (Value::Level(Rank::at(index.into())), Basis::SelfRated))
        };
        let month = |i: usize| NaiveDate::from_ymd_opt(2024, u32::try_from(i).unwrap() + 1, 1).unwrap();
        (points.iter().enumerate())
            .map(|(i, ranks)| Snapshot { on: month(i), values: ranks.iter().map(level).collect() })
            .collect()
    }

    #[test]
    fn words_follow_the_matched_elements() {
        use MovementWord::{Advanced, Held, Mixed, NotComparable, Slipped};
        for (before, after, word) in [
            (&[1, 2][..], &[2, 2][..], Advanced),
            (&[2, 2], &[1, 2], Slipped),
            (&[2, 2], &[2, 2], Held),
            (&[1, 2], &[2, 1], Mixed),
            (&[0, 2], &[1, 0], NotComparable),
            (&[0, 2], &[4, 3], Advanced),
        ] {
            assert_eq!(movement(&series(&[before, after]), Some(0), 0..2).word, word, "{before:?} {after:?}");
        }
        assert_eq!(movement(&series(&[&[1]]), None, 0..1).word, NotComparable);
    }

    #[test]
    fn a_change_of_judge_is_no_movement() {
        let mut points = series(&[&[1], &[3]]);
        points[1].values[0] = points[1].values[0].map(|(value, _)| (value, Basis::Moderated));
        let moved = movement(&points, Some(0), 0..1);
        assert_eq!((moved.word, moved.basis_changed, moved.advanced), (MovementWord::NotComparable, 1, 0));
    }

    #[test]
    fn the_present_run_skips_gaps_and_begins_where_the_level_was_reached() {
        let points = series(&[&[2], &[1], &[2], &[0], &[2]]);
        let moved = movement(&points, Some(0), 0..1);
        assert_eq!(moved.elements[0].points_at_present, 2);
        assert_eq!(moved.elements[0].first_reached_on, Some(points[2].on));
    }

    #[test]
    fn without_an_earlier_point_the_sentence_says_why() {
        let april = NaiveDate::from_ymd_opt(2026, 4, 1);
        for (points, afresh_from, expected) in [
            (&[][..], None, "Nothing has been published."),
            (&[], april, "Nothing has been published since the break on 1 April 2026."),
            (&[&[1][..]], None, "There is one point only, 1 January 2024: nothing to compare it with."),
            (
                &[&[1]],
                april,
                "There is one point only since the break on 1 April 2026, 1 January 2024: nothing to compare it with.",
            ),
        ] {
            let moved = Movement { afresh_from, ..movement(&series(points), None, 0..1) };
            assert_eq!(moved.sentence(), expected);
        }
    }

    proptest! {
        #[test]
        fn every_element_is_counted_once_and_turning_time_round_turns_the_word(
            before in prop::collection::vec(0_u8..5, 6), after in prop::collection::vec(0_u8..5, 6)
        ) {
            let there = movement(&series(&[&before, &after]), Some(0), 0..6);
            let back = movement(&series(&[&after, &before]), Some(0), 0..6);
            prop_assert_eq!(there.advanced + there.slipped + there.held + there.unmatched + there.basis_changed, 6);
            prop_assert_eq!((there.advanced, there.slipped), (back.slipped, back.advanced));
            let turned = |row: &[u8]| row.iter().rev().copied().collect::<Vec<_>>();
            let in_another_order = movement(&series(&[&turned(&before), &turned(&after)]), Some(0), 0..6);
            let words = |moved: &Movement| moved.elements.iter().map(|element| element.word).collect::<Vec<_>>();
            prop_assert_eq!(words(&in_another_order), words(&there).into_iter().rev().collect::<Vec<_>>());
            prop_assert_eq!(Movement { elements: Vec::new(), ..in_another_order }, Movement { elements: Vec::new(), ..there });
        }
    }
}
