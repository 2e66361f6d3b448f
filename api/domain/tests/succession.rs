//! Boundary changes on a small register: which facts end, which begin, and which never come.

#![expect(clippy::disallowed_methods, reason = "the rule is tested with the viewer who may")]

use chrono::NaiveDate;
use domain::access::{Denied, England, Viewer};
use domain::grant::{Grant, Role};
use domain::id::{FactId, GrantId, OrganisationId, PersonId};
use domain::ledger::{Event, Position};
use domain::mint::Mint;
use domain::organisation::{
    DatedFact, Fact, KnownFact, Organisation, OrganisationKind, Scheme, SuccessionKind,
};
use domain::register::{KnownRegister, RegisterLoaded};
use domain::succession::{RecordSuccession, Successor};
use domain::text::Text;
use uuid::Uuid;

const REGION: OrganisationId = OrganisationId(Uuid::from_u128(1));
const SYSTEM: OrganisationId = OrganisationId(Uuid::from_u128(2));

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn viewer(role: Role) -> Viewer {
    let (id, person, valid_from) = (GrantId(Uuid::nil()), PersonId(Uuid::nil()), day("2022-07-01"));
    let organisation = role.granted_on().map(|_| REGION);
    Viewer::new(Some(person), vec![Grant { id, person, role, organisation, valid_from, valid_to: None }])
}

fn body(id: OrganisationId, kind: OrganisationKind, facts: &[(Fact, &str, Option<&str>)]) -> Organisation {
    let known = |(number, (fact, from, to)): (u128, &(Fact, &str, Option<&str>))| KnownFact {
        dated: DatedFact {
            id: FactId(Uuid::from_u128(id.0.as_u128() * 100 + number)),
            organisation: id,
            fact: fact.clone(),
            from: day(from),
            to: to.map(day),
        },
        recorded: Position(1),
        superseded: None,
    };
    Organisation { id, kind, recorded: Position(1), facts: (0..).zip(facts).map(known).collect() }
}

fn code(code: &str) -> Fact {
    Fact::Code(Scheme::Ods, code.to_owned())
}

fn name(name: &str) -> Fact {
    Fact::Name(name.to_owned())
}

/// A system that is called "Old", and "Announced" from July 2027 on.
fn register() -> KnownRegister {
    let from = "2022-07-01";
    let region = [(Fact::Life, from, None), (code("Y01"), from, None)];
    let system = [
        (Fact::Life, from, None),
        (code("QAA"), from, None),
        (name("Old"), from, Some("2027-07-01")),
        (name("Announced"), "2027-07-01", None),
        (Fact::Region(REGION), from, None),
    ];
    let organisations = vec![
        body(REGION, OrganisationKind::Region, &region),
        body(SYSTEM, OrganisationKind::System, &system),
    ];
    KnownRegister { organisations, ..KnownRegister::default() }
}

fn text(words: &str) -> Text {
    Text::parse(words, 200).expect("a text")
}

fn change(on: &str, from: &[OrganisationId], to: Vec<Successor>) -> RecordSuccession {
    let kind = SuccessionKind::Merger;
    RecordSuccession { on: day(on), kind, from: from.to_vec(), to, reason: text("r"), dry_run: false }
}

fn renamed(to: &str) -> Vec<Successor> {
    vec![Successor { code: "QAA".into(), name: Some(text(to)), ..Successor::default() }]
}

/// What is recorded, or the paths of what is refused.
fn decided(command: &RecordSuccession) -> Result<RegisterLoaded, Vec<String>> {
    let mut next = 0_u8;
    let mut mint = Mint::new(move |bytes| {
        bytes.fill(next);
        next = next.wrapping_add(1);
    });
    let granted = viewer(Role::NationalTeam).grant(England).expect("the national team may");
    match command.decide(&granted, &register(), &mut mint) {
        Ok(decision) => match decision.event {
            Event::SuccessionRecorded(event) => Ok(event.change),
            other => panic!("{other:?}"),
        },
        Err(refused) => Err(refused.whole.iter().map(|refusal| refusal.path.join(".")).collect()),
    }
}

/// New facts as (fact, from, to), and how many no longer hold.
fn facts(change: &RegisterLoaded) -> (Vec<(Fact, String, Option<String>)>, usize) {
    let told =
        |fact: &DatedFact| (fact.fact.clone(), fact.from.to_string(), fact.to.map(|to| to.to_string()));
    (change.facts.iter().map(told).collect(), change.superseded_facts.len())
}

