//! Which region, place or cluster an organisation belongs to, dated.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation: Uuid,
    pub kind: String,
    pub of_organisation: Option<Uuid>,
    pub of_cluster: Option<Uuid>,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    pub position: i64,
    pub superseded_position: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
