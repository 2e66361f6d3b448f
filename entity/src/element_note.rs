//! Words about one element of an assessment.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "element_note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub assessment: Uuid,
    pub organisation: Uuid,
    pub edition: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub element: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub text: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
