//! Series: what an organisation published over time, and from where on its points can be compared.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::boundary::Boundaries;
use crate::breaks::Break;
use crate::comparable::{Comparable, afresh_from};
use crate::crosswalk::Equals;
use crate::framework::{Edition, FrameworkKind, Subject};
use crate::id::{EditionId, FrameworkId, OrganisationId};
use crate::lens::Lens;
use crate::movement::{Movement, Snapshot, movement};
use crate::publication::{Basis, Include, Publication};
use crate::round::Round;
use crate::sentence::plain;
use crate::trend::Trend;

/// Which points a series has, and whose judgement they show.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    pub framework: FrameworkId,
    pub basis: Basis,
    pub include: Include,
    pub boundaries: Boundaries,
    /// The first day that is shown.
    pub from: Option<NaiveDate>,
}

#[derive(Clone, Debug)]
pub struct Series {
    /// Of the organisation itself, in order of reference date.
    pub publications: Vec<Publication>,
    /// Rounds of the days before it opened, in order of reference date, with what its predecessors published in them.
    pub earlier: Vec<Earlier>,
    pub breaks: Vec<Break>,
    /// Its own points after the last break, which alone are compared; none where it has no points.
    comparable: Option<Comparable>,
    /// What leads to the latest edition from each other one that a crosswalk leads from.
    equals: BTreeMap<EditionId, Arc<Equals>>,
    opened: Option<NaiveDate>,
}

/// A round of the days before an organisation opened.
#[derive(Clone, Debug)]
pub struct Earlier {
    pub round: Arc<Round>,
    pub edition: Arc<Edition>,
    /// Every predecessor that was open, by name; at least one has published.
    pub predecessors: Vec<EarlierPart>,
}

#[derive(Clone, Debug)]
pub struct EarlierPart {
    pub organisation: OrganisationId,
    /// The share of its population that went over, 0 to 1; none where it is not known.
    pub share: Option<f64>,
    /// None where it published nothing in the round.
    pub publication: Option<Publication>,
}

impl Series {
    pub fn of(lens: &Lens, organisation: OrganisationId, scope: &Scope) -> Self {
        let publications = lens.publications_from(organisation, scope.framework, scope.include, scope.from);
        Self::of_publications(lens, organisation, publications, scope)
    }

    /// Of those assessments of the organisation that are to be shown, in order of reference date.
    pub fn of_publications(
        lens: &Lens,
        organisation: OrganisationId,
        mut publications: Vec<Publication>,
        scope: &Scope,
    ) -> Self {
        let is_shown = |reference| scope.from.is_none_or(|from| reference >= from);
        publications.retain(|publication| is_shown(publication.round.dates.reference));
        let mut earlier = match scope.boundaries {
            Boundaries::AsReported => Vec::new(),
            Boundaries::WithPredecessors => lens.earlier(organisation, scope),
        };
        earlier.retain(|earlier| is_shown(earlier.round.dates.reference));
        let before = earlier.iter().map(|earlier| (earlier.round.dates.reference, &earlier.edition));
        let own = publications.iter().map(|own| (own.round.dates.reference, &own.edition));
        let breaks = lens.breaks(organisation, &before.chain(own).collect::<Vec<_>>());
        let equals = lens.all_equals(&publications, &earlier);
        let comparable = publications.last().map(|last| {
            let latest = &last.edition;
            let is_compared = |edition: EditionId| edition == latest.id || equals.contains_key(&edition);
            let compared = publications.iter().filter(|publication| is_compared(publication.edition.id));
            let points = compared.map(|publication| {
                (snapshot(publication, scope.basis), equals.get(&publication.edition.id).cloned())
            });
            Comparable::of(latest, points, &breaks)
        });
        let opened = lens.organisation(organisation).and_then(|known| known.life(lens.moment().position));
        Self { publications, earlier, breaks, comparable, equals, opened: opened.map(|(first, _)| first) }
    }

    /// The latest edition of which it shows anything.
    pub fn edition(&self) -> Option<&Arc<Edition>> {
        let own = self.publications.last().map(|publication| &publication.edition);
        own.or_else(|| self.earlier.last().map(|earlier| &earlier.edition))
    }

    /// To the last point, from the last on or before `since`, or from the point before the last. The first point after the
    /// day would be no answer: some organisations would be told over a year and others over three months.
    pub fn movement(&self, subject: Subject, since: Option<NaiveDate>) -> Movement {
        let elements = self.edition().map_or(0..0, |edition| edition.elements_of(subject));
        let Some(comparable) = &self.comparable else {
            return Movement { afresh_from: afresh_from(&self.breaks), ..movement(&[], None, elements) };
        };
        let moved = comparable.movement(elements, since);
        let because = since.filter(|_| moved.since.is_none());
        let because = because.map(|since| self.without_start(comparable, since, moved.afresh_from));
        Movement { because, ..moved }
    }

