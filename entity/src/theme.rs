//! A theme of an edition.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "theme")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub edition: Uuid,
    pub theme_group: Uuid,
    pub key: String,
    pub number: i16,
    pub title: String,
    pub summary: String,
}

impl ActiveModelBehavior for ActiveModel {}
