//! Rehearsal: what a new edition would change in roll-ups and trends, before it is published. Nothing is recorded.

use std::sync::Arc;

use crate::access::{England, Granted, RehearseEdition as MayRehearse};
use crate::boundary::Boundaries;
use crate::crosswalk::{Bridge, Coverage, CrosswalkDefinition, Equals};
use crate::framework::{Definition, Edition, LoadEdition, Subject};
use crate::id::{FrameworkId, OrganisationId};
use crate::ledger::Event;
use crate::lens::Lens;
use crate::level::Rank;
use crate::mint::Mint;
use crate::progression::roll_up;
use crate::publication::{Basis, Include, Publication};
use crate::roll_up::RollUp;
use crate::series::{Scope, Series};
use crate::trend::Verdict;

/// An edition that may be published, and the crosswalk to it from the edition before.
#[derive(Clone, Debug)]
pub struct Draft {
    pub edition: Arc<Edition>,
    pub crosswalk: Option<CrosswalkDefinition>,
}

impl Draft {
    /// The ids of its parts are made up: nothing has them until it is published.
    pub fn new(
        framework: FrameworkId,
        definition: Definition,
        crosswalk: Option<CrosswalkDefinition>,
    ) -> Option<Self> {
        let mut next = 0_u8;
        let mut mint = Mint::new(move |bytes| {
            next = next.wrapping_add(1);
            bytes.fill(next);
        });
        let decided = LoadEdition { definition }.decide(Some(framework), None, &mut mint)?.ok()?;
        let Event::EditionLoaded(loaded) = decided.event else { return None };
        Some(Self { edition: Arc::new(Edition::from(*loaded)), crosswalk })
    }
}

#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// Of each theme of the edition, over the crosswalk.
    pub coverage: Vec<Coverage>,
    /// By name; only systems in which anything would change.
    pub systems: Vec<Rehearsed>,
    /// Open systems that have published, in which nothing would.
    pub unchanged: u32,
}

#[derive(Clone, Debug)]
pub struct Rehearsed {
    pub system: OrganisationId,
    /// That its latest assessment is of.
    pub edition: Arc<Edition>,
    pub themes: Vec<Change>,
}

/// A theme before and after.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its index in the new edition.
    pub theme: usize,
    /// None where the edition of the latest assessment has no theme of its key.
    pub before: Option<RollUp>,
    pub after: RollUp,
    pub trend_before: Option<Verdict>,
    pub trend_after: Option<Verdict>,
    pub coverage: Coverage,
}

/// What would change for the open systems that have published, if the latest agreed levels were taken over to equal
/// elements and all others were rated by nobody.
pub fn rehearse(
    _may: &Granted<MayRehearse, England>,
    lens: &Lens,
    current: &Edition,
    draft: &Draft,
) -> Rehearsal {
    let nothing = || Bridge::default().between(current, &draft.edition);
    let equals = draft.crosswalk.as_ref().map(|own| Bridge::over([own]).between(current, &draft.edition));
    let equals = equals.unwrap_or_else(nothing);
    let coverage = (0..draft.edition.themes.len()).map(|theme| draft.coverage(&equals, theme)).collect();
    let mut rehearsal = Rehearsal { coverage, systems: Vec::new(), unchanged: 0 };
    for system in lens.open_systems(lens.moment()) {
        let scope = Scope {
            framework: draft.edition.framework,
            basis: Basis::Agreed,
            include: Include::Published,
            boundaries: Boundaries::AsReported,
            from: None,
        };
        let series = Series::of(lens, system.id, &scope);
        let Some(latest) = series.publications.last() else { continue };
        let themes = draft.changes(lens, current, &series, latest);
        if themes.is_empty() {
            rehearsal.unchanged += 1;
        } else {
            let edition = latest.edition.clone();
            rehearsal.systems.push(Rehearsed { system: system.id, edition, themes });
        }
    }
    rehearsal
}

impl Draft {
    fn coverage(&self, equals: &Equals, theme: usize) -> Coverage {
        let elements = self.edition.themes[theme].elements.clone();
        let few = |count: usize| u32::try_from(count).expect("a theme has few elements");
        let equal =
            equals.covers().skip(elements.start).take(elements.len()).filter(|covers| *covers).count();
        Coverage { equal: few(equal), of: few(elements.len()) }
    }

    /// From the edition of an assessment, which may be an earlier one, to this.
    fn equals(&self, lens: &Lens, current: &Edition, rated: &Edition) -> Equals {
        let way = self.crosswalk.as_ref().zip(lens.crosswalks(rated.id, current.id));
        let bridge = way.map(|(own, way)| Bridge::over(way.into_iter().chain([own])));
        bridge.unwrap_or_default().between(rated, &self.edition)
    }

    fn changes(&self, lens: &Lens, current: &Edition, series: &Series, latest: &Publication) -> Vec<Change> {
        let equals = self.equals(lens, current, &latest.edition);
        let values: Vec<_> =
            latest.values(Basis::Agreed).map(|value| value.map(|value| (value, ()))).collect();
        let carried: Vec<_> =
            equals.carry(&values).into_iter().map(|value| value.map(|(value, ())| value)).collect();
        let on = lens.moment().on;
        let themes = (0..self.edition.themes.len()).map(|theme| {
            let (subject, elements) = (Subject::Theme(theme), self.edition.themes[theme].elements.clone());
            let old = self.edition.corresponding(subject, &latest.edition);
            let after =
                RollUp::of_elements(&self.edition, elements.clone(), carried[elements].iter().copied(), on);
            Change {
                theme,
                before: old.map(|old| roll_up(latest, old, Basis::Agreed, on)),
                after,
                trend_before: old.and_then(|old| series.trend(old)).map(|trend| trend.verdict),
                trend_after: series.trend_in(&self.edition, &equals, subject).map(|trend| trend.verdict),
                coverage: self.coverage(&equals, theme),
            }
        });
        themes.filter(|change| change.is_one(&latest.edition, &self.edition)).collect()
    }
}

impl Change {
    /// Whether the median, the lowest level or the verdict is another, by the keys of levels.
    fn is_one(&self, old: &Edition, new: &Edition) -> bool {
        let key = |edition: &Edition, rank: Option<Rank>| {
            let scale = edition.definition.scale.as_ref()?;
            Some(scale.level(rank?).key.clone())
        };
        let of = |edition: &Edition, roll_up: &RollUp| {
            (key(edition, roll_up.median()), key(edition, roll_up.lowest()))
        };
        self.before.as_ref().map(|before| of(old, before)) != Some(of(new, &self.after))
            || self.trend_before != self.trend_after
    }
}
