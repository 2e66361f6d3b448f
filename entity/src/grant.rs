//! A role of a person on an organisation, dated. No organisation is England.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person: Uuid,
    pub role: String,
    pub organisation: Option<Uuid>,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    pub position: i64,
    pub superseded_position: Option<i64>,
    pub reason: Option<Uuid>,
    pub revoked_reason: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
