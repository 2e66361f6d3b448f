//! The index that figures are read from: what each organisation published of each framework.

use chrono::NaiveDate;

use super::chunked::Chunked;
use super::record::Record;
use crate::id::{AssessmentId, FrameworkId, OrganisationId};
use crate::ledger::Position;
use crate::publication::Publication;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Figures {
    series: Chunked<(OrganisationId, FrameworkId), Series>,
}

/// In order of reference date, assessment and position: a correction stands behind what it corrects.
type Series = Chunked<(NaiveDate, AssessmentId, Position), Version>;

#[derive(Clone, Debug, PartialEq)]
struct Version {
    publication: Publication,
    /// The position from which on it is corrected or retracted.
    until: Option<Position>,
}

impl Figures {
    /// From its position on.
    pub(super) fn add(&mut self, publication: Publication) {
        let (of, (reference, assessment)) = publication.record().place();
        let position = publication.position();
        let series = self.series.entry(&of);
        hide(series, (reference, assessment), position);
        series.insert((reference, assessment, position), Version { publication, until: None });
    }

    /// From a position on, what an assessment had published by then.
    pub(super) fn hide(&mut self, record: &Record, at: Position) {
        let (of, place) = record.place();
        hide(self.series.entry(&of), place, at);
    }

    /// Those with a reference date from the first to the last day, as known at a position.
    pub(crate) fn between(
        &self,
        (organisation, framework): (OrganisationId, FrameworkId),
        (first, last): (NaiveDate, NaiveDate),
        at: Position,
    ) -> impl DoubleEndedIterator<Item = &Publication> {
        let series = self.series.get(&(organisation, framework));
        let found =
            series.map(|series| series.range(move |key, _| key.0 < first, move |key, _| key.0 <= last));
        let known = found.into_iter().flatten().filter(move |((.., position), version)| {
            *position <= at && version.until.is_none_or(|until| at < until)
        });
        known.map(|(_, version)| &version.publication)
    }

    /// What one assessment published, as known at a position.
    pub(crate) fn of_record(&self, record: &Record, at: Position) -> Option<&Publication> {
        let (of, (reference, assessment)) = record.place();
        let mut published = self.between(of, (reference, reference), at);
        published.find(|publication| publication.assessment == assessment)
    }
}

fn hide(series: &mut Series, (reference, assessment): (NaiveDate, AssessmentId), at: Position) {
    let place = |key: &(NaiveDate, AssessmentId, Position)| (key.0, key.1);
    let own = (reference, assessment);
    let last = series.range(|key, _| place(key) < own, |key, _| place(key) <= own).next_back();
    if let Some(key) = last.map(|(key, _)| *key)
        && let Some(version) = series.get_mut(&key)
    {
        version.until.get_or_insert(at);
    }
}
