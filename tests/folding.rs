//! Starting on a ledger: until it is folded nobody is answered, and everybody is told why.

use std::sync::Arc;
use std::time::Duration;

use api::clock::Clock;
use api::error::Error;
use api::start::mint;
use api::store::{Actor, Store};
use axum::body::Body;
use axum::http::Request;
use domain::ledger::{Position, Via};
use entity::ledger_entry;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, TransactionTrait};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::harness::app::{App, body_of};
use crate::harness::database::Engine;
use crate::harness::ledger::{at_once, record_person};

const PATIENCE: Duration = Duration::from_secs(10);

async fn ready(app: &App) -> (u16, Value) {
    let answer = app.send(Request::get("/readyz").body(Body::empty()).unwrap()).await;
    (answer.status().as_u16(), body_of(answer).await)
}

async fn asked(app: &App) -> (u16, Value) {
    let token = app.bearer("somebody").token;
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from(r#"{"query":"{ viewer { name } }"}"#));
    let answer = app.send(request.unwrap()).await;
    (answer.status().as_u16(), body_of(answer).await)
}

/// On PostgreSQL, where a table can be kept from readers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_answered_before_the_ledger_is_folded() {
    let first = App::start(Engine::Postgres).await;
    let head = first.head().await;
    first.store.snapshot_at(head).await;
    first.store.close().await;
    let db = first.database.connection().await;
    let lock = db.begin().await.unwrap();
    lock.execute_unprepared("LOCK TABLE ledger_entry IN ACCESS EXCLUSIVE MODE").await.unwrap();

    let store = Store::start(first.database.url(), Clock::default(), mint()).await.unwrap();
    let app = App::with(first.database.clone(), Arc::new(store), Clock::default());
    let (status, why) = ready(&app).await;
    assert!(status == 503 && why.as_str().unwrap().starts_with("folding 0 of "), "{status} {why}");
    let (status, answer) = asked(&app).await;
    assert_eq!((status, &answer["errors"][0]["extensions"]["code"]), (503, &json!("UNAVAILABLE")));
    assert!(app.store.folding().is_some());

    lock.rollback().await.unwrap();
    timeout(PATIENCE, app.store.folded()).await.expect("it folds now").unwrap();
    assert_eq!((app.store.folding(), app.store.snapshot().history.head()), (None, head));
    assert_eq!(ready(&app).await, (200, json!("ready\n")));
    assert_eq!(asked(&app).await.0, 200);
    app.store.close().await;
}

on_both_engines! {
    async fn a_ledger_that_does_not_fold_is_never_served(engine: Engine) {
        let app = App::start(engine).await;
        // More entries than are folded in one go, and one that nobody can read.
        for some in 0..9 {
            let people = (0..64).map(|one| record_person(&format!("{some} {one}")));
            at_once(people.map(|new| app.store.write(Actor::Installation, Via::CommandLine, new))).await;
        }
        app.store.close().await;
        let last = app.entries().await.pop().unwrap();
        let unread = ledger_entry::Model {
            position: last.position + 1,
            recorded_at: last.recorded_at + 1,
            act: "of.a.newer.version".to_owned(),
            previous_hash: last.hash.clone(),
            hash: vec![1; 32],
            ..last
        };
        let insert = ledger_entry::Entity::insert(unread.into_active_model());
        insert.exec_without_returning(&app.database.connection().await).await.unwrap();

        match Store::open(app.database.url(), Clock::default(), mint()).await {
            Err(Error::Unavailable(why)) => assert!(why.contains("the ledger does not fold"), "{why}"),
            other => panic!("{other:?}"),
        }
        let store = Store::start(app.database.url(), Clock::default(), mint()).await.unwrap();
        let started = App::with(app.database.clone(), Arc::new(store), Clock::default());
        assert!(timeout(PATIENCE, started.store.folded()).await.expect("it turns out").is_err());
        assert_eq!(started.store.snapshot().history.head(), Position(0), "a part of the ledger is nothing to answer from");
        assert_eq!((ready(&started).await.0, asked(&started).await.0), (503, 503));
        started.store.close().await;
    }
}
