//! Released formats of the ledger: these bytes must be read, hashed and folded as they were, for ever.
//! A new format gets a new fixture; one that is here is never edited.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::access::Viewer;
use domain::boundary::Boundaries;
use domain::framework::Grain;
use domain::history::History;
use domain::id::LedgerId;
use domain::ledger::{Entry, Hash, Payload, Position, RecordedAt};
use domain::lens::{AsOf, Now};
use domain::organisation::OrganisationKind;
use domain::progression::{Question, progression};
use domain::publication::{Basis, Include};
use domain::rating::Value;
use domain::series::Scope;
use serde_json::Value as Json;

/// The ledger of a short path, and its entries.
fn fixture() -> (LedgerId, Vec<Entry>) {
    let mut lines = include_str!("fixtures/format-1.jsonl").lines().map(|line| {
        let json: Json = serde_json::from_str(line).expect("a line of JSON");
        json
    });
    let first = lines.next().expect("the first line names the ledger");
    let ledger = LedgerId(serde_json::from_value(first["ledger"].clone()).expect("an id"));
    let mut previous_hash = Hash::ZERO;
    let entries = (1..).zip(lines).map(|(position, line)| {
        let hash = serde_json::from_value(line["hash"].clone()).expect("a hash");
        let entry = Entry {
            position: Position(position),
            recorded_at: RecordedAt(line["recorded_at"].as_i64().expect("an instant")),
            actor: serde_json::from_value(line["actor"].clone()).expect("a person"),
            via: serde_json::from_value(line["via"].clone()).expect("a door"),
            act: line["act"].as_str().expect("an act").to_owned(),
            format: u16::try_from(line["format"].as_u64().expect("a format")).expect("a small number"),
            payload: line["payload"].as_str().expect("a payload").as_bytes().to_vec(),
            previous_hash,
            hash,
        };
        previous_hash = hash;
        entry
    });
    (ledger, entries.collect())
}

#[test]
fn every_released_act_is_read_and_hashed_as_it_was() {
    let (ledger, entries) = fixture();
    let mut acts = BTreeSet::new();
    for entry in &entries {
        assert_eq!(entry.compute_hash(ledger), entry.hash, "entry {}", entry.position.0);
        let payload = Payload::read(&entry.act, entry.format, &entry.payload).expect("a released format");
        assert_eq!(payload.write(), (entry.act.as_str(), entry.format, entry.payload.clone()));
        acts.insert(entry.act.as_str());
    }
    let all = "assessment.start assessment.submit assessments.publish edition.load elements.rate evidence.record \
               person.record register.load role.grant round.open";
    assert_eq!(acts.into_iter().collect::<Vec<_>>().join(" "), all);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a reader without any grant")]
fn the_fold_comes_to_what_it_came_to() {
    let (ledger, entries) = fixture();
    let mut history = History::empty(ledger);
    for entry in &entries {
        history.fold(entry).expect("it folds");
    }
    let history = Arc::new(history);
    let reader = Arc::new(Viewer::new(None, Vec::new()));
    let now = Now { instant: history.head_recorded_at(), today: "2026-11-22".parse().expect("a date") };
    let lens = history.seen_by(&reader, AsOf::default(), now).expect("now");
    let system = lens.organisation_by_code(OrganisationKind::System, "QWO").expect("West Yorkshire").id;
    let framework = lens.framework("sdpt").expect("the framework");

    let publications = lens.publications(system, framework, Include::Published);
    let values: Vec<_> = publications[0]
        .values(Basis::Agreed)
        .map(|value| match value {
            Some(Value::Level(rank)) => rank.get(),
            Some(Value::NotApplicable) => 0,
            Some(Value::Cleared) | None => 99,
        })
        .collect();
    assert_eq!(values, [4, 0, 1, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);

    let scope = Scope {
        framework,
        basis: Basis::Agreed,
        include: Include::Published,
        boundaries: Boundaries::AsReported,
        from: None,
    };
    let question = Question { scope, grain: Grain::Edition, subjects: None, since: None };
    let lines = progression(&lens, system, &question).lines;
    let figure = lines[0].points[0].figures()[0];
    assert_eq!((&figure.roll_up.counts[..], figure.assessed_afresh), (&[1, 20, 1, 1][..], 24));
}
