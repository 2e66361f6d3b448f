//! Comparison: systems by subjects, with the distributions beside it. Rows stand by name, never by level.

use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;

use crate::assessment::Stage;
use crate::boundary::Boundaries;
use crate::distribution::Distribution;
use crate::framework::{Edition, FrameworkKind, Grain, Subject};
use crate::id::{FrameworkId, OrganisationId};
use crate::lens::Lens;
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

/// Cells are made when they are asked for: most questions ask for little of each.
#[derive(Debug)]
pub struct Comparison {
    lens: Lens,
    question: Question,
    round: Option<Arc<Round>>,
    pub edition: Arc<Edition>,
    pub columns: Vec<Column>,
    /// By name of the system.
    pub rows: Vec<Row>,
    /// Systems for which the filter has no answer, by name.
    pub undecided: Vec<OrganisationId>,
    pub synthetic: bool,
}

#[derive(Debug)]
pub struct Column {
    pub subject: Subject,
    /// Of the lower medians that were published: England, then the regions by name. None for a subject of a checklist that
    /// holds several deliverables.
    pub distributions: Vec<Distribution>,
}

/// One system.
#[derive(Debug)]
pub struct Row {
    pub system: OrganisationId,
    shown: Option<Publication>,
    /// Why, where nothing is shown.
    why: Empty,
    series: OnceLock<Series>,
}

named! {
    /// Why there is nothing to show.
    pub enum Empty {
        NotPublished = "NOT_PUBLISHED",
        /// The system was not open on the reference date of the round.
        NotOpen = "NOT_OPEN",
    }
}

/// None where the framework has no edition that the lens sees.
pub fn comparison(lens: &Lens, question: Question) -> Result<Option<Comparison>, BadQuestion> {
    let round = question.round.as_ref().map(|label| lens.round_by_label(question.framework, label));
    let round = round.transpose()?;
    let Some(survey) = Survey::of(lens, question.framework, question.include) else { return Ok(None) };
    let rated = round.as_ref().and_then(|round| lens.edition(round.edition));
    let edition = rated.unwrap_or_else(|| survey.edition.clone());
    let published = |surveyed: &Surveyed| surveyed.latest_published(round.as_deref());
    let published: Vec<_> = (survey.systems.iter())
        .map(|surveyed| (surveyed.system.region(lens.moment()), published(surveyed)))
        .collect();
    let regions: Vec<_> = lens.open_regions().into_iter().map(|region| region.id).collect();
    let column = |subject| Column::of(&edition, subject, question.basis, &published, &regions);
    let columns = edition.subjects(question.grain).into_iter().map(column).collect();
    let (admitted, undecided) = survey.admitted(lens, &question.systems);
    let rows: Vec<_> =
        admitted.into_iter().map(|surveyed| Row::of(lens, surveyed, round.as_deref())).collect();
    let shown = rows.iter().filter_map(|row| row.shown.as_ref());
    let counted = published.iter().filter_map(|(_, published)| published.as_ref());
    let synthetic = counted.chain(shown).any(|publication| publication.synthetic);
    let mut comparison =
        Comparison { lens: lens.clone(), question, round, edition, columns, rows, undecided, synthetic };
    comparison.synthetic |= comparison.shows_synthetic_predecessors();
    Ok(Some(comparison))
}

impl Column {
    /// `published`: the region of each system, and what counts of it.
    fn of(
        edition: &Edition,
        subject: Subject,
        basis: Basis,
        published: &[(Option<OrganisationId>, Option<Publication>)],
        regions: &[OrganisationId],
    ) -> Self {
        if !Measure::Median.applies(edition, subject) {
            return Self { subject, distributions: Vec::new() };
        }
        let level = |of: &Publication| of.level(edition, subject, Measure::Median, basis);
        let values: Vec<_> =
            published.iter().map(|(region, of)| (*region, of.as_ref().and_then(level))).collect();
        Self { subject, distributions: Distribution::by_area(edition, regions, &values) }
    }
}

impl Row {
    fn of(lens: &Lens, surveyed: &Surveyed, round: Option<&Round>) -> Self {
        let was_open =
            round.is_none_or(|round| surveyed.system.is_open(lens.on(Some(round.dates.reference))));
        Self {
            system: surveyed.system.id,
            shown: surveyed.latest(round),
            why: if was_open { Empty::NotPublished } else { Empty::NotOpen },
            series: OnceLock::new(),
        }
    }

