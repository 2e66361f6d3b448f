//! One organisation in one round.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation: Uuid,
    pub round: Uuid,
    pub edition: Uuid,
    pub stage: String,
    pub revision: i32,
    pub synthetic: bool,
    pub position: i64,
}

impl ActiveModelBehavior for ActiveModel {}
