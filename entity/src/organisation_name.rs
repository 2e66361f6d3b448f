//! What an organisation is called, dated.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation_name")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation: Uuid,
    pub name: String,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    pub position: i64,
    pub superseded_position: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
