//! Which systems are meant. Some conditions have no answer for a system: it is then undecided, neither in nor out.

use chrono::NaiveDate;

use crate::boundary::Boundaries;
use crate::framework::Subject;
use crate::id::{FrameworkId, OrganisationId};
use crate::lens::Lens;
use crate::level::Rank;
use crate::movement::MovementWord;
use crate::organisation::{Organisation, Scheme};
use crate::publication::{Basis, Include};
use crate::series::{Scope, Series};
use crate::survey::{BadQuestion, Measure};

/// Conditions add up; absent ones hold for every system.
#[derive(Clone, Debug, Default)]
pub struct SystemsWhere {
    /// ODS codes.
    pub codes: Option<Vec<String>>,
    /// ODS codes of regions.
    pub regions: Option<Vec<String>>,
    /// The key of a cluster.
    pub cluster: Option<String>,
    pub level: Option<LevelWhere>,
    pub movement: Option<MovementWhere>,
}

impl SystemsWhere {
    /// What decides which systems are meant: unpublished work where a level of it is asked about.
    pub fn include(&self) -> Include {
        self.level.as_ref().map_or(Include::Published, |level| level.include)
    }
}

/// By the agreed level of one subject in the latest assessment.
#[derive(Clone, Debug)]
pub struct LevelWhere {
    framework: FrameworkId,
    subject: String,
    measure: Measure,
    /// Keys of levels.
    at_least: Option<String>,
    at_most: Option<String>,
    include: Include,
}

/// By the word for how one subject moved in what was published since a day.
#[derive(Clone, Debug)]
pub struct MovementWhere {
    framework: FrameworkId,
    /// The whole edition where absent.
    subject: Option<String>,
    since: NaiveDate,
    words: Vec<MovementWord>,
}

impl LevelWhere {
    pub fn new(
        lens: &Lens,
        framework: &str,
        (subject, measure): (String, Measure),
        (at_least, at_most): (Option<String>, Option<String>),
        include: Include,
    ) -> Result<Self, BadQuestion> {
        let framework = lens.framework_by_key(framework)?;
        lens.subject_is_known(framework, &subject, Some(measure))?;
        let rank = |key: &String| {
            let editions = lens.editions_of(framework);
            let scales = editions.iter().rev().filter_map(|edition| edition.definition.scale.as_ref());
            scales.into_iter().find_map(|scale| scale.rank(key)).ok_or_else(|| BadQuestion::no_level(key))
        };
        let least = at_least.as_ref().map(rank).transpose()?;
        let most = at_most.as_ref().map(rank).transpose()?;
        match (least, most) {
            (None, None) => Err(BadQuestion("level takes atLeast, atMost or both".to_owned())),
            (Some(least), Some(most)) if least > most => {
                Err(BadQuestion("no level is both atLeast and atMost: atLeast is the higher one".to_owned()))
            }
            _ => Ok(Self { framework, subject, measure, at_least, at_most, include }),
        }
    }

    fn admits(&self, lens: &Lens, system: &Organisation) -> Option<bool> {
        let publications = lens.publications(system.id, self.framework, self.include);
        let latest = publications.last()?;
        let subject = latest.edition.subject_by_key(&self.subject)?;
        let level = latest.level(&latest.edition, subject, self.measure, Basis::Agreed)?;
        let scale = latest.edition.definition.scale.as_ref()?;
        // A level that the edition does not have says nothing of a system that was rated with it.
        let holds = |bound: &Option<String>, within: fn(Rank, Rank) -> bool| match bound {
            Some(key) => Some(within(level, scale.rank(key)?)),
            None => Some(true),
        };
        Some(
            holds(&self.at_least, |level, least| level >= least)?
                && holds(&self.at_most, |level, most| level <= most)?,
        )
    }
}

impl MovementWhere {
    pub fn new(
        lens: &Lens,
        framework: &str,
        subject: Option<String>,
        since: NaiveDate,
        words: Vec<MovementWord>,
    ) -> Result<Self, BadQuestion> {
        let framework = lens.framework_by_key(framework)?;
        if let Some(key) = &subject {
            lens.subject_is_known(framework, key, None)?;
        }
        if words.is_empty() {
            return Err(BadQuestion("movement takes at least one word".to_owned()));
        }
        Ok(Self { framework, subject, since, words })
    }