    /// Why no point can be compared with the last one, where movement since a day is asked for.
    fn without_start(
        &self,
        comparable: &Comparable,
        since: NaiveDate,
        afresh_from: Option<NaiveDate>,
    ) -> String {
        let day = plain(since);
        let after = |on: &NaiveDate| *on > since;
        let opened = self.opened.filter(after);
        let broken = afresh_from.filter(after);
        if comparable.last().is_some_and(|last| last.on <= since) {
            format!("Nothing has been published that describes a day after {day}.")
        } else if let Some(opened) = opened {
            format!("It opened on {}: on {day} there was nothing of its own to compare with.", plain(opened))
        } else if let Some(broken) = broken {
            format!("What was published by {day} is not compared: there is a break on {}.", plain(broken))
        } else {
            format!("Nothing was published that describes a day up to {day}.")
        }
    }

    /// None for a checklist.
    pub fn trend(&self, subject: Subject) -> Option<Trend> {
        let edition = self.edition().filter(|edition| edition.definition.kind != FrameworkKind::Checklist)?;
        let none = || Trend::of(&[], edition.elements_of(subject), matches!(subject, Subject::Element(_)));
        Some(self.comparable.as_ref().map_or_else(none, |comparable| comparable.trend(subject)))
    }

    /// The subject of an edition of the series that stands in the line of one of its latest.
    pub(crate) fn corresponding(&self, subject: Subject, edition: &Edition) -> Option<Subject> {
        match (subject, self.equals.get(&edition.id)) {
            (Subject::Element(element), Some(equals)) => equals.shown(element).map(Subject::Element),
            _ => self.edition()?.corresponding(subject, edition),
        }
    }

    /// The verdict as it would be in an edition that nobody has rated yet. None for a checklist.
    pub(crate) fn trend_in(
        &self,
        edition: &Arc<Edition>,
        equals: &Equals,
        subject: Subject,
    ) -> Option<Trend> {
        let comparable =
            self.comparable.as_ref().filter(|_| edition.definition.kind != FrameworkKind::Checklist)?;
        Some(comparable.in_edition(edition, equals).trend(subject))
    }
}

fn snapshot(publication: &Publication, basis: Basis) -> Snapshot {
    let values = publication.marks(basis).iter().map(|mark| Some((mark.value()?, mark.basis())));
    Snapshot { on: publication.round.dates.reference, values: values.collect() }
}

impl Lens {
    /// From each edition of a series to its latest one.
    fn all_equals(&self, own: &[Publication], earlier: &[Earlier]) -> BTreeMap<EditionId, Arc<Equals>> {
        let own = own.iter().map(|publication| &publication.edition);
        let editions: Vec<_> = earlier.iter().map(|earlier| &earlier.edition).chain(own).collect();
        let Some(latest) = editions.last() else { return BTreeMap::new() };
        let mut equals = BTreeMap::new();
        for edition in editions.iter().filter(|edition| edition.id != latest.id) {
            if !equals.contains_key(&edition.id) {
                equals.extend(self.equals(edition, latest).map(|found| (edition.id, Arc::new(found))));
            }
        }
        equals
    }

    /// The rounds of the days before an organisation opened in which a predecessor published.
    fn earlier(&self, organisation: OrganisationId, scope: &Scope) -> Vec<Earlier> {
        let known = self.organisation(organisation);
        let Some((opened, _)) = known.and_then(|known| known.life(self.moment().position)) else {
            return Vec::new();
        };
        let predecessors = self.predecessors(organisation);
        let mut rounds: BTreeMap<_, (Arc<Round>, Arc<Edition>, Vec<Publication>)> = BTreeMap::new();
        for predecessor in &predecessors {
            for publication in self.publications(predecessor.organisation, scope.framework, scope.include) {
                let (reference, round) = (publication.round.dates.reference, publication.round.id);
                if reference < predecessor.until.min(opened) {
                    let entry = rounds.entry((reference, round));
                    let (round, edition) = (publication.round.clone(), publication.edition.clone());
                    entry.or_insert((round, edition, Vec::new())).2.push(publication);
                }
            }
        }
        let earlier = rounds.into_values().map(|(round, edition, publications)| {
            let moment = self.on(Some(round.dates.reference));
            let mut parts: Vec<_> = predecessors
                .iter()
                .filter(|predecessor| moment.on < predecessor.until)
                .filter_map(|predecessor| {
                    let own = |of: &&Publication| of.organisation == predecessor.organisation;
                    let publication = publications.iter().find(own).cloned();
                    let body = self.organisation(predecessor.organisation)?;
                    let part = EarlierPart { organisation: body.id, share: predecessor.share, publication };
                    let stood = part.publication.is_some() || body.is_open(moment);
                    stood.then(|| (body.name(moment).to_owned(), part))
                })
                .collect();
            parts.sort_by(|(one, _), (other, _)| one.cmp(other));
            Earlier { round, edition, predecessors: parts.into_iter().map(|(_, part)| part).collect() }
        });
        earlier.collect()
    }
}
