//! Distributions: how many systems stand at each level, and of how many. Made of published assessments only.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::framework::{Edition, Grain, Subject};
use crate::id::{FrameworkId, OrganisationId, RoundId};
use crate::lens::Lens;
use crate::level::Rank;
use crate::organisation::{Organisation, OrganisationKind, Scheme};
use crate::publication::{Basis, Include, Publication};
use crate::roll_up::Counts;
use crate::round::Round;
use crate::survey::{BadQuestion, Measure};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// A region; England where absent.
    pub area: Option<OrganisationId>,
    /// How many systems stand at each level, from rank 1 up.
    pub counts: Vec<u32>,
    /// Systems that are open in the area.
    pub of: u32,
    /// Those of them that have no level.
    pub without: u32,
}

impl Distribution {
    /// `levels` is the length of the scale; one value a system.
    pub fn of(
        area: Option<OrganisationId>,
        levels: usize,
        values: impl IntoIterator<Item = Option<Rank>>,
    ) -> Self {
        let mut distribution = Self { area, counts: vec![0; levels], of: 0, without: 0 };
        for value in values {
            distribution.of += 1;
            match value {
                Some(rank) => distribution.counts[rank.index()] += 1,
                None => distribution.without += 1,
            }
        }
        distribution
    }

    /// For England, and for each of these regions. `values`: the region of each system, and its value.
    pub(crate) fn by_area(
        edition: &Edition,
        regions: &[OrganisationId],
        values: &[(Option<OrganisationId>, Option<Rank>)],
    ) -> Vec<Self> {
        let levels = edition.definition.scale.as_ref().map_or(0, |scale| scale.levels.len());
        let of = |area: Option<OrganisationId>| {
            let inside = values.iter().filter(|(region, _)| area.is_none() || *region == area);
            Self::of(area, levels, inside.map(|(_, value)| *value))
        };
        std::iter::once(None).chain(regions.iter().copied().map(Some)).map(of).collect()
    }
}

/// What to show over time.
#[derive(Clone, Debug)]
pub struct Question {
    pub framework: FrameworkId,
    pub grain: Grain,
    /// Keys of subjects of this grain; all of them where absent.
    pub subjects: Option<Vec<String>>,
    /// ODS codes of regions, beside England; all of them where absent.
    pub regions: Option<Vec<String>>,
    /// The first reference date that is shown.
    pub from: Option<NaiveDate>,
    pub measure: Measure,
    pub basis: Basis,
}

/// For each subject and area, in every round how many systems stood at each level.
#[derive(Debug)]
pub struct Distributions {
    pub edition: Arc<Edition>,
    pub subjects: Vec<Subject>,
    /// England, then the regions by name.
    pub areas: Vec<Option<OrganisationId>>,
    /// In order of reference date.
    pub rounds: Vec<Counted>,
    pub synthetic: bool,
}

/// One round as it was published.
#[derive(Debug)]
pub struct Counted {
    pub round: Arc<Round>,
    pub edition: Arc<Edition>,
    /// By subject, then by area. None where the edition of the round has no such subject.
    tallies: Vec<Option<Vec<Tally>>>,
}

/// How many systems stand at each level, and of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    pub counts: Counts,
    /// Systems that are open in the area.
    pub of: u32,
    /// Those of them that have no level.
    pub without: u32,
}

impl Tally {
    fn add(&mut self, level: Option<Rank>) {
        self.of += 1;
        match level {
            Some(rank) => self.counts[rank.index()] += 1,
            None => self.without += 1,
        }
    }
}

impl Counted {
    /// Of a subject in an area, by their places. None where the edition of the round has no such subject.
    pub fn tally(&self, subject: usize, area: usize) -> Option<&Tally> {
        self.tallies[subject].as_ref().map(|areas| &areas[area])
    }
}

