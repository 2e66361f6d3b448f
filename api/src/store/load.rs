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

use super::bulk::among;
use super::kept::{Kept, missing};
use super::tables::Tables;
use super::writer::{Actor, Order};
use super::{Corrupt, grant, ledger, link, organisation, person, rebaseline, text};
use crate::error::Error;

/// Editions never change, so one that was read once is kept.
pub(super) type Editions = HashMap<EditionId, Arc<Edition>>;

/// What the commands of a batch speak of.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing to load, and any of them go together")]
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
    /// Somebody names evidence of an organisation by its id.
    evidence: bool,
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
            Command::LoadEdition(_)
            | Command::LoadLinks(_)
            | Command::LoadCrosswalk(_)
            | Command::RecordRebaseline(_)
            | Command::WithdrawRebaseline(_) => self.catalogue = true,
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
            Command::RateElements(command) => {
                self.assessments.insert(command.assessment.0);
                let items = command.items.iter().flatten();
                self.evidence |= items.into_iter().any(|item| !item.evidence.is_empty());
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
    kept: &mut Kept,
) -> Result<Tables, Error> {
    let mut wanted = Wanted::by(orders);
    let mut tables = kept.take();
    people(db, &mut tables, &mut wanted, kept).await?;
    assessments(db, &mut tables, &mut wanted, kept).await?;
    if wanted.whole_register {
        organisation::load(db, &mut tables, None).await?;
        kept.organisations = tables.organisation.rows().map(|row| row.id).collect();
        successions(db, &mut tables, kept).await?;
    } else {
        let ids = missing(&mut kept.organisations, &wanted.organisations);
        if !ids.is_empty() {
            organisation::load(db, &mut tables, Some(&ids)).await?;
        }
    }
    if wanted.catalogue || !wanted.carrying.is_empty() {
        tables.crosswalk.load(entity::crosswalk::Entity::find().all(db).await?);
    }
    if wanted.catalogue {
        link::load(db, &mut tables).await?;
        rebaseline::load(db, &mut tables).await?;
        tables.element.load(entity::element::Entity::find().all(db).await?);
        tables.framework.load(entity::framework::Entity::find().all(db).await?);
    }
    let used: BTreeSet<Uuid> = tables.round.rows().map(|round| round.edition).collect();
    let used = if wanted.catalogue { None } else { Some(used) };
    load_editions(db, &mut tables, used, editions).await?;
    Ok(tables)
}

async fn successions(db: &impl ConnectionTrait, tables: &mut Tables, kept: &mut Kept) -> Result<(), Error> {
    if !kept.successions {
        tables.succession.load(entity::succession::Entity::find().all(db).await?);
        kept.successions = true;
    }
    Ok(())
}

async fn people(
    db: &impl ConnectionTrait,
    tables: &mut Tables,
    wanted: &mut Wanted,
    kept: &mut Kept,
) -> Result<(), Error> {
    use entity::idempotency;
    person::load_identities(db, tables, &wanted.identities).await?;
    wanted.holders.extend(tables.person_identity.rows().map(|row| row.person));
    wanted.holders.extend(wanted.actors.iter().chain(&wanted.erased));
    let holders = missing(&mut kept.holders, &wanted.holders);
    grant::load(db, tables, &holders, &wanted.grants).await?;
    let revoked = tables.grant.rows().filter(|row| wanted.grants.contains(&row.id));
    wanted.organisations.extend(revoked.filter_map(|row| row.organisation));
    person::load_traces(db, tables, &wanted.erased).await?;
    let texts: Vec<_> =
        person::texts(tables, &wanted.erased).into_iter().chain(wanted.texts.clone()).collect();
    text::load(db, tables, &texts).await?;
    if wanted.actors.is_empty() {
        return Ok(());
    }
    let of_actors = among(db, idempotency::Column::Actor, wanted.actors.iter().copied());
    let keys = among(db, idempotency::Column::Key, wanted.keys.iter().cloned());
    let replays = of_actors.and(keys);
    tables.idempotency.load(idempotency::Entity::find().filter(replays).all(db).await?);
    let replayed = tables.idempotency.rows().map(|row| row.position).collect();
    text::load_written_at(db, tables, replayed).await?;
    Ok(())
}

