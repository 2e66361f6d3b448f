//! Released formats of the ledger: these bytes must be read, hashed and folded as they were, for ever.
//! A new format gets a new fixture; one that is here is never edited.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::access::Viewer;
use domain::assessment::Stage;
use domain::boundary::Boundaries;
use domain::crosswalk::Bridge;
use domain::framework::Grain;
use domain::history::History;
use domain::id::{LedgerId, PersonId};
use domain::ledger::{Entry, Event, Hash, Payload, Position, RecordedAt};
use domain::lens::{AsOf, Knowledge, Lens, Now};
use domain::level::Rank;
use domain::note::NoteKind;
use domain::organisation::OrganisationKind;
use domain::progression::{Question, progression};
use domain::publication::{Basis, Include, Publication};
use domain::rating::Value;
use domain::series::Scope;
use serde_json::Value as Json;

const FIRST: &str = include_str!("fixtures/format-1.jsonl");
/// The whole workflow: carried forward, returned, moderated, contested, answered, corrected; another withdrawn, a third
/// retracted, a deadline extended, and a boundary change.
const SECOND: &str = include_str!("fixtures/format-2.jsonl");
/// Roles that were given with and without a reason, to whom was known and to whom was not; one taken back; an identity
/// more; a text and a person erased.
const PEOPLE: &str = include_str!("fixtures/people-1.jsonl");
/// A day that is marked for one system, and one that is marked for all and withdrawn.
const REBASELINES: &str = include_str!("fixtures/rebaselines-1.jsonl");
/// Two editions with a crosswalk whose scales differ.
const CROSSWALKS: &str = include_str!("fixtures/crosswalks-1.jsonl");
/// Held by `link.rs`.
const LINKS: &str = include_str!("fixtures/links-1.jsonl");

