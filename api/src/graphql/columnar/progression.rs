//! A progression as arrays.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::framework::{Edition, Subject};
use domain::id::{OrganisationId, RoundId};
use domain::lens::Lens;
use domain::progression::{Figure, Line, Progression, Shown};
use domain::roll_up::RollUp;
use domain::round::Round;

use super::{counts, grid, keys, levels, rank, titles};
use crate::graphql::assessment::Stage;
use crate::graphql::crosswalk::Coverage;
use crate::graphql::movement::MovementWord;
use crate::graphql::organisation::Organisation;
use crate::graphql::plain::plain_object;
use crate::graphql::scalar::Date;
use crate::graphql::trend::Verdict;

/// What the arrays are made of. None of it where nothing is shown.
struct Table {
    lens: Lens,
    found: Arc<Progression>,
    edition: Option<Arc<Edition>>,
    subjects: Vec<Subject>,
    rounds: Vec<Arc<Round>>,
    /// By subject and round, the place of the point in its line.
    places: Vec<Vec<Option<usize>>>,
}

pub struct ProgressionColumns(Arc<Table>);

plain_object! {
/// A progression as arrays. Axes: `subjects`, the points of `on` and `rounds`, `levels`, and `bodies`: the system itself, then
/// the predecessors where they were asked for. Sentences and single elements are told by the objects alone. What is told by subject has one value a line. Null: there is nothing to tell.
impl ProgressionColumns {
    /// The axis of subjects: their keys, in the order of the edition.
    subjects: Vec<String> = |it| it.0.edition.as_ref().map(|of| keys(of, &it.0.subjects)).unwrap_or_default();

    /// By subject: its title.
    titles: Vec<String> = |it| it.0.edition.as_ref().map(|of| titles(of, &it.0.subjects)).unwrap_or_default();

    /// The axis of levels: their keys, from the least mature, in the latest edition. A rank in the arrays below is a place in
    /// the scale of the round's own edition, from 1.
    levels: Vec<String> = |it| it.0.edition.as_ref().map(|of| levels(of)).unwrap_or_default();

    /// The axis of points: the reference dates of the rounds, in order.
    on: Vec<Date> = |it| it.0.rounds.iter().map(|round| Date(round.dates.reference)).collect();

    /// By point: the label of the round.
    rounds: Vec<String> = |it| it.0.rounds.iter().map(|round| round.label.clone()).collect();

    /// By point: the label of the edition that was rated.
    editions: Vec<Option<String>> = |it| it.0.rounds.iter()
        .map(|round| it.0.lens.edition(round.edition).map(|edition| edition.definition.label.clone())).collect();

    /// The figures: of the system itself first, then of each predecessor by name.
    bodies: Vec<BodyColumns> = |it| it.bodies_of();

    /// By subject: how it moved between two of the system's own points after the last break, in a word.
    movements: Vec<MovementWord> = |it| it.lines(|line| line.movement.word.into());

    /// By subject: the earlier of the two points.
    since: Vec<Option<Date>> = |it| it.lines(|line| line.movement.since.map(Date));

    /// By subject: the later of the two points.
    until: Vec<Option<Date>> = |it| it.lines(|line| line.movement.until.map(Date));

    /// By subject: how many elements are equal in both points, where a new edition lies between them.
    movement_coverage: Vec<Option<Coverage>> = |it| it.lines(|line| line.movement.coverage.map(Into::into));

    /// By subject: elements at a higher level than before.
    advanced: Vec<u32> = |it| it.lines(|line| line.movement.advanced);

    /// By subject: elements at a lower level than before.
    slipped: Vec<u32> = |it| it.lines(|line| line.movement.slipped);

    /// By subject: elements at the same level as before.
    held: Vec<u32> = |it| it.lines(|line| line.movement.held);

    /// By subject: elements without a level in one of the points.
    unmatched: Vec<u32> = |it| it.lines(|line| line.movement.unmatched);

    /// By subject: elements that another party judged than before.
    basis_changed: Vec<u32> = |it| it.lines(|line| line.movement.basis_changed);

    /// By subject: whether the system's own points after the last break rise or fall; null for a checklist.
    verdicts: Vec<Option<Verdict>> = |it| it.lines(|line| Some(line.trend.as_ref()?.verdict.into()));

    /// By subject: how many elements are equal in all the points, where some are of earlier editions.
    trend_coverage: Vec<Option<Coverage>> = |it| it.lines(|line| line.trend.as_ref()?.coverage.map(Into::into));

    /// By subject: points in which at least one element of it has a level.
    n: Vec<Option<u32>> = |it| it.lines(|line| Some(line.trend.as_ref()?.n));

    /// By subject: points with a net move from the one before.
    changes: Vec<Option<u32>> = |it| it.lines(|line| Some(line.trend.as_ref()?.changes));

    /// By subject: the net moves added up, in levels.
    statistics: Vec<Option<i32>> = |it| it.lines(|line| Some(line.trend.as_ref()?.statistic));

    /// By subject: how often moves without direction come as far, 0 to 1.
    p_values: Vec<Option<f64>> = |it| it.lines(|line| line.trend.as_ref()?.p_value);

    /// By subject, of a single element: Kendall's S with time, to describe and not to judge.
    s: Vec<Option<i32>> = |it| it.lines(|line| Some(line.trend.as_ref()?.kendall.as_ref()?.s));

    /// By subject, of a single element: Kendall's tau-b with time, to describe and not to judge.
    tau: Vec<Option<f64>> = |it| it.lines(|line| line.trend.as_ref()?.kendall.as_ref()?.tau);
}
}

