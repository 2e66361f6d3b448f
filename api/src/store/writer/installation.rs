//! What the installation itself may change: people, grants and the catalogue.

use std::sync::Arc;

use domain::access::Denied;
use domain::command::{Command, Decision};
use domain::framework::Edition;
use domain::grant::Grant;
use domain::id::FrameworkId;

use super::super::{grant, link, organisation};
use super::Bench;
use crate::error::Error;

impl Bench<'_> {
    /// `Ok(None)`: the ledger says so already.
    pub(super) fn decide_for_installation(&mut self, command: &Command) -> Result<Option<Decision>, Error> {
        let decided = match command {
            Command::RecordPerson(command) => {
                let same = |row: &entity::person_identity::Model| {
                    row.issuer == command.issuer && row.subject == command.subject
                };
                let known = self.tables.person_identity.rows().any(same);
                return Ok((!known).then(|| command.decide(self.mint)));
            }
            Command::GrantRole(command) => {
                let kind = match command.organisation {
                    Some(id) => organisation::from_rows(self.tables, id)?.map(|known| known.kind),
                    None => None,
                };
                let held = grant::of_person(self.tables, command.person)?;
                let same = |held: &Grant| {
                    held.role == command.role
                        && held.organisation == command.organisation
                        && held.valid_to.is_none()
                };
                (!held.iter().any(same)).then(|| command.decide(kind, self.mint))
            }
            Command::LoadEdition(command) => {
                let key = &command.definition.key;
                let framework = self.tables.framework.rows().find(|row| row.key == *key).map(|row| row.id);
                let framework = framework.map(FrameworkId);
                let label = |edition: &&Arc<Edition>| {
                    Some(edition.framework) == framework
                        && edition.definition.label == command.definition.label
                };
                let published = self.editions.values().find(label).cloned();
                command.decide(framework, published.as_deref(), self.mint)
            }
            Command::LoadRegister(command) => {
                command.decide(&organisation::register(self.tables)?, self.mint)
            }
            Command::LoadLinks(command) => {
                return Ok(command.decide(link::loaded(self.tables)?.as_ref()));
            }
            _ => return Err(Denied::Forbidden.into()),
        };
        Ok(decided.transpose()?)
    }
}
