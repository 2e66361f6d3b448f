//! A system for which a day is marked; none where it is marked for all.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rebaseline_system")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub rebaseline: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
