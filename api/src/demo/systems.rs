//! The systems of the register, and how far and how fast each comes: real figures on health, which shape what is made up.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::organisation::OrganisationKind;
use domain::register::{FactInFile, Register, RegisteredFact};

use super::fates::EXAMPLE;

const HEALTH_INDEX: &str = include_str!("health_index.csv");

#[derive(Clone, Debug)]
pub(super) struct System {
    /// ODS.
    pub(super) code: String,
    /// Indexes of systems.
    pub(super) predecessors: Vec<usize>,
    /// By theme of the main framework; empty for those that the figures do not know.
    pub(super) natures: Vec<Nature>,
    facts: Vec<RegisteredFact>,
}

/// Where a system began in a theme and how fast it moved, each in standard deviations from the mean of all systems.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nature {
    pub(super) base: f64,
    pub(super) pace: f64,
}

impl System {
    fn holding<'a, T>(&'a self, day: NaiveDate, pick: impl Fn(&'a FactInFile) -> Option<T>) -> Option<T> {
        let holds = |fact: &&RegisteredFact| fact.from <= day && fact.to.is_none_or(|to| day < to);
        self.facts.iter().filter(holds).find_map(|fact| pick(&fact.fact))
    }

    pub(super) fn is_open(&self, day: NaiveDate) -> bool {
        self.holding(day, |fact| matches!(fact, FactInFile::Life).then_some(())).is_some()
    }

    /// Frameworks with more themes than there are figures begin with the first figure again.
    pub(super) fn nature(&self, theme: usize) -> Nature {
        let own = theme.checked_rem(self.natures.len()).map(|theme| self.natures[theme]);
        own.unwrap_or_default()
    }

    /// The ODS code of its region.
    pub(super) fn region(&self, day: NaiveDate) -> Option<&str> {
        self.holding(day, |fact| match fact {
            FactInFile::Region(code) => Some(code.as_str()),
            _ => None,
        })
    }
}

/// In the order of the register.
pub(super) fn systems(register: &Register) -> Vec<System> {
    let systems: Vec<_> = codes(register, OrganisationKind::System);
    let mut natures = natures();
    // It moves more than its figures say, so that examples have something to show.
    for nature in natures.get_mut(EXAMPLE).into_iter().flatten() {
        nature.base += 1.0;
        nature.pace += 1.0;
    }
    let of_kind = register.organisations.iter().filter(|known| known.kind == OrganisationKind::System);
    of_kind
        .map(|known| {
            let links = register.successions.iter().filter(|link| link.successor == known.code);
            let place = |code: &String| systems.iter().position(|system| system == code);
            System {
                code: known.code.clone(),
                predecessors: links.filter_map(|link| place(&link.predecessor)).collect(),
                natures: natures.remove(&known.code).unwrap_or_default(),
                facts: known.facts.clone(),
            }
        })
        .collect()
}

pub(super) fn codes(register: &Register, kind: OrganisationKind) -> Vec<String> {
    let of_kind = register.organisations.iter().filter(|known| known.kind == kind);
    of_kind.map(|known| known.code.clone()).collect()
}

fn natures() -> BTreeMap<String, Vec<Nature>> {
    let table = health_index();
    let columns = table.values().next().map_or(0, Vec::len);
    let mut natures: BTreeMap<String, Vec<Nature>> = BTreeMap::new();
    for column in (0..columns).step_by(2) {
        let first: Vec<_> = table.values().map(|row| row[column]).collect();
        let change: Vec<_> = table.values().map(|row| row[column + 1] - row[column]).collect();
        let both = standardised(&first).into_iter().zip(standardised(&change));
        for (code, (base, pace)) in table.keys().zip(both) {
            natures.entry(code.clone()).or_default().push(Nature { base, pace });
        }
    }
    natures
}

/// By system, for each theme the value of 2015 and that of 2021.
fn health_index() -> BTreeMap<String, Vec<f64>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(HEALTH_INDEX.as_bytes());
    let rows = reader.records().map(|row| row.expect("the file ships with this one and a test reads it"));
    rows.map(|row| {
        let values = row.iter().skip(1).map(|value| value.parse().expect("numbers, which a test reads"));
        (row[0].to_owned(), values.collect())
    })
    .collect()
}

/// Outliers are drawn in to two standard deviations.
fn standardised(values: &[f64]) -> Vec<f64> {
    let count = values.iter().map(|_| 1.0).sum::<f64>();
    let mean = values.iter().sum::<f64>() / count;
    let deviation = (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt();
    values.iter().map(|value| ((value - mean) / deviation).clamp(-2.0, 2.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_figures_know_every_system_of_2022_and_none_of_2026() {
        let systems = systems(&crate::catalogue::register().unwrap());
        let open = |on: &str| systems.iter().filter(|system| system.is_open(day(on))).count();
        assert_eq!(
            (systems.len(), open("2022-07-01"), open("2026-03-31"), open("2026-04-01")),
            (48, 42, 42, 36)
        );
        for system in &systems {
            let is_old = system.is_open(day("2022-07-01"));
            assert_eq!(system.natures.len(), if is_old { 6 } else { 0 }, "{}", system.code);
            assert!(is_old || system.predecessors.len() >= 2, "{}", system.code);
        }
    }

    #[test]
    fn natures_are_spread_round_nought() {
        for theme in 0..6 {
            let bases: Vec<_> = natures().values().map(|natures| natures[theme].base).collect();
            let (low, high) = (
                bases.iter().filter(|base| **base < -0.5).count(),
                bases.iter().filter(|base| **base > 0.5).count(),
            );
            assert!(low >= 8 && high >= 8, "theme {theme}: {low} and {high} of {}", bases.len());
        }
    }
}
