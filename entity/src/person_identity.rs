//! What a token calls a person: issuer and subject.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person_identity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person: Uuid,
    pub issuer: String,
    pub subject: String,
    pub salt: Vec<u8>,
    pub commitment: Vec<u8>,
    pub position: i64,
}

impl ActiveModelBehavior for ActiveModel {}
