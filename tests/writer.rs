//! The writer: what it acknowledged is there, and what it did not is there whole or not at all.

use std::env;
use std::io::{Write as _, stdout};
use std::process::Stdio;
use std::time::{Duration, Instant};

use api::auth::LOCAL_ISSUER;
use api::clock::Clock;
use api::error::Error;
use api::start::mint;
use api::store::{Actor, Store, Written};
use domain::command::Command;
use domain::evidence::{EvidenceKind, RecordEvidence, Stance};
use domain::id::{AssessmentId, PersonId};
use domain::ledger::{Hash, Position, Via};
use domain::text::{self, Text};
use entity::{rating, text_item};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, SqlErr, TransactionTrait};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use uuid::Uuid;

use crate::harness::app::{App, NOW, instant};
use crate::harness::ledger::{at_once, grant_reader, record_person};

/// Make a process of this test program write until it is killed.
const KILLED_URL: &str = "SDPT_TEST_KILLED_URL";
const KILLED_ASSESSMENT: &str = "SDPT_TEST_KILLED_ASSESSMENT";
/// Writes that the process that is killed has on the way together.
const AT_ONCE: usize = 3;

on_both! {
    async fn a_command_that_the_database_refuses_fails_alone(app: &App) {
        let before = app.entries().await.len();
        let nobody = PersonId(Uuid::from_u128(0xdead));
        let commands = (0..21).map(|number| match number {
            7 => grant_reader(nobody),
            _ => record_person(&format!("good {number}")),
        });
        let answers =
            at_once(commands.map(|command| app.store.write(Actor::Installation, Via::CommandLine, command)))
                .await;
        for (number, answer) in answers.iter().enumerate() {
            match &answer.outcome {
                Ok(Written::At(..)) => assert_ne!(number, 7),
                Err(Error::Internal(_)) => assert_eq!(number, 7),
                other => panic!("{number}: {other:?}"),
            }
        }
        let entries = app.entries().await;
        assert_eq!(entries.len(), before + 20);
        assert!(!entries.iter().any(|entry| contains(&entry.payload, &nobody.0.to_string())));
        let db = app.database.connection().await;
        let subjects = entity::ledger_subject::Entity::find().all(&db).await.unwrap();
        assert!(!subjects.iter().any(|row| row.id == nobody.0));
        let grants = entity::grant::Entity::find().all(&db).await.unwrap();
        assert!(!grants.iter().any(|row| row.person == nobody.0));
    }

    async fn the_database_refuses_ratings_and_texts_that_name_what_is_not_there(app: &App) {
        app.published().await;
        let db = app.database.connection().await;
        let ratings = rating::Entity::find().all(&db).await.unwrap();
        let mut latest = ratings.into_iter().filter(|row| row.supersedes.is_some());
        let (of, other) = (latest.next().unwrap(), latest.next().unwrap());
        let of = rating::Model { id: Uuid::from_u128(0xbeef), item: 1_000, supersedes: None, ..of };
        let moderated = rating::Model { basis: "MODERATED".to_owned(), ..of.clone() };
        let nobody = Uuid::from_u128(0xdead);
        for (what, row) in [
            ("assessment", rating::Model { assessment: nobody, ..of.clone() }),
            ("organisation", rating::Model { organisation: nobody, ..of.clone() }),
            ("edition", rating::Model { edition: nobody, ..of.clone() }),
            ("element", rating::Model { element: nobody, ..of.clone() }),
            ("level", rating::Model { level: Some("splendid".to_owned()), ..of.clone() }),
            ("voice", rating::Model { voice: nobody, ..of.clone() }),
            ("author", rating::Model { rated_by: nobody, ..of.clone() }),
            ("rationale", rating::Model { rationale: Some(nobody), ..of.clone() }),
            ("reason", rating::Model { reason: Some(nobody), ..of.clone() }),
            ("entry", rating::Model { position: 1_000_000, ..of.clone() }),
            ("carried", rating::Model { carried_from: Some(nobody), ..of.clone() }),
            ("judged", rating::Model { judged: Some(nobody), ..moderated }),
            ("superseded", rating::Model { supersedes: Some(nobody), ..of.clone() }),
            ("another element's", rating::Model { supersedes: Some(other.id), ..of.clone() }),
        ] {
            let refused = rating::Entity::insert(row.into_active_model()).exec_without_returning(&db).await;
            assert!(is_of_a_foreign_key(&refused.unwrap_err()), "{what}");
        }
        let text = text_item::Entity::find().one(&db).await.unwrap().unwrap();
        let text = text_item::Model { id: Uuid::from_u128(0xbeef), position: 1_000_000, ..text };
        let refused = text_item::Entity::insert(text.into_active_model()).exec_without_returning(&db).await;
        assert!(is_of_a_foreign_key(&refused.unwrap_err()));
        let undone = db.begin().await.unwrap();
        rating::Entity::insert(of.into_active_model()).exec_without_returning(&undone).await.unwrap();
        undone.rollback().await.unwrap();
    }

    async fn a_killed_process_leaves_every_acknowledged_write_once_and_no_half_of_another(app: &App) {
        let (_, assessment) = app.draft("QWO").await;
        for (acknowledged, micros) in [(1, 0), (4, 400), (7, 1_500), (10, 4_000)] {
            let before = app.entries().await.len();
            let written = killed_after(app, &assessment, acknowledged, Duration::from_micros(micros)).await;
            every_acknowledged_write_is_there_once(app, &written).await;
            let more = app.entries().await.len() - before - written.len();
            assert!(more <= AT_ONCE, "{more} writes that nobody was told of");
            app.verified().await;

            let restarted = app.again().await.store;
            let (key, position) = written.last().unwrap();
            let again = record_evidence(&restarted, assessment.parse().unwrap(), key).await;
            assert!(matches!(again, Ok(Written::At(at, _)) if at == *position), "{key}: {again:?}");
        }
    }

    async fn more_writes_than_can_wait_are_turned_away_and_the_others_are_written(app: &App) {
        let before = app.entries().await.len();
        let db = app.database.connection().await;
        let lock = match app.database.engine() {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN; LOCK TABLE ledger_entry IN EXCLUSIVE MODE",
        };
        db.execute_unprepared(lock).await.unwrap();
        let commands = (0..1_200).map(|number| record_person(&format!("person {number}")));
        let writes = commands.map(|command| app.store.write(Actor::Installation, Via::CommandLine, command));
        let unlock = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            db.execute_unprepared("ROLLBACK").await.unwrap();
        };
        let (answers, ()) = tokio::join!(at_once(writes), unlock);
        let (written, refused): (Vec<_>, Vec<_>) =
            answers.into_iter().map(|answer| answer.outcome).partition(Result::is_ok);
        assert!(refused.iter().all(|outcome| matches!(outcome, Err(error) if error.code() == "UNAVAILABLE")));
        // 1,024 can wait, and one batch of up to 64 is on its way.
        assert!((112..=176).contains(&refused.len()), "{} were turned away", refused.len());
        assert_eq!(app.entries().await.len(), before + written.len());
    }

    async fn a_store_whose_writer_has_gone_says_that_it_is_unavailable(app: &App) {
        let before = app.entries().await.len();
        let (url, clock) = (app.database.url().to_owned(), app.clock.clone());
        // The writer lives on the runtime that opened the store, and goes with it.
        let store = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(Store::open(&url, clock, mint())).unwrap()
        });
        let store = tokio::task::block_in_place(|| store.join().unwrap());
        let command = record_person("somebody");
        let answer = store.write(Actor::Installation, Via::CommandLine, command).await;
        assert_eq!(answer.outcome.unwrap_err().code(), "UNAVAILABLE");
        assert_eq!(app.entries().await.len(), before);
    }

    async fn a_grant_by_another_process_is_honoured_within_a_second(app: &App) {
        let round = app.national().await.opens("2026/27 Q2").await;
        let newcomer = app.bearer("local:SYSTEM_LEAD:QWO");
        let viewer = "{ viewer { name grants { role organisation { code } } } }";
        assert_eq!(newcomer.data(viewer, json!({})).await["viewer"], json!({ "name": null, "grants": [] }));

        let elsewhere = app.again().await;
        elsewhere.lead_of("QWO").await;
        let granted = Instant::now();
        let expected = json!([{ "role": "SYSTEM_LEAD", "organisation": { "code": "QWO" } }]);
        while newcomer.data(viewer, json!({})).await["viewer"]["grants"] != expected {
            assert!(granted.elapsed() < Duration::from_secs(1), "the grant is not honoured yet");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        newcomer.starts(&round, "QWO").await;
    }
}

