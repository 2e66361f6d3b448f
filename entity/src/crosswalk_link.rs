//! One link of a crosswalk.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "crosswalk_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub to_edition: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i16,
    pub from_edition: Uuid,
    pub kind: String,
    pub from_element: Option<Uuid>,
    pub to_element: Option<Uuid>,
    pub rationale: String,
}

impl ActiveModelBehavior for ActiveModel {}
