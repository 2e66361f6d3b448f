//! A kind of approval that a round accepts.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "round_approval")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub round: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
}

impl ActiveModelBehavior for ActiveModel {}
