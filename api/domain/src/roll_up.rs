//! Roll-ups: counts of levels, the lowest and the lower median. Never a mean; what is missing stays missing.

use std::fmt;
use std::ops::{Deref, DerefMut, Range};

use chrono::NaiveDate;

use crate::framework::{Edition, FrameworkKind};
use crate::level::Rank;
use crate::rating::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollUp {
    pub counts: Counts,
    pub not_applicable: u32,
    pub not_rated: u32,
    /// Of a checklist only, which has no median.
    pub checklist: Option<Checklist>,
}

/// How many elements stand at each level, from rank 1 up. In place: roll-ups are made by the thousand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    counts: [u32; Rank::MOST as usize],
    levels: u8,
}

impl Counts {
    pub(crate) fn none(levels: usize) -> Self {
        let levels = u8::try_from(levels).expect("a scale has at most nine levels");
        Self { counts: [0; Rank::MOST as usize], levels }
    }
}

impl Deref for Counts {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        &self.counts[..usize::from(self.levels)]
    }
}

impl DerefMut for Counts {
    fn deref_mut(&mut self) -> &mut [u32] {
        &mut self.counts[..usize::from(self.levels)]
    }
}

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// How far a list of deliverables has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checklist {
    /// At the top level of the scale.
    pub complete: u32,
    /// Due before the day described and not complete. What does not apply is never overdue.
    pub overdue: u32,
}

impl RollUp {
    /// `levels` is the length of the scale.
    pub fn of(levels: usize, values: impl IntoIterator<Item = Option<Value>>) -> Self {
        let mut roll_up =
            Self { counts: Counts::none(levels), not_applicable: 0, not_rated: 0, checklist: None };
        for value in values {
            match value {
                Some(Value::Level(rank)) => roll_up.counts[rank.index()] += 1,
                Some(Value::NotApplicable) => roll_up.not_applicable += 1,
                Some(Value::Cleared) | None => roll_up.not_rated += 1,
            }
        }
        roll_up
    }

    /// Of some elements of an edition, on a day; `values` are those of the elements.
    pub fn of_elements(
        edition: &Edition,
        elements: Range<usize>,
        values: impl Iterator<Item = Option<Value>> + Clone,
        on: NaiveDate,
    ) -> Self {
        let levels = edition.definition.scale.as_ref().map_or(0, |scale| scale.levels.len());
        let roll_up = Self::of(levels, values.clone());
        if edition.definition.kind != FrameworkKind::Checklist {
            return roll_up;
        }
        let mut checklist = Checklist::default();
        for (element, value) in edition.elements[elements].iter().zip(values) {
            let complete = matches!(value, Some(Value::Level(rank)) if rank.index() + 1 == levels);
            let open = !complete && value != Some(Value::NotApplicable);
            checklist.complete += u32::from(complete);
            checklist.overdue += u32::from(open && element.due_on.is_some_and(|due| due < on));
        }
        Self { checklist: Some(checklist), ..roll_up }
    }

    /// Elements, rated or not.
    pub fn elements(&self) -> u32 {
        self.rated() + self.not_applicable + self.not_rated
    }

