//! People: identities that tokens use, and names. The only tables that say who somebody is.

use std::collections::{BTreeSet, HashMap};

use domain::id::{GrantId, IdentityId, PersonId, TextId};
use domain::ledger::Hash;
use domain::person::{NewIdentity, PersonErased, PersonRecorded, Traces};
use domain::text::Commitment;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter};
use uuid::Uuid;

use super::projection::{At, Missing};
use super::tables::Tables;

/// Who the identities of tokens are, and what people are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    by_identity: HashMap<(String, String), PersonId>,
    names: HashMap<PersonId, (TextId, String)>,
}

impl People {
    /// The person whom this issuer calls so.
    pub fn person(&self, issuer: &str, subject: &str) -> Option<PersonId> {
        self.by_identity.get(&(issuer.to_owned(), subject.to_owned())).copied()
    }

    /// None where nobody is known, or the name was erased.
    pub fn name(&self, person: PersonId) -> Option<&str> {
        self.names.get(&person).map(|(_, name)| name.as_str())
    }

    /// Nobody's token leads to the person any more.
    pub(super) fn forget(&mut self, person: PersonId) {
        self.by_identity.retain(|_, known| *known != person);
        self.names.remove(&person);
    }

    /// These texts were erased; names may be among them.
    pub(super) fn forget_texts(&mut self, texts: &[TextId]) {
        self.names.retain(|_, (name, _)| !texts.contains(name));
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
                    self.names.insert(PersonId(row.person), (TextId(row.name), name.clone()));
                }
            }
        }
        Ok(())
    }
}

pub(super) fn recorded(at: &mut At<'_>, event: &PersonRecorded) {
    let position = at.position();
    let name = event.name.as_ref().map(|name| at.text(name));
    at.tables.person.insert(entity::person::Model {
        id: event.person.0,
        kind: event.kind.to_string(),
        position,
    });
    if let Some(name) = name {
        let row = entity::person_name::Model { person: event.person.0, position, name };
        at.tables.person_name.insert(row);
    }
    add_identity(at, event.person, event.identity, event.commitment);
}

pub(super) fn add_identity(at: &mut At<'_>, person: PersonId, id: IdentityId, commitment: Commitment) {
    let position = at.position();
    let Some(identity) = at.private.identities.remove(&id) else {
        at.private.lost.insert(id);
        return;
    };
    at.tables.person_identity.insert(entity::person_identity::Model {
        id: identity.id.0,
        person: person.0,
        issuer: identity.issuer,
        subject: identity.subject,
        salt: identity.salt.to_vec(),
        commitment: commitment.0.0.to_vec(),
        position,
    });
}

pub(super) fn erased(at: &mut At<'_>, event: &PersonErased) -> Result<(), Missing> {
    at.text(&event.reason);
    for id in &event.identities {
        if !at.private.lost.remove(id) && !at.tables.person_identity.remove(&id.0) {
            return Err(at.missing("person_identity", id.0));
        }
    }
    super::grant::supersede(at, &event.grants, None)?;
    super::text::erase(at, &event.texts)
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

/// Loads the identities and names of people who are to be erased. Their grants are loaded already.
pub(super) async fn load_traces(
    db: &impl ConnectionTrait,
    tables: &mut Tables,
    people: &BTreeSet<Uuid>,
) -> Result<(), DbErr> {
    use entity::{person_identity, person_name};
    if people.is_empty() {
        return Ok(());
    }
    let people = || people.iter().copied();
    let identities = person_identity::Entity::find().filter(person_identity::Column::Person.is_in(people()));
    tables.person_identity.load(identities.all(db).await?);
    let names = person_name::Entity::find().filter(person_name::Column::Person.is_in(people()));
    tables.person_name.load(names.all(db).await?);
    Ok(())
}

/// The texts that speak of these people.
pub(super) fn texts(tables: &Tables, people: &BTreeSet<Uuid>) -> Vec<Uuid> {
    let names = tables.person_name.rows().filter(|row| people.contains(&row.person)).map(|row| row.name);
    let grants = tables.grant.rows().filter(|row| people.contains(&row.person));
    names.chain(grants.flat_map(|row| [row.reason, row.revoked_reason]).flatten()).collect()
}

/// What the rows that were loaded say of who a person is.
pub(super) fn traces(tables: &Tables, person: PersonId) -> Traces {
    let identities = tables.person_identity.rows().filter(|row| row.person == person.0);
    let left = |row: &&entity::grant::Model| row.person == person.0 && row.superseded_position.is_none();
    let texts: Vec<_> = texts(tables, &BTreeSet::from([person.0])).into_iter().map(TextId).collect();
    Traces {
        identities: identities.map(|row| IdentityId(row.id)).collect(),
        texts: super::text::left(tables, &texts),
        grants: tables.grant.rows().filter(left).map(|row| GrantId(row.id)).collect(),
    }
}

/// Whose identity this is, from the rows that were loaded.
pub(super) fn identified(tables: &Tables, issuer: &str, subject: &str) -> Option<PersonId> {
    let mut rows = tables.person_identity.rows();
    rows.find(|row| row.issuer == issuer && row.subject == subject).map(|row| PersonId(row.person))
}
