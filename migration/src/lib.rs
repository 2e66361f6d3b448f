//! The record of the database schema. A released migration is never edited; a change is a new one.
//! Never imports `entity`: history must not move when a table does.

mod m20261122_000001_first;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261122_000001_first::Migration)]
    }
}
