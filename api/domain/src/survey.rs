//! What questions across systems have in common: the systems that are open, and the assessments that count for each.

use std::sync::Arc;

use crate::framework::{Edition, FrameworkKind, Subject};
use crate::id::{FrameworkId, OrganisationId};
use crate::lens::Lens;
use crate::level::Rank;
use crate::organisation::{Moment, Organisation, OrganisationKind};
use crate::publication::{Basis, Include, Mark, Publication};
use crate::roll_up::lower_median;
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

    /// Of the elements of a subject what their roll-up says, in a fraction of the time. The median of one element is its level.
    fn of(self, kind: FrameworkKind, marks: &[Mark]) -> Option<Rank> {
        if self == Self::Lowest || marks.len() == 1 {
            return marks.iter().filter_map(|mark| mark.level()).min();
        }
        let mut counts = [0; Rank::MOST as usize];
        for rank in marks.iter().filter_map(|mark| mark.level()) {
            counts[rank.index()] += 1;
        }
        if kind == FrameworkKind::Checklist { None } else { lower_median(&counts) }
    }
}

/// One system, and what it has published of a framework.
#[derive(Clone, Debug)]
pub struct Surveyed<'a> {
    pub system: &'a Organisation,
    lens: &'a Lens,
    framework: FrameworkId,
    include: Include,
}

impl Surveyed<'_> {
    /// In order of reference date.
    pub(crate) fn publications(&self) -> Vec<Publication> {
        self.lens.publications(self.system.id, self.framework, self.include)
    }

    /// The assessment that counts: that of the round, else the latest.
    pub(crate) fn latest(&self, round: Option<&Round>) -> Option<Publication> {
        match round {
            Some(round) => self.lens.publication_in(self.system.id, round, self.include),
            None => self.lens.latest_publication(self.system.id, self.framework, self.include),
        }
    }

    /// Of those that are published.
    pub(crate) fn latest_published(&self, round: Option<&Round>) -> Option<Publication> {
        Self { include: Include::Published, ..*self }.latest(round)
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
        let surveyed = |system: &'a Organisation| Surveyed { system, lens, framework, include };
        let systems: Vec<_> = lens.open_systems(lens.moment()).into_iter().map(surveyed).collect();
        let ids = systems.iter().map(|surveyed| surveyed.system.id);
        let edition = lens.shown_edition(framework, ids)?;
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

    /// The latest edition in which one of these has published, else the latest there is. Unpublished work has no say in it.
    pub(crate) fn shown_edition(
        &self,
        framework: FrameworkId,
        systems: impl Iterator<Item = OrganisationId>,
    ) -> Option<Arc<Edition>> {
        let mut editions = self.editions_of(framework);
        if editions.len() > 1 {
            let published =
                systems.flat_map(|system| self.publications(system, framework, Include::Published));
            let place = |published: Publication| {
                editions.iter().position(|edition| edition.id == published.edition.id)
            };
            if let Some(latest) = published.filter_map(place).max() {
                editions.truncate(latest + 1);
            }
        }
        editions.pop()
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
        let marks = &self.marks(basis)[self.edition.elements_of(own)];
        measure.of(self.edition.definition.kind, marks)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rating::Value;
    use crate::roll_up::{Checklist, RollUp};

    #[test]
    fn a_checklist_has_a_level_for_one_deliverable_and_no_median_of_several() {
        use FrameworkKind::{Checklist, Maturity};
        for (ranks, kind, lowest, median) in [
            (&[2][..], Maturity, Some(2), Some(2)),
            (&[2], Checklist, Some(2), Some(2)),
            (&[0, 2, 2], Maturity, Some(0), Some(2)),
            (&[0, 2, 2], Checklist, Some(0), None),
            (&[], Checklist, None, None),
        ] {
            let marks = ranks.iter().map(|rank| Mark::of_value(Some(Value::Level(Rank::at(*rank)))));
            let marks: Vec<_> = marks.collect();
            assert_eq!(Measure::Lowest.of(kind, &marks), lowest.map(Rank::at), "{ranks:?} {kind:?}");
            assert_eq!(Measure::Median.of(kind, &marks), median.map(Rank::at), "{ranks:?} {kind:?}");
        }
    }

    proptest! {
        #[test]
        fn marks_have_the_level_of_their_roll_up(
            values in prop::collection::vec(prop::option::of(0..10_usize), 0..12), is_checklist: bool
        ) {
            let value = |index: usize| if index == 9 { Value::NotApplicable } else { Value::Level(Rank::at(index)) };
            let values: Vec<_> = values.into_iter().map(|index| index.map(value)).collect();
            let marks: Vec<_> = values.iter().map(|value| Mark::of_value(*value)).collect();
            let kind = if is_checklist { FrameworkKind::Checklist } else { FrameworkKind::Maturity };
            let checklist = is_checklist.then(Checklist::default);
            let roll_up = RollUp { checklist, ..RollUp::of(9, values) };
            prop_assert_eq!(Measure::Lowest.of(kind, &marks), roll_up.lowest());
            if marks.len() != 1 {
                prop_assert_eq!(Measure::Median.of(kind, &marks), roll_up.median());
            }
        }
    }
}
