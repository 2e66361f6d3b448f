//! Who moved since a day: systems by the word for it, never by how much.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{Movement, MovementWord, movement};
use crate::boundary::Boundaries;
use crate::framework::{Edition, Subject};
use crate::id::{FrameworkId, OrganisationId};
use crate::lens::Lens;
use crate::publication::{Basis, Include};
use crate::series::{Scope, Series};
use crate::survey::{BadQuestion, Survey, Surveyed};
use crate::system::SystemsWhere;

/// What to show.
#[derive(Clone, Debug)]
pub struct Question {
    pub framework: FrameworkId,
    pub since: NaiveDate,
    pub systems: SystemsWhere,
    /// The key of a subject; the whole edition where absent.
    pub subject: Option<String>,
    pub basis: Basis,
    pub include: Include,
}

#[derive(Clone, Debug)]
pub struct Movements {
    pub edition: Arc<Edition>,
    /// One a word, in one order for ever.
    pub groups: Vec<Group>,
    /// Systems for which the filter has no answer, by name.
    pub undecided: Vec<OrganisationId>,
    pub synthetic: bool,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub word: MovementWord,
    /// By name.
    pub systems: Vec<Moved>,
}

#[derive(Clone, Debug)]
pub struct Moved {
    pub system: OrganisationId,
    /// That was rated last.
    pub edition: Arc<Edition>,
    pub movement: Movement,
}

/// None where the framework has no edition that the lens sees.
pub fn movements(lens: &Lens, question: &Question) -> Result<Option<Movements>, BadQuestion> {
    let Some(survey) = Survey::of(lens, question.framework, question.include) else { return Ok(None) };
    if let Some(key) = &question.subject {
        lens.subject_is_known(question.framework, key, None)?;
    }
    let (admitted, undecided) = survey.admitted(lens, &question.systems);
    let synthetic = admitted.iter().flat_map(|surveyed| surveyed.publications()).any(|seen| seen.synthetic);
    let moved: Vec<_> =
        admitted.into_iter().map(|surveyed| question.moved(lens, surveyed, &survey.edition)).collect();
    let group = |word: &MovementWord| Group {
        word: *word,
        systems: moved.iter().filter(|moved| moved.movement.word == *word).cloned().collect(),
    };
    let groups = MovementWord::ALL.iter().map(group).collect();
    Ok(Some(Movements { groups, undecided, synthetic, edition: survey.edition }))
}

impl Question {
    fn moved(&self, lens: &Lens, surveyed: &Surveyed, shown: &Arc<Edition>) -> Moved {
        let scope = Scope {
            framework: self.framework,
            basis: self.basis,
            include: self.include,
            boundaries: Boundaries::AsReported,
            from: None,
        };
        let publications = surveyed.publications();
        let series = Series::of_publications(lens, surveyed.system.id, publications, &scope);
        let edition = series.edition().unwrap_or(shown);
        let subject = match &self.subject {
            Some(key) => edition.subject_by_key(key),
            None => Some(Subject::Edition),
        };
        let moved = subject.map(|subject| series.movement(subject, Some(self.since)));
        Moved {
            system: surveyed.system.id,
            movement: moved.unwrap_or_else(|| movement(&[], None, 0..0)),
            edition: edition.clone(),
        }
    }
}