    fn admits(&self, lens: &Lens, system: &Organisation) -> Option<bool> {
        let scope = Scope {
            framework: self.framework,
            basis: Basis::Agreed,
            include: Include::Published,
            boundaries: Boundaries::AsReported,
            from: None,
        };
        let series = Series::of(lens, system.id, &scope);
        let word = self.word(&series).unwrap_or(MovementWord::NotComparable);
        let asked = self.words.contains(&word);
        (asked || word != MovementWord::NotComparable).then_some(asked)
    }

    fn word(&self, series: &Series) -> Option<MovementWord> {
        let subject = match &self.subject {
            Some(key) => series.edition()?.subject_by_key(key)?,
            None => Subject::Edition,
        };
        Some(series.movement(subject, Some(self.since)).word)
    }
}

impl SystemsWhere {
    /// None: one of the conditions has no answer, and no other rules the system out.
    fn admits(&self, lens: &Lens, system: &Organisation) -> Option<bool> {
        let moment = lens.moment();
        let any = |codes: &Option<Vec<String>>, code: Option<&str>| {
            codes.as_ref().is_none_or(|codes| codes.iter().any(|wanted| Some(wanted.as_str()) == code))
        };
        let region = system.region(moment).and_then(|id| lens.organisation(id));
        let cluster = system.cluster(moment).and_then(|id| lens.cluster(id));
        let placed = any(&self.codes, system.code(Scheme::Ods, moment))
            && any(&self.regions, region.and_then(|region| region.code(Scheme::Ods, moment)))
            && self.cluster.as_ref().is_none_or(|key| cluster.is_some_and(|cluster| cluster.key == *key));
        if !placed {
            return Some(false);
        }
        let level = self.level.as_ref().map_or(Some(true), |level| level.admits(lens, system));
        let moved = self.movement.as_ref().map_or(Some(true), |movement| movement.admits(lens, system));
        both(level, moved)
    }
}

impl SystemsWhere {
    /// The open systems that are meant, and those of which it cannot be said; by name.
    pub fn meant<'a>(&self, lens: &'a Lens) -> (Vec<&'a Organisation>, Vec<OrganisationId>) {
        self.split(lens, lens.open_systems(lens.moment()), |system| system)
    }

    /// Any things that each stand for a system, in the order they come in.
    pub(crate) fn split<T>(
        &self,
        lens: &Lens,
        all: impl IntoIterator<Item = T>,
        system: impl Fn(&T) -> &Organisation,
    ) -> (Vec<T>, Vec<OrganisationId>) {
        let (mut meant, mut undecided) = (Vec::new(), Vec::new());
        for one in all {
            match self.admits(lens, system(&one)) {
                Some(true) => meant.push(one),
                Some(false) => {}
                None => undecided.push(system(&one).id),
            }
        }
        (meant, undecided)
    }
}

/// Two conditions, either of which may have no answer.
fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

impl Lens {
    pub fn framework_by_key(&self, key: &str) -> Result<FrameworkId, BadQuestion> {
        self.framework(key)
            .ok_or_else(|| BadQuestion(format!("there is no framework with the key \"{key}\"")))
    }

    /// Whether an edition of the framework has a subject of this key, and one for which the measure says something.
    pub(crate) fn subject_is_known(
        &self,
        framework: FrameworkId,
        key: &str,
        measure: Option<Measure>,
    ) -> Result<(), BadQuestion> {
        let editions = self.editions_of(framework).into_iter().rev();
        let mut found = editions.filter_map(|edition| Some((edition.subject_by_key(key)?, edition)));
        let (subject, edition) = found.next().ok_or_else(|| BadQuestion::no_subject(key))?;
        if measure.is_some_and(|measure| !measure.applies(&edition, subject)) {
            return Err(BadQuestion(
                "a checklist has no median: ask for LOWEST, or for one element".to_owned(),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ruled_out_is_out_whatever_else_cannot_be_said() {
        let (no, yes, unknown) = (Some(false), Some(true), None);
        for (one, other, expected) in [
            (yes, yes, yes),
            (yes, no, no),
            (no, no, no),
            (unknown, yes, unknown),
            (unknown, unknown, unknown),
            (unknown, no, no),
        ] {
            assert_eq!(both(one, other), expected);
            assert_eq!(both(other, one), expected);
        }
    }
}
