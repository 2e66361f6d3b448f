//! A comparison as arrays.

use std::sync::Arc;

use domain::comparison::{Cell, Comparison};
use domain::framework::Subject;
use domain::id::OrganisationId;
use domain::lens::Lens;
use domain::movement::Movement;
use domain::roll_up::RollUp;
use domain::trend::Trend;

use super::{area_codes, area_names, code, counts, grid, keys, levels, name, rank, titles};
use crate::graphql::assessment::Stage;
use crate::graphql::comparison::EmptyReason;
use crate::graphql::crosswalk::Coverage;
use crate::graphql::movement::MovementWord;
use crate::graphql::plain::plain_object;
use crate::graphql::scalar::{Date, OdsCode};
use crate::graphql::standing::Standing;
use crate::graphql::trend::Verdict;

pub struct ComparisonColumns {
    lens: Lens,
    found: Arc<Comparison>,
}

plain_object! {
/// A comparison as arrays. Axes: `systems` by row, `subjects` by column, `levels`, and `areas` of the distributions. What is
/// told by row has one value a system; what is told by cell has a list a system, with one value a subject. Null: there is
/// nothing to tell. Sentences, single elements and predecessors are told by the objects alone.
impl ComparisonColumns {
    /// The axis of rows: the ODS codes of the systems, by name. Null for a body without one.
    systems: Vec<Option<OdsCode>> = |it| it.rows(|id| code(&it.lens, id));

    /// By row: the name of the system.
    names: Vec<Option<String>> = |it| it.rows(|id| name(&it.lens, id));

    /// By row: the ODS code of the region of the system.
    regions: Vec<Option<OdsCode>> = |it| it.rows(|id| {
        let region = it.lens.organisation(id)?.region(it.lens.moment())?;
        code(&it.lens, region)
    });

    /// The axis of columns: the keys of the subjects, in the order of the edition.
    subjects: Vec<String> = |it| keys(&it.found.edition, &it.subjects_of());

    /// By column: the title of the subject.
    titles: Vec<String> = |it| titles(&it.found.edition, &it.subjects_of());

    /// The axis of levels: their keys, from the least mature, in the edition of the columns. A rank in the arrays below is a
    /// place in the scale of the edition that `editions` names, from 1.
    levels: Vec<String> = |it| levels(&it.found.edition);

    /// By row: the label of the edition that was rated.
    editions: Vec<Option<String>> = |it| it.shown(|shown| shown.edition.definition.label.clone());

    /// By row: the label of the round that the values come from.
    rounds: Vec<Option<String>> = |it| it.shown(|shown| shown.round.label.clone());

    /// By row: the reference date of that round.
    on: Vec<Option<Date>> = |it| it.shown(|shown| Date(shown.round.dates.reference));

    /// By row: PUBLISHED, or where unpublished work was asked for also SUBMITTED or MODERATED.
    stages: Vec<Option<Stage>> = |it| it.shown(|shown| shown.stage.into());

    /// By cell: why it is empty; null where it is not.
    empty: Vec<Vec<Option<EmptyReason>>> = |it| it.cells(|cell| cell.empty().map(Into::into));

    /// By cell, then by level: elements at the level.
    level_counts: Vec<Vec<Option<Vec<u32>>>> = |it| it.rolled_up(counts);

    /// By cell: elements with a level.
    rated: Vec<Vec<Option<u32>>> = |it| it.rolled_up(RollUp::rated);

    /// By cell: elements without a rating.
    not_rated: Vec<Vec<Option<u32>>> = |it| it.rolled_up(|of| of.not_rated);

    /// By cell: elements that do not apply.
    not_applicable: Vec<Vec<Option<u32>>> = |it| it.rolled_up(|of| of.not_applicable);

    /// By cell: the rank of the lowest level that any element has.
    lowest: Vec<Vec<Option<u32>>> = |it| it.cells(|cell| rank(cell.roll_up()?.lowest()));

    /// By cell: the rank of the lower median.
    median: Vec<Vec<Option<u32>>> = |it| it.cells(|cell| rank(cell.roll_up()?.median()));

    /// By cell, of a checklist: elements at the top level.
    complete: Vec<Vec<Option<u32>>> = |it| it.cells(|cell| Some(cell.roll_up()?.checklist?.complete));

    /// By cell, of a checklist: elements that were due and are not complete.
    overdue: Vec<Vec<Option<u32>>> = |it| it.cells(|cell| Some(cell.roll_up()?.checklist?.overdue));

    /// By cell: where the published value lies among those of all open systems.
    standings: Vec<Vec<Option<Standing>>> = |it| it.cells(|cell| cell.standing().map(Into::into));

    /// By cell: how it moved since the day that was asked for, in a word.
    movements: Vec<Vec<Option<MovementWord>>> = |it| it.moved(|moved| moved.word.into());

    /// By cell: the earlier of the two points.
    since: Vec<Vec<Option<Date>>> = |it| it.cells(|cell| cell.movement()?.since.map(Date));

    /// By cell: the later of the two points.
    until: Vec<Vec<Option<Date>>> = |it| it.cells(|cell| cell.movement()?.until.map(Date));

    /// By cell: how many elements are equal in both points, where a new edition lies between them.
    movement_coverage: Vec<Vec<Option<Coverage>>> = |it| it.cells(|cell| cell.movement()?.coverage.map(Into::into));

    /// By cell: elements at a higher level than before.
    advanced: Vec<Vec<Option<u32>>> = |it| it.moved(|moved| moved.advanced);

    /// By cell: elements at a lower level than before.
    slipped: Vec<Vec<Option<u32>>> = |it| it.moved(|moved| moved.slipped);

    /// By cell: elements at the same level as before.
    held: Vec<Vec<Option<u32>>> = |it| it.moved(|moved| moved.held);

    /// By cell: elements without a level in one of the points.
    unmatched: Vec<Vec<Option<u32>>> = |it| it.moved(|moved| moved.unmatched);

    /// By cell: elements that another party judged than before.
    basis_changed: Vec<Vec<Option<u32>>> = |it| it.moved(|moved| moved.basis_changed);

    /// By cell: whether it rises or falls since the last break.
    verdicts: Vec<Vec<Option<Verdict>>> = |it| it.judged(|trend| trend.verdict.into());

    /// By cell: how many elements are equal in all the points, where some are of earlier editions.
    trend_coverage: Vec<Vec<Option<Coverage>>> = |it| it.cells(|cell| cell.trend()?.coverage.map(Into::into));

    /// By cell: points in which at least one element of the subject has a level.
    n: Vec<Vec<Option<u32>>> = |it| it.judged(|trend| trend.n);

    /// By cell: points with a net move from the one before.
    changes: Vec<Vec<Option<u32>>> = |it| it.judged(|trend| trend.changes);

    /// By cell: the net moves added up, in levels.
    statistics: Vec<Vec<Option<i32>>> = |it| it.judged(|trend| trend.statistic);

    /// By cell: how often moves without direction come as far, 0 to 1.
    p_values: Vec<Vec<Option<f64>>> = |it| it.cells(|cell| cell.trend()?.p_value);

    /// By cell, of a single element: Kendall's S with time, to describe and not to judge.
    s: Vec<Vec<Option<i32>>> = |it| it.cells(|cell| Some(cell.trend()?.kendall.as_ref()?.s));

    /// By cell, of a single element: Kendall's tau-b with time, to describe and not to judge.
    tau: Vec<Vec<Option<f64>>> = |it| it.cells(|cell| cell.trend()?.kendall.as_ref()?.tau);

    /// The axis of areas: England, which has no code, then the ODS codes of the regions by name. Empty where there are no
    /// distributions.
    areas: Vec<Option<OdsCode>> = |it| area_codes(&it.lens, &it.areas_of());

    /// By area: its name.
    area_names: Vec<String> = |it| area_names(&it.lens, &it.areas_of());

    /// By subject, by area, then by level: how many systems have their lower median at the level. Empty in a checklist for
    /// a subject of several deliverables.
    distributions: Vec<Vec<Vec<u32>>> = |it| it.found.columns.iter()
        .map(|column| column.distributions.iter().map(|found| found.counts.clone()).collect()).collect();

    /// By subject and area: systems that are open in the area.
    distribution_of: Vec<Vec<u32>> = |it| it.found.columns.iter()
        .map(|column| column.distributions.iter().map(|found| found.of).collect()).collect();

    /// By subject and area: those of them without a level.
    distribution_without: Vec<Vec<u32>> = |it| it.found.columns.iter()
        .map(|column| column.distributions.iter().map(|found| found.without).collect()).collect();
}
}

