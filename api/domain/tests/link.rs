//! The released format of links, how they are read through a lens, and that loading them again changes nothing.

use std::sync::Arc;

use domain::access::Viewer;
use domain::command::Decision;
use domain::history::History;
use domain::id::LedgerId;
use domain::ledger::{Entry, Event, Hash, Payload, Position, RecordedAt};
use domain::lens::{AsOf, Knowledge, Lens, Now};
use domain::link::{Links, LoadLinks};
use serde_json::Value as Json;

/// Format 1 of `links.load`, as it was released: never edited. It stands after the catalogue of `format-1.jsonl`.
const LINKS: &str = include_str!("fixtures/links-1.jsonl");
const CATALOGUE: &str = include_str!("fixtures/format-1.jsonl");

fn parsed(lines: &str) -> impl Iterator<Item = Json> {
    lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON"))
}

/// The released ledger, and after it the entries of links, each chained to the one before.
fn ledger() -> (LedgerId, Vec<Entry>) {
    let first = parsed(CATALOGUE).next().expect("the first line names the ledger");
    let ledger = LedgerId(serde_json::from_value(first["ledger"].clone()).expect("an id"));
    let mut entries: Vec<Entry> = Vec::new();
    for (position, line) in (1..).zip(parsed(CATALOGUE).skip(1).chain(parsed(LINKS))) {
        entries.push(Entry {
            position: Position(position),
            recorded_at: RecordedAt(line["recorded_at"].as_i64().expect("an instant")),
            actor: serde_json::from_value(line["actor"].clone()).expect("a person"),
            via: serde_json::from_value(line["via"].clone()).expect("a door"),
            act: line["act"].as_str().expect("an act").to_owned(),
            format: u16::try_from(line["format"].as_u64().expect("a format")).expect("a small number"),
            payload: line["payload"].as_str().expect("a payload").as_bytes().to_vec(),
            previous_hash: entries.last().map_or(Hash::ZERO, |entry| entry.hash),
            hash: serde_json::from_value(line["hash"].clone()).expect("a hash"),
        });
    }
    (ledger, entries)
}

fn links_of(entry: &Entry) -> Links {
    let payload = Payload::read(&entry.act, entry.format, &entry.payload).expect("a released format");
    assert_eq!(payload.write(), (entry.act.as_str(), entry.format, entry.payload.clone()));
    match payload.event {
        Event::LinksLoaded(links) => *links,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_released_format_is_read_and_hashed_as_it_was() {
    let (ledger, entries) = ledger();
    let loaded = entries.iter().filter(|entry| entry.act == "links.load");
    let loaded: Vec<_> = loaded.collect();
    assert_eq!(loaded.len(), 2);
    for entry in loaded {
        assert_eq!(entry.compute_hash(ledger), entry.hash, "entry {}", entry.position.0);
        assert_eq!(entry.format, 1);
        links_of(entry);
    }
}

#[test]
fn loading_again_changes_nothing_and_loading_others_replaces_them_all() {
    let (_, entries) = ledger();
    let [.., first, second] = entries.as_slice() else { panic!("{}", entries.len()) };
    let (first, second) = (links_of(first), links_of(second));
    let decide = |links: &Links, loaded| {
        let decision = LoadLinks { links: links.clone() }.decide(loaded);
        decision.map(|Decision { event, .. }| event)
    };
    let becomes = |links: &Links| Some(Event::LinksLoaded(Box::new(links.clone())));
    assert_eq!(decide(&first, None), becomes(&first));
    assert_eq!(decide(&first, Some(&first)), None);
    assert_eq!(decide(&second, Some(&first)), becomes(&second));
    assert_eq!(decide(&Links::default(), Some(&first)), becomes(&Links::default()));
    assert_eq!(decide(&Links::default(), Some(&Links::default())), None);
}

#[expect(clippy::disallowed_methods, reason = "a reader without any grant")]
fn seen_at(history: &Arc<History>, position: Position) -> Lens {
    let reader = Arc::new(Viewer::new(None, Vec::new()));
    let now = Now { instant: history.head_recorded_at(), today: "2026-11-23".parse().expect("a date") };
    let as_of = AsOf { on: None, known: Knowledge::Position(position) };
    history.seen_by(&reader, as_of, now).expect("it was reached")
}

#[test]
fn a_lens_sees_the_latest_links_at_its_position_with_what_each_key_names() {
    let (ledger, entries) = ledger();
    let mut history = History::empty(ledger);
    for entry in &entries {
        history.fold(entry).expect("it folds");
    }
    let (history, head) = (Arc::new(history), entries.len() as u64);
    let told = |position: u64| {
        let lens = seen_at(&history, Position(position));
        let framework = lens.framework("sdpt").expect("it is loaded");
        let edition = lens.editions_of(framework).pop().expect("an edition");
        let guidance = |theme| -> Vec<_> {
            lens.guidance_of(&edition, theme).into_iter().map(|guidance| guidance.title.clone()).collect()
        };
        let related: Vec<_> = edition
            .subjects(domain::framework::Grain::Theme)
            .into_iter()
            .map(|theme| {
                let found = lens.related(&edition, theme).into_iter();
                found.map(|(edition, subject)| edition.subject_key(subject).to_owned()).collect::<Vec<_>>()
            })
            .collect();
        (guidance(0), guidance(3), related.concat())
    };
    let nothing = (Vec::<String>::new(), Vec::<String>::new(), Vec::<String>::new());
    assert_eq!(told(head - 2), nothing, "none were loaded yet");
    // The first links name a theme, a group, a pair of themes, and a framework that is not there.
    let of_group = vec!["About functions".to_owned()];
    let pair = vec!["sdpt.capabilities.governance".to_owned(), "sdpt.functions.quality".to_owned()];
    assert_eq!(told(head - 1), (of_group, vec!["About digital".to_owned()], pair));
    // The second replace them as a whole.
    let of_all = vec!["About all".to_owned()];
    assert_eq!(told(head), (of_all.clone(), of_all, Vec::new()));
}
