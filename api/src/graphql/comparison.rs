//! Comparison: systems by subjects, with the distributions beside it.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result};
use domain::comparison::{self, Question};
use domain::lens::Lens;
use domain::publication::Include as DomainInclude;

use super::as_of::{AsOf, AsOfUsed, Citation};
use super::assessment::Stage;
use super::boundary::Boundaries;
use super::columnar::ComparisonColumns;
use super::context::AskerOf;
use super::distribution::Distribution;
use super::level::Scale;
use super::movement::Movement;
use super::plain::{Fast, plain_enums, plain_object};
use super::progression::PointPart;
use super::publication::{Basis, Include};
use super::roll_up::RollUp;
use super::round::Round;
use super::scalar::Date;
use super::standing::Standing;
use super::subject::{Grain, Subject};
use super::system::{System, SystemsWhere};
use super::trend::Trend;
use crate::error::Error;

/// Why a cell is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::comparison::Empty")]
pub enum EmptyReason {
    /// The system has published nothing that describes this subject.
    NotPublished,
    /// The system was not open on the reference date of the round that was asked for.
    NotOpen,
}

pub struct Comparison {
    lens: Lens,
    found: Arc<comparison::Comparison>,
    /// Which assessments had a say, in the cells or in the choice of the systems.
    include: DomainInclude,
}

plain_object! {
/// Systems by subjects: a heatmap.
impl Comparison {
    /// The moment that this was made for.
    resolved_as_of: AsOfUsed = |it| AsOfUsed::of(&it.lens);

    /// The scale of the columns, for a legend; null where nothing is rated.
    scale: Option<Scale> = |it| Scale::of(&it.found.edition);

    /// Whether any of it was made up by the demonstration, and reported by nobody.
    synthetic: bool = |it| it.found.synthetic;

    /// One column a subject, in the order of the edition of the round that was asked for; where none was, of the latest edition
    /// with a published assessment.
    columns: Vec<Column> = |it| it.columns_of();

    /// One row for every system that is open on the day described and that the filter admits, by name.
    rows: Vec<Row> = |it| it.rows_of();

    /// Systems for which the filter has no answer, by name: they have no row.
    undecided: Vec<System> = |it| System::all(&it.lens, it.found.undecided.clone());

    /// How to refer to this; null where unpublished work was asked for.
    citation: Option<Citation> = |it| it.cited();

    /// The same as arrays, for charts: a fraction of the bytes.
    columnar: ComparisonColumns = |it| ComparisonColumns::new(&it.lens, &it.found);
}
}

impl Comparison {
    fn columns_of(&self) -> Vec<Column> {
        let column = |index| Column { lens: self.lens.clone(), found: self.found.clone(), index };
        (0..self.found.columns.len()).map(column).collect()
    }

    fn rows_of(&self) -> Vec<Row> {
        let row = |index| Row { lens: self.lens.clone(), found: self.found.clone(), index };
        (0..self.found.rows.len()).map(row).collect()
    }

    fn cited(&self) -> Option<Citation> {
        let (edition, synthetic) = (&self.found.edition, self.found.synthetic);
        Citation::of(&self.lens, edition, "comparison of systems", synthetic, self.include)
    }
}

pub struct Column {
    lens: Lens,
    found: Arc<comparison::Comparison>,
    index: usize,
}

plain_object! {
/// One subject over all systems.
impl Column {
    /// What the column is about.
    subject: Subject = |it| Subject::new(it.found.edition.clone(), it.found.columns[it.index].subject);

    /// How many systems published each level, by the lower median of the subject: for England, then for each region by name.
    /// Over all open systems, whatever the filter of the rows. Empty in a checklist for a subject of several deliverables.
    distributions: Vec<Distribution> = |it| {
        let found = it.found.columns[it.index].distributions.iter();
        found.map(|found| Distribution::new(&it.lens, &it.found.edition, found)).collect()
    };
}
}

pub struct Row {
    lens: Lens,
    found: Arc<comparison::Comparison>,
    index: usize,
}

plain_object! {
/// One system over all subjects.
impl Row {
    /// The system.
    system: System = |it| System { lens: it.lens.clone(), id: it.found.rows[it.index].system };

    /// In the order of the columns.
    cells: Vec<Cell> = |it| it.cells_of();
}
}

impl Row {
    fn cells_of(&self) -> Vec<Cell> {
        let cell =
            |column| Cell { lens: self.lens.clone(), found: self.found.clone(), row: self.index, column };
        (0..self.found.columns.len()).map(cell).collect()
    }
}

pub struct Cell {
    lens: Lens,
    found: Arc<comparison::Comparison>,
    row: usize,
    column: usize,
}

