//! Progression: one line per subject, one point per published assessment, and how it moved.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::assessment::Stage;
use crate::framework::{Edition, Grain, Subject};
use crate::id::{FrameworkId, OrganisationId};
use crate::lens::Lens;
use crate::movement::{Movement, Snapshot, movement};
use crate::publication::{Basis, Include, Publication};
use crate::rating::Value;
use crate::roll_up::RollUp;
use crate::round::Round;

/// What to show.
#[derive(Clone, Debug)]
pub struct Question {
    pub framework: FrameworkId,
    pub grain: Grain,
    /// Keys of subjects of this grain; all of them where absent.
    pub subjects: Option<Vec<String>>,
    /// The first day that is shown.
    pub from: Option<NaiveDate>,
    /// Movement is told from the last point on or before this day; from the point before the last where absent.
    pub since: Option<NaiveDate>,
    pub include: Include,
}

#[derive(Clone, Debug)]
pub struct Line {
    /// Of the latest edition that was published in.
    pub edition: Arc<Edition>,
    pub subject: Subject,
    pub points: Vec<Point>,
    pub movement: Movement,
}

#[derive(Clone, Debug)]
pub struct Point {
    pub on: NaiveDate,
    pub round: Arc<Round>,
    pub edition: Arc<Edition>,
    pub roll_up: RollUp,
    /// Elements with a rating that was not carried forward.
    pub assessed_afresh: u32,
    pub stage: Stage,
    pub synthetic: bool,
}

/// The lines of an organisation; none where it has published nothing.
pub fn progression(lens: &Lens, organisation: OrganisationId, question: &Question) -> Vec<Line> {
    let mut publications = lens.publications(organisation, question.framework, question.include);
    publications
        .retain(|publication| question.from.is_none_or(|from| publication.round.dates.reference >= from));
    let Some(latest) = publications.last().map(|publication| publication.edition.clone()) else {
        return Vec::new();
    };
    let wanted = |subject: &Subject| {
        let keys = question.subjects.as_ref();
        keys.is_none_or(|keys| keys.iter().any(|key| key == latest.subject_key(*subject)))
    };
    // Without a crosswalk, elements of different editions do not match: the latest run of one edition is compared.
    let of_latest = publications.iter().rposition(|publication| publication.edition.id != latest.id);
    let comparable = &publications[of_latest.map_or(0, |index| index + 1)..];
    let series: Vec<Snapshot> = comparable.iter().map(snapshot).collect();
    let from = compared_from(&series, question.since);
    latest
        .subjects(question.grain)
        .into_iter()
        .filter(wanted)
        .map(|subject| Line {
            points: publications
                .iter()
                .filter_map(|publication| point(publication, &latest, subject))
                .collect(),
            movement: movement(&series, from, latest.elements_of(subject)),
            edition: latest.clone(),
            subject,
        })
        .collect()
}

fn compared_from(series: &[Snapshot], since: Option<NaiveDate>) -> Option<usize> {
    let last = series.len().checked_sub(1)?;
    match since {
        None => last.checked_sub(1),
        Some(since) => {
            let reached = series.iter().rposition(|point| point.on <= since).unwrap_or(0);
            (reached < last).then_some(reached)
        }
    }
}

fn snapshot(publication: &Publication) -> Snapshot {
    let values =
        publication.ratings(Basis::Agreed).map(|rating| rating.map(|rating| (rating.value, rating.basis)));
    Snapshot { on: publication.round.dates.reference, values: values.collect() }
}

/// The roll-up of a subject in one publication.
pub fn roll_up(publication: &Publication, subject: Subject) -> RollUp {
    let elements = publication.edition.elements_of(subject);
    let levels = publication.edition.definition.scale.as_ref().map_or(0, |scale| scale.levels.len());
    RollUp::of(levels, publication.values(Basis::Agreed).skip(elements.start).take(elements.len()))
}

/// None where the edition of the publication has no subject with this key.
fn point(publication: &Publication, latest: &Edition, subject: Subject) -> Option<Point> {
    let edition = publication.edition.clone();
    let subject = if edition.id == latest.id {
        subject
    } else {
        let grain = match subject {
            Subject::Edition => Grain::Edition,
            Subject::Group(_) => Grain::Group,
            Subject::Theme(_) => Grain::Theme,
            Subject::Element(_) => Grain::Element,
        };
        let key = latest.subject_key(subject);
        edition.subjects(grain).into_iter().find(|other| edition.subject_key(*other) == key)?
    };
    let elements = edition.elements_of(subject);
    let ratings = publication.ratings(Basis::Agreed).skip(elements.start).take(elements.len()).flatten();
    let afresh = ratings.filter(|rating| rating.carried_from.is_none() && rating.value != Value::Cleared);
    Some(Point {
        on: publication.round.dates.reference,
        round: publication.round.clone(),
        roll_up: roll_up(publication, subject),
        assessed_afresh: u32::try_from(afresh.count()).expect("an edition has few elements"),
        stage: publication.stage,
        synthetic: publication.synthetic,
        edition,
    })
}
