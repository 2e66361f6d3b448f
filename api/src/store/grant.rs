//! Grants as rows.

use domain::grant::Grant;
use domain::id::{GrantId, OrganisationId, PersonId};

use super::Corrupt;
use super::projection::At;
use super::tables::Tables;

pub(super) fn granted(at: &mut At<'_>, grant: &Grant) {
    let position = at.position();
    at.tables.grant.insert(entity::grant::Model {
        id: grant.id.0,
        person: grant.person.0,
        role: grant.role.to_string(),
        organisation: grant.organisation.map(|organisation| organisation.0),
        valid_from: grant.valid_from,
        valid_to: grant.valid_to,
        position,
        superseded_position: None,
    });
}

/// The grants of a person that no later entry took back.
pub(super) fn of_person(tables: &Tables, person: PersonId) -> Result<Vec<Grant>, Corrupt> {
    let own = |row: &&entity::grant::Model| row.person == person.0 && row.superseded_position.is_none();
    tables.grant.rows().filter(own).map(from_row).collect()
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
