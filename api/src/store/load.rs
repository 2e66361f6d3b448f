//! Loads the rows that a batch of commands needs, set-wise: a constant number of statements for any number of commands.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use domain::command::Command;
use domain::framework::Edition;
use domain::grant::Holder;
use domain::id::EditionId;
use domain::ledger::{Event, Payload, Position};
use domain::policy::Requirement;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter};
use uuid::Uuid;

use super::tables::Tables;
use super::writer::{Actor, Order};
use super::{Corrupt, grant, ledger, link, organisation, person, text};
use crate::error::Error;

/// Editions never change, so one that was read once is kept.
pub(super) type Editions = HashMap<EditionId, Arc<Edition>>;

/// What the commands of a batch speak of.
#[derive(Default)]
struct Wanted {
    actors: BTreeSet<Uuid>,
    /// Whose grants matter beside those of the actors.
    holders: BTreeSet<Uuid>,
    keys: BTreeSet<String>,
    assessments: BTreeSet<Uuid>,
    rounds: BTreeSet<Uuid>,
    organisations: BTreeSet<Uuid>,
    /// Those that start with what they or their predecessors agreed before.
    carrying: BTreeSet<Uuid>,
    identities: Vec<(String, String)>,
    grants: BTreeSet<Uuid>,
    /// People who are to be erased.
    erased: BTreeSet<Uuid>,
    texts: BTreeSet<Uuid>,
    whole_register: bool,
    catalogue: bool,
    all_rounds: bool,
}

impl Wanted {
    fn by(orders: &[&Order]) -> Self {
        let mut wanted = Self::default();
        for order in orders {
            if let Actor::Person { person, key } = &order.actor {
                wanted.actors.insert(person.0);
                wanted.keys.insert(key.clone());
            }
            wanted.add(&order.command);
        }
        wanted
    }

    fn add(&mut self, command: &Command) {
        match command {
            Command::RecordPerson(command) => {
                self.identities.push((command.issuer.clone(), command.subject.clone()));
            }
            Command::GrantRole(command) => {
                match &command.to {
                    Holder::Known(person) => drop(self.holders.insert(person.0)),
                    Holder::Identity(new) => {
                        self.identities.push((new.issuer.clone(), new.subject.clone()));
                    }
                }
                self.organisations.extend(command.organisation.map(|organisation| organisation.0));
            }
            Command::RevokeRole(command) => drop(self.grants.insert(command.grant.0)),
            Command::AddIdentity(command) => {
                self.identities.push((command.issuer.clone(), command.subject.clone()));
            }
            Command::ErasePerson(command) => drop(self.erased.insert(command.person.0)),
            Command::EraseTexts(command) => self.texts.extend(command.texts.iter().map(|text| text.0)),
            Command::LoadEdition(_) | Command::LoadLinks(_) => self.catalogue = true,
            Command::LoadRegister(_) | Command::RecordSuccession(_) => self.whole_register = true,
            Command::OpenRound(_) => (self.catalogue, self.all_rounds) = (true, true),
            Command::StartAssessment(command) => {
                self.organisations.insert(command.organisation.0);
                self.rounds.insert(command.round.0);
                if command.carry_forward {
                    self.carrying.insert(command.organisation.0);
                }
            }
            Command::ExtendDeadline(command) => {
                self.organisations.insert(command.organisation.0);
                self.rounds.insert(command.round.0);
            }
            Command::PublishAssessments(command) => {
                self.assessments.extend(command.items.iter().map(|item| item.assessment.0));
            }
            other => self.assessments.extend(other.assessment().map(|assessment| assessment.0)),
        }
    }
}

/// The rows for these commands. Editions that are not known yet are added to `editions`.
pub(super) async fn load(
    db: &impl ConnectionTrait,
    orders: &[&Order],
    editions: &mut Editions,
) -> Result<Tables, Error> {
    let mut wanted = Wanted::by(orders);
    let mut tables = Tables::default();
    people(db, &mut tables, &mut wanted).await?;
    assessments(db, &mut tables, &mut wanted).await?;
    if wanted.whole_register {
        organisation::load(db, &mut tables, None).await?;
        tables.succession.load(entity::succession::Entity::find().all(db).await?);
    } else if !wanted.organisations.is_empty() {
        let ids: Vec<_> = wanted.organisations.iter().copied().collect();
        organisation::load(db, &mut tables, Some(&ids)).await?;
    }
    if wanted.catalogue {
        link::load(db, &mut tables).await?;
        tables.framework.load(entity::framework::Entity::find().all(db).await?);
    }
    let used: BTreeSet<Uuid> = tables.round.rows().map(|round| round.edition).collect();
    let used = if wanted.catalogue { None } else { Some(used) };
    load_editions(db, &mut tables, used, editions).await?;
    Ok(tables)
}

async fn people(db: &impl ConnectionTrait, tables: &mut Tables, wanted: &mut Wanted) -> Result<(), Error> {
    use entity::idempotency;
    person::load_identities(db, tables, &wanted.identities).await?;
    wanted.holders.extend(tables.person_identity.rows().map(|row| row.person));
    wanted.holders.extend(wanted.actors.iter().chain(&wanted.erased));
    grant::load(db, tables, &wanted.holders, &wanted.grants).await?;
    let revoked = tables.grant.rows().filter(|row| wanted.grants.contains(&row.id));
    wanted.organisations.extend(revoked.filter_map(|row| row.organisation));
    person::load_traces(db, tables, &wanted.erased).await?;
    let texts: Vec<_> =
        person::texts(tables, &wanted.erased).into_iter().chain(wanted.texts.clone()).collect();
    text::load(db, tables, &texts).await?;
    if wanted.actors.is_empty() {
        return Ok(());
    }
    let (actors, keys) = (wanted.actors.iter().copied(), wanted.keys.iter().cloned());
    let replays = idempotency::Column::Actor.is_in(actors).and(idempotency::Column::Key.is_in(keys));
    tables.idempotency.load(idempotency::Entity::find().filter(replays).all(db).await?);
    let replayed = tables.idempotency.rows().map(|row| row.position).collect();
    text::load_written_at(db, tables, replayed).await?;
    Ok(())
}

