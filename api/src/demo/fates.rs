//! Which systems miss a round, and how far each has come in the last one.

use std::ops::RangeInclusive;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// What becomes of a system in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Absent,
    /// A draft with only some of the ratings.
    Unfinished,
    Withdrawn,
    Submitted,
    /// With notes, and not submitted again yet.
    Returned,
    /// The region's view is written and not shared yet.
    Moderated,
    /// Shared, and waiting for the system.
    Shared,
    Contested,
    Published,
}

/// The system that examples are about: it misses nothing, and has its last round still to finish.
pub(super) const EXAMPLE: &str = "QWO";
/// How many elements the example has rated or confirmed in the last round.
pub(super) const EXAMPLE_RATED: usize = 15;
/// In this round, counted from 0, the example falls back in this theme, counted from 0.
pub(super) const EXAMPLE_SETBACK: (usize, usize) = (8, 2);
/// In this round the example's assessment goes through everything that an assessment can go through, on this theme.
pub(super) const EXAMPLE_STORY: (usize, usize) = (12, 5);

/// Miss no round: the example, and one that closed in 2026 with a full history.
const NEVER_MISSING: [&str; 2] = [EXAMPLE, "QNQ"];
/// Rounds, counted from 0, in which a system took no part.
const GAPS: [(&str, RangeInclusive<usize>); 2] = [("QT6", 4..=9), ("QUA", 7..=9)];
/// Withdrew in this round, and started again.
const SECOND_THOUGHTS: (usize, &str) = (7, "QHL");

/// How far the last round has come. North West, South West and East of England, which are not listed, publish early.
const SO_FAR: [(&str, Fate); 23] = [
    // North East and Yorkshire
    (EXAMPLE, Fate::Unfinished),
    ("QF7", Fate::Moderated),
    ("QHM", Fate::Submitted),
    ("QOQ", Fate::Unfinished),
    // Midlands
    ("QGH", Fate::Withdrawn),
    ("QHL", Fate::Contested),
    ("QJ2", Fate::Shared),
    ("QJM", Fate::Returned),
    ("QK1", Fate::Submitted),
    ("QNC", Fate::Submitted),
    ("QOC", Fate::Unfinished),
    ("QPM", Fate::Absent),
    ("QT1", Fate::Moderated),
    ("QUA", Fate::Submitted),
    ("QWU", Fate::Unfinished),
    // London
    ("QKK", Fate::Submitted),
    ("QMF", Fate::Moderated),
    ("QWE", Fate::Shared),
    ("Z9B2Z", Fate::Unfinished),
    // South East
    ("QKS", Fate::Submitted),
    ("QRL", Fate::Returned),
    ("S0E4D", Fate::Submitted),
    ("S9B9J", Fate::Absent),
];
/// Have more time in the last round.
pub(super) const LATE_BY_LEAVE: [&str; 2] = [EXAMPLE, "QWU"];

/// Of the main framework. Draws once, whatever the answer.
pub(super) fn fate(round: usize, is_last: bool, system: &str, rng: &mut ChaCha8Rng) -> Fate {
    let drawn: f64 = rng.random();
    if is_last {
        let listed = SO_FAR.iter().find(|(code, _)| *code == system);
        return listed
            .map_or(if drawn < 0.9 { Fate::Published } else { Fate::Unfinished }, |(_, fate)| *fate);
    }
    let gap = GAPS.iter().any(|(code, rounds)| *code == system && rounds.contains(&round));
    match drawn {
        _ if gap => Fate::Absent,
        _ if NEVER_MISSING.contains(&system) || has_second_thoughts(round, system) => Fate::Published,
        drawn if drawn < 0.023 => Fate::Absent,
        drawn if drawn < 0.046 => Fate::Unfinished,
        _ => Fate::Published,
    }
}

/// Whether there is an earlier attempt that was withdrawn.
pub(super) fn has_second_thoughts(round: usize, system: &str) -> bool {
    SECOND_THOUGHTS == (round, system)
}

/// Whether a system takes part in a framework that not all take part in. Draws once, whatever the answer.
pub(super) fn takes_part(turnout: f64, system: &str, rng: &mut ChaCha8Rng) -> bool {
    rng.random_bool(turnout) || system == EXAMPLE
}

/// Of the other frameworks. Draws once, whatever the answer.
pub(super) fn small_fate(takes_part: bool, system: &str, rng: &mut ChaCha8Rng) -> Fate {
    let comes = rng.random_bool(0.92) || system == EXAMPLE;
    if takes_part && comes { Fate::Published } else { Fate::Absent }
}