/// No test of its own: what a process of this program does that is going to be killed.
#[tokio::test]
async fn writes_until_it_is_killed() {
    let (Ok(url), Ok(assessment)) = (env::var(KILLED_URL), env::var(KILLED_ASSESSMENT)) else { return };
    let assessment: AssessmentId = assessment.parse().unwrap();
    let store = Store::open(&url, Clock::by_hand(instant(NOW)), mint()).await.unwrap();
    let begin = store.snapshot().history.head().0;
    for round in 0..10_000 {
        let keys: Vec<_> = (0..AT_ONCE).map(|number| format!("{begin}-{round}-{number}")).collect();
        let written = at_once(keys.iter().map(|key| record_evidence(&store, assessment, key))).await;
        for (key, written) in keys.iter().zip(written) {
            let Ok(Written::At(position, _)) = written else { panic!("{key}: {written:?}") };
            // Past the test runner, which would keep it; a line is written whole.
            let mut out = stdout().lock();
            writeln!(out, "\nwritten {key} {}", position.0).unwrap();
            out.flush().unwrap();
        }
    }
}

/// Lets a process of its own write, and kills it some time after it acknowledged so many writes.
/// Returns all that it acknowledged.
async fn killed_after(
    app: &App,
    assessment: &str,
    acknowledged: usize,
    then: Duration,
) -> Vec<(String, Position)> {
    let mut process = tokio::process::Command::new(env::current_exe().unwrap())
        .args(["writer::writes_until_it_is_killed", "--exact", "--nocapture"])
        .env(KILLED_URL, app.database.url())
        .env(KILLED_ASSESSMENT, assessment)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut written = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        let Some((key, position)) = line.strip_prefix("written ").and_then(|line| line.split_once(' '))
        else {
            continue;
        };
        written.push((key.to_owned(), Position(position.parse().unwrap())));
        if written.len() == acknowledged {
            tokio::time::sleep(then).await;
            process.start_kill().unwrap();
        }
    }
    assert!(!process.wait().await.unwrap().success());
    assert!(written.len() >= acknowledged, "the process ended before it was killed");
    written
}

