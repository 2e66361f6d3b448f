//! Who does what when. Everything that chance decides is drawn here, before the first write and in one fixed order.

use chrono::{DateTime, NaiveDate, Utc};
use domain::framework::Definition;
use domain::grant::Role;
use domain::organisation::OrganisationKind;
use domain::register::Register;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::calendar::{Occasion, instant};
use super::fates::EXAMPLE;
use super::papers::Paper;
use super::programmes::{PROGRAMMES, Programme};
use super::systems::{self, System};
use super::{draws, timetable};
use crate::error::Error;

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) frameworks: Vec<Framework>,
    pub(super) rounds: Vec<Round>,
    pub(super) systems: Vec<System>,
    pub(super) papers: Vec<Paper>,
    /// In order of time.
    pub(super) steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) struct Framework {
    pub(super) edition: Definition,
    /// The keys of its elements, by index.
    pub(super) elements: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Round {
    /// Index in the plan.
    pub(super) framework: usize,
    pub(super) occasion: Occasion,
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

/// Numbers are indexes of rounds and papers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Open(usize),
    Start(usize),
    /// The second is the index of the piece.
    Cite(usize, usize),
    Rate(usize),
    Submit(usize),
    Withdraw(usize),
    Extend(usize),
    Return(usize),
    Amend(usize),
    Resubmit(usize),
    Moderate(usize),
    Share(usize),
    Respond(usize),
    Publish {
        round: usize,
        region: String,
        papers: Vec<usize>,
    },
    Correct(usize),
}

impl Act {
    /// The paper that it is about, where it is about one.
    pub(super) fn paper(&self) -> Option<usize> {
        use Act::{
            Amend, Cite, Correct, Extend, Moderate, Open, Publish, Rate, Respond, Resubmit, Return, Share,
            Start, Submit, Withdraw,
        };
        match self {
            Open(_) | Publish { .. } => None,
            Start(paper)
            | Cite(paper, _)
            | Rate(paper)
            | Submit(paper)
            | Withdraw(paper)
            | Extend(paper)
            | Return(paper)
            | Amend(paper)
            | Resubmit(paper)
            | Moderate(paper)
            | Share(paper)
            | Respond(paper)
            | Correct(paper) => Some(*paper),
        }
    }
}

impl Plan {
    pub(super) fn new(shipped: &[Definition], register: &Register) -> Result<Self, Error> {
        let mut plan = Self {
            frameworks: Vec::new(),
            rounds: Vec::new(),
            systems: systems::systems(register),
            papers: Vec::new(),
            steps: Vec::new(),
        };
        for (chances, programme) in (0..).zip(&PROGRAMMES) {
            plan.add(programme, programme.edition(shipped)?, chances);
        }
        plan.steps = foundations(register, &plan.systems);
        for round in 0..plan.rounds.len() {
            let label = &plan.rounds[round].occasion.label;
            let step = |(at, acts)| Step { at, doing: label.clone(), work: Work::Acts(acts) };
            plan.steps.extend(timetable::acts_of(round, &plan).into_iter().map(step));
        }
        plan.steps.sort_by_key(|step| step.at);
        Ok(plan)
    }

    /// `chances`: no two programmes draw from the same.
    fn add(&mut self, programme: &Programme, edition: Definition, chances: u64) {
        let occasions = (programme.occasions)();
        let first = self.rounds.len();
        let chance = |purpose| chance(10 * chances + purpose);
        let papers = draws::papers(programme, &edition, &occasions, &self.systems, chance);
        self.papers.extend(papers.into_iter().map(|paper| Paper { round: first + paper.round, ..paper }));
        let framework = self.frameworks.len();
        self.rounds.extend(occasions.into_iter().map(|occasion| Round { framework, occasion }));
        let themes = edition.groups.iter().flat_map(|group| &group.themes);
        let elements = themes.flat_map(|theme| &theme.elements).map(|element| element.key.clone()).collect();
        self.frameworks.push(Framework { edition, elements });
    }

    pub(super) fn occasion(&self, paper: &Paper) -> &Occasion {
        &self.rounds[paper.round].occasion
    }

    pub(super) fn framework(&self, paper: &Paper) -> &Framework {
        &self.frameworks[self.rounds[paper.round].framework]
    }

    /// The ODS code of the region that a paper goes to.
    pub(super) fn region(&self, paper: &Paper) -> Option<&str> {
        self.systems[paper.system].region(self.occasion(paper).dates.reference)
    }
}

/// The same chance for the same purpose, however much another purpose draws.
fn chance(purpose: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(super::SEED);
    rng.set_stream(purpose);
    rng
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

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;
    use std::collections::BTreeSet;

    use chrono::Days;

    use super::*;
    use crate::demo::fates::{EXAMPLE_STORY, Fate};

    fn plan() -> Plan {
        let (shipped, register) = (crate::catalogue::definitions(), crate::catalogue::register());
        Plan::new(&shipped.unwrap(), &register.unwrap()).unwrap()
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
    fn some_assessments_are_missing_and_the_last_round_stands_in_every_stage() {
        let plan = plan();
        let possible = 15 * 42 + 36;
        let published = count(&plan, 0..16, Fate::Published);
        let missing = possible - published;
        assert!((30..60).contains(&missing), "{missing} of {possible}");
        assert!(count(&plan, 0..16, Fate::Unfinished) > 5);
        let least = [
            (Fate::Published, 10),
            (Fate::Submitted, 6),
            (Fate::Unfinished, 4),
            (Fate::Moderated, 3),
            (Fate::Shared, 2),
            (Fate::Returned, 2),
            (Fate::Contested, 1),
            (Fate::Withdrawn, 1),
        ];
        for (fate, least) in least {
            assert!(count(&plan, 16..17, fate) >= least, "{fate:?}");
        }
        let given_time = plan.papers.iter().filter(|paper| paper.round == 16);
        assert_eq!(given_time.filter(|paper| paper.review.more_time_until.is_some()).count(), 2);
    }

    #[test]
    fn who_withdrew_started_again() {
        let plan = plan();
        let withdrawn =
            plan.papers.iter().find(|paper| paper.round < 16 && paper.fate == Fate::Withdrawn).unwrap();
        let same = |paper: &&Paper| (paper.round, paper.system) == (withdrawn.round, withdrawn.system);
        let again: Vec<_> = plan.papers.iter().filter(same).collect();
        assert_eq!(again.len(), 2);
        assert_eq!((again[1].fate, again[1].is_second), (Fate::Published, true));
    }

    #[test]
    fn three_regions_moderate_routinely_and_mostly_downwards() {
        let plan = plan();
        let published = plan.papers.iter().filter(|paper| paper.fate == Fate::Published);
        let (mut judged, mut of, mut down, mut up, mut same) = ([0, 0], [0, 0], 0, 0, 0);
        for paper in published.filter(|paper| (8..16).contains(&paper.round)) {
            let routine = usize::from(matches!(plan.region(paper), Some("Y56" | "Y59" | "Y60")));
            of[routine] += 1;
            judged[routine] += usize::from(!paper.review.judged.is_empty());
            for judgement in &paper.review.judged {
                match Some(judgement.level).cmp(&paper.answers[judgement.element].level) {
                    Ordering::Less => down += 1,
                    Ordering::Equal => same += 1,
                    Ordering::Greater => up += 1,
                }
            }
        }
        assert!(judged[1] * 10 > of[1] * 7 && judged[0] * 10 < of[0], "{judged:?} of {of:?}");
        assert!(up > 20 && down > 2 * up && same > 3 * (up + down), "{down} down, {same} the same, {up} up");
    }

    #[test]
    fn some_are_returned_contested_carried_forward_and_corrected_long_after() {
        let plan = plan();
        let count = |pick: fn(&Paper) -> bool| {
            plan.papers.iter().filter(|paper| paper.fate == Fate::Published && pick(paper)).count()
        };
        let is_contested =
            |paper: &Paper| paper.review.response.as_ref().is_some_and(|said| !said.is_empty());
        assert!(count(|paper| !paper.review.notes.is_empty()) > 10);
        assert!(count(is_contested) > 20);
        assert!((60..250).contains(&count(|paper| paper.carries)));
        assert!((4..16).contains(&count(|paper| paper.review.correction.is_some())));
        for paper in &plan.papers {
            let published = plan.occasion(paper).dates.publish_on.unwrap();
            let corrected = paper.review.correction.as_ref().map(|correction| correction.on);
            assert!(corrected.is_none_or(|on| on > published + Days::new(50)), "{corrected:?}");
        }
    }

    #[test]
    fn some_systems_take_part_in_the_smaller_frameworks_and_publish() {
        let plan = plan();
        for (framework, known) in plan.frameworks.iter().enumerate().skip(1) {
            let of_framework = |paper: &&Paper| plan.rounds[paper.round].framework == framework;
            let papers: Vec<_> = plan.papers.iter().filter(of_framework).collect();
            let systems: BTreeSet<_> = papers.iter().map(|paper| paper.system).collect();
            assert!((15..36).contains(&systems.len()), "{} of {}", systems.len(), known.edition.key);
            assert!(papers.iter().all(|paper| paper.fate == Fate::Published));
        }
    }

    #[test]
    fn the_example_has_a_full_history_with_movement_and_a_draft() {
        let plan = plan();
        let example = plan.systems.iter().position(|system| system.code == EXAMPLE).unwrap();
        let own = |paper: &&Paper| paper.system == example && paper.round < 17;
        let papers: Vec<_> = plan.papers.iter().filter(own).collect();
        assert_eq!(papers.len(), 17);
        assert_eq!((papers[16].fate, papers[16].answers.len()), (Fate::Unfinished, 15));
        assert!(papers[16].carries);
        let story = &papers[EXAMPLE_STORY.0].review;
        assert!(story.notes.len() == 2 && story.judged.len() == 3 && story.correction.is_some(), "{story:?}");
        let pairs = papers[..16].iter().zip(&papers[1..16]);
        let moves =
            pairs.flat_map(|(a, b)| a.answers.iter().zip(&b.answers)).map(|(a, b)| b.level.cmp(&a.level));
        let (up, down) = moves.fold((0, 0), |(up, down), order| {
            (up + usize::from(order.is_gt()), down + usize::from(order.is_lt()))
        });
        assert!(up > 10 && down >= 1 && up + down < 100, "{up} up, {down} down");
    }
}
