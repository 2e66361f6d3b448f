//! Days from which figures are made in another way, and what new editions have to do with those before.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = include_str!("m20261125_000004_editions/up.sql");
const DOWN: &str =
    "DROP TABLE crosswalk_link; DROP TABLE crosswalk; DROP TABLE rebaseline_system; DROP TABLE rebaseline;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let (uuid, bytes) = match db.get_database_backend() {
            DatabaseBackend::Postgres => ("uuid", "bytea"),
            _ => ("blob", "blob"),
        };
        db.execute_unprepared(&UP.replace("{uuid}", uuid).replace("{bytes}", bytes)).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
