//! The schema: made, unmade, made by several at once, and the same as the entities say.

use std::collections::BTreeSet;
use std::fs::File;

use api::clock::Clock;
use api::error::Error;
use api::start::{load_catalogue, mint};
use api::store::{Store, embedded_file, migrate};
use domain::ledger::Via;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityName, EntityTrait, Statement};
use tokio::task::JoinSet;

use crate::harness::app::App;
use crate::harness::database::{Database, Engine};
use crate::harness::ledger::at_once;

const NOT_UP_TO_DATE: &str = "the database is not up to date: run `sdpt migrate`";

on_both_engines! {
    async fn the_schema_goes_up_and_down_and_up_again(engine: Engine) {
        let database = Database::unmigrated(engine).await;
        let db = database.connection().await;
        Migrator::up(&db, None).await.unwrap();
        let up = tables(&db, engine).await;
        Migrator::down(&db, None).await.unwrap();
        assert_eq!(tables(&db, engine).await, BTreeSet::from(["seaql_migrations".to_owned()]));
        Migrator::up(&db, None).await.unwrap();
        assert_eq!(tables(&db, engine).await, up);
        every_entity_reads(&db).await;
    }

    async fn four_processes_may_migrate_an_empty_database_at_once(engine: Engine) {
        let database = Database::unmigrated(engine).await;
        let url = database.url().to_owned();
        let migrate = async |url: String| migrate(&url).await;
        for migrated in four(|| migrate(url.clone())).await {
            migrated.unwrap();
        }
        migrate(url).await.unwrap();
        every_entity_reads(&database.connection().await).await;
    }

    async fn four_processes_that_load_the_catalogue_at_once_agree_on_one(engine: Engine) {
        let app = App::on(Database::new(engine).await).await;
        let others = at_once((0..3).map(|_| app.again())).await;
        let stores = others.iter().chain([&app]).map(|app| &app.store);
        for loaded in at_once(stores.map(|store| load_catalogue(store, Via::CommandLine))).await {
            loaded.unwrap();
        }
        assert_eq!(app.head().await, App::start(engine).await.head().await, "each thing was loaded once");
        app.verified().await;
    }

    async fn four_processes_that_open_a_new_database_at_once_give_it_one_ledger(engine: Engine) {
        let database = Database::new(engine).await;
        let open = async |url: String| Store::open(&url, Clock::default(), mint()).await.unwrap().ledger();
        let ledgers = four(|| open(database.url().to_owned())).await;
        assert_eq!(BTreeSet::from_iter(ledgers).len(), 1);
    }

    async fn a_store_on_a_database_without_the_schema_says_what_to_do(engine: Engine) {
        let database = Database::unmigrated(engine).await;
        let open = async || match Store::open(database.url(), Clock::default(), mint()).await {
            Err(Error::Unavailable(why)) => why,
            other => panic!("{other:?}"),
        };
        if let Some(file) = embedded_file(database.url()) {
            let why = open().await;
            assert!(why.contains(&*file.to_string_lossy()) && why.contains("`sdpt migrate`"), "{why}");
            assert!(!file.exists(), "opening makes no database");
            File::create(file).unwrap();
        }
        assert_eq!(open().await, NOT_UP_TO_DATE);

        let db = database.connection().await;
        Migrator::up(&db, None).await.unwrap();
        Store::open(database.url(), Clock::default(), mint()).await.unwrap();
        Migrator::down(&db, None).await.unwrap();
        assert_eq!(open().await, NOT_UP_TO_DATE, "a schema that was taken back is no schema");
    }

    async fn what_the_first_release_recorded_needs_nothing_of_a_later_schema(engine: Engine) {
        let app = App::start(engine).await;
        app.published().await;
        let db = app.database.connection().await;
        assert!(entity::assessment_step::Entity::find().all(&db).await.unwrap().is_empty(), "migrating fills none");
        assert!(entity::element_note::Entity::find().all(&db).await.unwrap().is_empty());
        assert!(entity::extension::Entity::find().all(&db).await.unwrap().is_empty());
        let grants = entity::grant::Entity::find().all(&db).await.unwrap();
        assert!(grants.iter().all(|grant| grant.reason.is_none() && grant.revoked_reason.is_none()));
    }

    async fn entities_and_tables_are_the_same_things(engine: Engine) {
        let app = App::start(engine).await;
        app.published().await;
        let db = app.database.connection().await;
        let mut known = every_entity_reads(&db).await;
        known.insert("seaql_migrations".to_owned());
        assert_eq!(tables(&db, engine).await, known);
    }
}

/// Runs four at once, each in a task of its own.
async fn four<F: Future<Output: Send> + Send + 'static>(task: impl Fn() -> F) -> Vec<F::Output> {
    (0..4).map(|_| task()).collect::<JoinSet<_>>().join_all().await
}

async fn tables(db: &DatabaseConnection, engine: Engine) -> BTreeSet<String> {
    let sql = match engine {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Engine::Postgres => "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Reads every table as its entity says, and returns the names of the tables.
async fn every_entity_reads(db: &DatabaseConnection) -> BTreeSet<String> {
    let mut read = BTreeSet::new();
    macro_rules! read {
        ($($entity:ident)*) => {$(
            entity::$entity::Entity::find().all(db).await.unwrap();
            read.insert(entity::$entity::Entity.table_name().to_owned());
        )*};
    }
    read!(
        assessment assessment_step citation cluster crosswalk crosswalk_link edition element element_note evidence extension framework grant idempotency ledger_entry ledger_meta
        ledger_subject level membership organisation organisation_code organisation_life organisation_name person
        person_identity person_name rating rebaseline rebaseline_system round round_approval scale submission succession text_item theme
        theme_group
    );
    read
}
