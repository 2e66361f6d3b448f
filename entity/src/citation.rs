//! Evidence cited by an element of an assessment.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "citation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub assessment: Uuid,
    pub organisation: Uuid,
    pub edition: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub element: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub basis: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub evidence: Uuid,
    pub stance: String,
    pub position: i64,
}

impl ActiveModelBehavior for ActiveModel {}
