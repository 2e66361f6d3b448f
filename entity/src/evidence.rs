//! Something that supports or contradicts ratings of an organisation.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "evidence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation: Uuid,
    pub title: Uuid,
    pub link: Option<Uuid>,
    pub kind: String,
    pub observed_on: Date,
    pub review_by: Option<Date>,
    pub position: i64,
}

impl ActiveModelBehavior for ActiveModel {}
