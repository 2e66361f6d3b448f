//! Rehearsal: what a new edition would change, before it is published.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::access::{England, RehearseEdition};
use domain::framework::Edition as DomainEdition;
use domain::lens::Lens;
use domain::rehearsal::{self, Change, Draft};

use super::as_of::AsOfUsed;
use super::context::AskerOf;
use super::crosswalk::Coverage;
use super::roll_up::RollUp;
use super::system::System;
use super::trend::Verdict;
use crate::catalogue::{Problem, Problems};
use crate::edition;
use crate::error::Error;

/// The names of the arguments, by which problems are told.
const EDITION: &str = "edition";
const CROSSWALK: &str = "crosswalk";

/// What a new edition would change, if the latest agreed levels were taken over to the elements that the crosswalk calls
/// equal, and nobody rated the others. Nothing was recorded.
#[derive(SimpleObject)]
pub struct Rehearsal {
    /// The moment that this was made for.
    resolved_as_of: AsOfUsed,
    /// All that is wrong with the edition or, where nothing is, with the crosswalk. Where there is anything, nothing else is
    /// told.
    problems: Vec<EditionProblem>,
    /// SHA-256 of the edition as it would be published, in hexadecimal; null where it has problems.
    content_hash: Option<String>,
    /// The themes of the edition, in order.
    themes: Vec<RehearsedTheme>,
    /// Systems for which the median, the lowest level or the verdict of any theme would be another; by name, never by how
    /// much.
    systems: Vec<RehearsedSystem>,
    /// Open systems that have published, and for which the median, the lowest level and the verdict of every theme stay as they
    /// are. Their counts may differ: what is new in the edition is not rated yet.
    unchanged: u32,
}

/// Something that is wrong with the edition or the crosswalk that was sent.
#[derive(SimpleObject)]
pub struct EditionProblem {
    /// The argument that holds the text: `edition` or `crosswalk`.
    argument: String,
    /// The line in it, from 1 on.
    line: usize,
    /// The field in it, such as "link.from"; null where the line as a whole is wrong.
    field: Option<String>,
    /// For people.
    message: String,
}

impl From<Problem> for EditionProblem {
    fn from(problem: Problem) -> Self {
        let field = Some(problem.field).filter(|field| !field.is_empty());
        Self { argument: problem.file, line: problem.line, field, message: problem.why }
    }
}

/// A theme of a new edition.
#[derive(SimpleObject)]
pub struct RehearsedTheme {
    /// The key in the edition's own data.
    key: String,
    /// The title for people.
    title: String,
    /// How many of its elements are equal to one of the edition before.
    coverage: Coverage,
}

/// What a new edition would change for a system.
#[derive(SimpleObject)]
pub struct RehearsedSystem {
    /// The system.
    system: System,
    /// Themes of the new edition in which anything would be another, in order.
    themes: Vec<ThemeChange>,
}

/// A theme of a system, as it is and as it would be.
#[derive(SimpleObject)]
pub struct ThemeChange {
    /// The key in the edition's own data.
    key: String,
    /// The title for people.
    title: String,
    /// As it is published; null where the edition rated last has no theme with this key.
    before: Option<RollUp>,
    /// As it would be. Elements without an equal are not rated.
    after: RollUp,
    /// The verdict on its trend now; null for a checklist, and where `before` is null.
    verdict_before: Option<Verdict>,
    /// The verdict as it would be; null for a checklist.
    verdict_after: Option<Verdict>,
    /// How many of its elements would come over from the system's latest assessment.
    coverage: Coverage,
}

