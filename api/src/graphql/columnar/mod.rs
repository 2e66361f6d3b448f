//! Columnar forms: axes once, then arrays of numbers in their order. For charts, which need no names in every cell.

mod comparison;
mod distribution;
mod progression;

use domain::framework::{Edition, Subject};
use domain::id::OrganisationId;
use domain::lens::Lens;
use domain::level::{Rank, Scale};
use domain::organisation::{Organisation, Scheme};
use domain::roll_up::RollUp;

use super::scalar::OdsCode;

pub use comparison::ComparisonColumns;
pub use distribution::DistributionColumns;
pub use progression::ProgressionColumns;

/// Something for every row and column.
fn grid<T>(rows: usize, columns: usize, cell: impl Fn(usize, usize) -> T) -> Vec<Vec<T>> {
    let row = |row| (0..columns).map(|column| cell(row, column)).collect();
    (0..rows).map(row).collect()
}

/// The keys of subjects, and their titles.
fn keys(edition: &Edition, subjects: &[Subject]) -> Vec<String> {
    subjects.iter().map(|subject| edition.subject_key(*subject).to_owned()).collect()
}

fn titles(edition: &Edition, subjects: &[Subject]) -> Vec<String> {
    subjects.iter().map(|subject| edition.subject_title(*subject).to_owned()).collect()
}

/// The keys of the levels, from the least mature.
fn levels(edition: &Edition) -> Vec<String> {
    let levels = edition.definition.scale.iter().flat_map(|scale: &Scale| &scale.levels);
    levels.map(|level| level.key.clone()).collect()
}

fn counts(of: &RollUp) -> Vec<u32> {
    of.counts.to_vec()
}

fn rank(of: Option<Rank>) -> Option<u32> {
    of.map(|rank| u32::from(rank.get()))
}

fn name(lens: &Lens, id: OrganisationId) -> Option<String> {
    lens.organisation(id).map(|known| known.name(lens.moment()).to_owned())
}

fn code_of(lens: &Lens, known: &Organisation) -> Option<OdsCode> {
    known.code(Scheme::Ods, lens.moment()).map(|code| OdsCode(code.to_owned()))
}

fn code(lens: &Lens, id: OrganisationId) -> Option<OdsCode> {
    lens.organisation(id).and_then(|known| code_of(lens, known))
}

/// England, which has no code, and regions.
fn area_codes(lens: &Lens, areas: &[Option<OrganisationId>]) -> Vec<Option<OdsCode>> {
    areas.iter().map(|area| area.and_then(|id| code(lens, id))).collect()
}

fn area_names(lens: &Lens, areas: &[Option<OrganisationId>]) -> Vec<String> {
    let name = |area: &Option<OrganisationId>| match area {
        None => "England".to_owned(),
        Some(id) => name(lens, *id).unwrap_or_default(),
    };
    areas.iter().map(name).collect()
}
