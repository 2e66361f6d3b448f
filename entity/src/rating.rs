//! One judgement of one element. Never updated, never deleted.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rating")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub assessment: Uuid,
    pub organisation: Uuid,
    pub edition: Uuid,
    pub element: Uuid,
    pub basis: String,
    pub voice: Uuid,
    pub value_kind: String,
    pub level: Option<String>,
    pub reason: Option<Uuid>,
    pub confidence: Option<String>,
    pub rationale: Option<Uuid>,
    pub position: i64,
    pub item: i16,
    pub supersedes: Option<Uuid>,
    pub carried_from: Option<Uuid>,
    pub judged: Option<Uuid>,
    pub rated_by: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
