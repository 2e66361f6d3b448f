//! Progression: one line per subject, one point per published assessment, how it moved and whether that is a trend.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::assessment::Stage;
use crate::breaks::Break;
use crate::framework::{Edition, Grain, Subject};
use crate::id::OrganisationId;
use crate::lens::Lens;
use crate::level::Rank;
use crate::movement::Movement;
use crate::publication::{Basis, Publication};
use crate::roll_up::RollUp;
use crate::round::Round;
use crate::series::{Earlier, Scope, Series};
use crate::trend::Trend;

/// What to show.
#[derive(Clone, Debug)]
pub struct Question {
    pub scope: Scope,
    pub grain: Grain,
    /// Keys of subjects of this grain; all of them where absent.
    pub subjects: Option<Vec<String>>,
    /// Movement is told from the last comparable point on or before this day; from the point before the last where absent.
    pub since: Option<NaiveDate>,
}

#[derive(Clone, Debug)]
pub struct Progression {
    /// None where nothing is shown.
    pub lines: Vec<Line>,
    pub breaks: Vec<Break>,
}

#[derive(Clone, Debug)]
pub struct Line {
    /// The latest of those shown.
    pub edition: Arc<Edition>,
    pub subject: Subject,
    pub points: Vec<Point>,
    pub movement: Movement,
    /// None for a checklist.
    pub trend: Option<Trend>,
}

#[derive(Clone, Debug)]
pub struct Point {
    pub on: NaiveDate,
    pub round: Arc<Round>,
    pub edition: Arc<Edition>,
    pub shown: Shown,
}

/// Whose figures a point shows. Those of several bodies are never made into one.
#[derive(Clone, Debug)]
pub enum Shown {
    Own(Figure),
    Predecessors(Vec<Part>),
}

/// A subject in one assessment.
#[derive(Clone, Debug)]
pub struct Figure {
    pub roll_up: RollUp,
    /// Elements with a rating that was not carried forward.
    pub assessed_afresh: u32,
    pub stage: Stage,
    pub synthetic: bool,
}

/// One predecessor in a point.
#[derive(Clone, Debug)]
pub struct Part {
    pub organisation: OrganisationId,
    /// The share of its population that went over, 0 to 1; none where it is not known.
    pub share: Option<f64>,
    /// None where it published nothing in the round.
    pub figure: Option<Figure>,
}

impl Point {
    /// The figures of the point, one a body.
    pub fn figures(&self) -> Vec<&Figure> {
        match &self.shown {
            Shown::Own(figure) => vec![figure],
            Shown::Predecessors(parts) => parts.iter().filter_map(|part| part.figure.as_ref()).collect(),
        }
    }

    /// The lowest and the highest of the predecessors' medians. None for an organisation's own point, and where no
    /// predecessor has a median.
    pub fn range(&self) -> Option<(Rank, Rank)> {
        let Shown::Predecessors(_) = self.shown else { return None };
        let medians: Vec<_> = self.figures().iter().filter_map(|figure| figure.roll_up.median()).collect();
        medians.iter().min().copied().zip(medians.iter().max().copied())
    }
}

/// The lines of an organisation; none where nothing is shown.
pub fn progression(lens: &Lens, organisation: OrganisationId, question: &Question) -> Progression {
    let series = Series::of(lens, organisation, &question.scope);
    let Some(latest) = series.edition() else { return Progression { lines: Vec::new(), breaks: Vec::new() } };
    let basis = question.scope.basis;
    let wanted = |subject: &Subject| {
        let keys = question.subjects.as_ref();
        keys.is_none_or(|keys| keys.iter().any(|key| key == latest.subject_key(*subject)))
    };
    let points = |subject| {
        let series = &series;
        let earlier = series.earlier.iter().filter_map(move |round| {
            Some(of_predecessors(round, series.corresponding(subject, &round.edition)?, basis))
        });
        let own = series
            .publications
            .iter()
            .filter_map(move |own| Some(point(own, series.corresponding(subject, &own.edition)?, basis)));
        earlier.chain(own).collect()
    };
    let line = |subject| Line {
        points: points(subject),
        movement: series.movement(subject, question.since),
        trend: series.trend(subject),
        edition: latest.clone(),
        subject,
    };
    let lines = latest.subjects(question.grain).into_iter().filter(wanted).map(line).collect();
    Progression { lines, breaks: series.breaks.clone() }
}

/// The roll-up of a subject of the publication's edition, on a day.
pub fn roll_up(publication: &Publication, subject: Subject, basis: Basis, on: NaiveDate) -> RollUp {
    let elements = publication.edition.elements_of(subject);
    let values = publication.marks(basis)[elements.clone()].iter().map(|mark| mark.value());
    RollUp::of_elements(&publication.edition, elements, values, on)
}

fn point(publication: &Publication, subject: Subject, basis: Basis) -> Point {
    Point {
        on: publication.round.dates.reference,
        round: publication.round.clone(),
        edition: publication.edition.clone(),
        shown: Shown::Own(figure(publication, subject, basis)),
    }
}

/// None where the edition of the round has no subject with this key.
pub(crate) fn earlier(earlier: &Earlier, latest: &Edition, subject: Subject, basis: Basis) -> Option<Point> {
    Some(of_predecessors(earlier, latest.corresponding(subject, &earlier.edition)?, basis))
}

fn of_predecessors(earlier: &Earlier, subject: Subject, basis: Basis) -> Point {
    let parts = earlier.predecessors.iter().map(|part| Part {
        organisation: part.organisation,
        share: part.share,
        figure: part.publication.as_ref().map(|publication| figure(publication, subject, basis)),
    });
    Point {
        on: earlier.round.dates.reference,
        round: earlier.round.clone(),
        edition: earlier.edition.clone(),
        shown: Shown::Predecessors(parts.collect()),
    }
}

fn figure(publication: &Publication, subject: Subject, basis: Basis) -> Figure {
    let elements = publication.edition.elements_of(subject);
    let afresh = publication.marks(basis)[elements].iter().filter(|mark| mark.is_afresh());
    Figure {
        roll_up: roll_up(publication, subject, basis, publication.round.dates.reference),
        assessed_afresh: u32::try_from(afresh.count()).expect("an edition has few elements"),
        stage: publication.stage,
        synthetic: publication.synthetic,
    }
}
