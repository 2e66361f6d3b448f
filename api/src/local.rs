//! Labelled local people, for trying out: made by `sdpt token` and by the demonstration.

use chrono::NaiveDate;
use domain::command::Command;
use domain::grant::{GrantRole, Holder, Role};
use domain::id::PersonId;
use domain::ledger::Via;
use domain::person::{PersonKind, RecordPerson};
use domain::text::{self, Text};

use crate::auth::LOCAL_ISSUER;
use crate::error::Error;
use crate::people;
use crate::store::{Actor, Store};

/// Who is wanted. The same words give the same person again.
#[derive(Clone, Copy, Debug)]
pub struct LocalPerson<'a> {
    pub role: Role,
    /// The ODS code of the organisation, where the role has one.
    pub on: Option<&'a str>,
    /// Tells several people of one role and organisation apart.
    pub called: Option<&'a str>,
}

impl LocalPerson<'_> {
    /// The subject that tokens carry.
    pub fn subject(&self) -> String {
        let on = self.on.unwrap_or("ENGLAND");
        let called = self.called.map(|called| format!(":{called}")).unwrap_or_default();
        format!("local:{}:{on}{called}", self.role)
    }

    fn name(&self) -> String {
        let called = self.called.map(|called| format!("{called}, ")).unwrap_or_default();
        format!("{called}local {} of {}", self.role, self.on.unwrap_or("England"))
    }

    /// Records the person and the grant where they are not there yet.
    pub async fn record(&self, store: &Store, via: Via, valid_from: NaiveDate) -> Result<PersonId, Error> {
        let organisation = people::place(self.role, self.on, &store.snapshot())?;
        let name = Text::parse(&self.name(), text::TITLE)
            .map_err(|problem| Error::BadRequest(format!("the name {problem}")))?;
        let person = RecordPerson {
            kind: PersonKind::Human,
            issuer: LOCAL_ISSUER.to_owned(),
            subject: self.subject(),
            name: Some(name),
        };
        let answer = store.write(Actor::Installation, via, Command::RecordPerson(person)).await;
        answer.outcome?;
        let snapshot = store.snapshot_at(answer.head).await;
        let person = snapshot.people.person(LOCAL_ISSUER, &self.subject());
        let person = person.ok_or_else(|| Error::Internal("the person was not folded in time".to_owned()))?;
        let grant = GrantRole {
            to: Holder::Known(person),
            role: self.role,
            organisation,
            valid_from,
            valid_to: None,
            reason: None,
        };
        let answer = store.write(Actor::Installation, via, Command::GrantRole(Box::new(grant))).await;
        answer.outcome?;
        store.snapshot_at(answer.head).await;
        Ok(person)
    }
}
