//! Who does what when. Everything that chance decides is drawn here, before the first write and in one fixed order.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::framework::Definition;
use domain::grant::Role;
use domain::organisation::OrganisationKind;
use domain::register::Register;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::calendar::{self, Quarter, instant};
use super::fates::{self, EXAMPLE, Fate};
use super::papers::{Desk, Paper};
use super::ratings::{self, Levels};
use super::systems::{self, System};

/// Days after the opening on which each wave starts, rates and submits.
const STARTS: [u64; 4] = [3, 6, 13, 20];
const RATES: [u64; 4] = [16, 24, 31, 45];
const SUBMITS: [u64; 4] = [30, 38, 41, 57];
/// And on which the first region publishes; the others follow day by day.
const PUBLISHES: u64 = 74;
const PUBLISHES_EARLY: u64 = 46;

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) edition: Definition,
    /// The keys of its elements, by index.
    pub(super) elements: Vec<String>,
    pub(super) quarters: Vec<Quarter>,
    pub(super) systems: Vec<System>,
    pub(super) papers: Vec<Paper>,
    /// In order of time.
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) at: DateTime<Utc>,
    pub(super) doing: String,
    pub(super) work: Work,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Work {
    Editions,
    /// As it could have been written that day; whole where absent.
    Register(Option<NaiveDate>),
    /// Each with the ODS code of an organisation, where the role has one.
    People(Vec<(Role, Option<String>)>),
    /// In this order; none of them needs another's answer.
    Acts(Vec<Act>),
}

/// Numbers are indexes of quarters and papers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Open(usize),
    Start(usize),
    /// The second is the index of the piece.
    Cite(usize, usize),
    Rate(usize),
    Submit(usize),
    Publish {
        round: usize,
        region: String,
        papers: Vec<usize>,
    },
}

impl Plan {
    pub(super) fn new(edition: Definition, register: &Register) -> Self {
        let (quarters, systems) = (calendar::quarters(), systems::systems(register));
        let papers = papers(&edition, &quarters, &systems);
        let mut steps = foundations(register, &systems);
        for (round, quarter) in quarters.iter().enumerate() {
            let acts = acts_of(round, quarter, &systems, &papers);
            let step = |(at, acts)| Step { at, doing: quarter.label.clone(), work: Work::Acts(acts) };
            steps.extend(acts.into_iter().map(step));
        }
        steps.sort_by_key(|step| step.at);
        let themes = edition.groups.iter().flat_map(|group| &group.themes);
        let elements = themes.flat_map(|theme| &theme.elements).map(|element| element.key.clone()).collect();
        Self { edition, elements, quarters, systems, papers, steps }
    }
}

/// The same chance for the same purpose, however much another purpose draws.
fn chance(purpose: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(super::SEED);
    rng.set_stream(purpose);
    rng
}

fn papers(edition: &Definition, quarters: &[Quarter], systems: &[System]) -> Vec<Paper> {
    let references: Vec<_> = quarters.iter().map(|quarter| quarter.dates.reference).collect();
    let rounds = ratings::simulate(systems, edition, &references, chance(1));
    let mut rng = chance(2);
    let mut desk = Desk { quarters, systems, edition, rng: chance(3) };
    let mut published: Vec<Option<&Levels>> = vec![None; systems.len()];
    let mut papers = Vec::new();
    for (round, told) in rounds.iter().enumerate() {
        for (i, system) in systems.iter().enumerate() {
            let Some(levels) = &told[i] else { continue };
            let region = system.region(references[round]).unwrap_or_default();
            let fate = fates::fate(round, rounds.len(), &system.code, region, &mut rng);
            if fate != Fate::Absent {
                papers.push(desk.paper((round, i), fate, levels, published[i]));
            }
            if fate == Fate::Published {
                published[i] = Some(levels);
            }
        }
    }
    papers
}

/// The framework, the register as it became known, and the people.
fn foundations(register: &Register, systems: &[System]) -> Vec<Step> {
    let day = |year, month| NaiveDate::from_ymd_opt(year, month, 1).expect("a date");
    let (first, codes, mergers) = (day(2022, 7), day(2023, 4), day(2026, 4));
    let step = |day, hour, doing: &str, work| Step { at: instant(day, hour), doing: doing.to_owned(), work };
    let leads = |old: bool| {
        let some = systems.iter().filter(move |system| system.is_open(first) == old);
        some.map(|system| (Role::SystemLead, Some(system.code.clone())))
    };
    let regions = systems::codes(register, OrganisationKind::Region);
    let others =
        [(Role::NationalTeam, None), (Role::Contributor, Some(EXAMPLE.to_owned())), (Role::Reader, None)];
    let reviewers = regions.into_iter().map(|region| (Role::RegionalReviewer, Some(region)));
    let people = leads(true).chain(reviewers).chain(others).collect();
    vec![
        step(first, 8, "framework", Work::Editions),
        step(first, 8, "register", Work::Register(Some(first))),
        step(first, 8, "people", Work::People(people)),
        step(codes, 6, "register", Work::Register(Some(codes))),
        step(mergers, 6, "register", Work::Register(Some(mergers))),
        step(mergers, 6, "register", Work::Register(None)),
        step(mergers, 7, "people", Work::People(leads(false).collect())),
    ]
}

