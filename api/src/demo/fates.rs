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
    Submitted,
    Published,
}

/// The system that examples are about: it misses nothing, and has its last round still to finish.
pub(super) const EXAMPLE: &str = "QWO";
/// How many elements the example has rated in the last round.
pub(super) const EXAMPLE_RATED: usize = 15;
/// In this round, counted from 0, the example falls back in this theme, counted from 0.
pub(super) const EXAMPLE_SETBACK: (usize, usize) = (8, 2);

/// Closed in 2026 with a full history.
const NEVER_MISSING: [&str; 2] = [EXAMPLE, "QNQ"];
/// Rounds, counted from 0, in which a system took no part.
const GAPS: [(&str, RangeInclusive<usize>); 2] = [("QT6", 4..=9), ("QUA", 7..=9)];
/// North West, South West and East of England: they publish the last round as soon as they can.
const EARLY_REGIONS: [&str; 3] = ["Y62", "Y58", "Y61"];

/// Draws once, whatever the answer.
pub(super) fn fate(round: usize, rounds: usize, system: &str, region: &str, rng: &mut ChaCha8Rng) -> Fate {
    let drawn: f64 = rng.random();
    if round + 1 == rounds {
        return fate_so_far(system, region, drawn);
    }
    let gap = GAPS.iter().any(|(code, rounds)| *code == system && rounds.contains(&round));
    match drawn {
        _ if gap => Fate::Absent,
        _ if NEVER_MISSING.contains(&system) => Fate::Published,
        drawn if drawn < 0.023 => Fate::Absent,
        drawn if drawn < 0.046 => Fate::Unfinished,
        _ => Fate::Published,
    }
}

/// The last round, about half-way through its weeks.
fn fate_so_far(system: &str, region: &str, drawn: f64) -> Fate {
    if system == EXAMPLE {
        return Fate::Unfinished;
    }
    let (published, submitted, unfinished) =
        if EARLY_REGIONS.contains(&region) { (0.9, 0.9, 1.0) } else { (0.0, 0.6, 0.85) };
    match drawn {
        drawn if drawn < published => Fate::Published,
        drawn if drawn < submitted => Fate::Submitted,
        drawn if drawn < unfinished => Fate::Unfinished,
        _ => Fate::Absent,
    }
}
