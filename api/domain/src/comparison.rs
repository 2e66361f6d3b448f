//! Comparison: systems by subjects, with the distributions beside it. Rows stand by name, never by level.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::assessment::Stage;
use crate::boundary::Boundaries;
use crate::distribution::Distribution;
use crate::framework::{Edition, FrameworkKind, Grain, Subject};
use crate::id::{FrameworkId, OrganisationId};
use crate::lens::Lens;
use crate::level::Rank;
use crate::movement::Movement;
use crate::progression::{Point, earlier, roll_up};
use crate::publication::{Basis, Include, Publication};
use crate::roll_up::RollUp;
use crate::round::Round;
use crate::series::{Earlier, Scope, Series};
use crate::standing::Standing;
use crate::survey::{BadQuestion, Measure, Survey, Surveyed};
use crate::system::SystemsWhere;
use crate::trend::Trend;

/// What to show.
#[derive(Clone, Debug)]
pub struct Question {
    pub framework: FrameworkId,
    pub systems: SystemsWhere,
    pub grain: Grain,
    /// The label of the round that every value comes from; the latest of each system where absent.
    pub round: Option<String>,
    /// Movement is told from the last point on or before this day; not at all where absent.
    pub since: Option<NaiveDate>,
    pub basis: Basis,
    pub include: Include,
    pub boundaries: Boundaries,
}

#[derive(Clone, Debug)]
pub struct Comparison {
    pub edition: Arc<Edition>,
    pub columns: Vec<Column>,
    /// By name of the system.
    pub rows: Vec<Row>,
    /// Systems for which the filter has no answer, by name.
    pub undecided: Vec<OrganisationId>,
    pub synthetic: bool,
}

#[derive(Clone, Debug)]
pub struct Column {
    pub subject: Subject,
    /// Of the lower medians that were published: England, then the regions by name. None for a subject of a checklist that
    /// holds several deliverables.
    pub distributions: Vec<Distribution>,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub system: OrganisationId,
    /// In the order of the columns.
    pub cells: Vec<Result<Cell, Blank>>,
}

/// A cell without a value of its own.
#[derive(Clone, Debug)]
pub struct Blank {
    pub why: Empty,
    /// What the system's predecessors published, each for itself, where it was asked for: in the round that was asked for,
    /// else in the last one before it opened.
    pub predecessors: Option<Point>,
}

named! {
    /// Why there is nothing to show.
    pub enum Empty {
        NotPublished = "NOT_PUBLISHED",
        /// The system was not open on the reference date of the round.
        NotOpen = "NOT_OPEN",
    }
}

#[derive(Clone, Debug)]
pub struct Cell {
    pub round: Arc<Round>,
    /// The one that was rated, which the roll-up and the movement are of.
    pub edition: Arc<Edition>,
    pub stage: Stage,
    pub roll_up: RollUp,
    pub standing: Option<Standing>,
    pub movement: Option<Movement>,
    /// None for a checklist.
    pub trend: Option<Trend>,
}

impl Blank {
    fn is_synthetic(&self) -> bool {
        self.predecessors.iter().flat_map(Point::figures).any(|figure| figure.synthetic)
    }
}

/// None where the framework has no edition that the lens sees.
pub fn comparison(lens: &Lens, question: &Question) -> Result<Option<Comparison>, BadQuestion> {
    let round = question.round.as_ref().map(|label| lens.round_by_label(question.framework, label));
    let round = round.transpose()?;
    let Some(survey) = Survey::of(lens, question.framework, question.include) else { return Ok(None) };
    let rated = round.as_ref().and_then(|round| lens.edition(round.edition));
    let table = Table { lens, question, round, edition: rated.unwrap_or_else(|| survey.edition.clone()) };
    let subjects = table.edition.subjects(question.grain);
    let regions: Vec<_> = lens.open_regions().into_iter().map(|region| region.id).collect();
    let columns: Vec<_> = subjects.iter().map(|subject| table.column(&survey, *subject, &regions)).collect();
    let (admitted, undecided) = survey.admitted(lens, &question.systems);
    let rows: Vec<_> = admitted.iter().map(|surveyed| table.row(surveyed, &columns)).collect();
    let counted = survey.systems.iter().filter_map(|surveyed| table.counts(surveyed, true));
    let shown = admitted.iter().filter_map(|surveyed| table.counts(surveyed, false));
    let synthetic = counted.chain(shown).any(|publication| publication.synthetic)
        || rows.iter().flat_map(|row| &row.cells).any(|cell| cell.as_ref().is_err_and(Blank::is_synthetic));
    Ok(Some(Comparison { columns, rows, undecided, synthetic, edition: table.edition }))
}

