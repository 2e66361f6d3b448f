//! What of a series can be compared: its points after the last break, on the elements and the scale of the latest edition.

use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::breaks::Break;
use crate::crosswalk::{Coverage, Equals};
use crate::framework::{Edition, Subject};
use crate::movement::{Movement, Snapshot, movement};
use crate::trend::Trend;

/// Which elements of the latest edition a point can speak of; none: all, since it is of that edition.
type Covers = Option<Arc<[bool]>>;

#[derive(Clone, Debug)]
pub(crate) struct Comparable {
    edition: Arc<Edition>,
    /// In order of time.
    points: Vec<Snapshot>,
    covers: Vec<Covers>,
    /// The last break over which nothing is compared.
    afresh_from: Option<NaiveDate>,
}

/// The day from which on points are compared, whatever the subject.
pub(crate) fn afresh_from(breaks: &[Break]) -> Option<NaiveDate> {
    breaks.iter().rfind(|found| found.coverage.is_none()).map(|found| found.on)
}

impl Comparable {
    /// `points` in order of time, each with what leads from its edition to the latest one where it is of another; those
    /// from which nothing leads there lie before the last break.
    pub(crate) fn of(
        edition: &Arc<Edition>,
        points: impl IntoIterator<Item = (Snapshot, Option<Arc<Equals>>)>,
        breaks: &[Break],
    ) -> Self {
        let afresh_from = afresh_from(breaks);
        let points = points.into_iter().filter(|(point, _)| afresh_from.is_none_or(|from| point.on >= from));
        let seen = points.map(|(point, equals)| match equals {
            None => (point, None),
            Some(equals) => {
                let values = equals.carry(&point.values);
                (Snapshot { values, ..point }, Some(equals.covers().collect()))
            }
        });
        let (points, covers) = seen.unzip();
        Self { edition: edition.clone(), points, covers, afresh_from }
    }

    /// The same as it would be in another edition.
    pub(crate) fn in_edition(&self, edition: &Arc<Edition>, equals: &Equals) -> Self {
        let carried = |point: &Snapshot| Snapshot { on: point.on, values: equals.carry(&point.values) };
        let has = equals.covers();
        let elements: Vec<_> =
            has.enumerate().filter_map(|(element, covers)| covers.then_some(element)).collect();
        let covered = |covers: &Covers| {
            let origin = |element| covers.as_ref().is_none_or(|covers| equals.origin_is(element, covers));
            let of = |element: usize| elements.contains(&element) && origin(element);
            Some((0..edition.elements.len()).map(of).collect())
        };
        Self {
            edition: edition.clone(),
            points: self.points.iter().map(carried).collect(),
            covers: self.covers.iter().map(covered).collect(),
            afresh_from: self.afresh_from,
        }
    }

    pub(crate) fn last(&self) -> Option<&Snapshot> {
        self.points.last()
    }

    /// The first point from which on every point can speak of some of these elements.
    fn start(&self, elements: &Range<usize>) -> usize {
        let speaks =
            |covers: &Covers| covers.as_ref().is_none_or(|covers| covers[elements.clone()].contains(&true));
        self.covers.iter().rposition(|covers| !speaks(covers)).map_or(0, |silent| silent + 1)
    }

    /// The first day that is compared with none before, for some elements.
    pub(crate) fn afresh_from(&self, elements: &Range<usize>) -> Option<NaiveDate> {
        let start = self.start(elements);
        match self.points.get(start) {
            Some(first) if start > 0 => Some(first.on),
            _ => self.afresh_from,
        }
    }

    /// None where all the points are of the latest edition.
    fn coverage(&self, points: Range<usize>, elements: &Range<usize>) -> Option<Coverage> {
        let covers: Vec<_> = self.covers[points].iter().flatten().collect();
        let equal = elements.clone().filter(|element| covers.iter().all(|covers| covers[*element])).count();
        let few = |count: usize| u32::try_from(count).expect("an edition has few elements");
        (!covers.is_empty()).then(|| Coverage { equal: few(equal), of: few(elements.len()) })
    }

    /// To the last point, from the last on or before `since`, or from the point before the last.
    pub(crate) fn movement(&self, elements: Range<usize>, since: Option<NaiveDate>) -> Movement {
        let start = self.start(&elements);
        let points = &self.points[start..];
        let from = compared_from(points, since);
        Movement {
            afresh_from: self.afresh_from(&elements),
            coverage: from.and_then(|from| self.coverage(start + from..start + from + 1, &elements)),
            ..movement(points, from, elements)
        }
    }

