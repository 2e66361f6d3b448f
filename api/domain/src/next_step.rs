//! Next steps: the elements that hold a system's roll-ups back, and the systems that have taken the same step.

use std::sync::Arc;

use crate::boundary::Boundaries;
use crate::framework::{Edition, FrameworkKind, Subject};
use crate::id::{FrameworkId, OrganisationId};
use crate::lens::Lens;
use crate::level::Rank;
use crate::publication::{Basis, Include, Publication};
use crate::rating::{Basis as Judge, Value};
use crate::round::Round;
use crate::series::{Scope, Series};
use crate::survey::BadQuestion;

/// What a system could do next, made of published assessments only.
#[derive(Clone, Debug)]
pub struct NextSteps {
    /// Its latest publication, which the steps start from.
    pub from: Publication,
    /// In the order of the edition.
    pub steps: Vec<NextStep>,
}

/// An element that is at the lowest level of its theme and below the top of the scale.
#[derive(Clone, Debug)]
pub struct NextStep {
    /// Index in the edition.
    pub element: usize,
    pub current: Rank,
    pub next: Rank,
    /// The subjects whose lowest level it is at: its theme, and maybe its group and the whole edition.
    pub holds_back: Vec<Subject>,
    /// By name; one entry a system.
    pub pathfinders: Vec<Pathfinder>,
}

/// A system that went from this level or a lower one to the next or a higher one, by the same judge, between two
/// assessments that follow each other and can be compared.
#[derive(Clone, Debug)]
pub struct Pathfinder {
    pub system: OrganisationId,
    pub from: Arc<Round>,
    /// The latest in which it did.
    pub to: Arc<Round>,
    pub synthetic: bool,
}

/// The agreed levels of a publication by element, each with whose judgement it is.
type Levels = Vec<Option<(Rank, Judge)>>;

/// None where the system has published nothing, and for frameworks whose levels are no steps. `subjects`: keys of groups,
/// themes or elements whose elements are meant; all where none.
pub fn next_steps(
    lens: &Lens,
    organisation: OrganisationId,
    framework: FrameworkId,
    subjects: Option<&[String]>,
) -> Result<Option<NextSteps>, BadQuestion> {
    let Some(from) = lens.publications(organisation, framework, Include::Published).pop() else {
        return Ok(None);
    };
    let edition = from.edition.clone();
    let Some(scale) = edition.definition.scale.as_ref() else { return Ok(None) };
    if edition.definition.kind != FrameworkKind::Maturity {
        return Ok(None);
    }
    let (levels, asked) = (levels(&from), asked(&edition, subjects)?);
    let top = scale.ranks().last();
    let mut steps = Vec::new();
    for (element, level) in levels.iter().enumerate().filter(|(element, _)| asked[*element]) {
        let Some((current, _)) = *level else { continue };
        let holds_back = held_back(&edition, &levels, element);
        if Some(current) != top && !holds_back.is_empty() {
            let next = Rank::at(current.index() + 1);
            steps.push(NextStep { element, current, next, holds_back, pathfinders: Vec::new() });
        }
    }
    for system in lens.open_systems(lens.moment()).into_iter().filter(|system| system.id != organisation) {
        find_paths(lens, system.id, framework, &edition, &mut steps);
    }
    Ok(Some(NextSteps { from, steps }))
}

fn asked(edition: &Edition, subjects: Option<&[String]>) -> Result<Vec<bool>, BadQuestion> {
    let mut asked = vec![subjects.is_none(); edition.elements.len()];
    for key in subjects.into_iter().flatten() {
        let subject = edition.subject_by_key(key).ok_or_else(|| BadQuestion::no_subject(key))?;
        asked[edition.elements_of(subject)].fill(true);
    }
    Ok(asked)
}

fn levels(publication: &Publication) -> Levels {
    let level =
        |rating: Option<crate::rating::Rating>| match rating.map(|rating| (rating.value, rating.basis)) {
            Some((Value::Level(rank), judge)) => Some((rank, judge)),
            _ => None,
        };
    publication.ratings(Basis::Agreed).map(level).collect()
}

/// The subjects around an element that is at their lowest level; none unless its theme is among them.
fn held_back(edition: &Edition, levels: &Levels, element: usize) -> Vec<Subject> {
    let around = |subject: &Subject| edition.elements_of(*subject).contains(&element);
    let themes = (0..edition.themes.len()).map(Subject::Theme);
    let groups = (0..edition.groups.len()).map(Subject::Group);
    let subjects = themes.chain(groups).chain([Subject::Edition]).filter(around);
    let rank = |element: usize| levels[element].map(|(rank, _)| rank);
    subjects
        .take_while(|subject| edition.elements_of(*subject).filter_map(rank).min() == rank(element))
        .collect()
}

/// Adds the latest of each step that a system has taken.
fn find_paths(
    lens: &Lens,
    system: OrganisationId,
    framework: FrameworkId,
    edition: &Edition,
    steps: &mut [NextStep],
) {
    let (include, boundaries) = (Include::Published, Boundaries::AsReported);
    let scope = Scope { framework, basis: Basis::Agreed, include, boundaries, from: None };
    let series = Series::of(lens, system, &scope);
    let on = |publication: &Publication| publication.round.dates.reference;
    let points: Vec<_> =
        series.publications.iter().map(|publication| (publication, levels(publication))).collect();
    for pair in points.windows(2).rev() {
        let [(from, before), (to, after)] = pair else { continue };
        let broken = series.breaks.iter().any(|found| on(from) < found.on && found.on <= on(to));
        if broken || to.edition.id != edition.id || from.edition.id != edition.id {
            continue;
        }
        for step in steps.iter_mut() {
            let known = step.pathfinders.last().is_some_and(|last| last.system == system);
            let taken = matches!((before[step.element], after[step.element]),
                (Some((was, old)), Some((is, new))) if old == new && was <= step.current && is >= step.next);
            if taken && !known {
                let (from, to, synthetic) =
                    (from.round.clone(), to.round.clone(), from.synthetic || to.synthetic);
                step.pathfinders.push(Pathfinder { system, from, to, synthetic });
            }
        }
    }
}