impl Rehearsal {
    fn of(lens: &Lens, draft: &Draft, found: rehearsal::Rehearsal) -> Self {
        let themes = draft.edition.themes.iter().zip(found.coverage);
        let themes = themes.map(|(theme, coverage)| RehearsedTheme {
            key: theme.key.clone(),
            title: theme.title.clone(),
            coverage: coverage.into(),
        });
        let systems = found.systems.into_iter().map(|system| RehearsedSystem {
            system: System { lens: lens.clone(), id: system.system },
            themes: ThemeChange::all(&draft.edition, &system.edition, system.themes),
        });
        Self {
            resolved_as_of: AsOfUsed::of(lens),
            problems: Vec::new(),
            content_hash: Some(draft.edition.content_hash.to_string()),
            themes: themes.collect(),
            systems: systems.collect(),
            unchanged: found.unchanged,
        }
    }
}

impl Rehearsal {
    fn refused(lens: &Lens, problems: Problems) -> Self {
        Self {
            resolved_as_of: AsOfUsed::of(lens),
            problems: problems.0.into_iter().map(EditionProblem::from).collect(),
            content_hash: None,
            themes: Vec::new(),
            systems: Vec::new(),
            unchanged: 0,
        }
    }
}

impl ThemeChange {
    fn all(new: &Arc<DomainEdition>, old: &Arc<DomainEdition>, changes: Vec<Change>) -> Vec<Self> {
        let rolled = |edition: &Arc<DomainEdition>, roll_up| RollUp { edition: edition.clone(), roll_up };
        let told = |change: Change| Self {
            key: new.themes[change.theme].key.clone(),
            title: new.themes[change.theme].title.clone(),
            before: change.before.map(|before| rolled(old, before)),
            after: rolled(new, change.after),
            verdict_before: change.trend_before.map(Into::into),
            verdict_after: change.trend_after.map(Into::into),
            coverage: change.coverage.into(),
        };
        changes.into_iter().map(told).collect()
    }
}

#[derive(Default)]
pub struct RehearsalQuery;

#[Object]
impl RehearsalQuery {
    /// What a new edition of a framework would change, before it is published: nothing is recorded. Where anything is wrong
    /// with a text, `problems` lists it all and nothing else is told. For the national team. Null where there is no such
    /// framework.
    async fn rehearse_edition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the framework, such as \"sdpt\".")] framework: String,
        #[graphql(desc = "The edition as its file holds it, in TOML.")] edition: String,
        #[graphql(desc = "The crosswalk to it as its file holds it, in TOML. Null: no element is equal.")]
        crosswalk: Option<String>,
    ) -> Result<Option<Rehearsal>> {
        let lens = ctx.asker().lens()?;
        let may = lens.viewer().grant::<RehearseEdition, _>(England).map_err(Error::from)?;
        let Some(current) = lens.framework(&framework).and_then(|id| lens.editions_of(id).pop()) else {
            return Ok(None);
        };
        Ok(Some(match draft(&lens, &current, &edition, crosswalk.as_deref()) {
            Ok(draft) => Rehearsal::of(&lens, &draft, rehearsal::rehearse(&may, &lens, &current, &draft)),
            Err(problems) => Rehearsal::refused(&lens, problems),
        }))
    }
}

/// What would follow the edition that is the latest now.
fn draft(
    lens: &Lens,
    current: &DomainEdition,
    text: &str,
    crosswalk: Option<&str>,
) -> Result<Draft, Problems> {
    let crosswalk = crosswalk.map(|text| (CROSSWALK, text));
    let (definition, crosswalk) = edition::read(lens, (EDITION, text), crosswalk)?;
    let wrong = |field: &str, why: String| Err(Problems::of_whole(EDITION, field, why));
    let (key, label) = (&definition.key, &definition.label);
    if *key != current.definition.key {
        return wrong("key", format!("this is an edition of {key}, not of {}", current.definition.key));
    }
    let editions = lens.editions_of(current.framework);
    if editions.iter().any(|edition| edition.definition.label == *label) {
        return wrong("label", format!("edition {label} of {key} is published and never changes"));
    }
    let not_one = || Problems::of_whole(EDITION, "", "it makes no edition".to_owned());
    Draft::new(current.framework, definition, crosswalk).ok_or_else(not_one)
}
