//! Which ledger this database holds; one row.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_meta")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub one: i16,
    pub ledger_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
