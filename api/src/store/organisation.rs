//! Organisations and their dated facts as rows: one table per kind of fact.

use domain::id::{ClusterId, FactId, OrganisationId};
use domain::organisation::{Cluster, DatedFact, Fact, KnownFact, KnownSuccession, Organisation, Succession};
use domain::register::{KnownRegister, RegisterLoaded};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::Corrupt;
use super::projection::{At, Missing, position};
use super::tables::Tables;

pub(super) fn loaded(at: &mut At<'_>, event: &RegisterLoaded) -> Result<(), Missing> {
    let now = at.position();
    for new in &event.organisations {
        let kind = new.kind.to_string();
        at.tables.organisation.insert(entity::organisation::Model { id: new.id.0, kind, position: now });
    }
    for cluster in &event.clusters {
        at.tables.cluster.insert(entity::cluster::Model {
            id: cluster.id.0,
            key: cluster.key.clone(),
            title: cluster.title.clone(),
            position: now,
        });
    }
    for id in event.superseded_facts.iter().chain(&event.superseded_successions) {
        let (tables, id) = (&mut *at.tables, id.0);
        let superseded = tables.organisation_life.change(&id, |row| row.superseded_position = Some(now))
            || tables.organisation_name.change(&id, |row| row.superseded_position = Some(now))
            || tables.organisation_code.change(&id, |row| row.superseded_position = Some(now))
            || tables.membership.change(&id, |row| row.superseded_position = Some(now))
            || tables.succession.change(&id, |row| row.superseded_position = Some(now));
        if !superseded {
            return Err(at.missing("fact", id));
        }
    }
    for dated in &event.facts {
        fact(at, dated);
    }
    for new in &event.successions {
        at.tables.succession.insert(succession(new, now));
    }
    Ok(())
}

fn fact(at: &mut At<'_>, dated: &DatedFact) {
    let (id, organisation, position) = (dated.id.0, dated.organisation.0, at.position());
    let (valid_from, valid_to, superseded_position) = (dated.from, dated.to, None);
    let mut member = |kind: &str, of_organisation, of_cluster| {
        at.tables.membership.insert(entity::membership::Model {
            id,
            organisation,
            kind: kind.to_owned(),
            of_organisation,
            of_cluster,
            valid_from,
            valid_to,
            position,
            superseded_position,
        });
    };
    match &dated.fact {
        Fact::Region(region) => member("REGION", Some(region.0), None),
        Fact::Cluster(cluster) => member("CLUSTER", None, Some(cluster.0)),
        Fact::Life => at.tables.organisation_life.insert(entity::organisation_life::Model {
            id,
            organisation,
            valid_from,
            valid_to,
            position,
            superseded_position,
        }),
        Fact::Name(name) => at.tables.organisation_name.insert(entity::organisation_name::Model {
            id,
            organisation,
            name: name.clone(),
            valid_from,
            valid_to,
            position,
            superseded_position,
        }),
        Fact::Code(scheme, code) => at.tables.organisation_code.insert(entity::organisation_code::Model {
            id,
            organisation,
            scheme: scheme.to_string(),
            code: code.clone(),
            valid_from,
            valid_to,
            position,
            superseded_position,
        }),
    }
}

fn succession(new: &Succession, position: i64) -> entity::succession::Model {
    let population = |of: Option<u64>| of.map(|of| i64::try_from(of).expect("populations are small"));
    entity::succession::Model {
        id: new.id.0,
        predecessor: new.predecessor.0,
        successor: new.successor.0,
        kind: new.kind.to_string(),
        valid_from: new.on,
        part_label: new.part.clone(),
        population_of_part: population(new.population_of_part),
        population_of_whole: population(new.population_of_whole),
        source: new.source.clone(),
        position,
        superseded_position: None,
        share: new.share.map(|share| i32::try_from(share).expect("at most a million")),
    }
}

/// The kind of subject under which the ledger keeps what the national team recorded by hand.
pub(super) const SUCCESSION: &str = "succession";

