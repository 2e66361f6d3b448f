//! People and what they wrote: erased, they are gone everywhere, and the ledger still verifies.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use api::auth::LOCAL_ISSUER;
use api::people::{self, Appointment, Who};
use api::store::embedded_file;
use domain::grant::Role;
use domain::person::PersonKind;
use entity::{idempotency, person_identity, text_item};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, IsolationLevel, QueryFilter, Statement,
    TransactionTrait,
};
use serde_json::{Value, json};

use crate::harness::app::{App, Person};
use crate::harness::database::Engine;
use crate::harness::refusal::told;

const FIRST: &str = "sdpt.functions.transformation.priorities";
const SUBJECT: &str = "auth-of-ada-4711";
const NAME: &str = "Ada Quillfeather";
const WHY: &str = "Quillfeather replaces a colleague";
const RATIONALE: &str = "the zebra crossed the ward";

fn ada() -> Who<'static> {
    Who { issuer: LOCAL_ISSUER, subject: SUBJECT }
}

fn appointment(role: Role, on: Option<&'static str>) -> Appointment<'static> {
    let (from, to, kind) = ("2026-01-01".parse().unwrap(), None, PersonKind::Human);
    Appointment { who: ada(), name: Some(NAME), kind, role, on, from, to, reason: WHY }
}

/// Ada, who has rated an element of QWO's draft; the rating and its assessment.
async fn ada_at_work(app: &App) -> (Person<'_>, Value, String) {
    let (_, draft) = app.draft("QWO").await;
    appointment(Role::Contributor, Some("QWO")).record(&app.store).await.unwrap();
    let ada = app.bearer(SUBJECT);
    let input = rates(&draft);
    let payload = ada.change("rateElements", "results { rating { id } }", input).await;
    assert_eq!(payload["errors"], json!([]));
    (ada, payload["results"][0]["rating"]["id"].clone(), draft)
}

fn rates(draft: &str) -> Value {
    let item = json!({ "element": FIRST, "outcome": { "level": "emerging" }, "rationale": RATIONALE });
    json!({ "idempotencyKey": "ada rates", "assessment": draft, "items": [item] })
}

async fn rating(person: &Person<'_>, id: &Value) -> Value {
    let document = "query($id: ID!) { node(id: $id) { ... on Rating { by rationale } } }";
    person.data(document, json!({ "id": id })).await["node"].clone()
}

/// The files of the database that hold these words. A server's log of writes, which it keeps for a while, is not among them.
async fn holding(app: &App, words: &str) -> usize {
    let folder = match embedded_file(app.database.url()) {
        Some(file) => file.parent().unwrap().to_owned(),
        None => folder_on_the_server(app).await,
    };
    let files = std::fs::read_dir(&folder).unwrap_or_else(|why| {
        panic!("the test must read the files of its database, on this machine and as their owner or root: {folder:?}: {why}")
    });
    let bytes = files.map(|file| match std::fs::read(file.unwrap().path()) {
        // Of a table that was written anew.
        Err(why) if why.kind() == ErrorKind::NotFound => Vec::new(),
        read => read.unwrap(),
    });
    bytes.filter(|bytes| bytes.windows(words.len()).any(|window| window == words.as_bytes())).count()
}

/// Where the server keeps this database, with all that is still only in its memory written out.
async fn folder_on_the_server(app: &App) -> PathBuf {
    let db = app.database.connection().await;
    db.execute_unprepared("CHECKPOINT").await.unwrap();
    let sql = "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database \
        WHERE datname = current_database()";
    let row =
        db.query_one_raw(Statement::from_string(DatabaseBackend::Postgres, sql)).await.unwrap().unwrap();
    row.try_get_by_index::<String>(0).unwrap().into()
}

async fn words_left(app: &App, words: &str) -> usize {
    let db = app.database.connection().await;
    let texts =
        text_item::Entity::find().filter(text_item::Column::Text.contains(words)).all(&db).await.unwrap();
    let of = person_identity::Column::Subject.contains(words);
    texts.len() + person_identity::Entity::find().filter(of).all(&db).await.unwrap().len()
}

/// Of SQLite, where whoever reads keeps the log of writes from being emptied.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_that_somebody_reading_cut_short_is_finished_by_the_next() {
    let app = App::start(Engine::Sqlite).await;
    ada_at_work(&app).await;
    let db = app.database.connection().await;
    let reading = db.begin().await.unwrap();
    text_item::Entity::find().one(&reading).await.unwrap();
    let why = people::erase(&app.store, ada(), "r").await.unwrap_err().explain();
    assert!(why.contains("somebody else reads"), "{why}");
    assert!(holding(&app, SUBJECT).await > 0, "it is still in the log of writes");
    reading.rollback().await.unwrap();
    let why = people::erase(&app.store, ada(), "r").await.unwrap_err().explain();
    assert!(why.contains("nobody is known"), "{why}");
    assert_eq!(holding(&app, SUBJECT).await, 0);
    app.verified().await;
}

