//! One step of a scale; rank 1 is the least mature.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "level")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub edition: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub rank: i16,
    pub title: String,
    pub description: String,
}

impl ActiveModelBehavior for ActiveModel {}
