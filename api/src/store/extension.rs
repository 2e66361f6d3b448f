//! Extensions as rows.

use domain::extension::DeadlineExtended;
use domain::id::{OrganisationId, RoundId};

use super::projection::At;
use super::tables::Tables;

pub(super) fn extended(at: &mut At<'_>, event: &DeadlineExtended) {
    let row = entity::extension::Model {
        position: at.position(),
        round: event.round.0,
        organisation: event.organisation.0,
        until: event.until,
        reason: at.text(&event.reason),
    };
    at.tables.extension.insert(row);
}

/// Until when an organisation has time in a round, where it was given more.
pub(super) fn until(
    tables: &Tables,
    organisation: OrganisationId,
    round: RoundId,
) -> Option<chrono::NaiveDate> {
    let own = |row: &&entity::extension::Model| row.round == round.0 && row.organisation == organisation.0;
    tables.extension.rows().filter(own).last().map(|row| row.until)
}
