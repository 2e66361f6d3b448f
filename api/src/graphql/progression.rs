//! Progression: lines of points, movement in words, trends, and the breaks between points.

use std::sync::Arc;

use async_graphql::{Result, SimpleObject};
use domain::framework::Edition;
use domain::id::OrganisationId;
use domain::lens::Lens;
use domain::progression::{self, Figure, Question, Shown};

use super::as_of::{AsOfUsed, Citation};
use super::assessment::Stage;
use super::breaks::Break;
use super::columnar::ProgressionColumns;
use super::level::{Level, Scale};
use super::movement::Movement;
use super::organisation::{Organisation, Succession};
use super::plain::{plain_object, plain_struct};
use super::roll_up::RollUp;
use super::round::Round;
use super::scalar::Date;
use super::subject::Subject;
use super::system::System;
use super::trend::Trend;
use crate::error::Error;

pub struct Progression {
    lens: Lens,
    found: Arc<progression::Progression>,
    resolved_as_of: AsOfUsed,
    scale: Option<Scale>,
    synthetic: bool,
    breaks: Vec<Break>,
    successors: Vec<Succession>,
    citation: Option<Citation>,
}

plain_object! {
/// How a system has moved.
impl Progression {
    /// The moment that this was made for.
    resolved_as_of: AsOfUsed = |it| it.resolved_as_of.clone();

    /// The scale of the latest edition, for a legend; null where nothing is published.
    scale: Option<Scale> = |it| it.scale.clone();

    /// Whether any point of it was made up by the demonstration, and reported by nobody.
    synthetic: bool = |it| it.synthetic;

    /// One line a subject, in the order of the edition; empty where nothing is published.
    lines: Result<Vec<Line>> = |it| it.lines_of().map_err(Into::into);

    /// Where points are not compared with those before, in order of day. Only breaks after the first point shown.
    breaks: Vec<Break> = |it| it.breaks.clone();

    /// Where the system has closed by the day described: the bodies that took it over, by name, whose own lines go on from
    /// here. Empty while it is open. Few.
    successors: Vec<Succession> = |it| it.successors.clone();

    /// How to refer to this; null where unpublished work was asked for, and where nothing is published.
    citation: Option<Citation> = |it| it.citation.clone();

    /// The same as arrays, for charts: a fraction of the bytes.
    columnar: ProgressionColumns = |it| ProgressionColumns::new(&it.lens, &it.found);
}
}

/// One subject over time.
#[derive(SimpleObject)]
pub struct Line {
    /// What the line is about.
    subject: Subject,
    /// One point a round in which something was published, in order of reference date. Rounds without have no point.
    points: Vec<Point>,
    /// How the subject moved between two of the system's own points after the last break.
    movement: Movement,
    /// Whether the system's own points after the last break rise or fall; null for a checklist.
    trend: Option<Trend>,
}

/// One subject in one round: the system's own figures or, on days before it opened and where they were asked for, those
/// of its predecessors, each for itself.
#[derive(SimpleObject)]
pub struct Point {
    /// The reference date of the round.
    on: Date,
    /// The round that the values come from.
    round: Round,
    /// The predecessors that were open, by name; at least one of them has published. Null in the system's own points.
    organisations: Option<Vec<PointPart>>,
    /// The elements of the subject together. Null where predecessors are shown: several bodies have no one value, and none
    /// is made up for them. Their own are in `organisations`.
    roll_up: Option<RollUp>,
    /// How far predecessors stand apart; null in the system's own points, and where no predecessor has a median.
    range: Option<LevelRange>,
    /// Elements that were rated in this round, and not carried forward; of all predecessors where they are shown.
    assessed_afresh: u32,
    /// PUBLISHED, or where unpublished work was asked for also SUBMITTED or MODERATED. Of several predecessors, that of
    /// the one which has come least far.
    stage: Stage,
    /// Made up by the demonstration, and reported by nobody; at least in part where predecessors are shown.
    synthetic: bool,
}

/// One predecessor in a point.
#[derive(SimpleObject)]
pub struct PointPart {
    /// The predecessor.
    organisation: Organisation,
    /// The share of its population that went over to the system, 0 to 1; null where it is not known.
    share: Option<f64>,
    /// Its own elements together; null where it published nothing in the round.
    roll_up: Option<RollUp>,
    /// Its elements that were rated in this round, and not carried forward; null where it published nothing.
    assessed_afresh: Option<u32>,
    /// PUBLISHED, or where unpublished work was asked for also SUBMITTED or MODERATED; null where it published nothing.
    stage: Option<Stage>,
}

