//! A made-up ledger of any size: 42 systems that publish 24 ratings each round, one round a day. The same every time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use domain::access::Viewer;
use domain::assessment::AssessmentStarted;
use domain::framework::{Definition, Edition, EditionLoaded};
use domain::history::History;
use domain::id::{
    AssessmentId, EditionId, ElementId, FactId, FrameworkId, GroupId, LedgerId, OrganisationId, PersonId,
    RatingId, RoundId, ThemeId,
};
use domain::ledger::{Entry, Event, Hash, Payload, Position, RecordedAt, Via};
use domain::lens::{AsOf, Knowledge, Lens, Now};
use domain::organisation::{DatedFact, Fact, Organisation, OrganisationKind, Scheme};
use domain::publication::{AssessmentsPublished, PublishedItem};
use domain::rating::{Confidence, ElementsRated, RatedItem, RatedValue};
use domain::register::{NewOrganisation, RegisterLoaded};
use domain::round::{Dates, Round};
use domain::submission::AssessmentSubmitted;
use serde_json::json;
use uuid::Uuid;

const SYSTEMS: usize = 42;
const REGIONS: usize = 7;
const THEMES: usize = 6;
pub const ELEMENTS: usize = 24;
const LEVELS: [&str; 4] = ["emerging", "developing", "maturing", "thriving"];
const LEDGER: LedgerId = LedgerId(Uuid::from_u128(1));
const PERSON: PersonId = PersonId(Uuid::from_u128(2));

fn start() -> NaiveDate {
    NaiveDate::from_ymd_opt(1995, 1, 1).expect("a day")
}

/// Writes entries, each chained to the one before.
struct Scribe {
    ids: u64,
    noise: u64,
    head: Position,
    hash: Hash,
    edition: EditionId,
    elements: Vec<ElementId>,
    systems: Vec<OrganisationId>,
    rounds: u32,
}

impl Scribe {
    /// With the entries that a ledger begins with.
    fn new() -> (Self, Vec<Entry>) {
        let mut scribe = Self {
            ids: 16,
            noise: 0x9e37_79b9_7f4a_7c15,
            head: Position(0),
            hash: Hash::ZERO,
            edition: EditionId(Uuid::nil()),
            elements: Vec::new(),
            systems: Vec::new(),
            rounds: 0,
        };
        let loaded = scribe.edition();
        let register = scribe.register();
        let first = scribe.entry(Event::EditionLoaded(Box::new(loaded)));
        let second = scribe.entry(Event::RegisterLoaded(Box::new(register)));
        (scribe, vec![first, second])
    }

    fn random(&mut self) -> u64 {
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 7;
        self.noise ^= self.noise << 17;
        self.noise
    }

    /// Rising, as ids are that carry the time.
    fn id(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(u128::from(self.ids) << 64 | u128::from(self.random()))
    }

    fn entry(&mut self, event: Event) -> Entry {
        let (act, format, payload) = Payload { event, replay: None }.write();
        self.head = self.head.next();
        let mut entry = Entry {
            position: self.head,
            recorded_at: RecordedAt(i64::try_from(self.head.0).expect("few entries") * 1_000_000),
            actor: Some(PERSON),
            via: Via::Api,
            act: act.to_owned(),
            format,
            payload,
            previous_hash: self.hash,
            hash: Hash::ZERO,
        };
        entry.hash = entry.compute_hash(LEDGER);
        self.hash = entry.hash;
        entry
    }

