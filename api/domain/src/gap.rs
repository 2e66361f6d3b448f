//! Self versus moderated: how far the organisations' own ratings and the region's lie apart, element by element.

use std::sync::Arc;

use crate::framework::{Edition, Grain, Subject};
use crate::id::{FrameworkId, OrganisationId};
use crate::lens::Lens;
use crate::level::Rank;
use crate::publication::{Basis, Include, Publication};
use crate::rating::Value;
use crate::survey::{BadQuestion, Survey};
use crate::system::SystemsWhere;

/// What to show.
#[derive(Clone, Debug)]
pub struct Question {
    pub framework: FrameworkId,
    pub systems: SystemsWhere,
    /// The label of a round; the latest assessment of each system where absent.
    pub round: Option<String>,
    pub grain: Grain,
    pub include: Include,
}

#[derive(Clone, Debug)]
pub struct Gap {
    pub edition: Arc<Edition>,
    pub lines: Vec<Line>,
    /// Systems for which the filter has no answer, by name.
    pub undecided: Vec<OrganisationId>,
    pub synthetic: bool,
}

#[derive(Clone, Debug)]
pub struct Line {
    pub subject: Subject,
    pub pairs: Pairs,
}

/// Elements that both the organisation and the region put at a level: how often each pair of levels occurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairs {
    levels: usize,
    /// By rank of the organisation's own level, then of the region's.
    counts: Vec<u32>,
}

named! {
    /// Why there is no kappa.
    pub enum NoKappa {
        TooFewPairs = "TOO_FEW_PAIRS",
        /// All pairs are of one level: chance alone would agree as well.
        NoVariation = "NO_VARIATION",
    }
}

impl Pairs {
    /// Fewer pairs than this carry no kappa.
    pub const FEWEST: u32 = 10;

    /// `levels` is the length of the scale.
    pub fn none(levels: usize) -> Self {
        Self { levels, counts: vec![0; levels * levels] }
    }

    pub fn add(&mut self, own: Rank, moderated: Rank) {
        self.counts[own.index() * self.levels + moderated.index()] += 1;
    }