    /// The publication that its cells show.
    pub fn shown(&self) -> Option<&Publication> {
        self.shown.as_ref()
    }
}

/// One subject of one system.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    of: &'a Comparison,
    row: &'a Row,
    column: &'a Column,
}

impl Comparison {
    pub fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        Cell { of: self, row: &self.rows[row], column: &self.columns[column] }
    }

    fn shows_synthetic_predecessors(&self) -> bool {
        self.question.boundaries == Boundaries::WithPredecessors
            && self.rows.iter().filter(|row| row.shown.is_none()).any(|row| {
                let points =
                    self.columns.iter().filter_map(|column| Cell { of: self, row, column }.predecessors());
                points.into_iter().any(|point| point.figures().iter().any(|figure| figure.synthetic))
            })
    }

    fn series<'r>(&self, row: &'r Row) -> &'r Series {
        row.series.get_or_init(|| {
            let Question { framework, basis, include, boundaries, .. } = self.question;
            let scope = Scope { framework, basis, include, boundaries, from: None };
            let mut publications = self.lens.publications(row.system, framework, include);
            let place =
                |publication: &Publication| (publication.round.dates.reference, publication.assessment);
            let last = row.shown.as_ref().map(place);
            publications.retain(|publication| Some(place(publication)) <= last);
            Series::of_publications(&self.lens, row.system, publications, &scope)
        })
    }

    /// The day by which what is due counts as overdue: that of a round that was asked for, else the day described.
    fn due_on(&self) -> NaiveDate {
        self.round.as_ref().map_or(self.lens.moment().on, |round| round.dates.reference)
    }
}

impl<'a> Cell<'a> {
    /// The publication, and its subject. None where the edition that was rated has no such subject.
    fn filled(&self) -> Option<(&'a Publication, Subject)> {
        let publication = self.row.shown.as_ref()?;
        let subject = self.of.edition.corresponding(self.column.subject, &publication.edition)?;
        Some((publication, subject))
    }

    pub fn publication(&self) -> Option<&'a Publication> {
        self.filled().map(|(publication, _)| publication)
    }

    /// Why it has no value of its own, where it has none.
    pub fn empty(&self) -> Option<Empty> {
        let why = if self.row.shown.is_some() { Empty::NotPublished } else { self.row.why };
        self.filled().is_none().then_some(why)
    }

    /// What the system's predecessors published, each for itself, where it was asked for and nothing is shown of its own: in
    /// the round that was asked for, else in the last one before it opened.
    pub fn predecessors(&self) -> Option<Point> {
        if self.of.question.boundaries == Boundaries::AsReported || self.row.shown.is_some() {
            return None;
        }
        let round = self.of.round.as_ref();
        let asked = |earlier: &&Earlier| round.is_none_or(|asked| asked.id == earlier.round.id);
        let last = self.of.series(self.row).earlier.iter().rfind(asked)?;
        earlier(last, &self.of.edition, self.column.subject, self.of.question.basis)
    }

    pub fn roll_up(&self) -> Option<RollUp> {
        let (publication, subject) = self.filled()?;
        Some(roll_up(publication, subject, self.of.question.basis, self.of.due_on()))
    }

    /// None where no day is compared with.
    pub fn movement(&self) -> Option<Movement> {
        let ((_, subject), since) = self.filled().zip(self.of.question.since)?;
        Some(self.of.series(self.row).movement(subject, Some(since)))
    }

    /// None for a checklist.
    pub fn trend(&self) -> Option<Trend> {
        let (_, subject) = self.filled()?;
        self.of.series(self.row).trend(subject)
    }

    /// Among the published values of all systems, whichever are shown.
    pub fn standing(&self) -> Option<Standing> {
        let (publication, _) = self.filled()?;
        let is_checklist = self.of.edition.definition.kind == FrameworkKind::Checklist;
        if publication.stage != Stage::Published || is_checklist {
            return None;
        }
        let (of, basis) = (&self.of.edition, self.of.question.basis);
        let level = publication.level(of, self.column.subject, Measure::Median, basis)?;
        Standing::among(&self.column.distributions.first()?.counts, level)
    }
}