async fn every_acknowledged_write_is_there_once(app: &App, written: &[(String, Position)]) {
    let entries = app.entries().await;
    let keys = entity::idempotency::Entity::find().all(&app.database.connection().await).await.unwrap();
    for (key, position) in written {
        let position = i64::try_from(position.0).unwrap();
        let rows: Vec<_> = keys.iter().filter(|row| row.key == *key).map(|row| row.position).collect();
        assert_eq!(rows, [position], "{key}");
        let hash = Hash::of(key.as_bytes()).to_string();
        let own: Vec<_> = entries
            .iter()
            .filter(|entry| contains(&entry.payload, &hash))
            .map(|entry| entry.position)
            .collect();
        assert_eq!(own, [position], "{key}");
    }
}

/// The same command for the same key.
async fn record_evidence(store: &Store, assessment: AssessmentId, key: &str) -> Result<Written, Error> {
    let person = store.snapshot().people.person(LOCAL_ISSUER, "local:SYSTEM_LEAD:QWO").unwrap();
    let text = |text: &str| Text::parse(text, text::TITLE).unwrap();
    let command = Command::RecordEvidence(RecordEvidence {
        assessment,
        title: text(key),
        link: Some(text("paper 7")),
        kind: EvidenceKind::BoardPaper,
        stance: Stance::Supports,
        observed_on: None,
        review_by: None,
        elements: vec![
            "sdpt.functions.quality.culture".to_owned(),
            "sdpt.functions.quality.learning".to_owned(),
        ],
    });
    store.write(Actor::Person { person, key: key.to_owned() }, Via::Api, command).await.outcome
}

fn contains(payload: &[u8], words: &str) -> bool {
    String::from_utf8_lossy(payload).contains(words)
}

fn is_of_a_foreign_key(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_)))
}