    /// Elements with a level.
    pub fn rated(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// The lowest level that any element has.
    pub fn lowest(&self) -> Option<Rank> {
        self.counts.iter().position(|count| *count > 0).map(Rank::at)
    }

    /// The lower median: of an even number of levels, the lower of the two in the middle. None for a checklist.
    pub fn median(&self) -> Option<Rank> {
        if self.checklist.is_some() { None } else { lower_median(&self.counts) }
    }
}

/// Of so many at each level, from rank 1 up.
pub(crate) fn lower_median(counts: &[u32]) -> Option<Rank> {
    let middle = counts.iter().sum::<u32>().div_ceil(2);
    let mut seen = 0;
    let reaches_middle = |count: &u32| {
        seen += count;
        middle > 0 && seen >= middle
    };
    counts.iter().position(reaches_middle).map(Rank::at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

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

    /// One theme with an element for each of these due dates, on three levels.
    fn edition(kind: FrameworkKind, due: &[&str]) -> Edition {
        let id = |number: usize| uuid::Uuid::from_u128(number as u128);
        let level = |key| json!({ "key": key, "title": key, "description": "" });
        let levels = ["not-started", "under-way", "complete"].map(level);
        let element = |(index, on): (usize, &&str)| {
            let due_on = Some(on).filter(|on| !on.is_empty());
            json!({ "key": index.to_string(), "title": "", "description": "", "origin": "NAMED", "due_on": due_on })
        };
        let elements: Vec<_> = due.iter().enumerate().map(element).collect();
        let theme = json!({ "key": "theme", "title": "", "summary": "", "elements": elements });
        let policy = json!({ "rationale": "NEVER", "evidence_from": null, "approvals": [],
            "confirm_carried_forward": false, "response_days": 0, "readers_see_rationale": false });
        let definition = json!({ "key": "list", "title": "", "kind": kind, "issuer": "", "label": "1",
            "published_on": null, "source": "", "assesses": ["SYSTEM"], "provisional": [], "policy": policy,
            "scale": { "title": "", "provisional": false, "levels": levels },
            "groups": [{ "key": "group", "title": "", "themes": [theme] }] });
        let definition: crate::framework::Definition = serde_json::from_value(definition).unwrap();
        Edition::from(crate::framework::EditionLoaded {
            framework: crate::id::FrameworkId(id(1)),
            edition: crate::id::EditionId(id(2)),
            content_hash: definition.content_hash(),
            definition,
            groups: vec![crate::id::GroupId(id(3))],
            themes: vec![crate::id::ThemeId(id(4))],
            elements: (0..due.len()).map(|index| crate::id::ElementId(id(5 + index))).collect(),
        })
    }

    #[test]
    fn a_checklist_counts_what_is_complete_and_what_is_overdue_and_has_no_median() {
        let due = ["2022-04-01", "2022-04-01", "2022-04-01", "2022-04-01", "2022-04-02", "", "2022-04-01"];
        let value = |rank: usize| Some(Value::Level(Rank::at(rank - 1)));
        let values = [value(1), value(3), Some(Value::NotApplicable), None, value(1), value(2), value(2)];
        let counts = |kind, on: &str| {
            let edition = edition(kind, &due);
            RollUp::of_elements(&edition, 0..due.len(), values.into_iter(), on.parse().unwrap())
        };
        let list = |on| counts(FrameworkKind::Checklist, on);
        for (on, overdue) in [("2022-04-01", 0), ("2022-04-02", 3), ("2022-04-03", 4)] {
            assert_eq!(list(on).checklist, Some(Checklist { complete: 1, overdue }), "{on}");
        }
        assert_eq!((list("2022-04-03").rated(), list("2022-04-03").median()), (5, None));
        let matrix = counts(FrameworkKind::Maturity, "2022-04-03");
        assert_eq!((matrix.checklist, matrix.median()), (None, Some(Rank::at(1))));
    }

    proptest! {
        #[test]
        fn what_is_missing_is_missed_where_it_was_and_nowhere_else(
            mut values in prop::collection::vec(value(), 1..40), which in any::<prop::sample::Index>()
        ) {
            let before = RollUp::of(4, values.clone());
            let taken = which.get(&values).to_owned();
            *which.get_mut(&mut values) = None;
            let after = RollUp::of(4, values);
            let mut expected = before;
            match taken {
                Some(Value::Level(rank)) => expected.counts[rank.index()] -= 1,
                Some(Value::NotApplicable) => expected.not_applicable -= 1,
                Some(Value::Cleared) | None => expected.not_rated -= 1,
            }
            expected.not_rated += 1;
            prop_assert_eq!(after, expected);
        }

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
