//! What was known at a position is what a history that ends there says, whatever came later.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::access::Viewer;
use domain::history::History;
use domain::id::{FrameworkId, LedgerId, OrganisationId, PersonId};
use domain::ledger::{Entry, Hash, Position, RecordedAt};
use domain::lens::{AsOf, Knowledge, Lens, Now};
use domain::organisation::OrganisationKind;
use domain::publication::{Basis, Include, Publication};
use serde_json::Value as Json;

/// A whole workflow, with corrections and a retraction; held by `formats.rs`.
const WORKFLOW: &str = include_str!("fixtures/format-2.jsonl");
const LATER: &str = "2027-03-01";
const BASES: [Basis; 3] = [Basis::Agreed, Basis::SelfRated, Basis::Moderated];

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn entries() -> (LedgerId, Vec<Entry>) {
    let mut lines = WORKFLOW.lines().map(|line| serde_json::from_str::<Json>(line).expect("a line of JSON"));
    let read = |json: &Json| json.as_str().expect("a text").to_owned();
    let ledger = serde_json::from_value(lines.next().expect("the ledger")["ledger"].clone()).expect("an id");
    let mut previous_hash = Hash::ZERO;
    let entries = (1..).zip(lines).map(|(position, line)| {
        let hash = serde_json::from_value(line["hash"].clone()).expect("a hash");
        let entry = Entry {
            position: Position(position),
            recorded_at: RecordedAt(line["recorded_at"].as_i64().expect("an instant")),
            actor: serde_json::from_value(line["actor"].clone()).expect("a person"),
            via: read(&line["via"]).parse().expect("a door"),
            act: read(&line["act"]),
            format: u16::try_from(line["format"].as_u64().expect("a format")).expect("a small number"),
            payload: read(&line["payload"]).into_bytes(),
            previous_hash,
            hash,
        };
        previous_hash = hash;
        entry
    });
    (LedgerId(ledger), entries.collect())
}

fn folded(ledger: LedgerId, entries: &[Entry]) -> History {
    let mut history = History::empty(ledger);
    for entry in entries {
        history.fold(entry).expect("it folds");
    }
    history
}

fn lens(history: &Arc<History>, viewer: &Arc<Viewer>, on: NaiveDate, known: Knowledge) -> Lens {
    let now = Now { instant: history.head_recorded_at(), today: day(LATER) };
    history.seen_by(viewer, AsOf { on: Some(on), known }, now).expect("now")
}

/// All that figures take from a publication.
fn told(publication: &Publication) -> String {
    let of = |basis| {
        format!("{:?} {:?}", publication.marks(basis), publication.ratings(basis).collect::<Vec<_>>())
    };
    format!("{} {} {}", publication.assessment, publication.stage, BASES.map(of).join("\n"))
}

/// What the questions about an organisation are answered with, each in another way where there is one.
fn answers(lens: &Lens, system: OrganisationId, framework: FrameworkId, on: NaiveDate) -> Vec<String> {
    let mut answers = Vec::new();
    for include in [Include::Published, Include::Submitted] {
        let all = lens.publications(system, framework, include);
        let latest = lens.latest_publication(system, framework, include);
        assert_eq!(latest.as_ref().map(told), all.last().map(told), "the latest is the last");
        for (index, publication) in all.iter().enumerate() {
            let from = publication.round.dates.reference;
            let later = lens.publications_from(system, framework, include, Some(from));
            assert!(later.iter().map(told).eq(all[index..].iter().map(told)), "from {from}");
            for (rating, mark) in
                BASES.iter().flat_map(|basis| publication.ratings(*basis).zip(publication.marks(*basis)))
            {
                let said = rating.map(|rating| (rating.value, rating.basis, rating.carried_from.is_none()));
                assert_eq!(said, mark.value().map(|value| (value, mark.basis(), mark.is_afresh())));
            }
        }
        answers.extend(all.iter().map(told));
    }
    answers.extend(lens.published_before(system, framework, on).as_ref().map(told));
    let seen = lens.assessments_of(system);
    answers.extend(
        seen.iter().map(|granted| format!("{:?} {:?}", granted.thing(), lens.largest_difference(granted))),
    );
    let published = seen.iter().filter_map(|granted| lens.published(granted));
    answers.extend(published.map(|publication| told(&publication)));
    answers
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a reader, and people of the fixture")]
fn a_lens_at_a_position_says_what_was_said_then() {
    let (ledger, entries) = entries();
    let whole = Arc::new(folded(ledger, &entries));
    let people =
        entries.iter().filter_map(|entry| entry.actor).collect::<std::collections::BTreeSet<PersonId>>();
    let viewers: Vec<_> = std::iter::once(Viewer::new(None, Vec::new()))
        .chain(people.into_iter().map(|person| whole.viewer(Some(person), day(LATER))))
        .map(Arc::new)
        .collect();
    let mut answered = 0;
    for known in 0..=entries.len() {
        let then = Arc::new(folded(ledger, &entries[..known]));
        let position = Knowledge::Position(Position(known as u64));
        for viewer in &viewers {
            for on in ["2026-06-30", "2026-09-30", LATER].map(day) {
                let (now, then) =
                    (lens(&whole, viewer, on, position), lens(&then, viewer, on, Knowledge::Now));
                let rounds = |lens: &Lens| lens.rounds().iter().map(|round| round.id).collect::<Vec<_>>();
                assert_eq!(rounds(&now), rounds(&then));
                let keys = |lens: &Lens| lens.editions().iter().map(|edition| edition.id).collect::<Vec<_>>();
                assert_eq!(keys(&now), keys(&then));
                let systems = |lens: &Lens| {
                    let systems = lens.organisations(OrganisationKind::System, lens.moment());
                    systems.into_iter().map(|known| known.id).collect::<Vec<_>>()
                };
                assert_eq!(systems(&now), systems(&then));
                let Some(framework) = then.framework("sdpt") else { continue };
                for system in systems(&then) {
                    let said = answers(&then, system, framework, on);
                    assert_eq!(answers(&now, system, framework, on), said, "{known} {on}");
                    answered += said.len();
                }
            }
        }
    }
    assert!(answered > 1_000, "{answered}");
}

/// Folding into a copy leaves what others read as it was, and comes to the same.
#[test]
fn a_history_that_others_read_does_not_change() {
    let (ledger, entries) = entries();
    let mut step_by_step = History::empty(ledger);
    for (known, entry) in entries.iter().enumerate() {
        let before = Arc::new(step_by_step.clone());
        step_by_step.fold(entry).expect("it folds");
        assert!(*before == folded(ledger, &entries[..known]), "entry {known} changed what was read");
    }
    assert!(step_by_step == folded(ledger, &entries));
}
