//! What was done to an assessment as a whole, beside starting, submitting and publishing it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assessment_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub assessment: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub act: String,
    pub acted_by: Uuid,
    pub reason: Option<Uuid>,
    pub acted_on: Option<Date>,
    pub respond_by: Option<Date>,
}

impl ActiveModelBehavior for ActiveModel {}
