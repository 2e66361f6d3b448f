//! What the installation itself may change: people, grants and the catalogue.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::access::Denied;
use domain::command::{Command, Decided, Decision};
use domain::framework::Edition;
use domain::grant::{Authority, GrantRole, RevokeRole};
use domain::id::FrameworkId;

use super::super::{crosswalk, grant, link, organisation, person, text};
use super::Bench;
use crate::error::Error;

impl Bench<'_> {
    /// `Ok(None)`: the ledger says so already.
    pub(super) fn decide_for_installation(
        &mut self,
        command: &Command,
        today: NaiveDate,
    ) -> Result<Option<Decision>, Error> {
        let decided = match command {
            Command::RecordPerson(command) => {
                let known = person::identified(self.tables, &command.issuer, &command.subject);
                return Ok(known.is_none().then(|| command.decide(self.mint)));
            }
            Command::GrantRole(command) => self.give(command, today)?,
            Command::RevokeRole(command) => Some(self.take_back(command, today)?),
            Command::AddIdentity(command) => {
                let of = person::identified(self.tables, &command.issuer, &command.subject);
                command.decide(of, self.mint)
            }
            Command::ErasePerson(command) => {
                return Ok(command.decide(person::traces(self.tables, command.person), self.mint));
            }
            Command::EraseTexts(command) => {
                return Ok(command.decide(text::left(self.tables, &command.texts), self.mint));
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
            Command::LoadCrosswalk(command) => {
                let framework = &command.definition.framework;
                let editions = crosswalk::editions(self.tables, self.editions, framework);
                let editions: Vec<&Edition> = editions.iter().map(Arc::as_ref).collect();
                let to = editions.iter().find(|edition| edition.definition.label == command.definition.to);
                command.decide(&editions, to.and_then(|to| crosswalk::hash(self.tables, to.id.0)))
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

    /// What is given without a reason is there already where it overlaps.
    fn give(&mut self, command: &GrantRole, today: NaiveDate) -> Result<Option<Decided>, Error> {
        let post = grant::post(self.tables, command.organisation, today)?.ok_or(Denied::NotFound)?;
        let (known, held) = grant::holder(self.tables, &command.to)?;
        if command.reason.is_none() && command.is_among(&held) {
            return Ok(None);
        }
        let authority = Authority::of_installation(command.role, post);
        Ok(Some(command.decide(&authority, known, &held, today, self.mint)))
    }

    fn take_back(&mut self, command: &RevokeRole, today: NaiveDate) -> Result<Decided, Error> {
        let known = grant::known(self.tables, command.grant)?.ok_or(Denied::NotFound)?;
        let post = grant::post(self.tables, known.grant.organisation, today)?.ok_or(Denied::NotFound)?;
        let authority = Authority::of_installation(known.grant.role, post);
        Ok(command.decide(&authority, &known, today, self.mint))
    }
}
