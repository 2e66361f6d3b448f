//! What chance decides about assessments: who takes part, who carries forward, and what is in each of them.

use domain::framework::Definition;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::calendar::Occasion;
use super::fates::{self, EXAMPLE, EXAMPLE_STORY, Fate};
use super::papers::{Before, Blank, Desk, Paper};
use super::programmes::{MAIN, Programme};
use super::ratings;
use super::review::{Case, Panel};
use super::systems::System;

/// Some carry forward from this round of the main framework on, counted from 0, and this share of them.
const CARRYING_FROM: usize = 9;
const CARRYING: f64 = 0.4;

/// Their rounds are indexes of `occasions`.
pub(super) fn papers(
    programme: &Programme,
    edition: &Definition,
    occasions: &[Occasion],
    systems: &[System],
    chance: impl Fn(u64) -> ChaCha8Rng,
) -> Vec<Paper> {
    let references: Vec<_> = occasions.iter().map(|occasion| occasion.dates.reference).collect();
    let rounds = ratings::simulate(systems, edition, &references, programme.tempo, chance(1));
    let mut draws = Draws { programme, fates: chance(2), carrying: chance(4), taking_part: Vec::new() };
    draws.taking_part = systems.iter().map(|system| draws.takes_part(system)).collect();
    let mut desk = Desk { occasions, systems, edition, rng: chance(3) };
    let mut panel = Panel::new(edition, chance(5));
    let mut published: Vec<Option<Before>> = vec![None; systems.len()];
    let mut papers: Vec<Paper> = Vec::new();
    for (round, told) in rounds.iter().enumerate() {
        for (i, system) in systems.iter().enumerate() {
            let Some(levels) = &told[i] else { continue };
            let fate = draws.fate(round, &occasions[round], i, system);
            let carries = draws.carries(round, &occasions[round], system) && published[i].is_some();
            if fate == Fate::Absent {
                continue;
            }
            let blank = Blank { round, system: i, fate, levels, before: published[i].as_ref(), carries };
            let is_second = programme.framework == MAIN && fates::has_second_thoughts(round, &system.code);
            if is_second {
                let blank = Blank { fate: Fate::Withdrawn, ..blank };
                papers.push(Paper { wave: 0, ..desk.paper(&blank) });
            }
            let mut paper = desk.paper(&blank);
            if is_second {
                (paper.is_second, paper.wave) = (true, 3);
            }
            if programme.framework == MAIN {
                paper.review = panel.review(&Case {
                    round,
                    occasion: &occasions[round],
                    system: &system.code,
                    region: system.region(references[round]).unwrap_or_default(),
                    fate,
                    wave: paper.wave,
                    answers: &paper.answers,
                });
            }
            if fate == Fate::Published {
                published[i] = Some(paper.leaves(published[i].as_ref()));
            }
            papers.push(paper);
        }
    }
    papers
}

/// Who takes part, and how.
struct Draws<'a> {
    programme: &'a Programme,
    fates: ChaCha8Rng,
    carrying: ChaCha8Rng,
    /// By system.
    taking_part: Vec<bool>,
}

impl Draws<'_> {
    fn takes_part(&mut self, system: &System) -> bool {
        fates::takes_part(self.programme.turnout, &system.code, &mut self.carrying)
    }

    fn fate(&mut self, round: usize, occasion: &Occasion, index: usize, system: &System) -> Fate {
        if self.programme.framework == MAIN {
            fates::fate(round, occasion.is_last(), &system.code, &mut self.fates)
        } else {
            fates::small_fate(self.taking_part[index], &system.code, &mut self.fates)
        }
    }

    fn carries(&mut self, round: usize, occasion: &Occasion, system: &System) -> bool {
        let is_drawn = self.carrying.random_bool(CARRYING);
        let is_example = system.code == EXAMPLE && (occasion.is_last() || round == EXAMPLE_STORY.0);
        self.programme.framework == MAIN && (is_example || is_drawn && round >= CARRYING_FROM)
    }
}