impl ProgressionColumns {
    pub(in crate::graphql) fn new(lens: &Lens, found: &Arc<Progression>) -> Self {
        let mut rounds: BTreeMap<_, Arc<Round>> = BTreeMap::new();
        let key = |round: &Round| -> (chrono::NaiveDate, RoundId) { (round.dates.reference, round.id) };
        for point in found.lines.iter().flat_map(|line| &line.points) {
            rounds.entry(key(&point.round)).or_insert_with(|| point.round.clone());
        }
        let place = |line: &Line, at| line.points.iter().position(|point| key(&point.round) == at);
        let places = found.lines.iter().map(|line| rounds.keys().map(|at| place(line, *at)).collect());
        Self(Arc::new(Table {
            lens: lens.clone(),
            found: found.clone(),
            edition: found.lines.first().map(|line| line.edition.clone()),
            subjects: found.lines.iter().map(|line| line.subject).collect(),
            places: places.collect(),
            rounds: rounds.into_values().collect(),
        }))
    }

    fn lines<T>(&self, of: impl Fn(&Line) -> T) -> Vec<T> {
        self.0.found.lines.iter().map(of).collect()
    }

    fn bodies_of(&self) -> Vec<BodyColumns> {
        let mut predecessors: Vec<(OrganisationId, Option<f64>)> = Vec::new();
        for point in self.0.found.lines.iter().flat_map(|line| &line.points) {
            if let Shown::Predecessors(parts) = &point.shown {
                for part in parts {
                    if !predecessors.iter().any(|(known, _)| *known == part.organisation) {
                        predecessors.push((part.organisation, part.share));
                    }
                }
            }
        }
        predecessors.sort_by_cached_key(|(id, _)| super::name(&self.0.lens, *id));
        let predecessors = predecessors.into_iter().map(Some);
        std::iter::once(None)
            .chain(predecessors)
            .map(|body| BodyColumns { of: self.0.clone(), body })
            .collect()
    }
}

pub struct BodyColumns {
    of: Arc<Table>,
    /// A predecessor, and the share of it that went over; the system itself where there is none.
    body: Option<(OrganisationId, Option<f64>)>,
}

plain_object! {
/// The figures of one organisation in a progression: the system, or one of its predecessors. By point: one value a round. By
/// subject and point: a list a subject, with one value a round.
/// Null where it published nothing in the round, and where the edition of the round has no such subject.
impl BodyColumns {
    /// The predecessor; null for the system itself.
    organisation: Option<Organisation> = |it| it.body.and_then(|(id, _)| Organisation::new(&it.of.lens, id));

    /// The share of the predecessor's population that went over to the system, 0 to 1; null where it is not known, and for
    /// the system itself.
    share: Option<f64> = |it| it.body.and_then(|(_, share)| share);

    /// By point: PUBLISHED, or where unpublished work was asked for also SUBMITTED or MODERATED.
    stages: Vec<Option<Stage>> = |it| it.points(|figure| figure.stage.into());

    /// By point: made up by the demonstration, and reported by nobody.
    synthetic: Vec<Option<bool>> = |it| it.points(|figure| figure.synthetic);

    /// By subject and point, then by level: elements at the level.
    level_counts: Vec<Vec<Option<Vec<u32>>>> = |it| it.figures(|figure| Some(counts(&figure.roll_up)));

    /// By subject and point: elements with a level.
    rated: Vec<Vec<Option<u32>>> = |it| it.figures(|figure| Some(RollUp::rated(&figure.roll_up)));

    /// By subject and point: elements without a rating.
    not_rated: Vec<Vec<Option<u32>>> = |it| it.figures(|figure| Some(figure.roll_up.not_rated));

    /// By subject and point: elements that do not apply.
    not_applicable: Vec<Vec<Option<u32>>> = |it| it.figures(|figure| Some(figure.roll_up.not_applicable));

    /// By subject and point: the rank of the lowest level that any element has.
    lowest: Vec<Vec<Option<u32>>> = |it| it.figures(|figure| rank(figure.roll_up.lowest()));

    /// By subject and point: the rank of the lower median.
    median: Vec<Vec<Option<u32>>> = |it| it.figures(|figure| rank(figure.roll_up.median()));

    /// By subject and point, of a checklist: elements at the top level.
    complete: Vec<Vec<Option<u32>>> = |it| it.figures(|figure| Some(figure.roll_up.checklist?.complete));

    /// By subject and point, of a checklist: elements that were due before the reference date and are not complete.
    overdue: Vec<Vec<Option<u32>>> = |it| it.figures(|figure| Some(figure.roll_up.checklist?.overdue));

    /// By subject and point: elements that were rated in the round, and not carried forward.
    assessed_afresh: Vec<Vec<Option<u32>>> = |it| it.figures(|figure| Some(figure.assessed_afresh));
}
}

impl BodyColumns {
    /// Of a line, in a round, by their places.
    fn figure(&self, line: usize, round: usize) -> Option<&Figure> {
        let place = self.of.places[line][round]?;
        match (&self.of.found.lines[line].points[place].shown, self.body) {
            (Shown::Own(figure), None) => Some(figure),
            (Shown::Predecessors(parts), Some((body, _))) => {
                parts.iter().find(|part| part.organisation == body)?.figure.as_ref()
            }
            _ => None,
        }
    }

    fn figures<T>(&self, of: impl Fn(&Figure) -> Option<T>) -> Vec<Vec<Option<T>>> {
        let figure = |line, round| self.figure(line, round).and_then(&of);
        grid(self.of.subjects.len(), self.of.rounds.len(), figure)
    }

    /// The figures of a round are of one assessment.
    fn points<T>(&self, of: impl Fn(&Figure) -> T) -> Vec<Option<T>> {
        let any = |round| (0..self.of.subjects.len()).find_map(|line| self.figure(line, round));
        (0..self.of.rounds.len()).map(|round| any(round).map(&of)).collect()
    }
}
