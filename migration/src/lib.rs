//! The record of the database schema. A released migration is never edited; a change is a new one.
//! Never imports `entity`: history must not move when a table does.

mod m20261122_000001_first;
mod m20261123_000002_workflow;
mod m20261124_000003_people;
mod m20261125_000004_editions;
mod m20261126_000005_set_wise;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, EntityTrait};
use sea_orm_migration::seaql_migrations;

#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_first::Migration),
            Box::new(m20261123_000002_workflow::Migration),
            Box::new(m20261124_000003_people::Migration),
            Box::new(m20261125_000004_editions::Migration),
            Box::new(m20261126_000005_set_wise::Migration),
        ]
    }
}

/// Whether every migration was applied. Reads only; an error where the database never saw one.
pub async fn is_up_to_date(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let applied = seaql_migrations::Entity::find().all(db).await?;
    let is_applied = |name: &str| applied.iter().any(|row| row.version == name);
    Ok(Migrator::migrations().iter().all(|migration| is_applied(migration.name())))
}
