//! A database of a chosen size, filled by the service's own commands: the same one on every machine.

use chrono::{DateTime, NaiveDate, Utc};
use domain::assessment::StartAssessment;
use domain::batch::Batch;
use domain::command::Command;
use domain::evidence::{EvidenceKind, RecordEvidence, Stance};
use domain::framework::{Definition, LoadEdition};
use domain::grant::Role;
use domain::id::{AssessmentId, OrganisationId, PersonId, RoundId};
use domain::ledger::{Event, Via};
use domain::mint::Mint;
use domain::organisation::OrganisationKind;
use domain::policy::{PolicyChange, Requirement};
use domain::publication::{PublishAssessments, PublishItem};
use domain::rating::{Outcome, RateElements, RateItem};
use domain::round::{Dates, OpenRound};
use domain::submission::SubmitAssessment;
use domain::text::{self, Text};
use futures_util::future::join_all;
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

use api::catalogue;
use api::clock::Clock;
use api::local::LocalPerson;
use api::people;
use api::start::{load_catalogue, mint};
use api::store::{Actor, Store, Written};

use crate::report::tell;
use crate::{Result, told};

/// The rounds that every question is about, at every size: as many points, so as many bytes.
pub(crate) const WINDOW: u32 = 20;
/// The day on which the 42 systems stood for the last time; all questions are asked of it.
pub(crate) const ON: &str = "2026-03-31";
/// The day on which the systems were founded.
const FIRST: &str = "2022-07-01";
/// The framework whose assessments wait to be rated.
pub(crate) const WRITES: &str = "load-writes";
/// Days between two of the window's rounds.
const APART: u64 = 7;
/// As many commands wait at once as the writer's queue takes with room to spare.
const AT_ONCE: usize = 500;

fn day(text: &str) -> Result<NaiveDate> {
    Ok(text.parse()?)
}

/// The reference date from which the window's rounds are shown.
pub(crate) fn window_from() -> Result<NaiveDate> {
    let back = APART * u64::from(WINDOW - 1);
    day(ON)?.checked_sub_days(chrono::Days::new(back)).ok_or_else(|| "no such day".into())
}

struct System {
    code: String,
    id: OrganisationId,
    lead: PersonId,
    is_open_still: bool,
}

struct Filler<'a> {
    store: &'a Store,
    national: PersonId,
    systems: Vec<System>,
    elements: Vec<String>,
    levels: Vec<String>,
    chance: ChaCha8Rng,
    /// The ledger's head at first, and the commands sent since then: together they tell every command apart.
    since: u64,
    commands: u64,
}

/// Fills an empty, migrated database.
pub(crate) async fn fill(url: &str, ratings: u32) -> Result<()> {
    let mut ids = ChaCha8Rng::seed_from_u64(7);
    let store = open(url, Mint::new(move |bytes| ids.fill_bytes(bytes))).await?;
    load_catalogue(&store, Via::Demo).await.map_err(|error| told(&error))?;
    let definition = definition()?;
    let mut filler = Filler::new(&store, &definition).await?;
    let per_round = u32::try_from(filler.systems.len() * filler.elements.len())?;
    let rounds = ratings.div_ceil(per_round).max(WINDOW);
    for (number, reference) in (0..).zip(references(rounds)?) {
        let round = filler.open("sdpt", &format!("R{number:04}"), reference).await?;
        filler.publish(round, number + WINDOW >= rounds).await?;
        if number % 50 == 49 {
            tell(&format!("\r  round {} of {rounds} ", number + 1));
        }
    }
    filler.load_writes(definition).await?;
    store.close().await;
    Ok(())
}

/// Starts assessments that wait to be rated, so many at least.
pub(crate) async fn start_more(url: &str, count: usize) -> Result<()> {
    let store = open(url, mint()).await?;
    let mut filler = Filler::new(&store, &definition()?).await?;
    let (since, mut started) = (store.snapshot().history.head().0, 0);
    for number in 0.. {
        // Far from the days that questions are about.
        let round = filler.open(WRITES, &format!("W{since}.{number}"), day(FIRST)?).await?;
        started += filler.start(round, true).await?.len();
        if started >= count {
            break;
        }
    }
    store.close().await;
    Ok(())
}