impl ComparisonColumns {
    pub(in crate::graphql) fn new(lens: &Lens, found: &Arc<Comparison>) -> Self {
        Self { lens: lens.clone(), found: found.clone() }
    }

    fn subjects_of(&self) -> Vec<Subject> {
        self.found.columns.iter().map(|column| column.subject).collect()
    }

    fn areas_of(&self) -> Vec<Option<OrganisationId>> {
        let first = self.found.columns.iter().find(|column| !column.distributions.is_empty());
        first.into_iter().flat_map(|column| &column.distributions).map(|found| found.area).collect()
    }

    fn rows<T>(&self, of: impl Fn(OrganisationId) -> Option<T>) -> Vec<Option<T>> {
        self.found.rows.iter().map(|row| of(row.system)).collect()
    }

    fn shown<T>(&self, of: impl Fn(&domain::publication::Publication) -> T) -> Vec<Option<T>> {
        self.found.rows.iter().map(|row| row.shown().map(&of)).collect()
    }

    fn cells<T>(&self, of: impl Fn(Cell<'_>) -> Option<T>) -> Vec<Vec<Option<T>>> {
        grid(self.found.rows.len(), self.found.columns.len(), |row, column| of(self.found.cell(row, column)))
    }

    fn rolled_up<T>(&self, of: impl Fn(&RollUp) -> T) -> Vec<Vec<Option<T>>> {
        self.cells(|cell| cell.roll_up().as_ref().map(&of))
    }

    fn moved<T>(&self, of: impl Fn(&Movement) -> T) -> Vec<Vec<Option<T>>> {
        self.cells(|cell| cell.movement().as_ref().map(&of))
    }

    fn judged<T>(&self, of: impl Fn(&Trend) -> T) -> Vec<Vec<Option<T>>> {
        self.cells(|cell| cell.trend().as_ref().map(&of))
    }
}