    pub(crate) fn trend(&self, subject: Subject) -> Trend {
        let elements = self.edition.elements_of(subject);
        let start = self.start(&elements);
        let is_single = matches!(subject, Subject::Element(_));
        Trend {
            coverage: self.coverage(start..self.points.len(), &elements),
            ..Trend::of(&self.points[start..], elements, is_single)
        }
    }
}

fn compared_from(series: &[Snapshot], since: Option<NaiveDate>) -> Option<usize> {
    let last = series.len().checked_sub(1)?;
    match since {
        None => last.checked_sub(1),
        Some(since) => {
            let reached = series.iter().rposition(|point| point.on <= since)?;
            (reached < last).then_some(reached)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breaks::BreakCause;
    use crate::crosswalk::{Bridge, CrosswalkDefinition, ElementLink, LinkKind};
    use crate::framework::EditionLoaded;
    use crate::level::Rank;
    use crate::rating::{Basis, Value};
    use chrono::Days;
    use proptest::prelude::*;
    use serde_json::json;
    use uuid::Uuid;

    const ELEMENTS: usize = 4;

    fn edition(number: u128) -> Arc<Edition> {
        let id = |part: u128| json!(Uuid::from_u128(number * 100 + part));
        let element = |index| {
            let key = format!("e{index}");
            json!({ "key": key, "title": key, "description": "", "origin": "NAMED", "due_on": null })
        };
        let level = |key| json!({ "key": key, "title": key, "description": "" });
        let levels: Vec<_> = ["1", "2", "3", "4"].map(level).to_vec();
        let theme = json!({ "key": "t", "title": "t", "summary": "",
            "elements": (0..ELEMENTS).map(element).collect::<Vec<_>>() });
        let loaded = json!({
            "framework": Uuid::nil(), "edition": id(0), "content_hash": "0".repeat(64), "groups": [id(1)],
            "themes": [id(2)], "elements": (10..).take(ELEMENTS).map(id).collect::<Vec<_>>(),
            "definition": { "key": "f", "title": "f", "kind": "MATURITY", "issuer": "", "label": number.to_string(),
                "published_on": null, "source": "", "assesses": ["SYSTEM"], "provisional": [],
                "policy": { "rationale": "NEVER", "evidence_from": null, "approvals": [], "response_days": 0,
                    "confirm_carried_forward": true, "readers_see_rationale": false },
                "scale": { "title": "s", "provisional": true, "levels": levels },
                "groups": [{ "key": "g", "title": "g", "themes": [theme] }] },
        });
        let loaded: EditionLoaded = serde_json::from_value(loaded).expect("an edition");
        Arc::new(Edition::from(loaded))
    }

    fn points(rows: &[Vec<u8>]) -> Vec<Snapshot> {
        let first = NaiveDate::from_ymd_opt(2020, 3, 31).expect("a day");
        let value = |rank: &u8| {
            rank.checked_sub(1).map(|index| (Value::Level(Rank::at(index.into())), Basis::SelfRated))
        };
        let day = |index: usize| first + Days::new(91 * index as u64);
        let point = |(index, row): (usize, &Vec<u8>)| Snapshot {
            on: day(index),
            values: row.iter().map(value).collect(),
        };
        rows.iter().enumerate().map(point).collect()
    }

    /// Over the first so many elements.
    fn equals(equal: usize) -> Arc<Equals> {
        let link = |index| ElementLink {
            kind: if index < equal { LinkKind::Equal } else { LinkKind::Overlaps },
            from: Some(format!("e{index}")),
            to: Some(format!("e{index}")),
            rationale: String::new(),
            levels: Vec::new(),
        };
        let crosswalk = CrosswalkDefinition {
            framework: "f".to_owned(),
            from: "1".to_owned(),
            to: "2".to_owned(),
            approver: String::new(),
            approved_on: None,
            source: String::new(),
            links: (0..ELEMENTS).map(link).collect(),
        };
        Arc::new(Bridge::over([&crosswalk]).between(&edition(1), &edition(2)))
    }

    fn of(points: &[Snapshot], breaks: &[Break]) -> Comparable {
        Comparable::of(&edition(2), points.iter().cloned().map(|point| (point, None)), breaks)
    }

    /// As if all before this index were of an earlier edition.
    fn over(points: &[Snapshot], at: usize, equal: usize) -> Comparable {
        let equals = equals(equal);
        let own = |(index, point): (usize, &Snapshot)| (point.clone(), (index < at).then(|| equals.clone()));
        Comparable::of(&edition(2), points.iter().enumerate().map(own), &[])
    }

    const SUBJECTS: [Subject; 2] = [Subject::Edition, Subject::Element(1)];

    fn moved(comparable: &Comparable, subject: Subject, since: Option<NaiveDate>) -> Movement {
        let elements = comparable.edition.elements_of(subject);
        Movement { afresh_from: None, coverage: None, ..comparable.movement(elements, since) }
    }

    fn judged(comparable: &Comparable, subject: Subject) -> Trend {
        Trend { coverage: None, ..comparable.trend(subject) }
    }

    fn rows() -> impl Strategy<Value = Vec<Vec<u8>>> {
        prop::collection::vec(prop::collection::vec(0_u8..=4, ELEMENTS), 1..14)
    }

    proptest! {
        #[test]
        fn a_break_before_a_point_is_as_if_there_had_been_none_before(
            rows in rows(), at in 0_usize..14, earlier in 0_usize..14, since in 0_usize..14
        ) {
            let points = points(&rows);
            let (at, since) = (at % rows.len(), points[since % rows.len()].on);
            let broken = |index: usize, cause| Break {
                on: points[index].on,
                cause,
                detail: String::new(),
                coverage: None,
                rebaseline: None,
            };
            let later = broken(at, BreakCause::Boundary);
            let breaks = [broken(earlier.min(at), BreakCause::ReBaseline), later.clone()];
            let (cut, twice) = (of(&points, &[later]), of(&points, &breaks));
            let dropped = of(&points[at..], &[]);
            for subject in SUBJECTS {
                prop_assert_eq!(judged(&cut, subject), judged(&dropped, subject));
                prop_assert_eq!(judged(&twice, subject), judged(&dropped, subject));
                for since in [None, Some(since)] {
                    prop_assert_eq!(moved(&cut, subject, since), moved(&dropped, subject, since));
                    prop_assert_eq!(moved(&twice, subject, since), moved(&dropped, subject, since));
                }
            }
        }

        #[test]
        fn a_new_edition_with_equal_elements_changes_no_figure(rows in rows(), at in 0_usize..14, since in 0_usize..14) {
            let points = points(&rows);
            let (one, two) = (of(&points, &[]), over(&points, at, ELEMENTS));
            for subject in SUBJECTS {
                prop_assert_eq!(judged(&one, subject), judged(&two, subject));
                for since in [None, Some(points[since % rows.len()].on)] {
                    prop_assert_eq!(moved(&one, subject, since), moved(&two, subject, since));
                }
            }
        }

        #[test]
        fn what_is_not_equal_counts_as_if_nobody_had_rated_it_before(rows in rows(), at in 0_usize..14, equal in 2_usize..=4) {
            let mut blank = rows.clone();
            for row in blank.iter_mut().take(at) {
                row[equal..].fill(0);
            }
            let (all, bridged) = (points(&rows), over(&points(&rows), at, equal));
            let blank = of(&points(&blank), &[]);
            for subject in SUBJECTS {
                prop_assert_eq!(judged(&bridged, subject), judged(&blank, subject));
                prop_assert_eq!(moved(&bridged, subject, None), moved(&blank, subject, None));
            }
            let crossed = at.min(rows.len()) > 0;
            let coverage = bridged.trend(Subject::Edition).coverage;
            prop_assert_eq!(coverage.map(|coverage| coverage.equal as usize), crossed.then_some(equal));
            // A subject of which nothing is equal begins where the edition does.
            let last = Subject::Element(ELEMENTS - 1);
            let none = over(&all, at, 2);
            if at < rows.len() {
                prop_assert_eq!(none.trend(last), of(&all[at..], &[]).trend(last));
                let afresh = none.afresh_from(&(ELEMENTS - 1..ELEMENTS));
                prop_assert_eq!(afresh, (at > 0).then(|| all[at].on));
            }
        }
    }
}
