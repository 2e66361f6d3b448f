//! Frameworks and editions as rows.

use std::sync::Arc;

use domain::framework::{Edition, EditionLoaded};
use domain::id::EditionId;
use uuid::Uuid;

use super::load::Editions;
use super::projection::At;
use super::tables::Tables;

pub(super) fn loaded(at: &mut At<'_>, event: &EditionLoaded) {
    let position = at.position();
    let definition = &event.definition;
    if at.tables.framework.get(&event.framework.0).is_none() {
        at.tables.framework.insert(entity::framework::Model {
            id: event.framework.0,
            key: definition.key.clone(),
            title: definition.title.clone(),
            kind: definition.kind.to_string(),
            issuer: definition.issuer.clone(),
            position,
        });
    }
    let edition = event.edition.0;
    at.tables.edition.insert(entity::edition::Model {
        id: edition,
        framework: event.framework.0,
        label: definition.label.clone(),
        published_on: definition.published_on,
        content_hash: event.content_hash.0.to_vec(),
        bytes: definition.bytes(),
        position,
    });
    if let Some(scale) = &definition.scale {
        let (title, provisional) = (scale.title.clone(), scale.provisional);
        at.tables.scale.insert(entity::scale::Model { edition, title, provisional });
        for (number, level) in (1..).zip(&scale.levels) {
            at.tables.level.insert(entity::level::Model {
                edition,
                key: level.key.clone(),
                rank: number,
                title: level.title.clone(),
                description: level.description.clone(),
            });
        }
    }
    groups(at, edition, event);
}

fn groups(at: &mut At<'_>, edition: Uuid, event: &EditionLoaded) {
    let (mut theme_ids, mut element_ids) = (event.themes.iter(), event.elements.iter());
    for ((number, group), id) in (1..).zip(&event.definition.groups).zip(&event.groups) {
        at.tables.theme_group.insert(entity::theme_group::Model {
            id: id.0,
            edition,
            key: group.key.clone(),
            number,
            title: group.title.clone(),
        });
        for ((number, theme), theme_id) in (1..).zip(&group.themes).zip(&mut theme_ids) {
            at.tables.theme.insert(entity::theme::Model {
                id: theme_id.0,
                edition,
                theme_group: id.0,
                key: theme.key.clone(),
                number,
                title: theme.title.clone(),
                summary: theme.summary.clone(),
            });
            for ((number, element), element_id) in (1..).zip(&theme.elements).zip(&mut element_ids) {
                at.tables.element.insert(entity::element::Model {
                    id: element_id.0,
                    edition,
                    theme: theme_id.0,
                    stable_key: element.key.clone(),
                    number,
                    title: element.title.clone(),
                    description: element.description.clone(),
                    origin: element.origin.to_string(),
                    due_on: element.due_on,
                });
            }
        }
    }
}

/// The edition of this framework that was published last.
pub(super) fn latest_edition(tables: &Tables, editions: &Editions, framework: &str) -> Option<Arc<Edition>> {
    let framework = tables.framework.rows().find(|row| row.key == framework)?;
    let published = tables.edition.rows().filter(|row| row.framework == framework.id);
    let latest = published.max_by_key(|row| row.position)?;
    editions.get(&EditionId(latest.id)).cloned()
}