async fn assessments(
    db: &impl ConnectionTrait,
    tables: &mut Tables,
    wanted: &mut Wanted,
) -> Result<(), Error> {
    use entity::{assessment, extension, round, round_approval, succession};
    if wanted.assessments.is_empty() && wanted.rounds.is_empty() && !wanted.all_rounds {
        return Ok(());
    }
    let named = assessment::Column::Id.is_in(wanted.assessments.iter().copied());
    let at_start = assessment::Column::Organisation
        .is_in(wanted.organisations.iter().copied())
        .and(assessment::Column::Round.is_in(wanted.rounds.iter().copied()));
    let rows = assessment::Entity::find().filter(Condition::any().add(named).add(at_start)).all(db).await?;
    wanted.rounds.extend(rows.iter().map(|row| row.round));
    wanted.organisations.extend(rows.iter().map(|row| row.organisation));
    let mut organisations: BTreeSet<Uuid> = rows.iter().map(|row| row.organisation).collect();
    tables.assessment.load(rows);
    tables.succession.load(succession::Entity::find().all(db).await?);

    let mut rounds = round::Entity::find();
    if !wanted.all_rounds {
        rounds = rounds.filter(round::Column::Id.is_in(wanted.rounds.iter().copied()));
    }
    tables.round.load(rounds.all(db).await?);
    let compares = |row: &round::Model| row.policy_rationale == Requirement::WhenChanged.as_str();
    let compared = if tables.round.rows().any(compares) { organisations.clone() } else { BTreeSet::new() };
    let followed = tables.succession.rows().filter(|link| wanted.carrying.contains(&link.successor));
    let followed = followed.map(|link| link.predecessor);
    let looked_back: BTreeSet<Uuid> =
        followed.chain(compared).chain(wanted.carrying.iter().copied()).collect();
    if !looked_back.is_empty() {
        let published = assessment::Column::Organisation
            .is_in(looked_back.iter().copied())
            .and(assessment::Column::Stage.eq("PUBLISHED"));
        let earlier = assessment::Entity::find().filter(published).all(db).await?;
        let of_earlier = round::Column::Id.is_in(earlier.iter().map(|row| row.round));
        tables.round.load(round::Entity::find().filter(of_earlier).all(db).await?);
        tables.assessment.load(earlier);
        organisations.extend(looked_back);
    }
    let rounds: Vec<_> = tables.round.rows().map(|row| row.id).collect();
    let approvals =
        round_approval::Entity::find().filter(round_approval::Column::Round.is_in(rounds.clone()));
    tables.round_approval.load(approvals.all(db).await?);
    let extended = extension::Entity::find().filter(extension::Column::Round.is_in(rounds));
    tables.extension.load(extended.all(db).await?);
    forms(db, tables, organisations).await
}

/// What the assessments that were loaded hold.
async fn forms(
    db: &impl ConnectionTrait,
    tables: &mut Tables,
    organisations: BTreeSet<Uuid>,
) -> Result<(), Error> {
    let ids: Vec<_> = tables.assessment.rows().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    macro_rules! load {
        ($($table:ident)*) => {$({
            use entity::$table::{Column, Entity};
            let own = Entity::find().filter(Column::Assessment.is_in(ids.clone()));
            tables.$table.load(own.all(db).await?);
        })*};
    }
    load!(rating citation submission assessment_step element_note);
    let own = entity::evidence::Column::Organisation.is_in(organisations);
    tables.evidence.load(entity::evidence::Entity::find().filter(own).all(db).await?);
    Ok(())
}

/// Reads editions from the entries that published them. `only`: these; all of them where absent.
async fn load_editions(
    db: &impl ConnectionTrait,
    tables: &mut Tables,
    only: Option<BTreeSet<Uuid>>,
    editions: &mut Editions,
) -> Result<(), Error> {
    let rows = match only {
        Some(ids) => {
            let unknown: Vec<_> =
                ids.into_iter().filter(|id| !editions.contains_key(&EditionId(*id))).collect();
            if unknown.is_empty() {
                return Ok(());
            }
            let unknown = entity::edition::Column::Id.is_in(unknown);
            entity::edition::Entity::find().filter(unknown).all(db).await?
        }
        None => entity::edition::Entity::find().all(db).await?,
    };
    for row in &rows {
        if !editions.contains_key(&EditionId(row.id)) {
            let before = Position(u64::try_from(row.position - 1).unwrap_or_default());
            let entry = ledger::after(db, before, 1).await?.into_iter().next();
            let entry = entry.ok_or_else(|| Corrupt(format!("edition {} has no entry", row.id)))?;
            let entry = ledger::from_row(entry)?;
            match Payload::read(&entry.act, entry.format, &entry.payload).map(|payload| payload.event) {
                Ok(Event::EditionLoaded(loaded)) => {
                    editions.insert(loaded.edition, Arc::new(Edition::from(*loaded)));
                }
                _ => return Err(Corrupt(format!("entry {} is not edition {}", row.position, row.id)).into()),
            }
        }
    }
    tables.edition.load(rows);
    Ok(())
}