fn acts_of(
    round: usize,
    quarter: &Quarter,
    systems: &[System],
    papers: &[Paper],
) -> BTreeMap<DateTime<Utc>, Vec<Act>> {
    let mut acts = BTreeMap::from([(instant(quarter.dates.opens, 8), vec![Act::Open(round)])]);
    let mut regions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let own = papers.iter().enumerate().filter(|(_, paper)| paper.round == round);
    for (i, paper) in own {
        let on = |days: [u64; 4], hour| instant(quarter.working_day(days[paper.wave]), hour);
        let mut add = |at, act| acts.entry(at).or_default().push(act);
        add(on(STARTS, 9), Act::Start(i));
        (0..paper.evidence.len()).for_each(|piece| add(on(RATES, 14), Act::Cite(i, piece)));
        add(on(RATES, 14), Act::Rate(i));
        if matches!(paper.fate, Fate::Submitted | Fate::Published) {
            add(on(SUBMITS, 15), Act::Submit(i));
        }
        let region = systems[paper.system].region(quarter.dates.reference);
        if let (Fate::Published, Some(region)) = (paper.fate, region) {
            regions.entry(region).or_default().push(i);
        }
    }
    let first =
        if quarter.working_day(PUBLISHES) > super::end().date_naive() { PUBLISHES_EARLY } else { PUBLISHES };
    for (later, (region, papers)) in (0..).zip(regions) {
        let at = instant(quarter.working_day(first + later), 11);
        acts.entry(at).or_default().push(Act::Publish { round, region: region.to_owned(), papers });
    }
    acts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let shipped = crate::catalogue::definitions().unwrap();
        let edition = shipped.into_iter().find(|edition| edition.key == crate::demo::FRAMEWORK).unwrap();
        Plan::new(edition, &crate::catalogue::register().unwrap())
    }

    fn count(plan: &Plan, rounds: std::ops::Range<usize>, fate: Fate) -> usize {
        plan.papers.iter().filter(|paper| rounds.contains(&paper.round) && paper.fate == fate).count()
    }

    #[test]
    fn the_plan_is_the_same_every_time_and_ends_in_time() {
        let (one, other) = (plan(), plan());
        assert_eq!((&one.papers, &one.steps), (&other.papers, &other.steps));
        let (first, last) = (one.steps.first().unwrap(), one.steps.last().unwrap());
        assert!(
            first.at == crate::demo::start() && last.at <= crate::demo::end(),
            "{} {}",
            first.at,
            last.at
        );
    }

    #[test]
    fn some_assessments_are_missing_and_the_last_round_is_under_way() {
        let plan = plan();
        let possible = 15 * 42 + 36;
        let published = count(&plan, 0..16, Fate::Published);
        let missing = possible - published;
        assert!((30..60).contains(&missing), "{missing} of {possible}");
        assert!(count(&plan, 0..16, Fate::Unfinished) > 5);
        let last =
            [Fate::Published, Fate::Submitted, Fate::Unfinished].map(|fate| count(&plan, 16..17, fate));
        assert!(last.iter().all(|count| *count >= 6) && last.iter().sum::<usize>() < 36, "{last:?}");
    }

    #[test]
    fn the_example_has_a_full_history_with_movement_and_a_draft() {
        let plan = plan();
        let example = plan.systems.iter().position(|system| system.code == EXAMPLE).unwrap();
        let papers: Vec<_> = plan.papers.iter().filter(|paper| paper.system == example).collect();
        assert_eq!(papers.len(), 17);
        assert_eq!((papers[16].fate, papers[16].answers.len()), (Fate::Unfinished, 15));
        let pairs = papers[..16].iter().zip(&papers[1..16]);
        let moves =
            pairs.flat_map(|(a, b)| a.answers.iter().zip(&b.answers)).map(|(a, b)| b.level.cmp(&a.level));
        let (up, down) = moves.fold((0, 0), |(up, down), order| {
            (up + usize::from(order.is_gt()), down + usize::from(order.is_lt()))
        });
        assert!(up > 10 && down >= 1 && up + down < 100, "{up} up, {down} down");
    }
}