    fn edition(&mut self) -> EditionLoaded {
        let element = |theme: usize, index: usize| {
            json!({ "key": format!("e{theme}.{index}"), "title": format!("Element {theme}.{index}"),
                "description": "Made up.", "origin": "NAMED", "due_on": null })
        };
        let theme = |theme: usize| {
            let elements: Vec<_> = (0..ELEMENTS / THEMES).map(|index| element(theme, index)).collect();
            json!({ "key": format!("t{theme}"), "title": format!("Theme {theme}"), "summary": "", "elements": elements })
        };
        let levels = LEVELS.map(|key| json!({ "key": key, "title": key, "description": "" }));
        let definition: Definition = serde_json::from_value(json!({
            "key": "sdpt", "title": "Made up", "kind": "MATURITY", "issuer": "Nobody", "label": "1",
            "published_on": null, "source": "", "assesses": ["SYSTEM"], "provisional": [],
            "scale": { "title": "", "provisional": false, "levels": levels },
            "policy": { "rationale": "NEVER", "evidence_from": null, "approvals": [],
                "confirm_carried_forward": false, "response_days": 0, "readers_see_rationale": false },
            "groups": [{ "key": "g", "title": "Group",
                "themes": (0..THEMES).map(theme).collect::<Vec<_>>() }],
        }))
        .expect("a definition");
        self.edition = EditionId(self.id());
        self.elements = (0..ELEMENTS).map(|_| ElementId(self.id())).collect();
        EditionLoaded {
            framework: FrameworkId(self.id()),
            edition: self.edition,
            content_hash: definition.content_hash(),
            definition,
            groups: vec![GroupId(self.id())],
            themes: (0..THEMES).map(|_| ThemeId(self.id())).collect(),
            elements: self.elements.clone(),
        }
    }

    fn register(&mut self) -> RegisterLoaded {
        let mut change = RegisterLoaded::default();
        let mut add = |scribe: &mut Self, kind, name: String, region: Option<OrganisationId>| {
            let id = OrganisationId(scribe.id());
            change.organisations.push(NewOrganisation { id, kind });
            let code = Fact::Code(Scheme::Ods, name.clone());
            let facts = [Fact::Life, Fact::Name(name), code].into_iter().chain(region.map(Fact::Region));
            for fact in facts {
                let id_of_fact = FactId(scribe.id());
                let dated = DatedFact { id: id_of_fact, organisation: id, fact, from: start(), to: None };
                change.facts.push(dated);
            }
            id
        };
        let regions: Vec<_> =
            (0..REGIONS).map(|n| add(self, OrganisationKind::Region, format!("R{n:02}"), None)).collect();
        let system = |n: usize| (format!("S{n:02}"), Some(regions[n % REGIONS]));
        let systems: Vec<_> = (0..SYSTEMS)
            .map(|n| {
                let (name, region) = system(n);
                add(self, OrganisationKind::System, name, region)
            })
            .collect();
        self.systems = systems;
        change
    }

    /// A round in which every system starts, rates, submits and is published.
    fn round(&mut self, framework: FrameworkId) -> Vec<Entry> {
        let reference = start() + Days::new(u64::from(self.rounds));
        self.rounds += 1;
        let policy = json!({ "rationale": "NEVER", "evidence_from": null, "approvals": [],
            "confirm_carried_forward": false, "response_days": 0, "readers_see_rationale": false });
        let round = Round {
            id: RoundId(self.id()),
            framework,
            edition: self.edition,
            label: format!("Round {}", self.rounds),
            dates: Dates {
                reference,
                opens: reference,
                due: reference,
                closes: reference,
                moderate_by: None,
                publish_on: None,
            },
            policy: serde_json::from_value(policy).expect("a policy"),
        };
        let id = round.id;
        let mut entries = vec![self.entry(Event::RoundOpened(Box::new(round)))];
        for organisation in self.systems.clone() {
            entries.extend(self.assessment(organisation, id));
        }
        entries
    }

