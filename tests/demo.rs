//! The demonstration: the same on every machine and database, and the README's answers are its answers.

use std::sync::Arc;

use api::clock::Clock;
use api::demo;
use api::store::Store;
use serde_json::{Value, json};

use crate::harness::app::{App, NOW, instant};
use crate::harness::database::{Database, Engine};

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

/// The blocks of a language in the README, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    let readme = include_str!("../README.md");
    let fence = format!("```{language}\n");
    readme.split(fence.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect()
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demonstration_is_the_same_on_both_databases_and_the_readme_tells_its_answers() {
    let (sqlite, on_sqlite) = demonstrated(Engine::Sqlite).await;
    let (postgres, on_postgres) = demonstrated(Engine::Postgres).await;
    assert_eq!(on_sqlite, on_postgres, "the same ledger, byte for byte");
    let (queries, answers) = (blocks("graphql"), blocks("json"));
    assert_eq!((queries.len(), answers.len()), (3, 3));
    for app in [sqlite, postgres] {
        let people = [app.reader().await, app.lead_of("QWO").await];
        for (((_, who, query), shown), answer) in demo::QUERIES.into_iter().zip(&queries).zip(&answers) {
            assert_eq!(words(query), words(shown), "the README shows what the demonstration prints");
            let person = &people[usize::from(who > 0)];
            let told: Value = serde_json::from_str(answer).unwrap();
            assert_eq!(person.ask_with(query, json!({})).await, told, "{query}");
        }
    }
}