/// Of PostgreSQL, where a table that is written anew keeps what somebody can still see.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_waits_for_whoever_reads_what_was_before() {
    let app = App::start(Engine::Postgres).await;
    ada_at_work(&app).await;
    let db = app.database.connection().await;
    let reading = db.begin_with_config(Some(IsolationLevel::RepeatableRead), None).await.unwrap();
    reading.execute_unprepared("SELECT count(*) FROM ledger_meta").await.unwrap();
    let reads_on = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        reading.rollback().await.unwrap();
    };
    let (erased, ()) = tokio::join!(people::erase(&app.store, ada(), "r"), reads_on);
    erased.unwrap();
    assert_eq!(holding(&app, SUBJECT).await, 0);
    app.verified().await;
}

on_both! {
    async fn an_erased_person_is_nobody_everywhere(app: &App) {
        let other = app.again().await;
        let (ada, rated, draft) = ada_at_work(app).await;
        let lead = app.lead_of("QWO").await;
        assert_eq!(rating(&lead, &rated).await["by"], NAME);
        let grants = ada.data("{ viewer { grants { id } } }", json!({})).await["viewer"]["grants"].clone();
        for words in [NAME, SUBJECT, WHY] {
            assert_eq!((words_left(app, words).await, holding(app, words).await > 0), (1, true), "{words}");
        }
        people::erase(&app.store, super::ada(), "asked to be forgotten").await.unwrap();
        for words in [NAME, SUBJECT, WHY, "Quillfeather"] {
            assert_eq!((words_left(app, words).await, holding(app, words).await), (0, 0), "{words}");
        }
        other.store.snapshot_at(app.head().await).await;
        for app in [app, &other] {
            let (lead, ada) = (app.lead_of("QWO").await, app.bearer(SUBJECT));
            assert_eq!(rating(&lead, &rated).await, json!({ "by": null, "rationale": RATIONALE }), "the work stays");
            let viewer = ada.data("{ viewer { name grants { id } } }", json!({})).await["viewer"].clone();
            assert_eq!(viewer, json!({ "name": null, "grants": [] }));
            assert_eq!(ada.assessment(&draft).await, Value::Null);
            let document = "query($id: ID!) { node(id: $id) { ... on Grant { holder reason revokedAt revokedBecause } } }";
            let grant = lead.data(document, json!({ "id": grants[0]["id"] })).await["node"].clone();
            assert_eq!((&grant["holder"], &grant["reason"]), (&Value::Null, &Value::Null));
            assert!(grant["revokedAt"].is_string() && grant["revokedBecause"].is_null(), "nothing dangles");
            assert!(lead.history(&draft).await.len() > 1);
        }
        app.verified().await;
        let last = app.entries().await.pop().unwrap();
        assert_eq!((last.act.as_str(), last.via.as_str()), ("person.erase", "COMMAND_LINE"), "it is on record");
        let why = people::erase(&app.store, super::ada(), "again").await.unwrap_err().explain();
        assert!(why.contains("nobody is known as"), "{why}");

        appointment(Role::Contributor, Some("QWO")).record(&app.store).await.unwrap();
        let viewer = app.bearer(SUBJECT).data("{ viewer { name } }", json!({})).await["viewer"].clone();
        assert_eq!(viewer["name"], NAME, "whoever comes with this token later");
        assert_eq!(rating(&lead, &rated).await["by"], Value::Null, "is somebody else");
    }

    async fn an_erased_text_is_null_everywhere(app: &App) {
        let other = app.again().await;
        let (ada, rated, draft) = ada_at_work(app).await;
        let input = json!({ "idempotencyKey": "evidence", "assessment": draft, "kind": "DATA", "elements": [FIRST],
            "title": "zebra count", "link": "zebra folder" });
        let recorded = ada.change("recordEvidence", "evidence { id }", input).await["evidence"]["id"].clone();
        let text = |id: &Value| id.as_str().unwrap().to_owned();
        assert_eq!((words_left(app, "zebra").await, holding(app, "zebra").await > 0), (3, true));
        assert_eq!(people::erase_text(&app.store, &text(&rated), "named a patient").await.unwrap(), 1);
        assert_eq!(people::erase_text(&app.store, &text(&recorded), "named a patient").await.unwrap(), 2);
        assert_eq!((words_left(app, "zebra").await, holding(app, "zebra").await), (0, 0));
        for app in [app, &other] {
            other.store.snapshot_at(app.head().await).await;
            let lead = app.lead_of("QWO").await;
            assert_eq!(rating(&lead, &rated).await, json!({ "by": NAME, "rationale": null }));
            let document = "query($id: ID!) { node(id: $id) { ... on Evidence { title link } } }";
            let evidence = lead.data(document, json!({ "id": recorded })).await["node"].clone();
            assert_eq!(evidence, json!({ "title": null, "link": null }));
        }
        for (of, expected) in [
            (text(&rated), "erased already"), ("garbage".to_owned(), "no id of a rating"),
            ("rating_00000000000000000000000000".to_owned(), "there is no text in"),
        ] {
            let why = people::erase_text(&app.store, &of, "r").await.unwrap_err().explain();
            assert!(why.contains(expected), "{why}");
        }
        let why = people::erase_text(&app.store, &text(&rated), " ").await.unwrap_err().explain();
        assert!(why.contains("must not be empty"), "{why}");
    }

    async fn all_that_one_entry_wrote_is_erased_by_its_position(app: &App) {
        let (_, rated, draft) = ada_at_work(app).await;
        let lead = app.lead_of("QWO").await;
        let document = "query($id: ID!) { node(id: $id) { ... on Assessment { workingPapers { history { nodes { act position } } } } } }";
        let node = lead.data(document, json!({ "id": draft })).await["node"].clone();
        let told = node["workingPapers"]["history"]["nodes"].as_array().unwrap().clone();
        let entry = told.iter().rfind(|entry| entry["act"] == "elements.rate").unwrap();
        let position = entry["position"].as_str().unwrap();
        assert_eq!(people::erase_text(&app.store, position, "named a patient").await.unwrap(), 1);
        assert_eq!(rating(&lead, &rated).await["rationale"], Value::Null);

        let given = app.store.snapshot().history.head().to_text(app.store.ledger());
        let why = people::erase_text(&app.store, position, "again").await.unwrap_err().explain();
        assert!(why.contains("erased already"), "{why}");
        assert_eq!(people::erase_text(&app.store, &given, "the reason too").await.unwrap(), 1);
    }

    async fn an_erased_name_is_gone_from_memory_while_the_person_stays(app: &App) {
        let (ada, rated, _) = ada_at_work(app).await;
        let entry = app.entries().await.into_iter().rfind(|entry| entry.act == "role.grant" && entry.format == 2).unwrap();
        let position = domain::ledger::Position(entry.position.try_into().unwrap()).to_text(app.store.ledger());
        assert_eq!(people::erase_text(&app.store, &position, "r").await.unwrap(), 2, "name and reason");
        let viewer = ada.data("{ viewer { name grants { role } } }", json!({})).await["viewer"].clone();
        assert_eq!(viewer, json!({ "name": null, "grants": [{ "role": "CONTRIBUTOR" }] }));
        assert_eq!(rating(&ada, &rated).await["by"], Value::Null);
    }

    async fn a_key_says_nothing_about_words_that_are_erased(app: &App) {
        let (ada, rated, draft) = ada_at_work(app).await;
        let change = async || {
            let payload = ada.change("rateElements", "results { rating { id } }", rates(&draft)).await;
            (told(&payload["errors"]), payload["results"][0]["rating"]["id"].clone())
        };
        assert_eq!(change().await, (Vec::new(), rated.clone()), "a replay");
        people::erase_text(&app.store, rated.as_str().unwrap(), "r").await.unwrap();
        assert_eq!(change().await.0, ["KEY_REUSED idempotencyKey"], "the words cannot be compared any more");
        let db = app.database.connection().await;
        let row = idempotency::Entity::find().filter(idempotency::Column::Key.eq("ada rates")).one(&db).await.unwrap();
        assert_eq!(row.unwrap().input_hash.len(), 32);
    }

    async fn the_command_line_gives_a_role_once_and_says_what_is_wrong(app: &App) {
        let grant = appointment(Role::NationalTeam, None).record(&app.store).await.unwrap();
        let ada = app.bearer(SUBJECT);
        assert_eq!(ada.data("{ viewer { name } }", json!({})).await["viewer"]["name"], NAME);
        ada.opens("by the first of the national team").await;
        let tomorrow = Some("2025-01-01".parse().unwrap());
        for (wrong, expected) in [
            (appointment(Role::NationalTeam, None), "holds the role there already"),
            (appointment(Role::NationalTeam, Some("QWO")), "leave out --on"),
            (appointment(Role::SystemLead, None), "needs --on"),
            (appointment(Role::SystemLead, Some("ZZZ")), "no SYSTEM has the ODS code ZZZ"),
            (Appointment { to: tomorrow, ..appointment(Role::Reader, None) }, "must be later"),
            (Appointment { reason: "", ..appointment(Role::Reader, None) }, "the reason must not be empty"),
            (Appointment { name: Some(""), ..appointment(Role::Reader, None) }, "the name must not be empty"),
            (Appointment { who: Who { subject: "", ..super::ada() }, ..appointment(Role::Reader, None) }, "the subject"),
        ] {
            let why = wrong.record(&app.store).await.unwrap_err().explain();
            assert!(why.contains(expected), "{why}");
        }
        people::revoke(&app.store, grant, "left").await.unwrap();
        let viewer = ada.data("{ viewer { grants { id } } }", json!({})).await["viewer"].clone();
        assert_eq!(viewer["grants"], json!([]));
        let why = people::revoke(&app.store, grant, "again").await.unwrap_err().explain();
        assert!(why.contains("taken back already"), "{why}");
        let unknown = "grant_00000000000000000000000000".parse().unwrap();
        let why = people::revoke(&app.store, unknown, "r").await.unwrap_err().explain();
        assert!(why.contains("there is no grant"), "{why}");
    }
}