/// The facts of these organisations; of all of them where none are named.
pub(super) async fn load(
    db: &impl ConnectionTrait,
    tables: &mut Tables,
    only: Option<&std::collections::BTreeSet<Uuid>>,
) -> Result<(), DbErr> {
    macro_rules! load {
        ($table:ident, $column:ident) => {{
            let mut find = entity::$table::Entity::find();
            if let Some(ids) = only {
                find = find.filter(entity::$table::Column::$column.is_in(ids.iter().copied()));
            }
            tables.$table.load(find.all(db).await?);
        }};
    }
    load!(organisation, Id);
    load!(organisation_life, Organisation);
    load!(organisation_name, Organisation);
    load!(organisation_code, Organisation);
    load!(membership, Organisation);
    if only.is_none() {
        tables.cluster.load(entity::cluster::Entity::find().all(db).await?);
        let by_hand = entity::ledger_subject::Column::Kind.eq(SUCCESSION);
        let by_hand = entity::ledger_subject::Entity::find().filter(by_hand);
        tables.ledger_subject.load(by_hand.all(db).await?);
    }
    Ok(())
}

/// An organisation from the rows that were loaded.
pub(super) fn from_rows(tables: &Tables, id: OrganisationId) -> Result<Option<Organisation>, Corrupt> {
    let Some(row) = tables.organisation.get(&id.0) else { return Ok(None) };
    let mut facts = Vec::new();
    macro_rules! facts {
        ($table:ident, |$row:ident| $fact:expr) => {
            for $row in tables.$table.rows().filter(|row| row.organisation == id.0) {
                let (from, to) = ($row.valid_from, $row.valid_to);
                facts.push(KnownFact {
                    dated: DatedFact { id: FactId($row.id), organisation: id, fact: $fact, from, to },
                    recorded: position($row.position),
                    superseded: $row.superseded_position.map(position),
                });
            }
        };
    }
    facts!(organisation_life, |_row| Fact::Life);
    facts!(organisation_name, |row| Fact::Name(row.name.clone()));
    facts!(organisation_code, |row| Fact::Code(row.scheme.parse().map_err(Corrupt)?, row.code.clone()));
    facts!(membership, |row| match (row.of_organisation, row.of_cluster) {
        (Some(region), _) => Fact::Region(OrganisationId(region)),
        (None, cluster) => Fact::Cluster(ClusterId(cluster.unwrap_or_default())),
    });
    let kind = row.kind.parse().map_err(Corrupt)?;
    Ok(Some(Organisation { id, kind, recorded: position(row.position), facts }))
}

/// The whole register from the rows that were loaded.
pub(super) fn register(tables: &Tables) -> Result<KnownRegister, Corrupt> {
    let organisations = tables.organisation.rows().map(|row| from_rows(tables, OrganisationId(row.id)));
    let clusters = tables.cluster.rows().map(|row| Cluster {
        id: ClusterId(row.id),
        key: row.key.clone(),
        title: row.title.clone(),
    });
    let settled = tables.ledger_subject.rows().filter(|row| row.kind == SUCCESSION);
    Ok(KnownRegister {
        organisations: organisations.filter_map(Result::transpose).collect::<Result<_, _>>()?,
        clusters: clusters.collect(),
        successions: successions(tables)?,
        settled: settled.map(|row| OrganisationId(row.id)).collect(),
    })
}

/// Successions from the rows that were loaded, those that the ledger no longer holds true included.
pub(super) fn successions(tables: &Tables) -> Result<Vec<KnownSuccession>, Corrupt> {
    let population = |of: Option<i64>| of.and_then(|of| u64::try_from(of).ok());
    let known = |row: &entity::succession::Model| {
        Ok(KnownSuccession {
            succession: Succession {
                id: FactId(row.id),
                predecessor: OrganisationId(row.predecessor),
                successor: OrganisationId(row.successor),
                kind: row.kind.parse().map_err(Corrupt)?,
                on: row.valid_from,
                part: row.part_label.clone(),
                population_of_part: population(row.population_of_part),
                population_of_whole: population(row.population_of_whole),
                share: row.share.and_then(|share| u32::try_from(share).ok()),
                source: row.source.clone(),
            },
            recorded: position(row.position),
            superseded: row.superseded_position.map(position),
        })
    };
    tables.succession.rows().map(known).collect()
}