/// The database at the day of all questions.
async fn open(url: &str, mint: Mint) -> Result<Store> {
    let at: DateTime<Utc> = format!("{ON}T09:00:00Z").parse()?;
    Store::open(url, Clock::by_hand(at), mint).await.map_err(|error| told(&error))
}

fn definition() -> Result<Definition> {
    let definition = catalogue::definitions()?.into_iter().find(|definition| definition.key == "sdpt");
    definition.ok_or_else(|| "there is no framework sdpt".into())
}

/// The window's rounds are the last ones, a week apart; the others fill the time before.
fn references(rounds: u32) -> Result<Vec<NaiveDate>> {
    let (first, from) = (day(FIRST)?, window_from()?);
    let days = u64::try_from((from - first).num_days())?;
    let before = u64::from(rounds - WINDOW);
    let earlier = (0..before).map(|number| first + chrono::Days::new(number * days / before));
    let window = (0..u64::from(WINDOW)).map(|number| from + chrono::Days::new(number * APART));
    Ok(earlier.chain(window).collect())
}

impl<'a> Filler<'a> {
    async fn new(store: &'a Store, definition: &Definition) -> Result<Self> {
        let today = store.clock().now().today;
        let person = |role, on| async move {
            let recorded = LocalPerson { role, on, called: None }.record(store, Via::Demo, today).await;
            recorded.map_err(|error| told(&error))
        };
        let national = person(Role::NationalTeam, None).await?;
        person(Role::Reader, None).await?;
        let register = catalogue::register()?;
        let snapshot = store.snapshot();
        let mut systems = Vec::new();
        for known in register.organisations.iter().filter(|known| known.kind == OrganisationKind::System) {
            let life = known.facts.iter().find(|fact| fact.fact == domain::register::FactInFile::Life);
            let Some(life) = life.filter(|life| life.from <= today) else { continue };
            let id = people::place(Role::SystemLead, Some(&known.code), &snapshot);
            let id = id.map_err(|error| told(&error))?.ok_or("no such system")?;
            let lead = person(Role::SystemLead, Some(&known.code)).await?;
            systems.push(System { code: known.code.clone(), id, lead, is_open_still: life.to.is_none() });
        }
        let themes = definition.groups.iter().flat_map(|group| &group.themes);
        let elements = themes.flat_map(|theme| &theme.elements).map(|element| element.key.clone()).collect();
        let scale = definition.scale.as_ref().ok_or("it is not rated")?;
        let levels = scale.levels.iter().map(|level| level.key.clone()).collect();
        let chance = ChaCha8Rng::seed_from_u64(11);
        let since = store.snapshot().history.head().0;
        Ok(Self { store, national, systems, elements, levels, chance, since, commands: 0 })
    }

    /// All at once, so that the writer's batches are full; the events in the order of the commands.
    async fn write(&mut self, commands: Vec<(PersonId, Command)>) -> Result<Vec<Event>> {
        let mut events = Vec::with_capacity(commands.len());
        let mut commands = commands.into_iter().peekable();
        while commands.peek().is_some() {
            let some = commands.by_ref().take(AT_ONCE).map(|(person, command)| {
                self.commands += 1;
                let actor = Actor::Person { person, key: format!("load:{}:{}", self.since, self.commands) };
                self.store.write(actor, Via::Demo, command)
            });
            for answer in join_all(some).await {
                match answer.outcome.map_err(|error| told(&error))? {
                    Written::At(_, event) => events.push(event),
                    other => return Err(format!("{other:?} instead of a change").into()),
                }
            }
        }
        Ok(events)
    }

    async fn open(&mut self, framework: &str, label: &str, reference: NaiveDate) -> Result<RoundId> {
        let closes = day("2031-12-31")?;
        let opens = day(FIRST)?;
        let dates = Dates { reference, opens, due: closes, closes, moderate_by: None, publish_on: None };
        let policy = PolicyChange {
            rationale: Some(Requirement::Never),
            evidence_from: Some(None),
            approvals: Some(Vec::new()),
            confirm_carried_forward: Some(false),
            ..PolicyChange::default()
        };
        let open = OpenRound {
            framework: framework.to_owned(),
            label: Text::parse(label, text::LABEL)?,
            dates,
            policy,
        };
        let events = self.write(vec![(self.national, Command::OpenRound(Box::new(open)))]).await?;
        match events.first() {
            Some(Event::RoundOpened(round)) => Ok(round.id),
            other => Err(format!("{other:?} instead of a round").into()),
        }
    }

