//! The steps of an assessment after submission, notes, extensions, and the shares of successions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = include_str!("m20261123_000002_workflow/up.sql");
const DOWN: &str = "DROP TABLE extension; DROP TABLE element_note; DROP TABLE assessment_step; \
    ALTER TABLE succession DROP COLUMN share;";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let uuid = match db.get_database_backend() {
            DatabaseBackend::Postgres => "uuid",
            _ => "blob",
        };
        db.execute_unprepared(&UP.replace("{uuid}", uuid)).await?;
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
