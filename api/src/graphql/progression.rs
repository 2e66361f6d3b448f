//! Progression: lines of points, and movement in words.

use async_graphql::{Result, SimpleObject};
use domain::id::OrganisationId;
use domain::lens::Lens;
use domain::progression::{self, Question};

use super::as_of::AsOfUsed;
use super::assessment::Stage;
use super::level::Scale;
use super::movement::Movement;
use super::roll_up::RollUp;
use super::round::Round;
use super::scalar::Date;
use super::subject::Subject;
use crate::error::Error;

/// How a system has moved.
#[derive(SimpleObject)]
pub struct Progression {
    /// The moment that this was made for.
    resolved_as_of: AsOfUsed,
    /// The scale of the latest edition, for a legend; null where nothing is published.
    scale: Option<Scale>,
    /// Whether any point of it was made up by the demonstration, and reported by nobody.
    synthetic: bool,
    /// One line a subject, in the order of the edition; empty where nothing is published.
    lines: Vec<Line>,
}

/// One subject over time.
#[derive(SimpleObject)]
pub struct Line {
    /// What the line is about.
    subject: Subject,
    /// One point a published assessment, in order of reference date. Rounds without one have no point.
    points: Vec<Point>,
    /// How the subject moved between two points.
    movement: Movement,
}

/// One subject in one published assessment.
#[derive(SimpleObject)]
pub struct Point {
    /// The reference date of the round.
    on: Date,
    /// The round that the values come from.
    round: Round,
    /// The elements of the subject together.
    roll_up: RollUp,
    /// Elements that were rated in this round, and not carried forward.
    assessed_afresh: u32,
    /// PUBLISHED, or where unpublished work was asked for also SUBMITTED or MODERATED.
    stage: Stage,
    /// Made up by the demonstration, and reported by nobody.
    synthetic: bool,
}

impl Progression {
    pub(super) fn of(lens: &Lens, organisation: OrganisationId, question: &Question) -> Result<Self, Error> {
        let lines = progression::progression(lens, organisation, question);
        let edition = lines.first().map(|line| line.edition.clone());
        let scale = edition.filter(|edition| edition.definition.scale.is_some()).map(Scale);
        let synthetic = lines.iter().flat_map(|line| &line.points).any(|point| point.synthetic);
        let lines = lines.into_iter().map(|line| Line::of(lens, line)).collect::<Result<_, Error>>()?;
        Ok(Self { resolved_as_of: AsOfUsed::of(lens), scale, synthetic, lines })
    }
}

impl Line {
    fn of(lens: &Lens, line: progression::Line) -> Result<Self, Error> {
        let point = |point: progression::Point| {
            Ok(Point {
                on: Date(point.on),
                round: Round::new(lens, point.round)?,
                roll_up: RollUp { edition: point.edition, roll_up: point.roll_up },
                assessed_afresh: point.assessed_afresh,
                stage: point.stage.into(),
                synthetic: point.synthetic,
            })
        };
        Ok(Self {
            points: line.points.into_iter().map(point).collect::<Result<_, Error>>()?,
            movement: Movement { edition: line.edition.clone(), movement: line.movement },
            subject: Subject::new(line.edition, line.subject),
        })
    }
}
