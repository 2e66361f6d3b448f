//! A new edition of a framework with the crosswalk to it, read from an operator's files. Either both are good, or nothing
//! is written.

use std::sync::Arc;

use domain::access::Viewer;
use domain::command::Command;
use domain::crosswalk::{CrosswalkDefinition, LoadCrosswalk};
use domain::framework::{Definition, Edition, LoadEdition};
use domain::ledger::{Position, Via};
use domain::lens::{AsOf, Lens};

use crate::catalogue::{Problems, parse_crosswalk, parse_definition};
use crate::error::Error;
use crate::store::{Actor, Store, Written};

/// A file's name and text.
pub type File<'a> = (&'a str, &'a str);

/// Publishes an edition, and the crosswalk to it from the edition before. What is there already is left as it is. Returns
/// what was written, in words.
pub async fn load(store: &Store, edition: File<'_>, crosswalk: Option<File<'_>>) -> Result<String, Error> {
    #[expect(clippy::disallowed_methods, reason = "frameworks are public; this viewer holds no grant")]
    let reader = Arc::new(Viewer::new(None, Vec::new()));
    let lens = store.snapshot().history.seen_by(&reader, AsOf::default(), store.clock().now());
    let lens = lens.map_err(|error| Error::Internal(error.to_string()))?;
    let (definition, crosswalk) =
        read(&lens, edition, crosswalk).map_err(|problems| Error::BadRequest(problems.to_string()))?;
    let told = format!("Edition {} of {}", definition.label, definition.key);
    let loaded = write(store, Command::LoadEdition(Box::new(LoadEdition { definition }))).await?;
    let told = if loaded { format!("{told} is loaded") } else { format!("{told} was there already") };
    let Some(definition) = crosswalk else { return Ok(format!("{told}.\n")) };
    let linked = write(store, Command::LoadCrosswalk(Box::new(LoadCrosswalk { definition }))).await?;
    let linked = if linked { "the crosswalk to it is loaded" } else { "so was the crosswalk to it" };
    Ok(format!("{told}; {linked}.\n"))
}

/// Both files, or all that is wrong with the first that anything is wrong with: without a good edition nobody can tell what
/// a crosswalk leads to.
pub(crate) fn read(
    lens: &Lens,
    (name, text): File<'_>,
    crosswalk: Option<File<'_>>,
) -> Result<(Definition, Option<CrosswalkDefinition>), Problems> {
    let definition = parse_definition(name, text)?;
    let Some((name, text)) = crosswalk else { return Ok((definition, None)) };
    let Some(before) = before(lens, &definition) else {
        let (key, label) = (&definition.key, &definition.label);
        let why = format!("{key} has no edition before {label} that a crosswalk could lead from");
        return Err(Problems::of_whole(name, "from", why));
    };
    let crosswalk = parse_crosswalk(name, text, &before.definition, &definition)?;
    Ok((definition, Some(crosswalk)))
}

/// The edition that stands before this one, or would if it were loaded now.
fn before(lens: &Lens, definition: &Definition) -> Option<Arc<Edition>> {
    let editions = lens.editions_of(lens.framework(&definition.key)?);
    let at = editions.iter().position(|edition| edition.definition.label == definition.label);
    editions[..at.unwrap_or(editions.len())].last().cloned()
}

/// Whether it was anything new.
async fn write(store: &Store, command: Command) -> Result<bool, Error> {
    let answer = store.write(Actor::Installation, Via::CommandLine, command).await;
    let head: Position = answer.head;
    let written = answer.outcome?;
    store.snapshot_at(head).await;
    Ok(written != Written::Already)
}
