//! Crosswalks as rows.

use std::sync::Arc;

use domain::crosswalk::{Bridge, CrosswalkDefinition, CrosswalkLoaded};
use domain::framework::Edition;
use domain::ledger::Hash;
use uuid::Uuid;

use super::Corrupt;
use super::load::Editions;
use super::projection::{At, Missing};
use super::tables::Tables;

pub(super) fn loaded(at: &mut At<'_>, event: &CrosswalkLoaded) -> Result<(), Missing> {
    let definition = &event.definition;
    at.tables.crosswalk.insert(entity::crosswalk::Model {
        to_edition: event.to.0,
        from_edition: event.from.0,
        approver: definition.approver.clone(),
        approved_on: definition.approved_on,
        content_hash: event.content_hash.0.to_vec(),
        bytes: definition.bytes(),
        position: at.position(),
    });
    for (number, link) in (1..).zip(&definition.links) {
        let [from_element, to_element] = [(event.from.0, &link.from), (event.to.0, &link.to)]
            .map(|(edition, key)| key.as_ref().map(|key| element(at.tables, edition, key)));
        let (from_element, to_element) = (from_element.flatten(), to_element.flatten());
        let ends = (link.from.is_some(), link.to.is_some());
        if ends != (from_element.is_some(), to_element.is_some()) {
            return Err(at.missing("element", event.to.0));
        }
        at.tables.crosswalk_link.insert(entity::crosswalk_link::Model {
            to_edition: event.to.0,
            number,
            from_edition: event.from.0,
            kind: link.kind.to_string(),
            from_element,
            to_element,
            rationale: link.rationale.clone(),
        });
    }
    Ok(())
}

fn element(tables: &Tables, edition: Uuid, key: &str) -> Option<Uuid> {
    let of = |row: &&entity::element::Model| row.edition == edition && row.stable_key == key;
    tables.element.rows().find(of).map(|row| row.id)
}

/// The editions of a framework, in order of publication here.
pub(super) fn editions(tables: &Tables, editions: &Editions, framework: &str) -> Vec<Arc<Edition>> {
    let framework = tables.framework.rows().find(|row| row.key == framework).map(|row| row.id);
    let mut rows: Vec<_> = tables.edition.rows().filter(|row| Some(row.framework) == framework).collect();
    rows.sort_by_key(|row| row.position);
    rows.iter().filter_map(|row| editions.get(&domain::id::EditionId(row.id)).cloned()).collect()
}

/// The hash of the crosswalk to an edition.
pub(super) fn hash(tables: &Tables, to: Uuid) -> Option<Hash> {
    tables.crosswalk.get(&to).and_then(|row| Hash::from_slice(&row.content_hash))
}

/// What leads from an edition to a later one; none where a crosswalk is missing on the way.
pub(super) fn bridge(tables: &Tables, from: Uuid, to: Uuid) -> Result<Option<Bridge>, Corrupt> {
    let (mut at, mut way) = (to, Vec::new());
    while at != from {
        let Some(row) = tables.crosswalk.get(&at) else { return Ok(None) };
        let read = serde_json::from_slice::<CrosswalkDefinition>(&row.bytes);
        way.push(read.map_err(|why| Corrupt(format!("the crosswalk to {at} does not read: {why}")))?);
        at = row.from_edition;
    }
    Ok((!way.is_empty()).then(|| Bridge::over(way.iter().rev())))
}
