//! One published text of a framework; immutable.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "edition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub framework: Uuid,
    pub label: String,
    pub published_on: Option<Date>,
    pub content_hash: Vec<u8>,
    pub bytes: Vec<u8>,
    pub position: i64,
}

impl ActiveModelBehavior for ActiveModel {}
