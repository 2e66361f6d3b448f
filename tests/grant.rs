//! Grants: who may give and take which role where, for which days, and that taking one back works at once.

use std::time::{Duration, Instant};

use api::auth::LOCAL_ISSUER;
use api::people::{self, Who};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::harness::app::{App, Person, code};
use crate::harness::refusal::told;

const GRANT: &str = "grant { id holder role reason validFrom validTo revokedAt revokedBecause organisation { code } } position";
const FIRST: &str = "sdpt.functions.transformation.priorities";

async fn id_of(app: &App, organisation: &str) -> Value {
    let document = format!("{{ {organisation} {{ id }} }}");
    let data = app.reader().await.data(&document, json!({})).await;
    data.as_object().unwrap().values().next().unwrap()["id"].clone()
}

async fn qwo(app: &App) -> Value {
    id_of(app, "system(code: \"QWO\")").await
}

fn input(subject: &str, role: &str, organisation: &Value) -> Value {
    json!({ "idempotencyKey": format!("{subject} {role} {organisation}"), "subject": subject, "name": format!("Name of {subject}"),
        "role": role, "organisation": organisation, "validFrom": "2026-11-22", "reason": "starts on Monday" })
}

/// Another input, under a key of its own.
fn with(mut input: Value, field: &str, value: Value) -> Value {
    let short: String = value.to_string().chars().take(40).collect();
    input["idempotencyKey"] = json!(format!("{} {field} {short}", input["subject"]));
    input[field] = value;
    input
}

/// Gives a role that must be given. Returns the grant.
async fn gives(person: &Person<'_>, input: Value) -> Value {
    let payload = person.change("grantRole", GRANT, input).await;
    assert_eq!(payload["errors"], json!([]));
    assert!(payload["position"].is_string());
    payload["grant"].clone()
}

async fn takes(person: &Person<'_>, grant: &Value) -> Value {
    assert_eq!((&grant["revokedAt"], &grant["revokedBecause"]), (&Value::Null, &Value::Null));
    let input =
        json!({ "idempotencyKey": format!("take {}", grant["id"]), "grant": grant["id"], "reason": "left" });
    let payload = person.change("revokeRole", GRANT, input).await;
    assert_eq!(payload["errors"], json!([]));
    payload["grant"].clone()
}

/// What came of it: "ok", what it was refused with, or the code with which it failed.
async fn tried(person: &Person<'_>, field: &str, input: Value) -> String {
    let kind = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let document = format!(
        "mutation($input: {kind}!) {{ {field}(input: $input) {{ errors {{ code message path }} }} }}"
    );
    let answer = person.ask_with(&document, json!({ "input": input })).await;
    if answer["errors"] != Value::Null {
        return code(&answer).to_owned();
    }
    let told = told(&answer["data"][field]["errors"]);
    if told.is_empty() { "ok".to_owned() } else { told.join(", ") }
}

/// What somebody is called, and the roles that they hold today.
async fn holds(person: &Person<'_>) -> (Value, Vec<String>) {
    let viewer = person.data("{ viewer { name grants { role } } }", json!({})).await["viewer"].clone();
    let roles =
        viewer["grants"].as_array().unwrap().iter().map(|grant| grant["role"].as_str().unwrap().to_owned());
    (viewer["name"].clone(), roles.collect())
}

async fn seen(person: &Person<'_>, grant: &Value) -> Value {
    let document = "query($id: ID!) { node(id: $id) { ... on Grant { holder reason revokedAt } } }";
    person.data(document, json!({ "id": grant["id"] })).await["node"].clone()
}

/// Holders of what is listed, each as its name or null.
async fn listed(person: &Person<'_>, arguments: &str) -> Vec<Value> {
    let document = format!("{{ grants{arguments} {{ totalCount nodes {{ holder }} }} }}");
    let page = person.data(&document, json!({})).await["grants"].clone();
    let nodes = page["nodes"].as_array().unwrap();
    assert_eq!(page["totalCount"], json!(nodes.len()));
    nodes.iter().map(|node| node["holder"].clone()).collect()
}