    pub fn count(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// Index of the own level, index of the moderated level, how often.
    fn cells(&self) -> impl Iterator<Item = (usize, usize, u32)> {
        let index = |i: usize| (i / self.levels, i % self.levels);
        self.counts.iter().enumerate().map(move |(i, count)| (index(i).0, index(i).1, *count))
    }

    /// Moderated minus own, in levels: from the largest fall to the largest rise, those that never occur included.
    pub fn by_difference(&self) -> Vec<(i32, u32)> {
        let most =
            i32::from(u8::try_from(self.levels.saturating_sub(1)).expect("a scale has at most nine levels"));
        let mut counts: Vec<_> = (-most..=most).map(|difference| (difference, 0)).collect();
        for (own, moderated, count) in self.cells() {
            counts[self.levels - 1 + moderated - own].1 += count;
        }
        counts
    }

    /// The share of pairs of the same level, 0 to 1; none without pairs.
    pub fn agreement(&self) -> Option<f64> {
        let same: u32 = self.cells().filter(|(own, moderated, _)| own == moderated).map(|cell| cell.2).sum();
        (self.count() > 0).then(|| f64::from(same) / f64::from(self.count()))
    }

    /// Cohen's weighted kappa with quadratic weights (J. Cohen, Psychological Bulletin 70, 1968, 213 to 220; J. L. Fleiss
    /// and J. Cohen, Educational and Psychological Measurement 33, 1973, 613 to 619): for O(i, j) pairs at own level i and
    /// moderated level j, row sums r(i), column sums c(j) and n pairs in all,
    ///
    /// kappa = 1 − Σ (i − j)² O(i, j) / Σ (i − j)² r(i) c(j) / n.
    ///
    /// 1 is agreement throughout, 0 is what chance would give, below 0 is less than that.
    pub fn kappa(&self) -> Result<f64, NoKappa> {
        if self.count() < Self::FEWEST {
            return Err(NoKappa::TooFewPairs);
        }
        let (mut own_sums, mut moderated_sums) = (vec![0_u64; self.levels], vec![0_u64; self.levels]);
        for (own, moderated, count) in self.cells() {
            own_sums[own] += u64::from(count);
            moderated_sums[moderated] += u64::from(count);
        }
        let square = |own: usize, moderated: usize| (own.abs_diff(moderated) as u64).pow(2);
        let observed: u64 = self.cells().map(|(i, j, count)| square(i, j) * u64::from(count)).sum();
        let expected: u64 =
            self.cells().map(|(i, j, _)| square(i, j) * own_sums[i] * moderated_sums[j]).sum();
        if expected == 0 {
            return Err(NoKappa::NoVariation);
        }
        #[expect(clippy::cast_precision_loss, reason = "pairs are far below 2^20, so these are below 2^52")]
        Ok(1.0 - (u64::from(self.count()) * observed) as f64 / expected as f64)
    }
}

/// None where the framework has no edition that the lens sees.
pub fn gap(lens: &Lens, question: &Question) -> Result<Option<Gap>, BadQuestion> {
    let round = question.round.as_ref().map(|label| lens.round_by_label(question.framework, label));
    let round = round.transpose()?;
    let Some(survey) = Survey::of(lens, question.framework, question.include) else { return Ok(None) };
    let rated = round.as_ref().and_then(|round| lens.edition(round.edition));
    let edition = rated.unwrap_or_else(|| survey.edition.clone());
    let (admitted, undecided) = survey.admitted(lens, &question.systems);
    let counted: Vec<_> = admitted.iter().filter_map(|surveyed| surveyed.latest(round.as_deref())).collect();
    let line = |subject| Line { subject, pairs: pairs(&edition, subject, &counted) };
    Ok(Some(Gap {
        lines: edition.subjects(question.grain).into_iter().map(line).collect(),
        undecided,
        synthetic: counted.iter().any(|publication| publication.synthetic),
        edition,
    }))
}

fn pairs(edition: &Edition, subject: Subject, publications: &[Publication]) -> Pairs {
    let mut pairs = Pairs::none(edition.definition.scale.as_ref().map_or(0, |scale| scale.levels.len()));
    for publication in publications.iter().filter(|publication| edition.same_levels(&publication.edition)) {
        let Some(own) = edition.corresponding(subject, &publication.edition) else { continue };
        let elements = publication.edition.elements_of(own);
        let both = publication.values(Basis::SelfRated).zip(publication.values(Basis::Moderated));
        for values in both.skip(elements.start).take(elements.len()) {
            if let (Some(Value::Level(own)), Some(Value::Level(moderated))) = values {
                pairs.add(own, moderated);
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// From a table with a row for each own level, and a column for each moderated one.
    fn table(rows: &[&[u32]]) -> Pairs {
        let mut pairs = Pairs::none(rows.len());
        for (own, row) in rows.iter().enumerate() {
            for (moderated, count) in row.iter().enumerate() {
                (0..*count).for_each(|_| pairs.add(Rank::at(own), Rank::at(moderated)));
            }
        }
        pairs
    }

    /// By hand: n = 20, own sums 5 6 5 4, moderated sums 5 8 5 2.
    /// Σ d² O = 6·1 + 1·4 = 10: six pairs are one level apart, one is two levels apart.
    /// Σ d² r c = 5 (8 + 4·5 + 9·2) + 6 (5 + 5 + 4·2) + 5 (4·5 + 8 + 2) + 4 (9·5 + 4·8 + 5) = 230 + 108 + 150 + 328 = 816.
    /// kappa = 1 − 20·10 / 816 = 0.754901…
    #[test]
    fn kappa_is_that_of_the_table_counted_by_hand() {
        let pairs = table(&[&[4, 1, 0, 0], &[1, 4, 1, 0], &[0, 2, 3, 0], &[0, 1, 1, 2]]);
        assert_eq!(pairs.count(), 20);
        assert!((pairs.kappa().expect("a kappa") - (0.754_901_960_784_313_7)).abs() < 1e-12);
        assert_eq!(pairs.agreement(), Some(0.65));
        let expected = [(-3, 0), (-2, 1), (-1, 4), (0, 13), (1, 2), (2, 0), (3, 0)];
        assert_eq!(pairs.by_difference(), expected);
    }

    #[test]
    fn kappa_is_one_in_agreement_less_than_chance_below_nothing_and_sometimes_not_there() {
        let kappa = |rows: &[&[u32]]| table(rows).kappa();
        assert_eq!(kappa(&[&[5, 0], &[0, 5]]), Ok(1.0));
        assert_eq!(kappa(&[&[0, 5], &[5, 0]]), Ok(-1.0));
        assert_eq!(kappa(&[&[0, 10], &[0, 0]]), Ok(0.0), "chance would do as well");
        assert_eq!(kappa(&[&[5, 0], &[0, 4]]), Err(NoKappa::TooFewPairs));
        assert_eq!(kappa(&[&[10, 0], &[0, 0]]), Err(NoKappa::NoVariation));
        assert_eq!(Pairs::none(4).agreement(), None);
        assert_eq!(Pairs::none(4).by_difference().len(), 7);
    }

    proptest! {
        #[test]
        fn pairs_are_counted_once_and_kappa_is_bounded_in_any_order(
            mut all in prop::collection::vec((0..4_usize, 0..4_usize), 0..80)
        ) {
            let of = |all: &[(usize, usize)]| {
                let mut pairs = Pairs::none(4);
                for (own, moderated) in all {
                    pairs.add(Rank::at(*own), Rank::at(*moderated));
                }
                pairs
            };
            let pairs = of(&all);
            let counted: u32 = pairs.by_difference().iter().map(|(_, count)| count).sum();
            prop_assert_eq!(counted as usize, all.len());
            if let Ok(kappa) = pairs.kappa() {
                prop_assert!((-1.0..=1.0).contains(&kappa), "{}", kappa);
            }
            let turned: Vec<_> = all.iter().map(|(own, moderated)| (*moderated, *own)).collect();
            prop_assert_eq!(of(&turned).kappa(), pairs.kappa(), "who judged first does not matter");
            all.reverse();
            prop_assert_eq!(of(&all), pairs);
        }
    }
}
