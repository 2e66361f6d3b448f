//! Distributions: how many systems stand at each level, and of how many. Made of published assessments only.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::framework::{Edition, Grain, Subject};
use crate::id::{FrameworkId, OrganisationId, RoundId};
use crate::lens::Lens;
use crate::level::Rank;
use crate::organisation::{Organisation, OrganisationKind, Scheme};
use crate::publication::{Basis, Include, Publication};
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

/// Lines of one point a round, in order of reference date.
#[derive(Clone, Debug)]
pub struct Distributions {
    pub edition: Arc<Edition>,
    pub lines: Vec<Line>,
    pub synthetic: bool,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub subject: Subject,
    pub area: Option<OrganisationId>,
    pub points: Vec<Point>,
}

#[derive(Clone, Debug)]
pub struct Point {
    pub round: Arc<Round>,
    pub edition: Arc<Edition>,
    pub distribution: Distribution,
}

/// One round as it was published: the region of each system that was open on its reference date, and what it published.
struct Collected<'a> {
    round: Arc<Round>,
    edition: Arc<Edition>,
    systems: Vec<(Option<OrganisationId>, Option<&'a Publication>)>,
}

/// None where the framework has no edition that the lens sees.
pub fn distributions(lens: &Lens, question: &Question) -> Result<Option<Distributions>, BadQuestion> {
    let all = lens.organisations(OrganisationKind::System, lens.moment()).into_iter();
    let all: Vec<_> = all
        .map(|system| (system, lens.publications(system.id, question.framework, Include::Published)))
        .collect();
    let published = all.iter().flat_map(|(_, publications)| publications);
    let Some(edition) = lens.shown_edition(question.framework, published) else { return Ok(None) };
    let subjects = wanted_subjects(&edition, question)?;
    let regions = wanted_regions(lens, question.regions.as_deref())?;
    let rounds = collected(lens, question, &all);
    let lines_of = |subject: &Subject| {
        let points = rounds.iter().filter_map(|round| round.points(&edition, *subject, &regions, question));
        let mut by_area: Vec<Line> = std::iter::once(None)
            .chain(regions.iter().copied().map(Some))
            .map(|area| Line { subject: *subject, area, points: Vec::new() })
            .collect();
        points
            .flatten()
            .enumerate()
            .for_each(|(i, point)| by_area[i % (regions.len() + 1)].points.push(point));
        by_area
    };
    let synthetic = rounds.iter().flat_map(|round| &round.systems);
    let synthetic =
        synthetic.filter_map(|(_, publication)| *publication).any(|published| published.synthetic);
    Ok(Some(Distributions { lines: subjects.iter().flat_map(lines_of).collect(), synthetic, edition }))
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

fn collected<'a>(
    lens: &Lens,
    question: &Question,
    all: &'a [(&Organisation, Vec<Publication>)],
) -> Vec<Collected<'a>> {
    let by_round: Vec<BTreeMap<RoundId, &Publication>> = (all.iter())
        .map(|(_, publications)| {
            publications.iter().map(|published| (published.round.id, published)).collect()
        })
        .collect();
    let mut rounds = lens.rounds();
    rounds.retain(|round| {
        let reference = round.dates.reference;
        round.framework == question.framework
            && reference <= lens.moment().on
            && question.from.is_none_or(|from| reference >= from)
    });
    let collected = |round: Arc<Round>| {
        let then = lens.on(Some(round.dates.reference));
        let systems = all.iter().zip(&by_round).filter(|((system, _), _)| system.is_open(then));
        let systems = systems
            .map(|((system, _), published)| (system.region(then), published.get(&round.id).copied()))
            .collect();
        Some(Collected { edition: lens.edition(round.edition)?, systems, round })
    };
    rounds.into_iter().filter_map(collected).collect()
}

impl Collected<'_> {
    /// One for England, and one a region; None where the edition of the round has no such subject.
    fn points(
        &self,
        shown: &Edition,
        subject: Subject,
        regions: &[OrganisationId],
        question: &Question,
    ) -> Option<Vec<Point>> {
        let own = shown.corresponding(subject, &self.edition)?;
        let level = |publication: &Publication| {
            publication.level(&self.edition, own, question.measure, question.basis)
        };
        let values: Vec<_> =
            self.systems.iter().map(|(region, published)| (*region, published.and_then(level))).collect();
        let points = Distribution::by_area(&self.edition, regions, &values).into_iter();
        let point =
            |distribution| Point { round: self.round.clone(), edition: self.edition.clone(), distribution };
        Some(points.map(point).collect())
    }
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