async fn assessments(
    db: &impl ConnectionTrait,
    tables: &mut Tables,
    wanted: &mut Wanted,
    kept: &mut Kept,
) -> Result<(), Error> {
    use entity::{assessment, round};
    if wanted.assessments.is_empty() && wanted.rounds.is_empty() && !wanted.all_rounds {
        return Ok(());
    }
    let unknown = wanted.assessments.iter().filter(|id| !kept.hand_over(**id, tables));
    let unknown: Vec<Uuid> = unknown.copied().collect();
    let mut which = Condition::any();
    if !unknown.is_empty() {
        which = which.add(among(db, assessment::Column::Id, unknown));
    }
    if !wanted.rounds.is_empty() {
        let of = among(db, assessment::Column::Organisation, wanted.organisations.iter().copied());
        which = which.add(of.and(among(db, assessment::Column::Round, wanted.rounds.iter().copied())));
    }
    let mut read = BTreeSet::new();
    if !which.is_empty() {
        let rows = assessment::Entity::find().filter(which).all(db).await?;
        add_assessments(tables, rows, kept, &mut read);
    }
    wanted.rounds.extend(tables.assessment.rows().map(|row| row.round));
    let mut organisations: BTreeSet<Uuid> = tables.assessment.rows().map(|row| row.organisation).collect();
    wanted.organisations.extend(&organisations);
    successions(db, tables, kept).await?;
    rounds(db, tables, &wanted.rounds, kept).await?;
    if wanted.all_rounds && !kept.all_rounds {
        let all = round::Entity::find().all(db).await?.into_iter().map(|row| row.id);
        rounds(db, tables, &all.collect(), kept).await?;
        kept.all_rounds = true;
    }
    let compares = |row: &round::Model| {
        wanted.rounds.contains(&row.id) && row.policy_rationale == Requirement::WhenChanged.as_str()
    };
    let compared = if tables.round.rows().any(compares) { organisations.clone() } else { BTreeSet::new() };
    let followed = tables.succession.rows().filter(|link| wanted.carrying.contains(&link.successor));
    let followed = followed.map(|link| link.predecessor);
    let looked_back: BTreeSet<Uuid> =
        followed.chain(compared).chain(wanted.carrying.iter().copied()).collect();
    if !looked_back.is_empty() {
        let published = among(db, assessment::Column::Organisation, looked_back.iter().copied())
            .and(assessment::Column::Stage.eq("PUBLISHED"));
        let earlier = assessment::Entity::find().filter(published).all(db).await?;
        rounds(db, tables, &earlier.iter().map(|row| row.round).collect(), kept).await?;
        add_assessments(tables, earlier, kept, &mut read);
        organisations.extend(looked_back);
    }
    // What is cited is carried forward with its evidence.
    let cites = wanted.evidence || !wanted.carrying.is_empty();
    forms(db, tables, read, cites.then_some(organisations)).await
}

/// Notes in `read` those of which nothing else is known: what is about them has to be read as well.
fn add_assessments(
    tables: &mut Tables,
    rows: Vec<entity::assessment::Model>,
    kept: &mut Kept,
    read: &mut BTreeSet<Uuid>,
) {
    for row in rows {
        if tables.assessment.get(&row.id).is_none() && !kept.hand_over(row.id, tables) {
            read.insert(row.id);
            tables.assessment.load(vec![row]);
        }
    }
}

async fn rounds(
    db: &impl ConnectionTrait,
    tables: &mut Tables,
    wanted: &BTreeSet<Uuid>,
    kept: &mut Kept,
) -> Result<(), Error> {
    use entity::{extension, round, round_approval};
    let ids = missing(&mut kept.rounds, wanted);
    if ids.is_empty() {
        return Ok(());
    }
    let ids = || ids.iter().copied();
    tables.round.load(round::Entity::find().filter(among(db, round::Column::Id, ids())).all(db).await?);
    let approvals = round_approval::Entity::find().filter(among(db, round_approval::Column::Round, ids()));
    tables.round_approval.load(approvals.all(db).await?);
    let extended = extension::Entity::find().filter(among(db, extension::Column::Round, ids()));
    tables.extension.load(extended.all(db).await?);
    Ok(())
}

/// What is about these assessments; with all evidence of these organisations, where it is asked for.
async fn forms(
    db: &impl ConnectionTrait,
    tables: &mut Tables,
    of: BTreeSet<Uuid>,
    evidence_of: Option<BTreeSet<Uuid>>,
) -> Result<(), Error> {
    macro_rules! load {
        ($($table:ident)*) => {$({
            use entity::$table::{Column, Entity};
            let own = Entity::find().filter(among(db, Column::Assessment, of.iter().copied()));
            tables.$table.load(own.all(db).await?);
        })*};
    }
    if !of.is_empty() {
        load!(rating citation submission assessment_step element_note);
    }
    if let Some(organisations) = evidence_of {
        let own = among(db, entity::evidence::Column::Organisation, organisations);
        tables.evidence.load(entity::evidence::Entity::find().filter(own).all(db).await?);
    }
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
