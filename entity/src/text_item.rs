//! Text that people wrote, kept apart from the ledger so that it can be erased.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "text_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub salt: Option<Vec<u8>>,
    pub text: Option<String>,
    pub commitment: Vec<u8>,
    pub position: i64,
    pub erased_position: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