on_both! {
    async fn each_role_is_given_by_whom_the_policy_names(app: &App) {
        let (system, region) = (qwo(app).await, id_of(app, "region(code: \"Y63\")").await);
        let closed = id_of(app, "system(code: \"QNQ\")").await;
        let roles = [("CONTRIBUTOR", &system), ("SYSTEM_LEAD", &system), ("SYSTEM_LEAD", &closed),
            ("REGIONAL_REVIEWER", &region), ("NATIONAL_TEAM", &Value::Null), ("READER", &Value::Null)];
        let (ok, no) = ("ok", "FORBIDDEN");
        for (who, person, expected) in [
            ("stranger", app.stranger(), [no, no, no, no, no, no]),
            ("reader", app.reader().await, [no, no, no, no, no, no]),
            ("contributor", app.contributor_to("QWO").await, [no, no, no, no, no, no]),
            ("lead", app.lead_of("QWO").await, [ok, no, no, no, no, no]),
            ("other lead", app.lead_of("QOP").await, [no, no, no, no, no, no]),
            ("region", app.reviewer_of("Y63").await, [ok, ok, no, no, no, no]),
            ("last region of the closed", app.reviewer_of("Y59").await, [no, no, ok, no, no, no]),
            ("national", app.national().await, [ok, ok, ok, ok, ok, ok]),
        ] {
            for ((role, on), expected) in roles.into_iter().zip(expected) {
                let new = input(&format!("for {who}"), role, on);
                assert_eq!(tried(&person, "grantRole", new).await, expected, "{who}: {role}");
            }
        }
        for (organisation, expected) in
            [("organisation_00000000000000000000000000", "NOT_FOUND"), (system.as_str().unwrap(), "FORBIDDEN")]
        {
            for person in [app.stranger(), app.lead_of("QOP").await] {
                let new = input("x", "CONTRIBUTOR", &json!(organisation));
                assert_eq!(tried(&person, "grantRole", new).await, expected);
            }
        }
    }

    async fn what_makes_no_sense_is_refused_at_its_path(app: &App) {
        let (national, system) = (app.national().await, qwo(app).await);
        let region = id_of(app, "region(code: \"Y63\")").await;
        let good = input("ann", "SYSTEM_LEAD", &system);
        for (field, value, expected) in [
            ("subject", json!(""), "INVALID_INPUT subject"),
            ("subject", json!(" ann"), "INVALID_INPUT subject"),
            ("subject", json!("x".repeat(256)), "INVALID_INPUT subject"),
            ("issuer", json!(""), "INVALID_INPUT issuer"),
            ("name", json!(" "), "INVALID_INPUT name"),
            ("name", json!("x".repeat(201)), "INVALID_INPUT name"),
            ("reason", json!(" "), "REASON_REQUIRED reason"),
            ("reason", json!("x".repeat(2001)), "INVALID_INPUT reason"),
            ("organisation", json!("garbage"), "INVALID_INPUT organisation"),
            ("organisation", Value::Null, "INVALID_INPUT organisation"),
            ("organisation", region.clone(), "INVALID_INPUT organisation"),
            ("role", json!("REGIONAL_REVIEWER"), "INVALID_INPUT organisation"),
            ("role", json!("NATIONAL_TEAM"), "INVALID_INPUT organisation"),
            ("role", json!("READER"), "INVALID_INPUT organisation"),
            ("validTo", json!("2026-11-22"), "INVALID_INPUT validTo"),
            ("validTo", json!("2026-11-21"), "INVALID_INPUT validTo"),
        ] {
            let bad = with(good.clone(), field, value);
            assert_eq!(app.refusals(&national, "grantRole", bad.clone()).await, [expected], "{bad}");
        }
        let grant = gives(&national, good).await;
        for (field, value, expected) in [
            ("grant", json!("garbage"), "INVALID_INPUT grant"),
            ("reason", json!(""), "REASON_REQUIRED reason"),
            ("reason", json!("x".repeat(2001)), "INVALID_INPUT reason"),
        ] {
            let good = json!({ "idempotencyKey": "take", "grant": grant["id"], "reason": "r" });
            assert_eq!(app.refusals(&national, "revokeRole", with(good, field, value)).await, [expected]);
        }
        let nobody = json!({ "idempotencyKey": "n", "grant": "grant_00000000000000000000000000", "reason": "r" });
        assert_eq!(tried(&national, "revokeRole", nobody.clone()).await, "NOT_FOUND");
        assert_eq!(tried(&app.stranger(), "revokeRole", nobody).await, "NOT_FOUND");
    }

    async fn a_role_holds_from_its_first_day_until_the_day_before_its_last(app: &App) {
        let (lead, system) = (app.lead_of("QWO").await, qwo(app).await);
        let days = |from: &str, to: Option<&str>| {
            let new = with(input("ann", "CONTRIBUTOR", &system), "validFrom", json!(from));
            with(new, "validTo", json!(to))
        };
        let grant = gives(&lead, days("2026-11-23", Some("2026-11-25"))).await;
        assert_eq!((&grant["validFrom"], &grant["validTo"]), (&json!("2026-11-23"), &json!("2026-11-25")));
        let ann = app.bearer("ann");
        for (time, expected) in [
            ("2026-11-22T23:59:59Z", 0), ("2026-11-23T00:00:00Z", 1), ("2026-11-24T23:59:59Z", 1), ("2026-11-25T00:00:00Z", 0),
        ] {
            app.at(time);
            assert_eq!(holds(&ann).await.1.len(), expected, "{time}");
            let shown = listed(&lead, "").await;
            assert_eq!(shown.len(), usize::from(time < "2026-11-25"), "{time}: {shown:?}");
        }
        let gone = days("2025-01-01", Some("2026-01-01"));
        assert_eq!(app.refusals(&lead, "grantRole", gone).await, ["INVALID_INPUT validTo"], "it would be over");
        app.at("2026-11-22T10:00:00Z");
        for (from, to) in [("2026-11-24", None), ("2026-01-01", Some("2026-11-24")), ("2026-01-01", None)] {
            assert_eq!(app.refusals(&lead, "grantRole", days(from, to)).await, ["ALREADY_EXISTS"], "{from} {to:?}");
        }
        gives(&lead, days("2026-11-25", None)).await;
        gives(&lead, days("2026-01-01", Some("2026-11-23"))).await;
        app.at("2026-11-25T00:00:00Z");
        assert_eq!(holds(&ann).await.1, ["CONTRIBUTOR"]);
        let over = json!({ "idempotencyKey": "over", "grant": grant["id"], "reason": "r" });
        assert_eq!(app.refusals(&lead, "revokeRole", over).await, ["WRONG_STAGE grant"]);
    }

    async fn taking_a_role_back_works_at_once_in_the_middle_of_work(app: &App) {
        let (lead, draft) = app.draft("QWO").await;
        let grant = gives(&lead, input("ann", "CONTRIBUTOR", &qwo(app).await)).await;
        assert_eq!(grant["holder"], "Name of ann");
        assert_eq!((&grant["reason"], &grant["organisation"]["code"]), (&json!("starts on Monday"), &json!("QWO")));
        let ann = app.bearer("ann");
        let rate = |key: &str| json!({ "idempotencyKey": key, "assessment": draft,
            "items": [{ "element": FIRST, "outcome": { "level": "emerging" } }] });
        assert_eq!(tried(&ann, "rateElements", rate("first")).await, "ok");
        let gone = takes(&lead, &grant).await;
        assert_eq!(gone["revokedBecause"], "left");
        assert!(gone["revokedAt"].as_str().unwrap().starts_with("2026-11-22T10:00:00"), "{gone}");
        assert_eq!(tried(&ann, "rateElements", rate("second")).await, "NOT_FOUND");
        assert_eq!((holds(&ann).await.1, ann.assessment(&draft).await), (Vec::new(), Value::Null));
        for person in [&ann, &lead] {
            assert_eq!(seen(person, &grant).await["revokedAt"], gone["revokedAt"], "known to them still");
        }
        assert_eq!(listed(&lead, "").await, Vec::<Value>::new());
        let again = json!({ "idempotencyKey": "again", "grant": grant["id"], "reason": "r" });
        assert_eq!(app.refusals(&lead, "revokeRole", again.clone()).await, ["WRONG_STAGE grant"]);
        assert_eq!(tried(&ann, "revokeRole", again.clone()).await, "FORBIDDEN", "their own");
        assert_eq!(tried(&app.reader().await, "revokeRole", again).await, "NOT_FOUND");
        gives(&lead, with(input("ann", "CONTRIBUTOR", &qwo(app).await), "reason", json!("came back"))).await;
        assert_eq!(tried(&ann, "rateElements", rate("third")).await, "STALE_REVISION items.0.replaces");
    }

    async fn an_own_role_is_taken_back_only_by_whom_it_could_be_given(app: &App) {
        let national = app.national().await;
        let grant = gives(&national, input("ann", "SYSTEM_LEAD", &qwo(app).await)).await;
        let take = json!({ "idempotencyKey": "own", "grant": grant["id"], "reason": "r" });
        for (person, expected) in [
            (app.bearer("ann"), "FORBIDDEN"), (app.lead_of("QWO").await, "NOT_FOUND"),
            (app.contributor_to("QWO").await, "NOT_FOUND"), (app.reviewer_of("Y60").await, "NOT_FOUND"),
            (app.reviewer_of("Y63").await, "ok"),
        ] {
            assert_eq!(tried(&person, "revokeRole", take.clone()).await, expected);
        }
        let own = gives(&national, input("bob", "NATIONAL_TEAM", &Value::Null)).await;
        let bob = app.bearer("bob");
        takes(&bob, &own).await;
        assert_eq!(tried(&bob, "grantRole", input("eve", "READER", &Value::Null)).await, "FORBIDDEN");
    }

    async fn the_same_key_answers_as_it_did_the_first_time(app: &App) {
        let (national, system) = (app.national().await, qwo(app).await);
        let new = input("ann", "SYSTEM_LEAD", &system);
        let first = national.change("grantRole", GRANT, new.clone()).await;
        assert_eq!(national.change("grantRole", GRANT, new.clone()).await, first);
        let mut other = new.clone();
        other["reason"] = json!("another reason");
        assert_eq!(tried(&national, "grantRole", other).await, "KEY_REUSED idempotencyKey");
        let take = json!({ "idempotencyKey": "take", "grant": first["grant"]["id"], "reason": "left" });
        let taken = national.change("revokeRole", GRANT, take.clone()).await;
        assert_eq!(national.change("revokeRole", GRANT, take).await, taken);
        let replayed = national.change("grantRole", GRANT, new).await;
        assert_eq!(replayed["position"], first["position"]);
        assert_eq!(replayed["grant"]["revokedAt"], taken["grant"]["revokedAt"], "as it is now");
    }

    async fn somebody_unknown_is_recorded_with_their_first_role(app: &App) {
        let (national, system) = (app.national().await, qwo(app).await);
        let mut unnamed = input("ann", "SYSTEM_LEAD", &system);
        unnamed.as_object_mut().unwrap().remove("name");
        unnamed["kind"] = json!("SERVICE");
        let before = app.entries().await.len();
        assert_eq!(gives(&national, unnamed).await["holder"], Value::Null);
        assert_eq!(app.entries().await.len(), before + 1, "person and role are one entry");
        assert_eq!(holds(&app.bearer("ann")).await, (Value::Null, vec!["SYSTEM_LEAD".to_owned()]));
        gives(&national, input("ann", "READER", &Value::Null)).await;
        assert_eq!(holds(&app.bearer("ann")).await.1, ["SYSTEM_LEAD", "READER"], "the same person");
        let elsewhere = with(input("ann", "READER", &Value::Null), "issuer", json!("https://login.example.org"));
        gives(&national, elsewhere).await;
        assert_eq!(holds(&app.bearer("ann")).await.1.len(), 2, "another issuer calls somebody else so");
    }

    async fn one_person_may_have_several_identities(app: &App) {
        let (national, system) = (app.national().await, qwo(app).await);
        gives(&national, input("ann", "SYSTEM_LEAD", &system)).await;
        gives(&national, input("bob", "READER", &Value::Null)).await;
        let who = |subject| Who { issuer: LOCAL_ISSUER, subject };
        people::add_identity(&app.store, who("ann"), who("ann-2")).await.unwrap();
        assert_eq!(holds(&app.bearer("ann-2")).await, holds(&app.bearer("ann")).await);
        let same = tried(&national, "grantRole", input("ann-2", "SYSTEM_LEAD", &system)).await;
        assert_eq!(same, "ALREADY_EXISTS");
        for (from, to, expected) in [
            ("ann", "ann-2", "by this identity already"), ("ann", "bob", "belong to somebody else"),
            ("nobody", "eve", "nobody is known"), ("ann", "", "must not be empty"),
        ] {
            let why = people::add_identity(&app.store, who(from), who(to)).await.unwrap_err().explain();
            assert!(why.contains(expected), "{why}");
        }
    }

    async fn another_replica_knows_it_when_it_has_folded(app: &App) {
        let (national, system, other) = (app.national().await, qwo(app).await, app.again().await);
        let grant = gives(&national, input("ann", "SYSTEM_LEAD", &system)).await;
        other.store.snapshot_at(app.head().await).await;
        let ann = other.bearer("ann");
        assert_eq!(holds(&ann).await, (json!("Name of ann"), vec!["SYSTEM_LEAD".to_owned()]));
        let who = |subject| Who { issuer: LOCAL_ISSUER, subject };
        people::add_identity(&app.store, who("ann"), who("ann-2")).await.unwrap();
        takes(&national, &grant).await;
        let by_hand = input("eve", "CONTRIBUTOR", &system);
        assert_eq!(tried(&ann, "grantRole", by_hand).await, "FORBIDDEN", "the writer asks the database, not its memory");
        other.store.snapshot_at(app.head().await).await;
        for subject in ["ann", "ann-2"] {
            assert_eq!(holds(&other.bearer(subject)).await, (json!("Name of ann"), Vec::new()), "{subject}");
        }
    }

    async fn another_replica_that_is_only_asked_comes_to_know_within_two_seconds(app: &App) {
        let (national, other) = (app.national().await, app.again().await);
        let grant = gives(&national, input("ann", "SYSTEM_LEAD", &qwo(app).await)).await;
        let ann = other.bearer("ann");
        let comes_to = async |roles: usize| {
            let begun = Instant::now();
            while holds(&ann).await.1.len() != roles {
                assert!(begun.elapsed() < Duration::from_secs(2), "it does not come to know");
                sleep(Duration::from_millis(20)).await;
            }
        };
        comes_to(1).await;
        takes(&national, &grant).await;
        comes_to(0).await;
    }

    async fn whoever_may_give_a_role_finds_who_holds_it(app: &App) {
        let (national, region, lead) = (app.national().await, app.reviewer_of("Y63").await, app.lead_of("QWO").await);
        let (system, other) = (qwo(app).await, id_of(app, "system(code: \"QHM\")").await);
        let later = with(input("ann", "CONTRIBUTOR", &system), "validFrom", json!("2027-01-01"));
        gives(&national, later).await;
        gives(&national, input("bob", "CONTRIBUTOR", &system)).await;
        gives(&national, input("eve", "SYSTEM_LEAD", &other)).await;
        let name = |subject: &str| json!(format!("Name of {subject}"));
        assert_eq!(listed(&lead, "").await, [name("ann"), name("bob")]);
        assert_eq!(listed(&app.bearer("bob"), "").await, Vec::<Value>::new(), "a contributor gives none");
        assert_eq!(listed(&app.reader().await, "").await, Vec::<Value>::new());
        assert_eq!(listed(&app.stranger(), "").await, Vec::<Value>::new());
        assert_eq!(listed(&app.reviewer_of("Y60").await, "").await, Vec::<Value>::new());
        assert_eq!(listed(&region, &format!("(organisation: {other})")).await, [name("eve")]);
        assert_eq!(listed(&region, "").await.len(), 4, "the lead of QWO among them");
        let own = "local SYSTEM_LEAD of QWO";
        assert!(listed(&national, "").await.contains(&json!(own)));
        assert!(listed(&national, "").await.len() > 5);

        let page = |window: &str| format!("{{ grants({window}) {{ totalCount nodes {{ holder }} pageInfo {{ endCursor hasNextPage }} }} }}");
        let first = region.data(&page("first: 3"), json!({})).await["grants"].clone();
        assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(4), &json!(true)));
        let after = format!("first: 3, after: {}", first["pageInfo"]["endCursor"]);
        let second = region.data(&page(&after), json!({})).await["grants"].clone();
        assert_eq!(second["nodes"], json!([{ "holder": name("eve") }]));
        let foreign = lead.ask(&page(&format!("organisation: {system}, {after}"))).await;
        assert_eq!(code(&foreign), "BAD_REQUEST", "a cursor of another list");
        assert_eq!(code(&lead.ask(&page("organisation: \"garbage\"")).await), "BAD_REQUEST");
    }
}
