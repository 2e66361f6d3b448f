//! The demonstration: the same on every machine and database, and the README's answers are its answers.
//! With SDPT_WRITE_README=1 the queries and answers in README and docs are written anew instead of compared.

use std::collections::BTreeSet;
use std::sync::Arc;

use api::clock::Clock;
use api::demo::{self, PEOPLE, QUERIES, Question};
use api::local::LocalPerson;
use api::store::Store;
use async_graphql::Value;
use domain::grant::Role;
use serde_json::json;

use crate::harness::app::{App, NOW, code, instant};
use crate::harness::database::{Database, Engine};
use crate::harness::readme;

/// An app on a filled database, and the hash of its ledger's head.
async fn demonstrated(engine: Engine) -> (App, String) {
    let database = Database::new(engine).await;
    let clock = Clock::by_hand(demo::start());
    let store = Store::open(database.url(), clock.clone(), demo::mint()).await.unwrap();
    demo::fill(&store, &|_| {}).await.unwrap();
    let (_, hash) = store.verify().await.unwrap().unwrap();
    clock.set(instant(NOW));
    (App::with(database, Arc::new(store), clock), hash.to_string())
}

async fn answers(app: &App) -> Vec<Value> {
    let mut answers = Vec::new();
    for Question { by, query, .. } in QUERIES {
        let person = app.somebody(PEOPLE[by].role, PEOPLE[by].on, None).await;
        let answer = person.ask_in_order(query).await;
        assert!(
            matches!(&answer, Value::Object(answer) if !answer.contains_key("errors")),
            "{query}\n{answer}"
        );
        answers.push(answer);
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demonstration_is_the_same_on_both_databases_and_the_readme_tells_its_answers() {
    let (sqlite, on_sqlite) = demonstrated(Engine::Sqlite).await;
    let (postgres, on_postgres) = demonstrated(Engine::Postgres).await;
    assert_eq!(on_sqlite, on_postgres, "the same ledger, byte for byte");
    let told = answers(&sqlite).await;
    assert_eq!(told, answers(&postgres).await);
    everybody_has_work(&sqlite).await;
    the_past_is_told_alike(&sqlite, &postgres).await;
    let questions = QUERIES.iter().zip(&told);
    if std::env::var_os("SDPT_WRITE_README").is_some() {
        let questions = questions.map(|(question, answer)| (question.title, question.query, answer));
        readme::write(&questions.collect::<Vec<_>>());
        return;
    }
    for (question, answer) in questions {
        let pages = readme::shown(question.title);
        assert!(!pages.is_empty(), "no page shows: {}", question.title);
        for shown in pages {
            assert_eq!(
                shown.query,
                readme::words(question.query),
                "pages show what the demonstration prints"
            );
            assert_eq!(shown.answer, *answer, "{}", question.title);
        }
    }
    every_block_is_of_the_contract(&sqlite).await;
}

/// Every kind of figure, of a day and as known at a position.
const FIGURES: [&str; 9] = [
    "system(code: \"QWO\") { id profile(framework: \"sdpt\", asOf: $at) { resolvedAsOf { on knownAt position } whole { median { key } }
        themes { rollUp { levelCounts { count } } elements { agreed { id recordedAt position outcome { ... on Level { key } } } } }
        citation { text } } }",
    "system(code: \"S0E4D\") { progression(framework: \"sdpt\", boundaries: WITH_PREDECESSORS, asOf: $at) { breaks { on detail }
        lines { subject { id } points { on round { id } rollUp { rated } organisations { share rollUp { rated } } }
            movement { sentence } trend { sentence pValue kendall { tau } } } } }",
    "system(code: \"QWO\") { progression(framework: \"sdpt\", grain: ELEMENT, asOf: $at) { columnar { on tau pValues
        bodies { levelCounts median assessedAfresh } } } }",
    "comparison(framework: \"sdpt\", since: \"2025-09-30\", asOf: $at) { rows { system { id name region { code } } cells { standing
        rollUp { median { key } } movement { word } trend { verdict pValue } } } columnar { systems median standings } }",
    "distributions(framework: \"sdpt\", asOf: $at) { subject { key } area { code } points { on of without levelCounts { count } } }",
    "movements(framework: \"sdpt\", since: \"2025-09-30\", asOf: $at) { groups { word systems { system { code } movement { sentence } } } }",
    "distributionsColumnar(framework: \"sdpt\", grain: ELEMENT, asOf: $at) { areas on levelCounts of without citation { text } }",
    "gap(framework: \"sdpt\", asOf: $at) { lines { subject { key } pairs agreement kappa counts { difference count } } }",
    "system(code: \"QWO\") { nextSteps(framework: \"sdpt\", asOf: $at) { element { key } pathfinders { system { code } to { label } } } }",
];

