//! One submission of an assessment, with its approval.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "submission")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub assessment: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub submitted_by: Uuid,
    pub approval_kind: Option<String>,
    pub approval_body: Option<Uuid>,
    pub approval_on: Option<Date>,
    pub approval_paper: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