struct Table<'a> {
    lens: &'a Lens,
    question: &'a Question,
    round: Option<Arc<Round>>,
    edition: Arc<Edition>,
}

impl Table<'_> {
    fn latest(&self, surveyed: &Surveyed, published_only: bool) -> Option<usize> {
        surveyed.latest(self.round.as_ref().map(|round| round.id), published_only)
    }

    fn counts<'s>(&self, surveyed: &'s Surveyed, published_only: bool) -> Option<&'s Publication> {
        self.latest(surveyed, published_only).map(|place| &surveyed.publications[place])
    }

    fn column(&self, survey: &Survey, subject: Subject, regions: &[OrganisationId]) -> Column {
        let published = |surveyed: &Surveyed| self.level(self.counts(surveyed, true)?, subject);
        let values = survey.systems.iter();
        let values: Vec<_> = values
            .map(|surveyed| (surveyed.system.region(self.lens.moment()), published(surveyed)))
            .collect();
        let distributions = if Measure::Median.applies(&self.edition, subject) {
            Distribution::by_area(&self.edition, regions, &values)
        } else {
            Vec::new()
        };
        Column { subject, distributions }
    }

    fn level(&self, publication: &Publication, subject: Subject) -> Option<Rank> {
        publication.level(&self.edition, subject, Measure::Median, self.question.basis)
    }

    fn row(&self, surveyed: &Surveyed, columns: &[Column]) -> Row {
        let was_open =
            |round: &Arc<Round>| surveyed.system.is_open(self.lens.on(Some(round.dates.reference)));
        let was_open = self.round.as_ref().is_none_or(was_open);
        let empty = if was_open { Empty::NotPublished } else { Empty::NotOpen };
        let place = self.latest(surveyed, false);
        let shown = place.map(|place| &surveyed.publications[..=place]);
        let series = self.series(surveyed, shown.unwrap_or_default());
        let cell = |column: &Column| {
            let publication = shown.and_then(<[_]>::last);
            let filled = publication.and_then(|publication| self.cell(publication, column, &series));
            let why = if publication.is_some() { Empty::NotPublished } else { empty };
            filled.ok_or_else(|| Blank { why, predecessors: self.predecessors(&series, column) })
        };
        Row { system: surveyed.system.id, cells: columns.iter().map(cell).collect() }
    }

    fn series(&self, surveyed: &Surveyed, shown: &[Publication]) -> Series {
        let Question { framework, basis, include, boundaries, .. } = *self.question;
        let scope = Scope { framework, basis, include, boundaries, from: None };
        Series::of_publications(self.lens, surveyed.system.id, shown.to_vec(), &scope)
    }

    fn predecessors(&self, series: &Series, column: &Column) -> Option<Point> {
        let asked = |round: &&Earlier| self.round.as_ref().is_none_or(|asked| asked.id == round.round.id);
        let last = series.earlier.iter().rfind(asked).filter(|_| series.publications.is_empty())?;
        earlier(last, &self.edition, column.subject, self.question.basis)
    }

    /// None where the edition that was rated has no such subject.
    fn cell(&self, publication: &Publication, column: &Column, series: &Series) -> Option<Cell> {
        let subject = self.edition.corresponding(column.subject, &publication.edition)?;
        Some(Cell {
            round: publication.round.clone(),
            edition: publication.edition.clone(),
            stage: publication.stage,
            roll_up: roll_up(publication, subject, self.question.basis, self.due_on()),
            standing: self.standing(publication, column),
            movement: self.question.since.map(|since| series.movement(subject, Some(since))),
            trend: series.trend(subject),
        })
    }

    /// The day by which what is due counts as overdue: that of a round that was asked for, else the day described.
    fn due_on(&self) -> NaiveDate {
        self.round.as_ref().map_or(self.lens.moment().on, |round| round.dates.reference)
    }

    /// Among the published values of all systems, whichever are shown.
    fn standing(&self, publication: &Publication, column: &Column) -> Option<Standing> {
        let is_checklist = self.edition.definition.kind == FrameworkKind::Checklist;
        if publication.stage != Stage::Published || is_checklist {
            return None;
        }
        let level = self.level(publication, column.subject)?;
        Standing::among(&column.distributions.first()?.counts, level)
    }
}
