//! A collection of one edition, with its policy and dates.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "round")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub framework: Uuid,
    pub edition: Uuid,
    pub label: String,
    pub reference_date: Date,
    pub opens_on: Date,
    pub due_on: Date,
    pub closes_on: Date,
    pub moderate_by: Option<Date>,
    pub publish_on: Option<Date>,
    pub policy_rationale: String,
    pub policy_evidence_from: Option<String>,
    pub policy_confirm_carried_forward: bool,
    pub policy_response_days: i16,
    pub policy_readers_see_rationale: bool,
    pub position: i64,
}

impl ActiveModelBehavior for ActiveModel {}
