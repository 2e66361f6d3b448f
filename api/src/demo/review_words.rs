//! What a region and a system would have written to one another. Every text says that nobody did.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::words::one_of;

pub(super) const RETURN_REASON: &str =
    "Synthetic: the papers do not bear out every level; please amend what the notes name and submit again.";
pub(super) const WITHDRAWAL: &str =
    "Synthetic: submitted before the board had seen the final version; we start again.";
pub(super) const EXTENSION: &str = "Synthetic: the board that approves meets after the due date.";

const NOTES: [&str; 3] = [
    "Synthetic: say which places this covers and which it does not yet.",
    "Synthetic: the paper is older than a year; name a newer one or lower the level.",
    "Synthetic: say what changed since the last round.",
];
const AMENDMENTS: [&str; 3] = [
    "Synthetic: amended as asked: all places but one are covered, and that one follows in the next quarter.",
    "Synthetic: amended as asked: the committee reviewed the paper this month and found it still holds.",
    "Synthetic: amended as asked: since the last round two milestones were met and one was moved.",
];
const LOWER: [&str; 4] = [
    "Synthetic: the evidence shows plans, not results; we judge it one level lower.",
    "Synthetic: our visit found it in some places only; we judge it one level lower.",
    "Synthetic: the arrangement depends on one person, and the level asks for more than that.",
    "Synthetic: two partners told us that they do not take part yet.",
];
const HIGHER: [&str; 2] = [
    "Synthetic: the system is modest here; others already learn from it.",
    "Synthetic: the results of the last two quarters bear out the next level.",
];
const CONTESTS: [&str; 3] = [
    "Synthetic: the visit saw two of five places, and the other three work as we described.",
    "Synthetic: the board paper of this quarter shows results; please see its annex.",
    "Synthetic: both partners have signed since, and the minutes say so.",
];
const ANSWERS: [&str; 3] = [
    "Synthetic: we have read the annex. It is a good start, and a second quarter is needed; our view stands.",
    "Synthetic: thank you. Three places are not yet the system; we look again next round.",
    "Synthetic: signing is not yet working together; our view stands for this round.",
];
const CORRECTIONS: [&str; 3] = [
    "Synthetic: an audit found that the figures behind this level were counted twice.",
    "Synthetic: the evidence belonged to a neighbouring system.",
    "Synthetic: the committee minutes cited for this level were withdrawn.",
];

/// What the example's region says months after it had judged lower and the example had contested it.
pub(super) const SECOND_LOOK: &str =
    "Synthetic: a peer review visited all five places and bears out what the system had said at the time.";

/// What to amend, and how it was amended.
pub(super) fn note(rng: &mut ChaCha8Rng) -> (&'static str, &'static str) {
    let drawn = rng.random_range(0..3_u32);
    let drawn = usize::try_from(drawn).expect("at most 2");
    (NOTES[drawn], AMENDMENTS[drawn])
}

/// Why the region judges lower or higher.
pub(super) fn difference(is_lower: bool, rng: &mut ChaCha8Rng) -> &'static str {
    if is_lower { one_of(&LOWER, rng) } else { one_of(&HIGHER, rng) }
}

pub(super) fn contest(rng: &mut ChaCha8Rng) -> (&'static str, &'static str) {
    (one_of(&CONTESTS, rng), one_of(&ANSWERS, rng))
}

pub(super) fn correction(rng: &mut ChaCha8Rng) -> &'static str {
    one_of(&CORRECTIONS, rng)
}
