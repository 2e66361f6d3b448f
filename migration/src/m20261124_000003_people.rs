//! Why roles are given and taken back, and the way to texts that are to be erased.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = include_str!("m20261124_000003_people/up.sql");
const DOWN: &str = "DROP INDEX text_item_by_position; \
    ALTER TABLE \"grant\" DROP COLUMN revoked_reason; ALTER TABLE \"grant\" DROP COLUMN reason;";

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
