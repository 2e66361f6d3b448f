//! Series: what an organisation published over time, and from where on its points can be compared.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::boundary::Boundaries;
use crate::breaks::Break;
use crate::framework::{Edition, FrameworkKind, Subject};
use crate::id::{FrameworkId, OrganisationId};
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
    /// Its own points after the last break, which alone are compared.
    comparable: Vec<Snapshot>,
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
        let comparable = comparable(&publications, &breaks, scope.basis);
        let opened = lens.organisation(organisation).and_then(|known| known.life(lens.moment().position));
        Self { publications, earlier, breaks, comparable, opened: opened.map(|(first, _)| first) }
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
        let from = compared_from(&self.comparable, since);
        let afresh_from = self.breaks.last().map(|last| last.on);
        let because = since.filter(|_| from.is_none()).and_then(|since| self.without_start(since));
        Movement { afresh_from, because, ..movement(&self.comparable, from, elements) }
    }

    /// Why no point can be compared with the last one, where movement since a day is asked for.
    fn without_start(&self, since: NaiveDate) -> Option<String> {
        let day = plain(since);
        let after = |on: &NaiveDate| *on > since;
        let opened = self.opened.filter(after);
        let broken = self.breaks.last().map(|last| last.on).filter(after);
        Some(if self.comparable.last()?.on <= since {
            format!("Nothing has been published that describes a day after {day}.")
        } else if let Some(opened) = opened {
            format!("It opened on {}: on {day} there was nothing of its own to compare with.", plain(opened))
        } else if let Some(broken) = broken {
            format!("What was published by {day} is not compared: there is a break on {}.", plain(broken))
        } else {
            format!("Nothing was published that describes a day up to {day}.")
        })
    }

    /// None for a checklist.
    pub fn trend(&self, subject: Subject) -> Option<Trend> {
        let edition = self.edition().filter(|edition| edition.definition.kind != FrameworkKind::Checklist)?;
        let is_single = matches!(subject, Subject::Element(_));
        Some(Trend::of(&self.comparable, edition.elements_of(subject), is_single))
    }
}

/// Elements of different editions do not match, and organisations of different boundaries are not the same.
fn comparable(publications: &[Publication], breaks: &[Break], basis: Basis) -> Vec<Snapshot> {
    let afresh_from = breaks.last().map(|last| last.on);
    let edition = publications.last().map(|last| last.edition.id);
    let comparable = publications.iter().filter(|publication| {
        Some(publication.edition.id) == edition
            && afresh_from.is_none_or(|from| publication.round.dates.reference >= from)
    });
    comparable.map(|publication| snapshot(publication, basis)).collect()
}

fn snapshot(publication: &Publication, basis: Basis) -> Snapshot {
    let values = publication.marks(basis).iter().map(|mark| Some((mark.value()?, mark.basis())));
    Snapshot { on: publication.round.dates.reference, values: values.collect() }
}

fn compared_from(series: &[Snapshot], since: Option<NaiveDate>) -> Option<usize> {
    let last = series.len().checked_sub(1)?;
    match since {
        None => last.checked_sub(1),
        Some(since) => {
            let reached = series.iter().rposition(|point| point.on <= since)?;
            (reached < last).then_some(reached)
        }
    }
}

impl Lens {
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