/// None where the framework has no edition that the lens sees.
pub fn distributions(lens: &Lens, question: &Question) -> Result<Option<Distributions>, BadQuestion> {
    let systems = lens.organisations(OrganisationKind::System, lens.moment());
    let ids = systems.iter().map(|system| system.id);
    let Some(edition) = lens.shown_edition(question.framework, ids) else { return Ok(None) };
    let subjects = wanted_subjects(&edition, question)?;
    let regions = wanted_regions(lens, question.regions.as_deref())?;
    let areas: Vec<_> = std::iter::once(None).chain(regions.into_iter().map(Some)).collect();
    let published = published(lens, question, &systems);
    let none = vec![None; systems.len()];
    let rounds = lens.rounds_between(question.from, Some(lens.moment().on));
    let mut synthetic = false;
    let counted = rounds.filter(|round| round.framework == question.framework).filter_map(|round| {
        let then = lens.on(Some(round.dates.reference));
        let published = published.get(&round.id).unwrap_or(&none).iter().zip(&systems);
        let open = published.filter(|(_, system)| system.is_open(then));
        let place = |region: Option<OrganisationId>| {
            region.and_then(|region| areas.iter().position(|area| *area == Some(region)))
        };
        let open: Vec<_> =
            open.map(|(published, system)| (place(system.region(then)), published.as_ref())).collect();
        synthetic |= open.iter().any(|(_, published)| published.is_some_and(|published| published.synthetic));
        let of = lens.edition(round.edition)?;
        let tallies = subjects.iter().map(|subject| {
            let own = edition.corresponding(*subject, &of)?;
            Some(tally(&of, own, &open, areas.len(), question))
        });
        Some(Counted { tallies: tallies.collect(), round: round.clone(), edition: of })
    });
    let counted = counted.collect();
    Ok(Some(Distributions { edition, subjects, areas, rounds: counted, synthetic }))
}

/// What each system published in each round, in the order of the systems.
fn published(
    lens: &Lens,
    question: &Question,
    systems: &[&Organisation],
) -> HashMap<RoundId, Vec<Option<Publication>>> {
    let mut by_round = HashMap::new();
    for (place, system) in systems.iter().enumerate() {
        let (framework, from) = (question.framework, question.from);
        for published in lens.publications_from(system.id, framework, Include::Published, from) {
            let round = by_round.entry(published.round.id).or_insert_with(|| vec![None; systems.len()]);
            round[place] = Some(published);
        }
    }
    by_round
}

/// By area. `open`: the place of the area of each system, and what it published.
fn tally(
    edition: &Edition,
    subject: Subject,
    open: &[(Option<usize>, Option<&Publication>)],
    areas: usize,
    question: &Question,
) -> Vec<Tally> {
    let levels = edition.definition.scale.as_ref().map_or(0, |scale| scale.levels.len());
    let mut tallies = vec![Tally { counts: Counts::none(levels), of: 0, without: 0 }; areas];
    for (area, published) in open {
        let level = |of: &Publication| of.level(edition, subject, question.measure, question.basis);
        let level = published.and_then(level);
        tallies[0].add(level);
        if let Some(area) = area {
            tallies[*area].add(level);
        }
    }
    tallies
}

fn wanted_subjects(edition: &Edition, question: &Question) -> Result<Vec<Subject>, BadQuestion> {
    let mut subjects = edition.subjects(question.grain);
    if let Some(keys) = &question.subjects {
        let is_there = |key: &&String| !subjects.iter().any(|subject| edition.subject_key(*subject) == **key);
        if let Some(key) = keys.iter().find(is_there) {
            return Err(BadQuestion(format!("no subject of this grain has the key \"{key}\"")));
        }
        subjects.retain(|subject| keys.iter().any(|key| key == edition.subject_key(*subject)));
    }
    if subjects.iter().any(|subject| !question.measure.applies(edition, *subject)) {
        return Err(BadQuestion(
            "a checklist has no median: ask for LOWEST, or for grain ELEMENT".to_owned(),
        ));
    }
    Ok(subjects)
}

/// By name.
fn wanted_regions(lens: &Lens, codes: Option<&[String]>) -> Result<Vec<OrganisationId>, BadQuestion> {
    let open = lens.open_regions();
    let code = |region: &Organisation| region.code(Scheme::Ods, lens.moment()).unwrap_or_default().to_owned();
    let known: Vec<String> = open.iter().map(|region| code(region)).collect();
    if let Some(stray) = codes.into_iter().flatten().find(|wanted| !known.contains(wanted)) {
        return Err(BadQuestion(format!("no region is open with the code \"{stray}\"")));
    }
    let wanted = open.iter().zip(known).filter(|(_, code)| codes.is_none_or(|codes| codes.contains(code)));
    Ok(wanted.map(|(region, _)| region.id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_system_is_counted_once_in_any_order(
            mut values in prop::collection::vec(prop::option::of(0..4_usize), 0..50)
        ) {
            let of = |values: &[Option<usize>]| {
                Distribution::of(None, 4, values.iter().map(|value| value.map(Rank::at)))
            };
            let distribution = of(&values);
            prop_assert_eq!(distribution.of as usize, values.len());
            prop_assert_eq!(distribution.counts.iter().sum::<u32>() + distribution.without, distribution.of);
            for (i, count) in distribution.counts.iter().enumerate() {
                prop_assert_eq!(*count as usize, values.iter().filter(|value| **value == Some(i)).count());
            }
            values.reverse();
            prop_assert_eq!(of(&values), distribution);
        }
    }
}
