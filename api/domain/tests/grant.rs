//! Which roles make sense where, for which days, and beside which others: as tables.

#![expect(clippy::disallowed_methods, reason = "decisions are tested on viewers of all kinds")]

use domain::NaiveDate;
use domain::access::{Denied, Viewer};
use domain::grant::{Authority, Grant, GrantRole, Holder, KnownGrant, Post, RevokeRole, Revoked, Role};
use domain::id::{FactId, GrantId, OrganisationId, PersonId};
use domain::ledger::{Event, Position};
use domain::mint::Mint;
use domain::organisation::{DatedFact, Fact, KnownFact, Moment, Organisation, OrganisationKind};
use domain::text::Text;
use uuid::Uuid;

const PERSON: PersonId = PersonId(Uuid::from_u128(1));
const SYSTEM: OrganisationId = OrganisationId(Uuid::from_u128(2));
const REGION: OrganisationId = OrganisationId(Uuid::from_u128(3));
const BEFORE: OrganisationId = OrganisationId(Uuid::from_u128(4));
const GRANT: GrantId = GrantId(Uuid::from_u128(5));

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn mint() -> Mint {
    Mint::new(|bytes| bytes.fill(9))
}

fn text(words: &str) -> Text {
    Text::parse(words, 100).expect("a text")
}

/// In one region until April 2024, in another until it closed in April 2026.
fn system() -> Organisation {
    let fact = |fact, from: &str, to: &str| {
        let (id, from, to) = (FactId(Uuid::nil()), day(from), Some(day(to)));
        let dated = DatedFact { id, organisation: SYSTEM, fact, from, to };
        KnownFact { dated, recorded: Position(1), superseded: None }
    };
    let facts = vec![
        fact(Fact::Life, "2022-07-01", "2026-04-01"),
        fact(Fact::Region(BEFORE), "2022-07-01", "2024-04-01"),
        fact(Fact::Region(REGION), "2024-04-01", "2026-04-01"),
    ];
    Organisation { id: SYSTEM, kind: OrganisationKind::System, recorded: Position(1), facts }
}

fn region() -> Organisation {
    Organisation { id: REGION, kind: OrganisationKind::Region, recorded: Position(1), facts: Vec::new() }
}

fn post(on: &str, organisation: &Organisation) -> Post {
    Post::on(organisation, Moment { on: day(on), position: Position(9) })
}

fn grant(role: Role, organisation: Option<OrganisationId>, from: &str, to: Option<&str>) -> Grant {
    let (valid_from, valid_to) = (day(from), to.map(day));
    Grant { id: GRANT, person: PERSON, role, organisation, valid_from, valid_to }
}

fn viewer(role: Role, organisation: Option<OrganisationId>) -> Viewer {
    Viewer::new(Some(PERSON), vec![grant(role, organisation, "2022-07-01", None)])
}

const TODAY: &str = "2025-06-01";

/// The code and path of each refusal, or "ok".
fn decided(role: Role, post: Post, days: (&str, Option<&str>), held: &[Grant]) -> Vec<String> {
    let organisation = held.first().and_then(|held| held.organisation);
    let command = GrantRole {
        to: Holder::Known(PERSON),
        role,
        organisation,
        valid_from: day(days.0),
        valid_to: days.1.map(day),
        reason: Some(text("why")),
    };
    let by = Authority::of(&viewer(Role::NationalTeam, None), role, post).expect("they may give all");
    match command.decide(&by, None, held, day(TODAY), &mut mint()) {
        Ok(_) => vec!["ok".to_owned()],
        Err(refused) => {
            let told = refused.whole.iter();
            told.map(|refusal| {
                format!("{} {}", refusal.why.code(), refusal.path.join(".")).trim_end().to_owned()
            })
            .collect()
        }
    }
}