    /// Indexes of systems and their assessments.
    async fn start(&mut self, round: RoundId, open_still: bool) -> Result<Vec<(usize, AssessmentId)>> {
        let systems =
            self.systems.iter().enumerate().filter(|(_, system)| system.is_open_still || !open_still);
        let systems: Vec<_> = systems.map(|(index, system)| (index, system.lead, system.id)).collect();
        let start = |(_, lead, organisation): &(usize, PersonId, OrganisationId)| {
            let start = StartAssessment { round, organisation: *organisation, carry_forward: false };
            (*lead, Command::StartAssessment(start))
        };
        let events = self.write(systems.iter().map(start).collect()).await?;
        let started = events.iter().zip(systems).map(|(event, (index, ..))| match event {
            Event::AssessmentStarted(started) => Ok((index, started.assessment)),
            other => Err(format!("{other:?} instead of an assessment").into()),
        });
        started.collect()
    }

    /// What every system says in a round: started, rated, submitted, published.
    async fn publish(&mut self, round: RoundId, in_window: bool) -> Result<()> {
        let started = self.start(round, false).await?;
        let mut commands = Vec::new();
        for (index, assessment) in &started {
            commands.push((self.systems[*index].lead, self.rate(*index, *assessment, in_window)?));
        }
        self.write(commands).await?;
        let lead = |index: usize| self.systems[index].lead;
        let mut revision = 2;
        if in_window {
            let cite = started.iter().map(|(index, of)| Ok((lead(*index), self.evidence(*of)?)));
            let cite = cite.collect::<Result<_>>()?;
            self.write(cite).await?;
            revision = 3;
        }
        let submit = started.iter().map(|(index, assessment)| {
            let submit =
                SubmitAssessment { assessment: *assessment, expected_revision: revision, approval: None };
            (self.systems[*index].lead, Command::SubmitAssessment(submit))
        });
        let submit = submit.collect();
        self.write(submit).await?;
        let items = started.iter().map(|(_, assessment)| PublishItem {
            assessment: *assessment,
            expected_revision: revision + 1,
            answers: Vec::new(),
        });
        let publish = PublishAssessments { items: items.collect(), dry_run: false };
        self.write(vec![(self.national, Command::PublishAssessments(publish))]).await?;
        Ok(())
    }

    fn rate(&mut self, system: usize, assessment: AssessmentId, with_words: bool) -> Result<Command> {
        let mut items = Vec::new();
        for (number, element) in self.elements.iter().enumerate() {
            let own = (system * 7 + number * 5) % 3;
            let level = (own + self.chance.random_range(0..2)).min(self.levels.len() - 1);
            let words = || {
                let code = &self.systems[system].code;
                let words = format!(
                    "Synthetic: {code} describes in a sentence or two of ordinary length why {element} is at this level now."
                );
                Text::parse(&words, text::RATIONALE)
            };
            items.push(Ok(RateItem {
                element: element.clone(),
                replaces: None,
                outcome: Some(Outcome::Level(self.levels[level].clone())),
                confidence: None,
                rationale: with_words.then(words).transpose()?,
                evidence: Vec::new(),
            }));
        }
        let batch = Batch::AllOrNothing;
        Ok(Command::RateElements(RateElements { assessment, items, batch, dry_run: false }))
    }

    fn evidence(&self, assessment: AssessmentId) -> Result<Command> {
        Ok(Command::RecordEvidence(RecordEvidence {
            assessment,
            title: Text::parse("Synthetic board paper", text::TITLE)?,
            link: None,
            kind: EvidenceKind::BoardPaper,
            stance: Stance::Supports,
            observed_on: None,
            review_by: None,
            elements: self.elements.iter().step_by(3).cloned().collect(),
        }))
    }

    /// The same elements under another name, in which nothing is published.
    async fn load_writes(&self, mut definition: Definition) -> Result<()> {
        WRITES.clone_into(&mut definition.key);
        let command = Command::LoadEdition(Box::new(LoadEdition { definition }));
        let answer = self.store.write(Actor::Installation, Via::Demo, command).await;
        answer.outcome.map_err(|error| told(&error))?;
        Ok(())
    }
}
