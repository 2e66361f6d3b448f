//! More time for one organisation in one round.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "extension")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub round: Uuid,
    pub organisation: Uuid,
    pub until: Date,
    pub reason: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
