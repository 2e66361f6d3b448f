//! Boundaries: which bodies stand for an organisation on days before it opened, and how much of each it took over.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::id::OrganisationId;
use crate::lens::Lens;
use crate::organisation::{Succession, SuccessionKind};

named! {
    /// Whose figures a line shows.
    pub enum Boundaries {
        /// The organisation's own.
        AsReported = "AS_REPORTED",
        /// On days before it opened, those of the bodies that went into it, each for itself.
        WithPredecessors = "WITH_PREDECESSORS",
    }
}

/// A body that went into another, directly or through others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Predecessor {
    pub organisation: OrganisationId,
    /// The day it went over. It stands for itself on the days before.
    pub until: NaiveDate,
    /// The share of its population that went over, 0 to 1; none where it is not known.
    pub share: Option<f64>,
}

impl Succession {
    fn is_whole(&self) -> bool {
        self.kind == SuccessionKind::Merger
            || self.share == Some(1_000_000)
            || self.population_of_part.is_some() && self.population_of_part == self.population_of_whole
    }
}

impl Lens {
    /// The bodies that went into an organisation up to the day described, directly or through others.
    pub fn predecessors(&self, organisation: OrganisationId) -> Vec<Predecessor> {
        let links: Vec<_> = self.successions().filter(|link| link.on <= self.moment().on).collect();
        predecessors(&links, organisation)
    }
}

fn predecessors(links: &[&Succession], organisation: OrganisationId) -> Vec<Predecessor> {
    let mut ways = Vec::new();
    trace(links, &mut vec![organisation], NaiveDate::MAX, true, &mut ways);
    let mut found: BTreeMap<OrganisationId, Predecessor> = BTreeMap::new();
    for way in ways {
        let joined = found.entry(way.organisation);
        joined
            .and_modify(|known| {
                // Two parts of one body add up while they left it on the same day.
                let both = known.share.zip(way.share).filter(|_| known.until == way.until);
                known.share = both.map(|(one, other)| one + other);
                known.until = known.until.max(way.until);
            })
            .or_insert(way);
    }
    found.into_values().collect()
}

/// Every way on which a body came to the last of `path` by a day. A share is only known through others where these went
/// over whole: of a part of a part, nobody knows who lives in it.
fn trace(
    links: &[&Succession],
    path: &mut Vec<OrganisationId>,
    by: NaiveDate,
    is_whole: bool,
    ways: &mut Vec<Predecessor>,
) {
    let into = path[path.len() - 1];
    for link in links.iter().filter(|link| link.successor == into && link.on <= by) {
        if path.contains(&link.predecessor) {
            continue;
        }
        let share = link.share().filter(|_| is_whole);
        ways.push(Predecessor { organisation: link.predecessor, until: link.on, share });
        path.push(link.predecessor);
        trace(links, path, link.on, is_whole && link.is_whole(), ways);
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::FactId;
    use proptest::prelude::*;

    const DAYS: [&str; 3] = ["2026-04-01", "2027-04-01", "2028-04-01"];

    fn body(number: u8) -> OrganisationId {
        OrganisationId(uuid::Uuid::from_u128(number.into()))
    }

    fn link(from: u8, to: u8, kind: SuccessionKind, day: usize, part: Option<u64>) -> Succession {
        Succession {
            id: FactId(uuid::Uuid::nil()),
            predecessor: body(from),
            successor: body(to),
            kind,
            on: DAYS[day].parse().expect("a day"),
            part: None,
            share: None,
            population_of_part: part,
            population_of_whole: part.map(|_| 100),
            source: String::new(),
        }
    }

    /// Number, until, share.
    fn found(links: &[Succession], of: u8) -> Vec<(u8, String, Option<f64>)> {
        let number = |id: OrganisationId| u8::try_from(id.0.as_u128()).expect("one of ours");
        let found = predecessors(&links.iter().collect::<Vec<_>>(), body(of)).into_iter();
        found.map(|known| (number(known.organisation), known.until.to_string(), known.share)).collect()
    }

    fn day(index: usize) -> String {
        DAYS[index].to_owned()
    }

    use SuccessionKind::{Acquisition, Merger, Split};

    #[test]
    fn shares_are_those_that_went_over_and_unknown_where_nobody_counted() {
        let links = [link(1, 3, Split, 0, Some(40)), link(2, 3, Merger, 0, None)];
        assert_eq!(found(&links, 3), [(1, day(0), Some(0.4)), (2, day(0), None)]);
        assert_eq!(found(&links, 1), []);
    }

    #[test]
    fn a_chain_leads_through_bodies_that_came_and_went() {
        let links = [link(1, 2, Split, 0, Some(40)), link(2, 3, Merger, 1, None)];
        assert_eq!(
            found(&links, 3),
            [(1, day(0), Some(0.4)), (2, day(1), None)],
            "what was whole keeps the share"
        );
        let links = [link(1, 2, Split, 0, Some(40)), link(2, 3, Split, 1, Some(50))];
        assert_eq!(found(&links, 3), [(1, day(0), None), (2, day(1), Some(0.5))], "a part of a part");
        let links = [link(1, 2, Acquisition, 1, Some(40)), link(2, 3, Split, 0, Some(50))];
        assert_eq!(found(&links, 3), [(2, day(0), Some(0.5))], "what came to 2 later never came to 3");
    }

    #[test]
    fn parts_that_meet_again_add_up() {
        let apart = [link(1, 2, Split, 0, Some(40)), link(1, 3, Split, 0, Some(60))];
        let again = [link(2, 4, Merger, 1, None), link(3, 4, Merger, 1, None)];
        let links = [apart, again].concat();
        assert_eq!(found(&links, 4), [(1, day(0), Some(1.0)), (2, day(1), None), (3, day(1), None)]);
    }

    proptest! {
        #[test]
        fn nobody_precedes_themselves_and_every_search_ends(
            drawn in prop::collection::vec((0_u8..5, 0_u8..5, 0_usize..3, prop::option::of(0_u64..=100)), 0..9)
        ) {
            let links: Vec<_> = drawn.iter().map(|(from, to, on, part)| link(*from, *to, Split, *on, *part)).collect();
            for of in 0..5 {
                let known = found(&links, of);
                prop_assert!(known.iter().all(|(number, ..)| *number != of));
                for (from, to, on, _) in &drawn {
                    let direct = *to != of || from == to
                        || known.iter().any(|(number, until, _)| number == from && *until >= day(*on));
                    prop_assert!(direct);
                }
            }
        }
    }
}