/// Byte for byte: on either database, after more was recorded, and after a restart.
async fn the_past_is_told_alike(sqlite: &App, postgres: &App) {
    let head =
        sqlite.reader().await.ask("{ comparison(framework: \"sdpt\") { resolvedAsOf { position } } }").await;
    let position = head["data"]["comparison"]["resolvedAsOf"]["position"].clone();
    let at = json!({ "at": { "on": "2026-10-31", "position": position } });
    let told = async |app: &App| {
        let person = app.somebody(Role::NationalTeam, None, None).await;
        let (mut told, before) = (Vec::new(), app.store.statements());
        for figures in FIGURES {
            told.push(person.text(&format!("query($at: AsOf) {{ {figures} }}"), at.clone()).await);
        }
        assert_eq!(app.store.statements(), before, "figures are told from memory");
        told
    };
    let first = told(sqlite).await;
    assert!(first.iter().all(|text| text.len() > 300 && !text.contains("\"errors\"")), "{first:#?}");
    sqlite.national().await.opens("another round").await;
    for (app, when) in [(postgres, "on the other database"), (sqlite, "after more was recorded")] {
        assert!(told(app).await == first, "{when}");
    }
    for app in [sqlite, postgres] {
        assert!(told(&app.again().await).await == first, "after a restart");
    }
}

/// The ids in the examples of changes are made up, so they are refused; what counts is how.
async fn every_block_is_of_the_contract(app: &App) {
    let reader = app.reader().await;
    let documents = readme::documents();
    assert!(documents.len() > QUERIES.len(), "examples of changes are shown as well");
    for document in documents {
        let answer = reader.ask(&document).await;
        let wrong = ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_REQUEST"];
        assert!(!wrong.contains(&code(&answer)), "{document}\n{answer}");
    }
}

/// The acts that wait for somebody.
async fn waiting(app: &App, person: LocalPerson<'_>) -> BTreeSet<String> {
    let person = app.somebody(person.role, person.on, None).await;
    let list = person.ask("{ viewer { workList(first: 100) { nodes { act } } } }").await;
    let nodes = list["data"]["viewer"]["workList"]["nodes"].as_array().cloned().unwrap_or_default();
    nodes.iter().filter_map(|node| node["act"].as_str().map(str::to_owned)).collect()
}

async fn everybody_has_work(app: &App) {
    for person in PEOPLE {
        let has_some = !waiting(app, person).await.is_empty();
        assert_eq!(has_some, person.role != Role::Reader, "{}", person.subject());
    }
    let midlands = LocalPerson { role: Role::RegionalReviewer, on: Some("Y60"), called: None };
    let acts = ["MODERATE", "PUBLISH", "SHARE_MODERATION"].map(str::to_owned);
    assert_eq!(waiting(app, midlands).await, BTreeSet::from(acts));
    let asked = LocalPerson { role: Role::SystemLead, on: Some("QJ2"), called: None };
    assert_eq!(waiting(app, asked).await, BTreeSet::from(["CONTEST".to_owned()]));
}
