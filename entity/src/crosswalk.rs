//! What the elements of an edition have to do with those of the one before; immutable.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "crosswalk")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_edition: Uuid,
    pub from_edition: Uuid,
    pub approver: String,
    pub approved_on: Option<Date>,
    pub content_hash: Vec<u8>,
    pub bytes: Vec<u8>,
    pub position: i64,
}

impl ActiveModelBehavior for ActiveModel {}