/// The ledger of a short path, and its entries.
fn fixture(text: &str) -> (LedgerId, Vec<Entry>) {
    let mut lines = text.lines().map(|line| {
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
    for text in [FIRST, SECOND, PEOPLE, REBASELINES, CROSSWALKS] {
        let (ledger, entries) = fixture(text);
        for entry in &entries {
            assert_eq!(entry.compute_hash(ledger), entry.hash, "entry {}", entry.position.0);
            let payload = Payload::read(&entry.act, entry.format, &entry.payload).expect("a released format");
            assert_eq!(payload.write(), (entry.act.as_str(), entry.format, entry.payload.clone()));
        }
    }
}

/// `act format` of each that the code reads, from its own table.
fn known() -> BTreeSet<String> {
    let source = include_str!("../src/ledger.rs");
    let (_, table) = source.split_once("\nacts! {\n").expect("the table of acts");
    let (table, _) = table.split_once("\n}").expect("its end");
    let mut known = BTreeSet::new();
    for line in table.lines() {
        let (act, formats) =
            line.trim().strip_prefix('"').and_then(|line| line.split_once('"')).expect("an act");
        let formats = formats.split(|c: char| !c.is_ascii_digit()).filter(|format| !format.is_empty());
        known.extend(formats.map(|format| format!("{act} {format}")));
    }
    known
}

#[test]
fn every_format_of_every_act_has_its_bytes_here() {
    let lines = [FIRST, SECOND, PEOPLE, REBASELINES, CROSSWALKS, LINKS].into_iter().flat_map(str::lines);
    let json = lines.map(|line| serde_json::from_str::<Json>(line).expect("a line of JSON"));
    let held = json.filter_map(|line| Some(format!("{} {}", line["act"].as_str()?, line["format"])));
    assert_eq!(held.collect::<BTreeSet<_>>(), known(), "a new format needs a fixture of a real path");
}

fn folded(text: &str) -> Arc<History> {
    let (ledger, entries) = fixture(text);
    let mut history = History::empty(ledger);
    for entry in &entries {
        history.fold(entry).expect("it folds");
    }
    Arc::new(history)
}

fn lens(history: &Arc<History>, viewer: &Arc<Viewer>, as_of: AsOf) -> Lens {
    let now = Now { instant: history.head_recorded_at(), today: "2026-11-22".parse().expect("a date") };
    history.seen_by(viewer, as_of, now).expect("now")
}

/// Ranks; 0 where it does not apply, 99 where it is not rated.
fn values(publication: &Publication, basis: Basis) -> Vec<u8> {
    let rank = |value| match value {
        Some(Value::Level(rank)) => Rank::get(rank),
        Some(Value::NotApplicable) => 0,
        Some(Value::Cleared) | None => 99,
    };
    publication.values(basis).map(rank).collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a reader without any grant")]
fn the_fold_comes_to_what_it_came_to() {
    let history = folded(FIRST);
    let reader = Arc::new(Viewer::new(None, Vec::new()));
    let lens = lens(&history, &reader, AsOf::default());
    let system = lens.organisation_by_code(OrganisationKind::System, "QWO").expect("West Yorkshire").id;
    let framework = lens.framework("sdpt").expect("the framework");

    let publications = lens.publications(system, framework, Include::Published);
    assert_eq!(
        values(&publications[0], Basis::Agreed),
        [4, 0, 1, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]
    );

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

#[test]
#[expect(clippy::disallowed_methods, reason = "a reader without any grant")]
fn the_fold_of_the_workflow_comes_to_what_it_came_to() {
    let history = folded(SECOND);
    let reader = Arc::new(Viewer::new(None, Vec::new()));
    let known_at = |act: &str| {
        let (_, entries) = fixture(SECOND);
        entries.into_iter().rfind(|entry| entry.act == act).expect("it happened").position
    };
    let agreed_at = |position: Option<Position>| {
        let known = position.map_or(Knowledge::Now, Knowledge::Position);
        let on = Some("2027-03-01".parse().expect("a date"));
        let lens = lens(&history, &reader, AsOf { on, known });
        let system = lens.organisation_by_code(OrganisationKind::System, "QWO").expect("West Yorkshire").id;
        let framework = lens.framework("sdpt").expect("the framework");
        let publications = lens.publications(system, framework, Include::Published);
        let of = |publication: &Publication| {
            let [own, moderated, agreed] = [Basis::SelfRated, Basis::Moderated, Basis::Agreed]
                .map(|basis| values(publication, basis)[..3].to_vec());
            (publication.round.label.clone(), own, moderated, agreed)
        };
        publications.iter().map(of).collect::<Vec<_>>()
    };
    let first = || ("2026/27 Q1".to_owned(), vec![2, 2, 0], vec![99; 3], vec![2, 2, 0]);
    let second = |moderated, agreed| ("2026/27 Q2".to_owned(), vec![4, 2, 0], moderated, agreed);
    let published = second(vec![3, 1, 99], vec![3, 1, 0]);
    let corrected = || second(vec![3, 3, 99], vec![3, 3, 0]);
    assert_eq!(agreed_at(Some(known_at("moderation.contest"))), [first()]);
    assert_eq!(agreed_at(Some(known_at("assessments.publish"))), [first(), published]);
    assert_eq!(agreed_at(Some(known_at("ratings.correct"))), [first(), corrected()]);
    assert_eq!(
        agreed_at(Some(known_at("publication.retract"))),
        [corrected()],
        "the first is hidden at once"
    );
    assert_eq!(agreed_at(None), [corrected()], "and stays hidden");
}

#[test]
fn what_only_working_papers_show_is_folded_too() {
    let history = folded(SECOND);
    let reviewer =
        fixture(SECOND).1.iter().find(|entry| entry.act == "elements.moderate").expect("one").actor;
    let viewer = Arc::new(viewer(&history, reviewer));
    let lens = lens(&history, &viewer, AsOf::default());
    let system = |code| lens.organisation_by_code(OrganisationKind::System, code).expect("a system").id;
    let seen = lens.assessments_of(system("QWO"));
    let [latest, earlier] = seen.as_slice() else { panic!("{seen:?}") };
    assert!(earlier.thing().is_retracted() && !latest.thing().is_retracted());
    let paper = lens.paper(latest.thing().id()).expect("papers");
    let form = paper.thing();
    let sharing = form.assessment.sharing().expect("it was shared");
    assert_eq!(sharing.respond_by.to_string(), "2027-01-25");
    assert_eq!((form.assessment.revision(), form.difference(0), form.difference(1)), (11, Some(-1), Some(1)));
    assert!(form.contests[0].expect("a contest").is_answered && form.contests[1].is_none());
    assert_eq!(lens.note(&paper, 0, NoteKind::Return).map(|at| at.0), Some(24));
    let carried = form.answers.iter().flatten().filter(|answer| answer.carried_from.is_some()).count();
    assert_eq!((carried, form.rated()), (23, 24), "one was rated afresh");

    let withdrawn = &lens.assessments_of(system("QHM"))[0];
    assert_eq!(withdrawn.thing().stage(), Stage::Withdrawn);
    let round = lens.round(withdrawn.thing().round()).expect("the round");
    assert_eq!(withdrawn.thing().due(&round).to_string(), "2026-12-10", "it was given more time");
    let merged = lens.organisation_by_code(OrganisationKind::System, "Q9Z").expect("the new one").id;
    let links: Vec<_> = lens.successions().filter(|link| link.successor == merged).collect();
    assert_eq!(links.iter().map(|link| link.predecessor).collect::<Vec<_>>(), [system("QWO"), system("QHM")]);
}

#[test]
fn roles_are_held_until_they_are_taken_back_or_whoever_held_them_is_erased() {
    let (ledger, entries) = fixture(PEOPLE);
    let mut history = History::empty(ledger);
    let (mut people, mut held) = (Vec::new(), Vec::new());
    for entry in &entries {
        match history.fold(entry).expect("it folds") {
            Event::RoleGranted(granted) => people.push(granted.grant.person),
            Event::PersonErased(erased) => {
                assert_eq!((erased.person, erased.identities.len(), erased.grants.len()), (people[0], 2, 1));
                assert_eq!(erased.texts.len(), 1, "the name; the reason was erased before");
            }
            _ => {}
        }
        let roles = |person: &PersonId| viewer(&history, Some(*person)).grants().len();
        held.push((entry.act.as_str(), people.iter().map(roles).collect::<Vec<_>>()));
    }
    let expected: [(&str, &[usize]); 8] = [
        ("role.grant", &[1]),
        ("role.grant", &[1, 1]),
        ("person.record", &[1, 1]),
        ("role.grant", &[1, 1, 1]),
        ("identity.add", &[1, 1, 1]),
        ("role.revoke", &[1, 0, 1]),
        ("text.erase", &[1, 0, 1]),
        ("person.erase", &[0, 0, 1]),
    ];
    assert_eq!(held, expected.map(|(act, held)| (act, held.to_vec())));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a reader without any grant")]
fn marked_days_hold_from_their_position_on_until_they_are_withdrawn() {
    let history = folded(REBASELINES);
    let reader = Arc::new(Viewer::new(None, Vec::new()));
    let told = |position: u64| {
        let as_of = AsOf { on: None, known: Knowledge::Position(Position(position)) };
        let lens = lens(&history, &reader, as_of);
        let framework = lens.framework("small").expect("the framework");
        let known = lens.rebaselines(framework).into_iter();
        let told = known.map(|known| {
            let systems = known.marked.systems.map(|systems| systems.len());
            (known.marked.on.to_string(), systems, known.withdrawn.is_some())
        });
        told.collect::<Vec<_>>()
    };
    let of_one = ("2025-10-01".to_owned(), Some(1), false);
    let of_all = |withdrawn| ("2026-04-01".to_owned(), None, withdrawn);
    assert_eq!([told(4), told(5)], [vec![], vec![of_one.clone()]]);
    assert_eq!(told(6), [of_one.clone(), of_all(false)]);
    assert_eq!(told(7), [of_one, of_all(true)]);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a reader without any grant")]
fn a_crosswalk_leads_over_from_its_position_on() {
    let history = folded(CROSSWALKS);
    let reader = Arc::new(Viewer::new(None, Vec::new()));
    let told = |position: u64| {
        let as_of = AsOf { on: None, known: Knowledge::Position(Position(position)) };
        let lens = lens(&history, &reader, as_of);
        let editions = lens.editions_of(lens.framework("small").expect("the framework"));
        let way = lens.crosswalks(editions[0].id, editions[1].id)?;
        let equals = Bridge::over(way).between(&editions[0], &editions[1]);
        let low = Some((Value::Level(editions[0].definition.scale.as_ref()?.rank("middle")?), ()));
        let carried = equals.carry(&vec![low; editions[0].elements.len()]);
        let rank = |value: Option<(Value, ())>| match value {
            Some((Value::Level(rank), ())) => rank.get(),
            _ => 0,
        };
        let coverage = equals.coverage();
        Some((coverage.equal, coverage.of, carried.into_iter().map(rank).collect::<Vec<_>>()))
    };
    assert_eq!(told(2), None);
    assert_eq!(told(3), Some((3, 6, vec![1, 1, 0, 0, 0, 1])));
}

#[expect(clippy::disallowed_methods, reason = "people of the fixtures")]
fn viewer(history: &History, person: Option<PersonId>) -> Viewer {
    history.viewer(person, "2027-03-01".parse().expect("a date"))
}
