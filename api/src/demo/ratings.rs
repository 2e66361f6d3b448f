//! The level of every element of every system in every round: sticky, slowly rising, with setbacks.

use chrono::NaiveDate;
use domain::framework::Definition;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::fates::{EXAMPLE, EXAMPLE_SETBACK};
use super::programmes::MAIN;
use super::systems::{Nature, System};

/// What a system says of each element: a rank, or none where the element does not apply to it.
pub(super) type Levels = Vec<Option<u8>>;

/// How a framework's levels begin and move.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tempo {
    /// Where the middle of all systems begins, in levels: 1.0 is the middle of the lowest one.
    pub(super) start: f64,
    /// How much more happens from round to round than in a quarter.
    pub(super) quarters: f64,
}

/// In levels.
const RISE_A_QUARTER: f64 = 0.06;
/// How far past the middle of a level a system has to be before it claims the next, and before it admits the one below.
const CLAIM: f64 = 0.6;
const ADMIT: f64 = 0.7;

/// By round and system; none where the system is not open on the round's reference date.
pub(super) fn simulate(
    systems: &[System],
    edition: &Definition,
    references: &[NaiveDate],
    tempo: Tempo,
    rng: ChaCha8Rng,
) -> Vec<Vec<Option<Levels>>> {
    let mut model = Model::new(edition, tempo, rng);
    let mut courses: Vec<Option<Course>> = systems.iter().map(|_| None).collect();
    let mut rounds = Vec::with_capacity(references.len());
    for (round, day) in references.iter().enumerate() {
        let before = courses.clone();
        for (system, course) in systems.iter().zip(&mut courses) {
            let open = system.is_open(*day);
            *course = match course.take() {
                Some(course) if open => Some(model.go_on(course, certain_setback(edition, system, round))),
                None if open => Some(model.begin(system, &before)),
                // Kept, so that successors can begin from it.
                kept => kept,
            };
        }
        let told = systems.iter().zip(&courses);
        rounds.push(
            told.map(|(system, course)| course.as_ref().filter(|_| system.is_open(*day)).map(Course::told))
                .collect(),
        );
    }
    rounds
}

fn certain_setback(edition: &Definition, system: &System, round: usize) -> Option<usize> {
    let (in_round, theme) = EXAMPLE_SETBACK;
    (edition.key == MAIN && system.code == EXAMPLE && round == in_round).then_some(theme)
}

/// Where one system stands.
#[derive(Clone)]
struct Course {
    /// By element: how far it really is, how much that changes from round to round, and the level it claims.
    truths: Vec<f64>,
    paces: Vec<f64>,
    levels: Vec<u8>,
    /// By element: rounds for which it does not apply yet.
    exempt: Vec<u32>,
    /// By theme: what a setback takes away for a while.
    dips: Vec<f64>,
}

impl Course {
    fn told(&self) -> Levels {
        let both = self.levels.iter().zip(&self.exempt);
        both.map(|(level, exempt)| (*exempt == 0).then_some(*level)).collect()
    }
}

struct Model {
    rng: ChaCha8Rng,
    tempo: Tempo,
    /// The rank of the highest level.
    top: u8,
    /// By element.
    theme_of: Vec<usize>,
    difficulty: Vec<f64>,
}

impl Model {
    fn new(edition: &Definition, tempo: Tempo, rng: ChaCha8Rng) -> Self {
        let levels = edition.scale.as_ref().map_or(1, |scale| scale.levels.len());
        let themes = edition.groups.iter().flat_map(|group| &group.themes).enumerate();
        let theme_of: Vec<_> = themes.flat_map(|(i, theme)| theme.elements.iter().map(move |_| i)).collect();
        let top = u8::try_from(levels).expect("a scale has at most nine levels");
        let mut model = Self { rng, tempo, top, theme_of, difficulty: Vec::new() };
        model.difficulty = (0..model.theme_of.len()).map(|_| model.noise(0.4)).collect();
        model
    }

    /// About normal with this standard deviation, from additions alone: the same bits on every machine.
    fn noise(&mut self, deviation: f64) -> f64 {
        let sum: f64 = (0..12).map(|_| self.rng.random::<f64>()).sum();
        (sum - 6.0) * deviation
    }

    fn themes(&self) -> usize {
        self.theme_of.last().map_or(0, |last| last + 1)
    }

    fn begin(&mut self, system: &System, courses: &[Option<Course>]) -> Course {
        let predecessors: Vec<_> = system.predecessors.iter().filter_map(|i| courses[*i].as_ref()).collect();
        let mut course = Course {
            truths: Vec::new(),
            paces: Vec::new(),
            levels: Vec::new(),
            exempt: Vec::new(),
            dips: vec![0.0; self.themes()],
        };
        for (element, theme) in self.theme_of.clone().into_iter().enumerate() {
            let nature = system.nature(theme);
            let inherited = predecessors.iter().map(|course| course.levels[element]).min();
            let truth = self.first_truth(element, nature, inherited);
            course.truths.push(truth);
            let pace = RISE_A_QUARTER + 0.035 * nature.pace + self.noise(0.02);
            course.paces.push(pace * self.tempo.quarters);
            course.levels.push(nearest(truth, inherited.unwrap_or(self.top)));
            let exempt = self.rng.random_bool(0.006);
            course.exempt.push(if exempt { self.rng.random_range(3..30) } else { 0 });
        }
        course
    }

