//! The ledger: one order for all writers, each write in it once, and positions that keep their meaning.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use api::store::{Actor, Snapshot, Store, Written};
use domain::grant::Role;
use domain::id::LedgerId;
use domain::ledger::{Event, Payload, Position, Via};
use entity::ledger_entry;
use proptest::collection::vec;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::task::{JoinSet, block_in_place};
use uuid::Uuid;

use crate::harness::app::{App, Person, code};
use crate::harness::database::Engine;
use crate::harness::ledger::{at_once, grant_reader, record_person};

const RATED: &str = "assessment { ...A } results { rating { id position recordedAt by } }";
const RESOLVED: &str = "query($asOf: AsOf) { system(code: \"QWO\") {
    progression(framework: \"sdpt\", asOf: $asOf) { resolvedAsOf { position } } } }";

/// On one engine: what is folded is the same on both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_cannot_be_read_never_brings_the_past_back() {
    let app = App::start(Engine::Sqlite).await;
    // More entries than are folded in one go.
    for some in 0..9 {
        let people = (0..64).map(|one| record_person(&format!("{some} {one}")));
        at_once(people.map(|new| app.store.write(Actor::Installation, Via::CommandLine, new))).await;
    }
    let head = app.head().await;
    app.store.snapshot_at(head).await;
    let last = app.entries().await.pop().unwrap();
    let newer = ledger_entry::Model {
        position: last.position + 1,
        recorded_at: last.recorded_at + 1,
        act: "of.a.newer.version".to_owned(),
        previous_hash: last.hash.clone(),
        hash: vec![1; 32],
        ..last
    };
    let insert = ledger_entry::Entity::insert(newer.into_active_model());
    insert.exec_without_returning(&app.database.connection().await).await.unwrap();
    let mut not_ready = 0;
    for _ in 0..200 {
        assert_eq!(app.store.snapshot().history.head(), head, "while all is folded again");
        not_ready += usize::from(app.store.readiness().await.is_err());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(not_ready > 0, "nobody was told");
}

on_both! {
    async fn three_processes_that_write_at_once_make_one_chain_with_every_write_in_it_once(app: &App) {
        let stores = [app.store.clone(), app.again().await.store, app.again().await.store];
        // Tasks, each with the stores that its writes go through.
        let plans = vec(vec(0..stores.len(), 1..6), 8..16);
        let config = Config { cases: 4, failure_persistence: None, max_shrink_iters: 8, ..Config::default() };
        let ran = block_in_place(|| {
            TestRunner::new(config).run(&plans, |plan| {
                Handle::current().block_on(all_of_it_is_in_order(app, &stores, plan));
                Ok(())
            })
        });
        ran.unwrap();
    }

    async fn a_fold_from_the_start_equals_a_fold_step_by_step(app: &App) {
        let beside = app.again().await;
        let (lead, assessment) = app.draft("QWO").await;
        lead.rates_all(&assessment, "developing").await;
        let from_here = app.again().await;
        lead.rates_all(&assessment, "maturing").await;
        lead.submits(&assessment).await;
        app.reviewer_of("Y63").await.publishes(&assessment).await;

        let head = app.head().await;
        let afterwards = app.again().await;
        assert_eq!(afterwards.store.snapshot().history.head(), head);
        all_are_equal([&app.store, &beside.store, &from_here.store, &afterwards.store], head).await;
    }

    async fn a_key_sent_twenty_times_at_once_writes_once_and_gives_one_answer(app: &App) {
        let (lead, assessment) = app.draft("QWO").await;
        let elsewhere = app.again().await;
        let there = elsewhere.bearer("local:SYSTEM_LEAD:QWO");
        let before = app.head().await;
        let first = element(&lead, &assessment, 0).await;
        let askers = [&lead, &there].into_iter().cycle().take(20);
        let answers =
            at_once(askers.map(|who| rate(who, "once", &assessment, unseen(&first, "developing")))).await;
        assert_eq!(answers[0]["errors"], json!([]));
        assert_ne!(answers[0]["results"][0]["rating"]["id"], Value::Null);
        for answer in &answers {
            assert_eq!(answer, &answers[0]);
        }
        assert_eq!(app.head().await, before.next());
    }

    async fn a_key_with_another_input_is_refused_and_changes_nothing(app: &App) {
        let (lead, assessment) = app.draft("QWO").await;
        let (one, two) = (element(&lead, &assessment, 0).await, element(&lead, &assessment, 1).await);
        let send =
            async |element: &str| rate(&lead, "reused", &assessment, unseen(element, "developing")).await;
        let first = send(&one).await;
        assert_eq!(first["errors"], json!([]));
        let before = (app.head().await, lead.assessment(&assessment).await);
        let refused = send(&two).await;
        assert_eq!(codes(&refused), ["KEY_REUSED"]);
        assert_eq!(refused["errors"][0]["path"], json!(["idempotencyKey"]));
        assert_eq!((app.head().await, lead.assessment(&assessment).await), before);
        assert_eq!(send(&one).await, first);

        let colleague = app.contributor_to("QWO").await;
        let answer = rate(&colleague, "reused", &assessment, unseen(&two, "developing")).await;
        assert_eq!(answer["errors"], json!([]), "a key belongs to whoever sent it");
    }

    async fn a_refusal_or_a_dry_run_is_not_remembered_under_its_key(app: &App) {
        let (lead, assessment) = app.draft("QWO").await;
        let element = element(&lead, &assessment, 0).await;
        let before = app.head().await;
        let refused = rate(&lead, "again", &assessment, unseen(&element, "no such level")).await;
        assert_eq!(codes(&refused), ["UNKNOWN_LEVEL"]);
        let items = json!([unseen(&element, "developing")]);
        let input =
            json!({ "idempotencyKey": "again", "assessment": assessment, "items": items, "dryRun": true });
        let dry = lead.change("rateElements", RATED, input).await;
        assert_eq!((&dry["errors"], &dry["results"][0]["rating"]), (&json!([]), &Value::Null));
        assert_eq!(app.head().await, before);
        let wet = rate(&lead, "again", &assessment, unseen(&element, "developing")).await;
        assert_eq!(wet["errors"], json!([]));
        assert_eq!(app.head().await, before.next());
    }

    async fn a_key_answers_after_a_restart_as_it_did_the_first_time(app: &App) {
        let (lead, assessment) = app.draft("QWO").await;
        let element = element(&lead, &assessment, 0).await;
        let first = rate(&lead, "kept", &assessment, unseen(&element, "developing")).await;
        lead.rates_all(&assessment, "maturing").await;

        let before = app.head().await;
        let restarted = app.again().await;
        let lead = restarted.bearer("local:SYSTEM_LEAD:QWO");
        let again = rate(&lead, "kept", &assessment, unseen(&element, "developing")).await;
        assert_eq!(again["results"], first["results"]);
        assert_eq!(again["errors"], json!([]));
        assert_eq!(lead.starts(&assessment_round(&lead, &assessment).await, "QWO").await, assessment);
        assert_eq!(app.head().await, before);
    }

    async fn of_two_who_rate_an_element_at_once_one_is_shown_what_the_other_wrote(app: &App) {
        let (lead, assessment) = app.draft("QWO").await;
        app.contributor_to("QWO").await;
        let elsewhere = app.again().await;
        let colleague = elsewhere.bearer("local:CONTRIBUTOR:QWO");
        for number in 0..6 {
            let element = element(&lead, &assessment, number).await;
            let (one, two) = tokio::join!(
                rate(&lead, &element, &assessment, unseen(&element, "developing")),
                rate(&colleague, &element, &assessment, unseen(&element, "maturing")),
            );
            let (winner, loser, beaten) =
                if codes(&one).is_empty() { (one, two, &colleague) } else { (two, one, &lead) };
            assert_eq!(codes(&winner), [""; 0]);
            assert_eq!(codes(&loser), ["STALE_REVISION"]);
            assert_eq!(loser["results"][0]["rating"], Value::Null);
            let current = &loser["errors"][0]["current"];
            assert_eq!(current["id"], winner["results"][0]["rating"]["id"]);
            assert_ne!(current["rationale"], Value::Null);
            let instead = rating(&element, &current["id"], "emerging");
            let now = rate(beaten, &element, &assessment, instead).await;
            assert_eq!(now["errors"], json!([]));
        }
    }

    async fn six_colleagues_who_rate_different_elements_at_once_are_all_heard(app: &App) {
        let (lead, assessment) = app.draft("QWO").await;
        let mut colleagues = Vec::new();
        for name in ["Ada", "Ben", "Cleo", "Dev", "Eve", "Finn"] {
            colleagues.push(app.somebody(Role::Contributor, Some("QWO"), Some(name)).await);
        }
        let answers = lead.answers(&assessment).await;
        let rated = at_once(colleagues.iter().zip(&answers).map(|(colleague, answer)| {
            let key = answer["element"]["key"].as_str().unwrap();
            rate(colleague, "mine", &assessment, unseen(key, "maturing"))
        }))
        .await;
        let now = lead.answers(&assessment).await;
        for (payload, answer) in rated.iter().zip(&now) {
            assert_eq!(payload["errors"], json!([]));
            assert_eq!(payload["results"][0]["rating"]["id"], answer["self"]["id"]);
        }
        let node = lead.assessment(&assessment).await;
        assert_eq!((&node["revision"], &node["workingPapers"]["rated"]), (&json!(7), &json!(6)));
    }

    async fn the_position_of_a_write_can_be_asked_for_at_once_in_every_process(app: &App) {
        let (lead, assessment) = app.draft("QWO").await;
        let elsewhere = app.again().await;
        let there = elsewhere.bearer("local:SYSTEM_LEAD:QWO");
        for number in 0..5 {
            let element = element(&lead, &assessment, number).await;
            let payload = rate(&lead, &element, &assessment, unseen(&element, "developing")).await;
            let position = &payload["results"][0]["rating"]["position"];
            for asker in [&there, &lead] {
                let answer = asker.data(RESOLVED, json!({ "asOf": { "position": position } })).await;
                assert_eq!(&answer["system"]["progression"]["resolvedAsOf"]["position"], position);
            }
        }
    }

    async fn a_moment_that_this_ledger_has_not_reached_is_a_bad_request(app: &App) {
        let reader = app.reader().await;
        let (ledger, head) = (app.store.ledger(), app.head().await);
        let at_head = json!({ "asOf": { "position": head.to_text(ledger) } });
        reader.data(RESOLVED, at_head).await;
        let moments = [
            json!({ "position": head.to_text(LedgerId(Uuid::from_u128(7))) }),
            json!({ "position": head.next().to_text(ledger) }),
            json!({ "position": Position(u64::MAX).to_text(ledger) }),
            json!({ "position": "no position" }),
            json!({ "knownAt": "2026-11-22T10:00:01Z" }),
            json!({ "knownAt": "2026-11-22T10:00:00Z", "position": head.to_text(ledger) }),
        ];
        let answers =
            at_once(moments.iter().map(|moment| reader.ask_with(RESOLVED, json!({ "asOf": moment }))));
        for (moment, answer) in moments.iter().zip(answers.await) {
            assert_eq!(code(&answer), "BAD_REQUEST", "{moment}: {answer}");
        }
    }
}

/// Writes as planned, in all tasks at once; the ledger and every store must say what was acknowledged.
async fn all_of_it_is_in_order(app: &App, stores: &[Arc<Store>; 3], plan: Vec<Vec<usize>>) {
    let before = app.head().await;
    let mut tasks = JoinSet::new();
    for (task, steps) in plan.into_iter().enumerate() {
        let through = steps.into_iter().map(|index| stores[index].clone()).collect();
        tasks.spawn(record_people_and_grant(through, format!("{} {task}", before.0)));
    }
    let written: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    let acknowledged = written.len();
    let written: BTreeMap<_, _> = written.into_iter().collect();
    assert_eq!(written.len(), acknowledged, "no two writes have one position");

    let entries = app.entries().await;
    is_a_chain(&entries);
    let after = &entries[usize::try_from(before.0).unwrap()..];
    assert_eq!(after.len(), acknowledged, "nothing was written but what was acknowledged");
    for ((position, event), entry) in written.iter().zip(after) {
        assert_eq!(i64::try_from(position.0).unwrap(), entry.position);
        let payload =
            Payload::read(&entry.act, u16::try_from(entry.format).unwrap(), &entry.payload).unwrap();
        assert_eq!(&payload.event, event);
    }
    all_are_equal(stores, Position(entries.len() as u64)).await;
}

/// Through each store in turn: somebody new, then a grant for them, which the next process decides at once.
async fn record_people_and_grant(through: Vec<Arc<Store>>, name: String) -> Vec<(Position, Event)> {
    let (mut written, mut newest) = (Vec::new(), None);
    for (step, store) in through.iter().enumerate() {
        let command = match newest.take() {
            None => record_person(&format!("{name} {step}")),
            Some(person) => grant_reader(person),
        };
        match store.write(Actor::Installation, Via::CommandLine, command).await.outcome {
            Ok(Written::At(position, event)) => {
                if let Event::PersonRecorded(recorded) = &event {
                    newest = Some(recorded.person);
                }
                written.push((position, event));
            }
            other => panic!("{name} {step}: {other:?}"),
        }
    }
    written
}

fn is_a_chain(entries: &[ledger_entry::Model]) {
    for (index, entry) in entries.iter().enumerate() {
        assert_eq!(entry.position, i64::try_from(index).unwrap() + 1);
    }
    for pair in entries.windows(2) {
        assert!(pair[0].recorded_at < pair[1].recorded_at, "entry {}", pair[1].position);
        assert_eq!(pair[0].hash, pair[1].previous_hash, "entry {}", pair[1].position);
    }
}

async fn all_are_equal(stores: impl IntoIterator<Item = impl AsRef<Store>>, head: Position) {
    let mut first: Option<Arc<Snapshot>> = None;
    for (index, store) in stores.into_iter().enumerate() {
        let snapshot = store.as_ref().snapshot_at(head).await;
        assert_eq!(snapshot.history.head(), head, "store {index}");
        let first = first.get_or_insert_with(|| snapshot.clone());
        // Not assert_eq, which would print both histories.
        assert!(*first.history == *snapshot.history, "store {index} folds another history");
        assert_eq!(first.people, snapshot.people, "store {index}");
    }
}

async fn element(person: &Person<'_>, assessment: &str, number: usize) -> String {
    person.answers(assessment).await[number]["element"]["key"].as_str().unwrap().to_owned()
}

async fn assessment_round(person: &Person<'_>, assessment: &str) -> String {
    let document = "query($id: ID!) { node(id: $id) { ... on Assessment { round { id } } } }";
    let answer = person.data(document, json!({ "id": assessment })).await;
    answer["node"]["round"]["id"].as_str().unwrap().to_owned()
}

/// Sends one rating under a key. Returns the payload.
async fn rate(who: &Person<'_>, key: &str, assessment: &str, item: Value) -> Value {
    let input = json!({ "idempotencyKey": key, "assessment": assessment, "items": [item] });
    who.change("rateElements", RATED, input).await
}

/// A rating by somebody who saw none.
fn unseen(element: &str, level: &str) -> Value {
    rating(element, &Value::Null, level)
}

fn rating(element: &str, replaces: &Value, level: &str) -> Value {
    let rationale = format!("because {level}");
    json!({ "element": element, "replaces": replaces, "outcome": { "level": level }, "rationale": rationale })
}

fn codes(payload: &Value) -> Vec<&str> {
    payload["errors"].as_array().unwrap().iter().filter_map(|error| error["code"].as_str()).collect()
}
