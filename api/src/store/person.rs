//! People: identities that tokens use, and names. The only tables that say who somebody is.

use std::collections::HashMap;

use domain::id::{IdentityId, PersonId};
use domain::ledger::Hash;
use domain::person::{NewIdentity, PersonRecorded};
use domain::text::Commitment;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter};

use super::projection::At;
use super::tables::Tables;

/// Who the identities of tokens are, and what people are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    by_identity: HashMap<(String, String), PersonId>,
    names: HashMap<PersonId, String>,
}

impl People {
    /// The person whom this issuer calls so.
    pub fn person(&self, issuer: &str, subject: &str) -> Option<PersonId> {
        self.by_identity.get(&(issuer.to_owned(), subject.to_owned())).copied()
    }

    /// None where nobody is known, or the name was erased.
    pub fn name(&self, person: PersonId) -> Option<&str> {
        self.names.get(&person).map(String::as_str)
    }

    /// Reads what is known of these people.
    pub(super) async fn read(&mut self, db: &impl ConnectionTrait, people: &[PersonId]) -> Result<(), DbErr> {
        use entity::{person_identity, person_name, text_item};
        for some in people.chunks(1_000) {
            let ids: Vec<_> = some.iter().map(|person| person.0).collect();
            let identities = person_identity::Entity::find()
                .filter(person_identity::Column::Person.is_in(ids.clone()))
                .all(db)
                .await?;
            for row in identities {
                self.by_identity.insert((row.issuer, row.subject), PersonId(row.person));
            }
            let names =
                person_name::Entity::find().filter(person_name::Column::Person.is_in(ids)).all(db).await?;
            let texts = names.iter().map(|row| row.name);
            let texts = text_item::Entity::find().filter(text_item::Column::Id.is_in(texts)).all(db).await?;
            let words: HashMap<_, _> = texts.into_iter().map(|row| (row.id, row.text)).collect();
            for row in names {
                if let Some(Some(name)) = words.get(&row.name) {
                    self.names.insert(PersonId(row.person), name.clone());
                }
            }
        }
        Ok(())
    }
}

pub(super) fn recorded(at: &mut At<'_>, event: &PersonRecorded) {
    let position = at.position();
    let name = at.text(&event.name);
    at.tables.person.insert(entity::person::Model {
        id: event.person.0,
        kind: event.kind.to_string(),
        position,
    });
    at.tables.person_name.insert(entity::person_name::Model { person: event.person.0, position, name });
    if let Some(identity) = at.private.identities.remove(&event.identity) {
        at.tables.person_identity.insert(entity::person_identity::Model {
            id: identity.id.0,
            person: event.person.0,
            issuer: identity.issuer,
            subject: identity.subject,
            salt: identity.salt.to_vec(),
            commitment: event.commitment.0.0.to_vec(),
            position,
        });
    }
}

/// Whether the words of an identity are those that the ledger committed to.
pub(super) fn keeps_its_commitment(row: &entity::person_identity::Model) -> bool {
    let commitment = Commitment::to_identity(&row.salt, &row.issuer, &row.subject);
    Hash::from_slice(&row.commitment) == Some(commitment.0)
}

pub(super) fn identity(row: &entity::person_identity::Model) -> Option<NewIdentity> {
    Some(NewIdentity {
        id: IdentityId(row.id),
        issuer: row.issuer.clone(),
        subject: row.subject.clone(),
        salt: row.salt.as_slice().try_into().ok()?,
    })
}

/// Loads the identities that are about to be recorded, where they are known already.
pub(super) async fn load_identities(
    db: &impl ConnectionTrait,
    tables: &mut Tables,
    wanted: &[(String, String)],
) -> Result<(), DbErr> {
    use entity::person_identity::{Column, Entity};
    if wanted.is_empty() {
        return Ok(());
    }
    let any = wanted.iter().fold(Condition::any(), |any, (issuer, subject)| {
        any.add(Column::Issuer.eq(issuer).and(Column::Subject.eq(subject)))
    });
    tables.person_identity.load(Entity::find().filter(any).all(db).await?);
    Ok(())
}
