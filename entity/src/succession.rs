//! A body, or a part of it, taken over by another.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "succession")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub predecessor: Uuid,
    pub successor: Uuid,
    pub kind: String,
    pub valid_from: Date,
    pub part_label: Option<String>,
    pub population_of_part: Option<i64>,
    pub population_of_whole: Option<i64>,
    pub source: String,
    pub position: i64,
    pub superseded_position: Option<i64>,
    pub share: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
