//! What a rating is about.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "element")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub edition: Uuid,
    pub theme: Uuid,
    pub stable_key: String,
    pub number: i16,
    pub title: String,
    pub description: String,
    pub origin: String,
    pub due_on: Option<Date>,
}

impl ActiveModelBehavior for ActiveModel {}
