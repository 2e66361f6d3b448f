//! The weeks of a round: on which day which act is done.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::calendar::{Occasion, instant};
use super::fates::Fate;
use super::papers::Paper;
use super::plan::{Act, Plan};

/// Days after the opening on which each wave starts, rates and submits.
const STARTS: [u64; 4] = [3, 6, 13, 20];
const RATES: [u64; 4] = [16, 24, 31, 45];
const SUBMITS: [u64; 4] = [30, 38, 41, 57];
/// After the submission.
const WITHDRAWS: u64 = 2;
/// After those of the first wave have withdrawn, and before the last wave rates.
const STARTS_AGAIN: u64 = 36;
/// Before anything is due.
const EXTENDS: u64 = 40;

/// Days after the opening on which regions act, and systems answer them.
struct Regional {
    returns: u64,
    amends: u64,
    moderates: u64,
    shares: u64,
    responds: u64,
    /// The first region; the others follow day by day.
    publishes: u64,
}

const REGIONAL: Regional =
    Regional { returns: 60, amends: 63, moderates: 66, shares: 67, responds: 71, publishes: 74 };
/// So that all of it is under way when the demonstration ends, on the fiftieth day.
const REGIONAL_SO_FAR: Regional =
    Regional { returns: 44, amends: 49, moderates: 43, shares: 46, responds: 48, publishes: 46 };

type Acts = BTreeMap<DateTime<Utc>, Vec<Act>>;

pub(super) fn acts_of(round: usize, plan: &Plan) -> Acts {
    let occasion = &plan.rounds[round].occasion;
    let mut acts = Acts::from([(instant(occasion.dates.opens, 8), vec![Act::Open(round)])]);
    let mut regions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let own = plan.papers.iter().enumerate().filter(|(_, paper)| paper.round == round);
    for (i, paper) in own {
        let mut add = |at, act| acts.entry(at).or_default().push(act);
        filling(i, paper, occasion, &mut add);
        reviewing(i, paper, occasion, &mut add);
        if let (Fate::Published, Some(region)) = (paper.fate, plan.region(paper)) {
            regions.entry(region).or_default().push(i);
        }
    }
    let first = regional(occasion).publishes;
    for (later, (region, papers)) in (0..).zip(regions) {
        let at = instant(occasion.working_day(first + later), 11);
        acts.entry(at).or_default().push(Act::Publish { round, region: region.to_owned(), papers });
    }
    acts
}

fn regional(occasion: &Occasion) -> Regional {
    if occasion.is_last() { REGIONAL_SO_FAR } else { REGIONAL }
}

/// What the system does until it has submitted.
fn filling(i: usize, paper: &Paper, occasion: &Occasion, add: &mut impl FnMut(DateTime<Utc>, Act)) {
    let on = |days, hour| instant(occasion.working_day(days), hour);
    let starts = if paper.is_second { STARTS_AGAIN } else { STARTS[paper.wave] };
    add(on(starts, 9), Act::Start(i));
    (0..paper.evidence.len()).for_each(|piece| add(on(RATES[paper.wave], 14), Act::Cite(i, piece)));
    add(on(RATES[paper.wave], 14), Act::Rate(i));
    if paper.review.more_time_until.is_some() {
        add(on(EXTENDS, 10), Act::Extend(i));
    }
    if !matches!(paper.fate, Fate::Absent | Fate::Unfinished) {
        add(on(SUBMITS[paper.wave], 15), Act::Submit(i));
    }
    if paper.fate == Fate::Withdrawn {
        add(on(SUBMITS[paper.wave] + WITHDRAWS, 16), Act::Withdraw(i));
    }
}

/// What follows between region and system, but for the publication.
fn reviewing(i: usize, paper: &Paper, occasion: &Occasion, add: &mut impl FnMut(DateTime<Utc>, Act)) {
    let days = regional(occasion);
    let on = |days, hour| instant(occasion.working_day(days), hour);
    let review = &paper.review;
    if !review.notes.is_empty() {
        add(on(days.returns, 10), Act::Return(i));
    }
    if !review.notes.is_empty() && paper.fate == Fate::Published {
        add(on(days.amends, 14), Act::Amend(i));
        add(on(days.amends, 16), Act::Resubmit(i));
    }
    if !review.judged.is_empty() {
        add(on(days.moderates, 17), Act::Moderate(i));
        if paper.fate != Fate::Moderated {
            add(on(days.shares, 18), Act::Share(i));
        }
    }
    if review.response.is_some() {
        add(on(days.responds, 19), Act::Respond(i));
    }
    if let Some(correction) = &review.correction {
        add(instant(correction.on, 12), Act::Correct(i));
    }
}