plain_object! {
/// One subject of one system.
impl Cell {
    /// What the cell is about.
    subject: Subject = |it| Subject::new(it.found.edition.clone(), it.found.columns[it.column].subject);

    /// The elements of the subject together; null where the cell is empty.
    roll_up: Option<RollUp> = |it| {
        let edition = it.found().publication().map(|publication| publication.edition.clone());
        edition.zip(it.found().roll_up()).map(|(edition, roll_up)| RollUp { edition, roll_up })
    };

    /// Why the cell is empty; null where it is not.
    empty: Option<EmptyReason> = |it| it.found().empty().map(Into::into);

    /// What the system's predecessors published before it opened, each for itself, by name. Null unless they were asked
    /// for with `boundaries` and the system has no value of its own.
    predecessors: Result<Option<Vec<PointPart>>> = |it| {
        let point = it.found().predecessors();
        let parts = point.map(|point| PointPart::all(&it.lens, &point)).transpose();
        parts.map(Option::flatten).map_err(Into::into)
    };

    /// The round that the value comes from, or that of its predecessors: the latest, unless one was asked for.
    round: Result<Option<Round>> = |it| {
        let own = it.found().publication().map(|publication| publication.round.clone());
        let round = own.or_else(|| it.found().predecessors().map(|point| point.round));
        round.map(|round| Round::new(&it.lens, round)).transpose().map_err(Into::into)
    };

    /// PUBLISHED, or where unpublished work was asked for also SUBMITTED or MODERATED; null where the cell is empty.
    stage: Option<Stage> = |it| it.found().publication().map(|publication| publication.stage.into());

    /// Where the published value lies among those of all open systems. Null where it is not published, where fewer than
    /// eight are, and in checklists.
    standing: Option<Standing> = |it| it.found().standing().map(Into::into);

    /// How it moved since the day that was asked for; null where none was, and where the cell is empty.
    movement: Option<Movement> = |it| {
        let edition = it.found().publication().map(|publication| publication.edition.clone());
        edition.zip(it.found().movement()).map(|(edition, movement)| Movement { edition, movement })
    };

    /// Whether it rises or falls since the last break; null where the cell is empty, and in checklists.
    trend: Option<Trend> = |it| it.found().trend().map(Trend);
}
}

impl Cell {
    fn found(&self) -> comparison::Cell<'_> {
        self.found.cell(self.row, self.column)
    }
}

#[derive(Default)]
pub struct ComparisonQuery;

#[Object]
impl ComparisonQuery {
    /// A heatmap: the systems that are open on the day described by the subjects of a framework, with the distributions
    /// beside it. Null where there is no such framework.
    #[expect(clippy::too_many_arguments, reason = "each says what to show")]
    async fn comparison(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the framework, such as \"sdpt\".")] framework: String,
        #[graphql(desc = "Which systems have a row. Null: all that are open.")] systems: Option<SystemsWhere>,
        #[graphql(desc = "How fine the columns are.", default_with = "Grain::Theme")] grain: Grain,
        #[graphql(
            desc = "The label of the round that all values come from. Null: the latest of each system."
        )]
        round: Option<String>,
        #[graphql(
            desc = "Movement is told from a system's last point on or before this day. Null: no movement."
        )]
        since: Option<Date>,
        #[graphql(desc = "Whose judgement counts.", default_with = "Basis::Agreed")] basis: Basis,
        #[graphql(
            desc = "Which assessments count in the cells. Distributions and standings are of published ones always.",
            default_with = "Include::Published"
        )]
        include: Include,
        #[graphql(
            desc = "Whose figures stand for a system that has none of its own.",
            default_with = "Boundaries::AsReported"
        )]
        boundaries: Boundaries,
        #[graphql(desc = "The moment described. Null: now.")] as_of: Option<AsOf>,
    ) -> Result<Option<Fast<Comparison>>> {
        let lens = ctx.asker().lens_for(as_of).await?;
        let Some(framework) = lens.framework(&framework) else { return Ok(None) };
        let systems = SystemsWhere::resolve(systems, &lens).map_err(Error::from)?;
        let (grain, since) = (grain.into(), since.map(|since| since.0));
        let (basis, include, boundaries) = (basis.into(), include.into(), boundaries.into());
        let cited = systems.include().max(include);
        let question = Question { framework, systems, grain, round, since, basis, include, boundaries };
        let found = comparison::comparison(&lens, question).map_err(Error::from)?;
        let found = found.map(Arc::new);
        Ok(found.map(|found| Fast(Comparison { lens, found, include: cited })))
    }
}

plain_enums!(EmptyReason);
