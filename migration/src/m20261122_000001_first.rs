//! The ledger and every projection whose keys and checks cannot be added later on SQLite.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 5] = [
    include_str!("m20261122_000001_first/1_ledger.sql"),
    include_str!("m20261122_000001_first/2_people.sql"),
    include_str!("m20261122_000001_first/3_organisations.sql"),
    include_str!("m20261122_000001_first/4_frameworks.sql"),
    include_str!("m20261122_000001_first/5_assessments.sql"),
];
const TRIGGERS_POSTGRES: &str = include_str!("m20261122_000001_first/6_triggers_postgres.sql");
const TRIGGERS_SQLITE: &str = include_str!("m20261122_000001_first/6_triggers_sqlite.sql");

/// Children before parents.
const DROP_ORDER: &str = "citation evidence rating submission assessment round_approval round element theme \
    theme_group level scale edition framework grant succession membership cluster organisation_code \
    organisation_name organisation_life organisation idempotency person_name person_identity person text_item \
    ledger_subject ledger_entry ledger_meta";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let (uuid, bytes, triggers) = match db.get_database_backend() {
            DatabaseBackend::Postgres => ("uuid", "bytea", TRIGGERS_POSTGRES),
            _ => ("blob", "blob", TRIGGERS_SQLITE),
        };
        for tables in TABLES {
            db.execute_unprepared(&tables.replace("{uuid}", uuid).replace("{bytes}", bytes)).await?;
        }
        db.execute_unprepared(triggers).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for table in DROP_ORDER.split_whitespace() {
            db.execute_unprepared(&format!("DROP TABLE \"{table}\"")).await?;
        }
        if db.get_database_backend() == DatabaseBackend::Postgres {
            db.execute_unprepared("DROP FUNCTION refuse_change()").await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