/// From one level to another. A range and no average: nothing is claimed of what lies between.
#[derive(SimpleObject)]
pub struct LevelRange {
    /// The lowest median of any predecessor.
    lowest: Level,
    /// The highest median of any predecessor.
    highest: Level,
}

impl Progression {
    pub(super) fn of(lens: &Lens, organisation: OrganisationId, question: &Question) -> Self {
        let found = Arc::new(progression::progression(lens, organisation, question));
        let edition = found.lines.first().map(|line| line.edition.clone());
        let mut figures =
            found.lines.iter().flat_map(|line| &line.points).flat_map(progression::Point::figures);
        let synthetic = figures.any(|figure| figure.synthetic);
        let include = question.scope.include;
        let citation = edition
            .as_ref()
            .and_then(|edition| Citation::of(lens, edition, "progression of a system", synthetic, include));
        Self {
            resolved_as_of: AsOfUsed::of(lens),
            citation,
            scale: edition.as_ref().and_then(Scale::of),
            synthetic,
            breaks: Break::all(lens, found.breaks.clone()),
            successors: System { lens: lens.clone(), id: organisation }.took_over(),
            lens: lens.clone(),
            found,
        }
    }

    fn lines_of(&self) -> Result<Vec<Line>, Error> {
        self.found.lines.iter().map(|line| Line::of(&self.lens, line)).collect()
    }
}

impl Line {
    fn of(lens: &Lens, line: &progression::Line) -> Result<Self, Error> {
        let points = line.points.iter().map(|point| Point::of(lens, point));
        Ok(Self {
            points: points.collect::<Result<_, Error>>()?,
            movement: Movement { edition: line.edition.clone(), movement: line.movement.clone() },
            trend: line.trend.clone().map(Trend),
            subject: Subject::new(line.edition.clone(), line.subject),
        })
    }
}

impl Point {
    fn of(lens: &Lens, point: &progression::Point) -> Result<Self, Error> {
        let edition = &point.edition;
        let range = point.range().map(|(lowest, highest)| LevelRange {
            lowest: Level::new(edition, lowest),
            highest: Level::new(edition, highest),
        });
        let figures = point.figures();
        let stage = figures.iter().map(|figure| figure.stage).min();
        let none = || Error::Internal(format!("{} shows a point without figures", point.round.id));
        let roll_up = match &point.shown {
            Shown::Own(figure) => Some(rolled_up(edition, figure)),
            Shown::Predecessors(_) => None,
        };
        Ok(Self {
            on: Date(point.on),
            round: Round::new(lens, point.round.clone())?,
            organisations: PointPart::all(lens, point)?,
            roll_up,
            range,
            assessed_afresh: figures.iter().map(|figure| figure.assessed_afresh).sum(),
            stage: stage.ok_or_else(none)?.into(),
            synthetic: figures.iter().any(|figure| figure.synthetic),
        })
    }
}

impl PointPart {
    /// None in an organisation's own point.
    pub(super) fn all(lens: &Lens, point: &progression::Point) -> Result<Option<Vec<Self>>, Error> {
        let Shown::Predecessors(parts) = &point.shown else { return Ok(None) };
        parts.iter().map(|part| Self::of(lens, &point.edition, part)).collect::<Result<_, _>>().map(Some)
    }

    fn of(lens: &Lens, edition: &Arc<Edition>, part: &progression::Part) -> Result<Self, Error> {
        let gone = || Error::Internal(format!("{} is gone from the history", part.organisation));
        let figure = part.figure.as_ref();
        Ok(Self {
            organisation: Organisation::new(lens, part.organisation).ok_or_else(gone)?,
            share: part.share,
            roll_up: figure.map(|figure| rolled_up(edition, figure)),
            assessed_afresh: figure.map(|figure| figure.assessed_afresh),
            stage: figure.map(|figure| figure.stage.into()),
        })
    }
}

fn rolled_up(edition: &Arc<Edition>, figure: &Figure) -> RollUp {
    RollUp { edition: edition.clone(), roll_up: figure.roll_up.clone() }
}

plain_struct!(Line { subject: Subject, points: Vec<Point>, movement: Movement, trend: Option<Trend> });
plain_struct!(Point {
    on: Date,
    round: Round,
    organisations: Option<Vec<PointPart>>,
    roll_up: Option<RollUp>,
    range: Option<LevelRange>,
    assessed_afresh: u32,
    stage: Stage,
    synthetic: bool,
});
plain_struct!(PointPart {
    organisation: Organisation,
    share: Option<f64>,
    roll_up: Option<RollUp>,
    assessed_afresh: Option<u32>,
    stage: Option<Stage>,
});
plain_struct!(LevelRange { lowest: Level, highest: Level });
