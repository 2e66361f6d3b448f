//! What questions across systems have in common: the systems that are open, and the assessments that count for each.

use std::sync::Arc;

use crate::assessment::Stage;
use crate::framework::{Edition, FrameworkKind, Subject};
use crate::id::{FrameworkId, OrganisationId, RoundId};
use crate::lens::Lens;
use crate::level::Rank;
use crate::organisation::{Moment, Organisation, OrganisationKind};
use crate::progression::roll_up;
use crate::publication::{Basis, Include, Publication};
use crate::roll_up::RollUp;
use crate::round::Round;

/// A question that cannot be answered as it is put, in a sentence for whoever put it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadQuestion(pub String);

impl BadQuestion {
    pub(crate) fn no_level(key: &str) -> Self {
        Self(format!("the framework has no level with the key \"{key}\""))
    }

    pub(crate) fn no_subject(key: &str) -> Self {
        Self(format!("the framework has no group, theme or element with the key \"{key}\""))
    }
}

named! {
    /// One level that stands for the elements of a subject.
    pub enum Measure { Lowest = "LOWEST", Median = "MEDIAN" }
}

impl Measure {
    /// A checklist has no median: only its single deliverables have a level.
    pub fn applies(self, edition: &Edition, subject: Subject) -> bool {
        self == Self::Lowest
            || edition.definition.kind != FrameworkKind::Checklist
            || edition.elements_of(subject).len() == 1
    }

    pub fn of(self, roll_up: &RollUp) -> Option<Rank> {
        match self {
            Self::Median if roll_up.elements() > 1 => roll_up.median(),
            // The median of one element is its level.
            Self::Lowest | Self::Median => roll_up.lowest(),
        }
    }
}

/// One system and its assessments of a framework, in order of reference date.
#[derive(Clone, Debug)]
pub struct Surveyed<'a> {
    pub system: &'a Organisation,
    pub publications: Vec<Publication>,
}

impl Surveyed<'_> {
    /// The place of the assessment that counts: that of the round, else the latest.
    pub(crate) fn latest(&self, round: Option<RoundId>, published_only: bool) -> Option<usize> {
        self.publications.iter().rposition(|publication| {
            round.is_none_or(|round| publication.round.id == round)
                && (!published_only || publication.stage == Stage::Published)
        })
    }
}

/// Every system that is open on the day of the lens, by name.
#[derive(Clone, Debug)]
pub struct Survey<'a> {
    pub systems: Vec<Surveyed<'a>>,
    /// That all systems are shown by: the latest that was published in, else the latest there is.
    pub edition: Arc<Edition>,
}

impl<'a> Survey<'a> {
    /// None where the framework has no edition that the lens sees.
    pub fn of(lens: &'a Lens, framework: FrameworkId, include: Include) -> Option<Self> {
        let surveyed = |system: &'a Organisation| Surveyed {
            system,
            publications: lens.publications(system.id, framework, include),
        };
        let systems: Vec<_> = lens.open_systems(lens.moment()).into_iter().map(surveyed).collect();
        let published = systems.iter().flat_map(|surveyed| &surveyed.publications);
        let edition = lens.shown_edition(framework, published)?;
        Some(Self { systems, edition })
    }

    /// Those that a filter admits, and those of which it cannot be said.
    pub(crate) fn admitted<'s>(
        &'s self,
        lens: &Lens,
        systems: &crate::system::SystemsWhere,
    ) -> (Vec<&'s Surveyed<'a>>, Vec<OrganisationId>) {
        systems.split(lens, &self.systems, |surveyed| surveyed.system)
    }
}

impl Lens {
    /// By name.
    pub fn open_systems(&self, moment: Moment) -> Vec<&Organisation> {
        let mut systems = self.organisations(OrganisationKind::System, moment);
        systems.retain(|system| system.is_open(moment));
        systems
    }

    /// By name.
    pub fn open_regions(&self) -> Vec<&Organisation> {
        let mut regions = self.organisations(OrganisationKind::Region, self.moment());
        regions.retain(|region| region.is_open(self.moment()));
        regions
    }

    /// The latest edition that one of these publishes, else the latest there is. Unpublished work has no say in it.
    pub(crate) fn shown_edition<'p>(
        &self,
        framework: FrameworkId,
        publications: impl Iterator<Item = &'p Publication>,
    ) -> Option<Arc<Edition>> {
        let mut editions = self.editions_of(framework);
        let published = publications.filter(|publication| publication.stage == Stage::Published);
        let place = |publication: &Publication| {
            editions.iter().position(|edition| edition.id == publication.edition.id)
        };
        match published.filter_map(place).max() {
            Some(latest) => Some(editions.swap_remove(latest)),
            None => editions.pop(),
        }
    }

    pub fn round_by_label(&self, framework: FrameworkId, label: &str) -> Result<Arc<Round>, BadQuestion> {
        let mut rounds = self.rounds().into_iter();
        rounds
            .find(|round| round.framework == framework && round.label == label)
            .ok_or_else(|| BadQuestion(format!("the framework has no round with the label \"{label}\"")))
    }
}

impl Publication {
    /// The level of a subject of another edition, where this one has the same subject and the same levels.
    pub(crate) fn level(
        &self,
        of: &Edition,
        subject: Subject,
        measure: Measure,
        basis: Basis,
    ) -> Option<Rank> {
        let own = of.corresponding(subject, &self.edition).filter(|_| of.same_levels(&self.edition))?;
        measure.of(&roll_up(self, own, basis, self.round.dates.reference))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rating::Value;
    use crate::roll_up::Checklist;

    #[test]
    fn a_checklist_has_a_level_for_one_deliverable_and_no_median_of_several() {
        let of = |ranks: &[usize], checklist| {
            let levels = ranks.iter().map(|rank| Some(Value::Level(Rank::at(*rank))));
            RollUp { checklist, ..RollUp::of(3, levels) }
        };
        let (maturity, checklist) = (None, Some(Checklist::default()));
        for (ranks, kind, lowest, median) in [
            (&[2][..], maturity, Some(2), Some(2)),
            (&[2], checklist, Some(2), Some(2)),
            (&[0, 2, 2], maturity, Some(0), Some(2)),
            (&[0, 2, 2], checklist, Some(0), None),
            (&[], checklist, None, None),
        ] {
            let roll_up = of(ranks, kind);
            assert_eq!(Measure::Lowest.of(&roll_up), lowest.map(Rank::at), "{ranks:?} {kind:?}");
            assert_eq!(Measure::Median.of(&roll_up), median.map(Rank::at), "{ranks:?} {kind:?}");
        }
    }
}
