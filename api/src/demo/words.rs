//! What people would have written. Every text says that nobody did.

use std::cmp::Ordering;

use domain::evidence::EvidenceKind;
use domain::framework::FrameworkKind;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// From the least to the most mature level.
const STATES: [[&str; 4]; 4] = [
    [
        "leaders agree on the aim, and little of it is in place",
        "work has begun in single organisations, not yet across the system",
        "roles and plans are in draft and nothing depends on them yet",
        "the need is understood; resources have still to be found",
    ],
    [
        "arrangements work in some places and are being built in the others",
        "a shared plan exists, and about half of its milestones are met",
        "partners take part regularly, but decisions still go round it",
        "the basics stand; data and people to run them are uneven",
    ],
    [
        "arrangements work across the system and first results show",
        "all places use it, and its reports reach the board each quarter",
        "milestones are met and gaps are closed within the quarter",
        "partners rely on it, and outcomes have begun to improve",
    ],
    [
        "it is routine, corrects itself and has shown results for a year",
        "others come to learn from it, and results are sustained",
        "improvement goes on without anybody having to ask for it",
        "it held under winter pressure, and results stayed good",
    ],
];
/// From a deliverable that is not begun to one that is complete.
const DELIVERIES: [[&str; 3]; 3] = [
    [
        "nobody has been asked to lead on it yet",
        "it waits for national guidance",
        "other deliverables come first",
    ],
    [
        "a draft goes round the partners",
        "a first part is agreed and the rest is in hand",
        "the board has seen an outline and asked for more",
    ],
    [
        "the board agreed it and it is in force",
        "it was delivered and the owner signed it off",
        "it stands and partners work by it",
    ],
];
const RISEN: [&str; 3] = [
    "This is one level up: the last open actions were closed.",
    "Peer review agreed that the next level is reached.",
    "Up since the last round, with evidence in the board paper.",
];
const FALLEN: [&str; 3] = [
    "This is one level down: a vacancy left the work without a lead.",
    "Down since the last round, after an internal audit found gaps.",
    "Funding moved elsewhere, and what had worked has lapsed.",
];
const UNCHANGED: [&str; 4] = [
    "No change since the last round.",
    "Progress within the level.",
    "Plans for the next level are agreed.",
    "",
];
const REASONS: [&str; 3] = [
    "Synthetic: a neighbouring system holds this function for both.",
    "Synthetic: this is done at regional level under a shared agreement.",
    "Synthetic: the function has not been delegated to the system.",
];

pub(super) fn one_of<'a>(from: &[&'a str], rng: &mut ChaCha8Rng) -> &'a str {
    let most = u32::try_from(from.len()).expect("short lists");
    let drawn = rng.random_range(0..most);
    from[usize::try_from(drawn).expect("short lists")]
}

/// `before`: the level that was published last. `kind`: of the framework.
pub(super) fn rationale(
    kind: FrameworkKind,
    element: &str,
    level: u8,
    before: Option<u8>,
    rng: &mut ChaCha8Rng,
) -> String {
    let step = usize::from(level - 1);
    let state = match kind {
        FrameworkKind::Checklist => one_of(&DELIVERIES[step.min(DELIVERIES.len() - 1)], rng),
        _ => one_of(&STATES[step.min(STATES.len() - 1)], rng),
    };
    let change = match before.map(|before| level.cmp(&before)) {
        Some(Ordering::Greater) => one_of(&RISEN, rng),
        Some(Ordering::Less) => one_of(&FALLEN, rng),
        Some(Ordering::Equal) => one_of(&UNCHANGED, rng),
        None => "",
    };
    format!("Synthetic: {element}: {state}. {change}").trim_end().to_owned()
}

pub(super) fn reason(rng: &mut ChaCha8Rng) -> &'static str {
    one_of(&REASONS, rng)
}

/// Title and kind of evidence.
pub(super) fn evidence(group: &str, quarter: &str, rng: &mut ChaCha8Rng) -> (String, EvidenceKind) {
    let (what, kind) = match rng.random_range(0..5_u32) {
        0 | 1 => ("board paper", EvidenceKind::BoardPaper),
        2 => ("progress report", EvidenceKind::Report),
        3 => ("committee minutes", EvidenceKind::Minutes),
        _ => ("joint forward plan", EvidenceKind::Plan),
    };
    (format!("Synthetic: {what} on {}, {quarter}", group.to_lowercase()), kind)
}