    /// A successor begins near the lowest of its predecessors, not above it.
    fn first_truth(&mut self, element: usize, nature: Nature, inherited: Option<u8>) -> f64 {
        match inherited {
            Some(level) => f64::from(level) - self.noise(0.3).abs(),
            None => self.tempo.start + 0.35 * nature.base + self.difficulty[element] + self.noise(0.4),
        }
    }

    /// `setback`: a theme that certainly falls back; others may.
    fn go_on(&mut self, mut course: Course, setback: Option<usize>) -> Course {
        for (theme, dip) in course.dips.iter_mut().enumerate() {
            let falls = self.rng.random_bool(0.018);
            let depth = self.rng.random_range(0.6..1.2);
            *dip = match setback {
                Some(certain) if certain == theme => 1.2,
                _ if falls => depth,
                _ => *dip * 0.7,
            };
        }
        for (element, theme) in self.theme_of.clone().into_iter().enumerate() {
            let truth = course.truths[element] + course.paces[element] + self.noise(0.06);
            course.truths[element] = truth.clamp(0.5, f64::from(self.top) + 0.5);
            course.levels[element] = self.claimed(course.levels[element], truth - course.dips[theme]);
            course.exempt[element] = course.exempt[element].saturating_sub(1);
        }
        course
    }

    fn claimed(&self, level: u8, felt: f64) -> u8 {
        let middle = f64::from(level);
        if felt > middle + CLAIM && level < self.top {
            level + 1
        } else if felt < middle - ADMIT && level > 1 {
            level - 1
        } else {
            level
        }
    }
}

/// The highest level, up to a most, of which the middle is not more than half a level above.
fn nearest(truth: f64, most: u8) -> u8 {
    (2..=most).rev().find(|level| f64::from(*level) <= truth + 0.5).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::SeedableRng;

    use super::*;
    use crate::demo::{programmes, systems};

    fn simulated() -> (Vec<System>, Definition, Vec<Vec<Option<Levels>>>) {
        let systems = systems::systems(&crate::catalogue::register().unwrap());
        let programme = &programmes::PROGRAMMES[0];
        let edition = programme.edition(&crate::catalogue::definitions().unwrap()).unwrap();
        let occasions = (programme.occasions)();
        let references: Vec<_> = occasions.iter().map(|occasion| occasion.dates.reference).collect();
        let rng = ChaCha8Rng::seed_from_u64(crate::demo::SEED);
        let rounds = simulate(&systems, &edition, &references, programme.tempo, rng);
        (systems, edition, rounds)
    }

    #[test]
    fn levels_are_spread_sticky_and_rise_more_than_they_fall() {
        let (_, edition, rounds) = simulated();
        let theme_of =
            Model::new(&edition, programmes::PROGRAMMES[0].tempo, ChaCha8Rng::seed_from_u64(0)).theme_of;
        let mut used = vec![BTreeSet::new(); 6];
        let (mut up, mut down, mut held) = (0, 0, 0);
        for (earlier, later) in rounds.iter().zip(&rounds[1..]) {
            for (earlier, later) in earlier.iter().zip(later) {
                let Some((earlier, later)) = earlier.as_ref().zip(later.as_ref()) else { continue };
                for (element, pair) in earlier.iter().zip(later).enumerate() {
                    let (Some(earlier), Some(later)) = pair else { continue };
                    used[theme_of[element]].insert(*later);
                    match later.cmp(earlier) {
                        std::cmp::Ordering::Less => down += 1,
                        std::cmp::Ordering::Equal => held += 1,
                        std::cmp::Ordering::Greater => up += 1,
                    }
                }
            }
        }
        assert!(used.iter().all(|levels| levels.len() >= 3), "{used:?}");
        assert!(up > 2 * down && down > 100 && held > 8 * (up + down), "{up} up, {down} down, {held} held");
    }

    #[test]
    fn a_new_system_begins_no_higher_than_the_lowest_of_its_predecessors() {
        let (systems, _, rounds) = simulated();
        let first = rounds.len() - 2;
        for (i, system) in systems.iter().enumerate().filter(|(_, system)| system.natures.is_empty()) {
            assert!(rounds[first - 1][i].is_none(), "{}", system.code);
            let begun = rounds[first][i].as_ref().unwrap();
            for predecessor in &system.predecessors {
                let last = rounds[first - 1][*predecessor].as_ref().unwrap();
                let higher =
                    begun.iter().zip(last).any(|(begun, last)| begun.zip(*last).is_some_and(|(b, l)| b > l));
                assert!(!higher, "{} begins higher than {}", system.code, systems[*predecessor].code);
            }
            assert!(begun.iter().flatten().any(|level| *level > 1), "{}", system.code);
        }
    }
}
