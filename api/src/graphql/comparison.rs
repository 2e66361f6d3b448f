//! Comparison: systems by subjects, with the distributions beside it.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use domain::comparison::{self, Question};
use domain::lens::Lens;

use super::as_of::{AsOf, AsOfUsed, Citation};
use super::assessment::Stage;
use super::boundary::Boundaries;
use super::context::AskerOf;
use super::distribution::Distribution;
use super::level::Scale;
use super::movement::Movement;
use super::plain::{Fast, plain_enums, plain_struct};
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

/// Systems by subjects: a heatmap.
#[derive(SimpleObject)]
pub struct Comparison {
    /// The moment that this was made for.
    resolved_as_of: AsOfUsed,
    /// The scale of the columns, for a legend; null where nothing is rated.
    scale: Option<Scale>,
    /// Whether any of it was made up by the demonstration, and reported by nobody.
    synthetic: bool,
    /// One column a subject, in the order of the edition of the round that was asked for; where none was, of the latest edition
    /// with a published assessment.
    columns: Vec<Column>,
    /// One row for every system that is open on the day described and that the filter admits, by name.
    rows: Vec<Row>,
    /// Systems for which the filter has no answer, by name: they have no row.
    undecided: Vec<System>,
    /// How to refer to this; null where unpublished work was asked for.
    citation: Option<Citation>,
}

/// One subject over all systems.
#[derive(SimpleObject)]
pub struct Column {
    /// What the column is about.
    subject: Subject,
    /// How many systems published each level, by the lower median of the subject: for England, then for each region by name.
    /// Over all open systems, whatever the filter of the rows. Empty in a checklist for a subject of several deliverables.
    distributions: Vec<Distribution>,
}

/// One system over all subjects.
#[derive(SimpleObject)]
pub struct Row {
    /// The system.
    system: System,
    /// In the order of the columns.
    cells: Vec<Cell>,
}

/// One subject of one system.
#[derive(SimpleObject)]
pub struct Cell {
    /// What the cell is about.
    subject: Subject,
    /// The elements of the subject together; null where the cell is empty.
    roll_up: Option<RollUp>,
    /// Why the cell is empty; null where it is not.
    empty: Option<EmptyReason>,
    /// What the system's predecessors published before it opened, each for itself, by name. Null unless they were asked
    /// for with `boundaries` and the system has no value of its own.
    predecessors: Option<Vec<PointPart>>,
    /// The round that the value comes from, or that of its predecessors: the latest, unless one was asked for.
    round: Option<Round>,
    /// PUBLISHED, or where unpublished work was asked for also SUBMITTED or MODERATED; null where the cell is empty.
    stage: Option<Stage>,
    /// Where the published value lies among those of all open systems. Null where it is not published, where fewer than
    /// eight are, and in checklists.
    standing: Option<Standing>,
    /// How it moved since the day that was asked for; null where none was, and where the cell is empty.
    movement: Option<Movement>,
    /// Whether it rises or falls since the last break; null where the cell is empty, and in checklists.
    trend: Option<Trend>,
}

impl Comparison {
    fn of(
        lens: &Lens,
        found: comparison::Comparison,
        include: domain::publication::Include,
    ) -> Result<Self, Error> {
        let edition = &found.edition;
        let column = |column: &comparison::Column| Column {
            subject: Subject::new(edition.clone(), column.subject),
            distributions: column
                .distributions
                .iter()
                .map(|found| Distribution::new(lens, edition, found))
                .collect(),
        };
        let columns = found.columns.iter().map(column).collect();
        let subjects: Vec<_> =
            found.columns.iter().map(|column| Subject::new(edition.clone(), column.subject)).collect();
        let row = |row: comparison::Row| Row::of(lens, row, &subjects);
        Ok(Self {
            resolved_as_of: AsOfUsed::of(lens),
            scale: edition.definition.scale.is_some().then(|| Scale(edition.clone())),
            synthetic: found.synthetic,
            columns,
            rows: found.rows.into_iter().map(row).collect::<Result<_, Error>>()?,
            undecided: System::all(lens, found.undecided),
            citation: Citation::of(lens, edition, "comparison of systems", found.synthetic, include),
        })
    }
}

impl Row {
    fn of(lens: &Lens, row: comparison::Row, subjects: &[Subject]) -> Result<Self, Error> {
        let cells = row.cells.into_iter().zip(subjects);
        let cells = cells.map(|(cell, subject)| match cell {
            Ok(cell) => Cell::filled(lens, subject.clone(), cell),
            Err(blank) => Cell::without_value(lens, subject.clone(), &blank),
        });
        Ok(Self {
            system: System { lens: lens.clone(), id: row.system },
            cells: cells.collect::<Result<_, Error>>()?,
        })
    }
}

impl Cell {
    fn without_value(lens: &Lens, subject: Subject, blank: &comparison::Blank) -> Result<Self, Error> {
        let before = blank.predecessors.as_ref();
        let predecessors = before.map(|point| PointPart::all(lens, point)).transpose()?;
        Ok(Self {
            subject,
            roll_up: None,
            empty: Some(blank.why.into()),
            predecessors: predecessors.flatten(),
            round: before.map(|point| Round::new(lens, point.round.clone())).transpose()?,
            stage: None,
            standing: None,
            movement: None,
            trend: None,
        })
    }

    fn filled(lens: &Lens, subject: Subject, cell: comparison::Cell) -> Result<Self, Error> {
        let edition = &cell.edition;
        let movement = cell.movement.map(|movement| Movement { edition: edition.clone(), movement });
        Ok(Self {
            subject,
            roll_up: Some(RollUp { edition: edition.clone(), roll_up: cell.roll_up }),
            empty: None,
            round: Some(Round::new(lens, cell.round)?),
            stage: Some(cell.stage.into()),
            standing: cell.standing.map(Into::into),
            movement,
            predecessors: None,
            trend: cell.trend.map(Trend),
        })
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
        let found = comparison::comparison(&lens, &question).map_err(Error::from)?;
        Ok(found.map(|found| Comparison::of(&lens, found, cited)).transpose()?.map(Fast))
    }
}

plain_enums!(EmptyReason);
plain_struct!(Comparison {
    resolved_as_of: AsOfUsed,
    scale: Option<Scale>,
    synthetic: bool,
    columns: Vec<Column>,
    rows: Vec<Row>,
    undecided: Vec<System>,
    citation: Option<Citation>,
});
plain_struct!(Column { subject: Subject, distributions: Vec<Distribution> });
plain_struct!(Row { system: System, cells: Vec<Cell> });
plain_struct!(Cell {
    subject: Subject,
    roll_up: Option<RollUp>,
    empty: Option<EmptyReason>,
    predecessors: Option<Vec<PointPart>>,
    round: Option<Round>,
    stage: Option<Stage>,
    standing: Option<Standing>,
    movement: Option<Movement>,
    trend: Option<Trend>,
});
