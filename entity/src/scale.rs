//! The scale of an edition.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scale")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub edition: Uuid,
    pub title: String,
    pub provisional: bool,
}

impl ActiveModelBehavior for ActiveModel {}
