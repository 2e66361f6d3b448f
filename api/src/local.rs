//! Labelled local people, for trying out: made by `sdpt token` and by the demonstration.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::access::Viewer;
use domain::command::Command;
use domain::grant::{GrantRole, Role};
use domain::id::{OrganisationId, PersonId};
use domain::ledger::Via;
use domain::lens::AsOf;
use domain::person::{PersonKind, RecordPerson};
use domain::text::{self, Text};

use crate::auth::LOCAL_ISSUER;
use crate::error::Error;
use crate::store::{Actor, Snapshot, Store};

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
        let organisation = self.organisation(&store.snapshot())?;
        let name = Text::parse(&self.name(), text::TITLE)
            .map_err(|problem| Error::BadRequest(format!("the name {problem}")))?;
        let person = RecordPerson {
            kind: PersonKind::Human,
            issuer: LOCAL_ISSUER.to_owned(),
            subject: self.subject(),
            name,
        };
        let answer = store.write(Actor::Installation, via, Command::RecordPerson(person)).await;
        answer.outcome?;
        let snapshot = store.snapshot_at(answer.head).await;
        let person = snapshot.people.person(LOCAL_ISSUER, &self.subject());
        let person = person.ok_or_else(|| Error::Internal("the person was not folded in time".to_owned()))?;
        let grant = GrantRole { person, role: self.role, organisation, valid_from };
        let answer = store.write(Actor::Installation, via, Command::GrantRole(grant)).await;
        answer.outcome?;
        store.snapshot_at(answer.head).await;
        Ok(person)
    }

    fn organisation(&self, snapshot: &Snapshot) -> Result<Option<OrganisationId>, Error> {
        let (kind, code) = match (self.role.granted_on(), self.on) {
            (None, None) => return Ok(None),
            (Some(kind), Some(code)) => (kind, code),
            (None, Some(_)) => {
                return Err(Error::BadRequest(format!(
                    "{} is for all of England: leave out --on",
                    self.role
                )));
            }
            (Some(kind), None) => {
                return Err(Error::BadRequest(format!(
                    "{} needs --on with the ODS code of a {kind}",
                    self.role
                )));
            }
        };
        #[expect(clippy::disallowed_methods, reason = "organisations are public; this viewer holds no grant")]
        let reader = Arc::new(Viewer::new(None, Vec::new()));
        let now = crate::clock::Clock::default().now();
        let lens = snapshot.history.seen_by(&reader, AsOf::default(), now);
        let lens = lens.map_err(|error| Error::Internal(error.to_string()))?;
        let found = lens.organisation_by_code(kind, code).map(|organisation| organisation.id);
        found.map(Some).ok_or_else(|| Error::BadRequest(format!("no {kind} has the ODS code {code}")))
    }
}