fn fact(fact: Fact, from: &str, to: Option<&str>) -> (Fact, String, Option<String>) {
    (fact, from.to_owned(), to.map(str::to_owned))
}

#[test]
fn only_the_national_team_gets_the_proof_that_recording_asks_for() {
    for role in Role::ALL.iter().filter(|role| **role != Role::NationalTeam) {
        let granted = viewer(*role).grant::<domain::access::RecordSuccession, _>(England);
        assert_eq!(granted.err(), Some(Denied::Forbidden), "{role}");
    }
}

#[test]
fn a_name_ends_what_held_and_what_was_to_come() {
    let early = decided(&change("2027-01-01", &[], renamed("New"))).expect("taken");
    let expected =
        vec![fact(name("Old"), "2022-07-01", Some("2027-01-01")), fact(name("New"), "2027-01-01", None)];
    assert_eq!(facts(&early), (expected, 2), "Old ends earlier, and Announced never comes");
    let late = decided(&change("2027-08-01", &[], renamed("New"))).expect("taken");
    let expected = vec![
        fact(name("Announced"), "2027-07-01", Some("2027-08-01")),
        fact(name("New"), "2027-08-01", None),
    ];
    assert_eq!(facts(&late), (expected, 1), "Old keeps its time");
}

#[test]
fn what_was_announced_can_be_put_forward_and_not_be_said_twice() {
    let forward = decided(&change("2027-03-01", &[], renamed("Announced"))).expect("taken");
    let expected = vec![
        fact(name("Old"), "2022-07-01", Some("2027-03-01")),
        fact(name("Announced"), "2027-03-01", None),
    ];
    assert_eq!(facts(&forward), (expected, 2));
    assert_eq!(decided(&change("2027-09-01", &[], renamed("Announced"))), Err(vec!["to".to_owned()]));
}

#[test]
fn closing_ends_every_fact_on_the_day() {
    let closed = decided(&change("2027-04-01", &[SYSTEM], Vec::new())).expect("taken");
    let from = "2022-07-01";
    let until = |held| fact(held, from, Some("2027-04-01"));
    let expected =
        vec![until(Fact::Life), until(code("QAA")), until(name("Old")), until(Fact::Region(REGION))];
    assert_eq!(facts(&closed), (expected, 5), "Announced never comes");
    assert_eq!(closed.successions, []);
}

#[test]
fn a_new_system_begins_with_all_it_needs_and_follows_the_old_one() {
    let new = Successor {
        code: "QBB".into(),
        name: Some(text("New")),
        region: Some("Y01".into()),
        population_of_part: Some(1),
        population_of_whole: Some(3),
        ..Successor::default()
    };
    let change = decided(&change("2027-04-01", &[SYSTEM], vec![new])).expect("taken");
    let opened = change.organisations[0].id;
    let own: Vec<_> = change.facts.iter().filter(|fact| fact.organisation == opened).collect();
    assert_eq!(own.len(), 4);
    assert!(own.iter().all(|fact| fact.from == day("2027-04-01") && fact.to.is_none()));
    let [link] = &change.successions[..] else { panic!("one link") };
    assert_eq!((link.predecessor, link.successor, link.on), (SYSTEM, opened, day("2027-04-01")));
    assert_eq!(link.share(), Some(1.0 / 3.0));
}

#[test]
fn what_the_register_does_not_bear_is_refused_where_it_stands() {
    let successor = |code: &str| Successor { code: code.into(), ..Successor::default() };
    let nobody = OrganisationId(Uuid::from_u128(9));
    for (command, expected) in [
        (change("2027-04-01", &[], vec![successor("QBB")]), vec!["to.0.name", "to.0.region"]),
        (change("2027-04-01", &[], Vec::new()), vec!["from"]),
        (change("2022-07-01", &[SYSTEM], Vec::new()), vec!["from.0"]),
        (change("2022-06-30", &[], renamed("New")), vec!["to.0.code"]),
        (change("2027-04-01", &[nobody, REGION], Vec::new()), vec!["from.0", "from.1"]),
        (change("2027-04-01", &[], vec![successor("QAA")]), vec!["to"]),
    ] {
        assert_eq!(decided(&command), Err(expected.iter().map(ToString::to_string).collect()), "{command:?}");
    }
}