    fn assessment(&mut self, organisation: OrganisationId, round: RoundId) -> [Entry; 4] {
        let assessment = AssessmentId(self.id());
        let started =
            AssessmentStarted { assessment, organisation, round, edition: self.edition, carried: Vec::new() };
        let items = self.elements.clone().into_iter().zip(0..).map(|(element, item)| {
            let level = LEVELS[usize::try_from(self.random() % 4).expect("below four")];
            RatedItem {
                item,
                id: RatingId(self.id()),
                element,
                value: RatedValue::Level(level.to_owned()),
                confidence: Some(Confidence::Medium),
                rationale: None,
                keeps_rationale: false,
                supersedes: None,
                carried_from: None,
                evidence: Vec::new(),
            }
        });
        let rated = ElementsRated { assessment, revision: 2, items: items.collect(), refused: Vec::new() };
        let submitted = AssessmentSubmitted { assessment, revision: 3, approval: None };
        let item = PublishedItem { assessment, revision: 4, answers: Vec::new() };
        [
            self.entry(Event::AssessmentStarted(started)),
            self.entry(Event::ElementsRated(rated)),
            self.entry(Event::AssessmentSubmitted(submitted)),
            self.entry(Event::AssessmentsPublished(AssessmentsPublished { items: vec![item] })),
        ]
    }
}

/// A history with about so many ratings.
pub struct Made {
    pub history: Arc<History>,
    pub framework: FrameworkId,
    pub edition: Arc<Edition>,
    /// The entries of one more round.
    pub next: Vec<Entry>,
    rounds: u32,
}

impl Made {
    /// Tells what folding it took.
    pub fn of(ratings: usize) -> Self {
        let before = resident();
        let (mut scribe, first) = Scribe::new();
        let mut history = History::empty(LEDGER);
        let mut folding = Duration::ZERO;
        let mut fold = |history: &mut History, entries: &[Entry]| {
            let begun = Instant::now();
            for entry in entries {
                history.fold(entry).expect("it folds");
            }
            folding += begun.elapsed();
        };
        fold(&mut history, &first);
        let known = Arc::new(history.clone());
        let lens = lens(&known, AsOf::default(), start());
        let framework = lens.framework("sdpt").expect("the framework");
        let edition = lens.editions_of(framework).remove(0);
        drop((lens, known));
        let rounds = ratings.div_ceil(SYSTEMS * ELEMENTS);
        for _ in 0..rounds {
            fold(&mut history, &scribe.round(framework));
        }
        let ratings = rounds * SYSTEMS * ELEMENTS;
        eprintln!(
            "{ratings} ratings: folded in {folding:.2?}, {} ns a rating; {} MiB resident",
            folding.as_nanos() / ratings as u128,
            resident().saturating_sub(before) / 1024,
        );
        let rounds = u32::try_from(rounds).expect("few rounds");
        Self { history: Arc::new(history), framework, edition, next: scribe.round(framework), rounds }
    }

    /// Of a reader, on the day of the last round.
    pub fn lens(&self) -> Lens {
        lens(&self.history, AsOf::default(), self.last_day())
    }

    /// Half-way through, as known then.
    pub fn past(&self) -> Lens {
        let known = Knowledge::Position(Position(self.history.head().0 / 2));
        lens(
            &self.history,
            AsOf { on: Some(self.day_before_the_last(self.rounds / 2)), known },
            self.last_day(),
        )
    }

    fn last_day(&self) -> NaiveDate {
        start() + Days::new(u64::from(self.rounds) - 1)
    }

    /// The reference date so many rounds before the last.
    pub fn day_before_the_last(&self, rounds: u32) -> NaiveDate {
        start() + Days::new(u64::from(self.rounds.saturating_sub(rounds + 1)))
    }
}

#[expect(clippy::disallowed_methods, reason = "a reader without any grant")]
fn lens(history: &Arc<History>, as_of: AsOf, today: NaiveDate) -> Lens {
    let now = Now { instant: history.head_recorded_at(), today };
    history.seen_by(&Arc::new(Viewer::new(None, Vec::new())), as_of, now).expect("now")
}

pub fn systems(lens: &Lens) -> Vec<&Organisation> {
    lens.open_systems(lens.moment())
}

/// KiB of memory that this process holds.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
