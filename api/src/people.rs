//! People, as whoever runs the command line looks after them: the first grant, further identities, and erasure.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::access::{Denied, Viewer};
use domain::command::Command;
use domain::grant::{GrantRole, Holder, RevokeRole, Role};
use domain::id::{EvidenceId, GrantId, OrganisationId, PersonId, RatingId, TextId};
use domain::ledger::{Event, Position, Via};
use domain::lens::AsOf;
use domain::person::{AddIdentity, ErasePerson, PersonKind, RecordPerson};
use domain::text::{self, EraseTexts, Text, TextProblem};

use crate::error::Error;
use crate::store::{Actor, Snapshot, Store, Written};

/// What a token calls somebody.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
}

impl Who<'_> {
    fn person(&self, store: &Store) -> Result<PersonId, Error> {
        let Self { issuer, subject } = self;
        let known = store.snapshot().people.person(issuer, subject);
        known.ok_or_else(|| Error::BadRequest(format!("nobody is known as {subject} of {issuer}")))
    }

    fn parse(&self) -> Result<(String, String), Error> {
        let issuer = Text::verbatim(self.issuer, text::LINK).map_err(|why| bad("the issuer", &why))?;
        let subject = Text::verbatim(self.subject, text::SUBJECT).map_err(|why| bad("the subject", &why))?;
        Ok((issuer, subject))
    }
}

fn bad(what: &str, why: &TextProblem) -> Error {
    Error::BadRequest(format!("{what} {why}"))
}

fn reason(raw: &str) -> Result<Text, Error> {
    Text::parse(raw, text::REASON).map_err(|why| bad("the reason", &why))
}

/// A role to give.
#[derive(Clone, Copy, Debug)]
pub struct Appointment<'a> {
    pub who: Who<'a>,
    /// Recorded where nobody is known by this identity yet.
    pub name: Option<&'a str>,
    pub kind: PersonKind,
    pub role: Role,
    /// The ODS code of the organisation, where the role has one.
    pub on: Option<&'a str>,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
    pub reason: &'a str,
}

impl Appointment<'_> {
    /// Returns the id of the grant.
    pub async fn record(&self, store: &Store) -> Result<GrantId, Error> {
        let (issuer, subject) = self.who.parse()?;
        let name = self.name.map(|name| Text::parse(name, text::TITLE)).transpose();
        let name = name.map_err(|why| bad("the name", &why))?;
        let command = GrantRole {
            to: Holder::Identity(RecordPerson { kind: self.kind, issuer, subject, name }),
            role: self.role,
            organisation: place(self.role, self.on, &store.snapshot())?,
            valid_from: self.from,
            valid_to: self.to,
            reason: Some(reason(self.reason)?),
        };
        match write(store, Command::GrantRole(Box::new(command))).await? {
            Written::At(_, Event::RoleGranted(granted)) => Ok(granted.grant.id),
            other => Err(Error::Internal(format!("a grant came to {other:?}"))),
        }
    }
}

/// Takes a role back.
pub async fn revoke(store: &Store, grant: GrantId, why: &str) -> Result<(), Error> {
    let command = RevokeRole { grant, reason: reason(why)? };
    match write(store, Command::RevokeRole(command)).await {
        Err(Error::Denied(Denied::NotFound)) => {
            Err(Error::BadRequest("there is no grant with this id".to_owned()))
        }
        written => written.map(drop),
    }
}

/// Makes tokens of another identity those of the same person.
pub async fn add_identity(store: &Store, who: Who<'_>, new: Who<'_>) -> Result<(), Error> {
    let (person, (issuer, subject)) = (who.person(store)?, new.parse()?);
    let command = AddIdentity { person, issuer, subject };
    match write(store, Command::AddIdentity(command)).await? {
        Written::Already => Err(Error::BadRequest("they are known by this identity already".to_owned())),
        _ => Ok(()),
    }
}

/// Takes away all that says who somebody is, and their roles with it.
pub async fn erase(store: &Store, who: Who<'_>, why: &str) -> Result<(), Error> {
    let (person, reason) = (who.person(store), reason(why)?);
    if let Ok(person) = person {
        write(store, Command::ErasePerson(ErasePerson { person, reason })).await?;
    }
    // Also where nobody is left, so that a run that was cut short here can be repeated.
    store.scrub().await?;
    person.map(drop)
}

/// Takes words away: those of a rating, of evidence or of a grant, or all that one entry of the ledger wrote. Returns how
/// many texts it were.
pub async fn erase_text(store: &Store, of: &str, why: &str) -> Result<usize, Error> {
    let texts = texts_of(store, of).await?;
    if texts.is_empty() {
        return Err(Error::BadRequest(format!("there is no text in {of}")));
    }
    let written = write(store, Command::EraseTexts(EraseTexts { texts, reason: reason(why)? })).await?;
    // Also where there is nothing left, so that a run that was cut short here can be repeated.
    store.scrub().await?;
    match written {
        Written::At(_, Event::TextsErased(erased)) => Ok(erased.texts.len()),
        _ => Err(Error::BadRequest("what was written there is erased already".to_owned())),
    }
}

async fn texts_of(store: &Store, of: &str) -> Result<Vec<TextId>, Error> {
    if let Ok(rating) = of.parse::<RatingId>() {
        store.texts_of_rating(rating).await
    } else if let Ok(evidence) = of.parse::<EvidenceId>() {
        store.texts_of_evidence(evidence).await
    } else if let Ok(grant) = of.parse::<GrantId>() {
        store.texts_of_grant(grant).await
    } else if let Some(position) = Position::from_text(of, store.ledger()) {
        store.texts_written_at(position).await
    } else {
        let why =
            format!("{of} is no id of a rating, of evidence or of a grant, and no position of this ledger");
        Err(Error::BadRequest(why))
    }
}

/// Writes for the installation, and waits until this process has folded it.
async fn write(store: &Store, command: Command) -> Result<Written, Error> {
    let answer = store.write(Actor::Installation, Via::CommandLine, command).await;
    store.snapshot_at(answer.head).await;
    answer.outcome
}

/// The organisation of a role, by its ODS code.
pub fn place(role: Role, on: Option<&str>, snapshot: &Snapshot) -> Result<Option<OrganisationId>, Error> {
    let (kind, code) = match (role.granted_on(), on) {
        (None, None) => return Ok(None),
        (Some(kind), Some(code)) => (kind, code),
        (None, Some(_)) => {
            return Err(Error::BadRequest(format!("{role} is for all of England: leave out --on")));
        }
        (Some(kind), None) => {
            return Err(Error::BadRequest(format!("{role} needs --on with the ODS code of a {kind}")));
        }
    };
    #[expect(clippy::disallowed_methods, reason = "organisations are public; this viewer holds no grant")]
    let reader = Arc::new(Viewer::new(None, Vec::new()));
    let now = crate::clock::Clock::default().now();
    let lens = snapshot.history.seen_by(&reader, AsOf::default(), now);
    let lens = lens.map_err(|error| Error::Internal(error.to_string()))?;
    let found = lens.organisation_by_code(kind, code).map(|organisation| organisation.id);
    found
        .map(Some)
        .ok_or_else(|| Error::BadRequest(format!("no {kind} has the ODS code {code}: {role} is on a {kind}")))
}
