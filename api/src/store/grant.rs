//! Grants as rows, and their reasons for those who may see them.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use domain::grant::{Grant, Holder, KnownGrant, Post, Revoked, RoleGranted, RoleRevoked, SeenGrant};
use domain::id::{GrantId, OrganisationId, PersonId, TextId};
use domain::ledger::Position;
use domain::organisation::Moment;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::projection::{At, Missing, position};
use super::tables::Tables;
use super::{Corrupt, Store, organisation};
use crate::error::Error;

pub(super) fn granted(at: &mut At<'_>, event: &RoleGranted) {
    if let Some(recorded) = &event.recorded {
        super::person::recorded(at, recorded);
    }
    let grant = &event.grant;
    let (position, reason) = (at.position(), event.reason.as_ref().map(|reason| at.text(reason)));
    at.tables.grant.insert(entity::grant::Model {
        id: grant.id.0,
        person: grant.person.0,
        role: grant.role.to_string(),
        organisation: grant.organisation.map(|organisation| organisation.0),
        valid_from: grant.valid_from,
        valid_to: grant.valid_to,
        position,
        superseded_position: None,
        reason,
        revoked_reason: None,
    });
}

pub(super) fn revoked(at: &mut At<'_>, event: &RoleRevoked) -> Result<(), Missing> {
    let reason = at.text(&event.reason);
    supersede(at, &[event.grant], Some(reason))
}

pub(super) fn supersede(at: &mut At<'_>, grants: &[GrantId], reason: Option<Uuid>) -> Result<(), Missing> {
    let position = at.position();
    for GrantId(id) in grants {
        let superseded = at.tables.grant.change(id, |row| {
            (row.superseded_position, row.revoked_reason) = (Some(position), reason);
        });
        if !superseded {
            return Err(at.missing("grant", *id));
        }
    }
    Ok(())
}

/// Loads all grants of these people, and the grants of these ids.
pub(super) async fn load(
    db: &impl ConnectionTrait,
    tables: &mut Tables,
    people: &BTreeSet<Uuid>,
    grants: &BTreeSet<Uuid>,
) -> Result<(), DbErr> {
    use entity::grant::{Column, Entity};
    if people.is_empty() && grants.is_empty() {
        return Ok(());
    }
    let wanted = Condition::any()
        .add(Column::Person.is_in(people.iter().copied()))
        .add(Column::Id.is_in(grants.iter().copied()));
    tables.grant.load(Entity::find().filter(wanted).all(db).await?);
    Ok(())
}

/// The grants of a person that no later entry took back.
pub(super) fn of_person(tables: &Tables, person: PersonId) -> Result<Vec<Grant>, Corrupt> {
    let own = |row: &&entity::grant::Model| row.person == person.0 && row.superseded_position.is_none();
    tables.grant.rows().filter(own).map(from_row).collect()
}

/// Who is meant, where the ledger knows them, and what they hold.
pub(super) fn holder(tables: &Tables, of: &Holder) -> Result<(Option<PersonId>, Vec<Grant>), Corrupt> {
    let person = match of {
        Holder::Known(person) => Some(*person),
        Holder::Identity(new) => super::person::identified(tables, &new.issuer, &new.subject),
    };
    let held = person.map(|person| of_person(tables, person)).transpose()?;
    Ok((person, held.unwrap_or_default()))
}

/// The grant of this id, from the rows that were loaded.
pub(super) fn known(tables: &Tables, id: GrantId) -> Result<Option<KnownGrant>, Corrupt> {
    let Some(row) = tables.grant.get(&id.0) else { return Ok(None) };
    let reason = row.revoked_reason.map(TextId);
    let revoked = row.superseded_position.map(|at| Revoked { at: position(at), reason });
    let (grant, reason) = (from_row(row)?, row.reason.map(TextId));
    Ok(Some(KnownGrant { grant, recorded: position(row.position), reason, revoked }))
}

fn from_row(row: &entity::grant::Model) -> Result<Grant, Corrupt> {
    Ok(Grant {
        id: GrantId(row.id),
        person: PersonId(row.person),
        role: row.role.parse().map_err(Corrupt)?,
        organisation: row.organisation.map(OrganisationId),
        valid_from: row.valid_from,
        valid_to: row.valid_to,
    })
}

/// Where a role would be held, from the rows that were loaded; none where there is no such organisation.
pub(super) fn post(
    tables: &Tables,
    of: Option<OrganisationId>,
    today: NaiveDate,
) -> Result<Option<Post>, Corrupt> {
    let Some(id) = of else { return Ok(Some(Post::ENGLAND)) };
    let moment = Moment { on: today, position: Position(u64::MAX) };
    Ok(organisation::from_rows(tables, id)?.map(|known| Post::on(&known, moment)))
}

/// Why a role was given, and why it was taken back. None where nobody said, and where it was erased.
#[derive(Clone, Debug, Default)]
pub struct GrantTexts {
    pub reason: Option<String>,
    pub revoked: Option<String>,
}

impl Store {
    /// The reasons of all these grants, in one statement.
    pub async fn grant_texts(&self, of: &[SeenGrant]) -> Result<HashMap<GrantId, GrantTexts>, Error> {
        let ids = |seen: &SeenGrant| [seen.reason(), seen.revoked().and_then(|revoked| revoked.reason)];
        let wanted: Vec<_> = of.iter().flat_map(ids).flatten().collect();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let words = self.texts(wanted).await?;
        let texts = |seen: &SeenGrant| {
            let [reason, revoked] = ids(seen).map(|id| id.and_then(|id| words.get(&id).cloned()));
            (seen.grant().id, GrantTexts { reason, revoked })
        };
        Ok(of.iter().map(texts).collect())
    }
}
