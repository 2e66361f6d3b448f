//! A day that the national team marked: figures before it are not compared with later ones.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rebaseline")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub framework: Uuid,
    pub from_day: Date,
    pub position: i64,
    pub reason: Uuid,
    pub withdrawn_position: Option<i64>,
    pub withdrawn_reason: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