#[test]
fn a_role_is_given_on_its_kind_of_organisation_and_ends_after_it_begins() {
    let from = ("2026-01-01", None);
    for role in Role::ALL {
        let (system, region) = (post("2026-01-01", &system()), post("2026-01-01", &region()));
        let on = [
            (None, Post::ENGLAND),
            (Some(OrganisationKind::System), system),
            (Some(OrganisationKind::Region), region),
        ];
        for (kind, post) in on {
            let expected = if role.granted_on() == kind { "ok" } else { "INVALID_INPUT organisation" };
            assert_eq!(decided(*role, post, from, &[]), [expected], "{role} on {kind:?}");
        }
    }
    for (to, expected) in [
        ("2025-12-31", "INVALID_INPUT validTo"),
        ("2026-01-01", "INVALID_INPUT validTo"),
        ("2026-01-02", "ok"),
    ] {
        assert_eq!(decided(Role::Reader, Post::ENGLAND, ("2026-01-01", Some(to)), &[]), [expected], "{to}");
    }
    for (to, expected) in [(TODAY, "INVALID_INPUT validTo"), ("2025-06-02", "ok")] {
        let days = ("2025-01-01", Some(to));
        assert_eq!(decided(Role::Reader, Post::ENGLAND, days, &[]), [expected], "over by {TODAY}: {to}");
    }
    let both = decided(Role::SystemLead, Post::ENGLAND, ("2026-01-01", Some("2025-01-01")), &[]);
    assert_eq!(both, ["INVALID_INPUT organisation", "INVALID_INPUT validTo"]);
}

#[test]
fn nobody_holds_the_same_role_twice_on_one_day() {
    for (held, new, expected) in [
        (("2026-01-01", None), ("2027-01-01", None), "ALREADY_EXISTS"),
        (("2026-01-01", None), ("2025-01-01", None), "ALREADY_EXISTS"),
        (("2026-01-01", None), ("2025-01-01", Some("2026-01-01")), "ok"),
        (("2026-01-01", None), ("2025-01-01", Some("2026-01-02")), "ALREADY_EXISTS"),
        (("2026-01-01", Some("2026-02-01")), ("2026-02-01", None), "ok"),
        (("2026-01-01", Some("2026-02-01")), ("2026-01-31", None), "ALREADY_EXISTS"),
        (("2026-01-01", Some("2026-02-01")), ("2026-01-10", Some("2026-01-11")), "ALREADY_EXISTS"),
    ] {
        let there = grant(Role::SystemLead, Some(SYSTEM), held.0, held.1);
        let there = std::slice::from_ref(&there);
        assert_eq!(
            decided(Role::SystemLead, post("2026-01-01", &system()), new, there),
            [expected],
            "{held:?} {new:?}"
        );
        assert_eq!(
            decided(Role::Contributor, post("2026-01-01", &system()), new, there),
            ["ok"],
            "another role"
        );
    }
}

#[test]
fn a_region_gives_roles_on_its_systems_of_now_and_on_those_that_closed_in_it() {
    for (on, expected) in [
        ("2023-01-01", Some(BEFORE)),
        ("2024-04-01", Some(REGION)),
        ("2026-03-31", Some(REGION)),
        ("2026-11-22", Some(REGION)),
    ] {
        for reviewer in [BEFORE, REGION] {
            let by = Authority::of(
                &viewer(Role::RegionalReviewer, Some(reviewer)),
                Role::SystemLead,
                post(on, &system()),
            );
            assert_eq!(by.is_ok(), expected == Some(reviewer), "{on}");
        }
    }
}

#[test]
fn a_role_is_taken_back_once_while_it_holds_or_will_hold() {
    let command = RevokeRole { grant: GRANT, reason: text("left") };
    let today = day("2026-11-22");
    for (from, to, revoked, expected) in [
        ("2026-01-01", None, None, true),
        ("2027-01-01", None, None, true),
        ("2026-01-01", Some("2026-11-23"), None, true),
        ("2026-01-01", Some("2026-11-22"), None, false),
        ("2026-01-01", None, Some(Revoked { at: Position(7), reason: None }), false),
    ] {
        let known = KnownGrant {
            grant: grant(Role::Reader, None, from, to),
            recorded: Position(1),
            reason: None,
            revoked,
        };
        let by =
            command.authority(&viewer(Role::NationalTeam, None), &known.grant, Post::ENGLAND).expect("may");
        let decided = command.decide(&by, &known, today, &mut mint());
        assert_eq!(decided.is_ok(), expected, "{from} {to:?} {revoked:?}");
        if let Ok(decision) = decided {
            assert!(
                matches!(decision.event, Event::RoleRevoked(event) if event.grant == GRANT && event.person == PERSON)
            );
        }
    }
    let known = grant(Role::Reader, None, "2026-01-01", None);
    let others =
        Viewer::new(Some(PersonId(Uuid::nil())), viewer(Role::SystemLead, Some(SYSTEM)).grants().to_vec());
    let own = viewer(Role::SystemLead, Some(SYSTEM));
    assert_eq!(
        command.authority(&own, &known, Post::ENGLAND).err(),
        Some(Denied::Forbidden),
        "they know of their own"
    );
    assert_eq!(command.authority(&others, &known, Post::ENGLAND).err(), Some(Denied::NotFound));
}
