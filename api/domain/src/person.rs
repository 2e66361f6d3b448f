//! People and services. The ledger knows a surrogate id; names and token subjects can be erased.

use serde::{Deserialize, Serialize};

use crate::command::{Decided, Decision};
use crate::id::{GrantId, IdentityId, PersonId, TextId};
use crate::ledger::Event;
use crate::mint::Mint;
use crate::refusal::Why;
use crate::text::{Commitment, NewText, Text, TextRef};

named! {
    pub enum PersonKind { Human = "HUMAN", Service = "SERVICE" }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRecorded {
    pub person: PersonId,
    pub kind: PersonKind,
    pub identity: IdentityId,
    /// To the issuer and subject by which tokens call this person.
    pub commitment: Commitment,
    /// None where nobody said what they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<TextRef>,
}

/// An identity on its way to the table of identities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIdentity {
    pub id: IdentityId,
    pub issuer: String,
    pub subject: String,
    pub salt: [u8; 16],
}

impl NewIdentity {
    fn mint(issuer: &str, subject: &str, mint: &mut Mint) -> Self {
        let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
        Self { id: IdentityId(mint.id()), issuer, subject, salt: mint.salt() }
    }

    fn commitment(&self) -> Commitment {
        Commitment::to_identity(&self.salt, &self.issuer, &self.subject)
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct RecordPerson {
    pub kind: PersonKind,
    pub issuer: String,
    pub subject: String,
    pub name: Option<Text>,
}

impl RecordPerson {
    pub fn decide(&self, mint: &mut Mint) -> Decision {
        let mut texts = Vec::new();
        let (event, identity) = self.record(mint, &mut texts);
        Decision { event: Event::PersonRecorded(event), texts, identity: Some(identity) }
    }

    pub(crate) fn record(&self, mint: &mut Mint, texts: &mut Vec<NewText>) -> (PersonRecorded, NewIdentity) {
        let identity = NewIdentity::mint(&self.issuer, &self.subject, mint);
        let name = self.name.as_ref().map(|name| mint.write(name, texts));
        let event = PersonRecorded {
            person: PersonId(mint.id()),
            kind: self.kind,
            identity: identity.id,
            commitment: identity.commitment(),
            name,
        };
        (event, identity)
    }
}

/// Another token by which a person is known.
#[derive(Clone, Debug, Serialize)]
pub struct AddIdentity {
    pub person: PersonId,
    pub issuer: String,
    pub subject: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityAdded {
    pub person: PersonId,
    pub identity: IdentityId,
    /// To the issuer and subject by which tokens call this person too.
    pub commitment: Commitment,
}

impl AddIdentity {
    /// `of`: whose it is now, if anybody's. `None`: the ledger says so already.
    pub fn decide(&self, of: Option<PersonId>, mint: &mut Mint) -> Option<Decided> {
        match of {
            Some(person) if person == self.person => None,
            Some(_) => Some(Err(Why::IdentityExists.into())),
            None => {
                let identity = NewIdentity::mint(&self.issuer, &self.subject, mint);
                let commitment = identity.commitment();
                let event = IdentityAdded { person: self.person, identity: identity.id, commitment };
                let event = Event::IdentityAdded(event);
                Some(Ok(Decision { event, texts: Vec::new(), identity: Some(identity) }))
            }
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct ErasePerson {
    pub person: PersonId,
    pub reason: Text,
}

/// What there is of a person that says who they are.
#[derive(Clone, Debug, Default)]
pub struct Traces {
    pub identities: Vec<IdentityId>,
    /// Names, and the reasons for which roles were given to them and taken back.
    pub texts: Vec<TextId>,
    /// Those that were not taken back.
    pub grants: Vec<GrantId>,
}

/// Only the surrogate id stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonErased {
    pub person: PersonId,
    /// No token leads to the person any more.
    pub identities: Vec<IdentityId>,
    pub texts: Vec<TextId>,
    /// Taken back with it.
    pub grants: Vec<GrantId>,
    pub reason: TextRef,
}

impl ErasePerson {
    /// `None`: nothing is left to erase.
    pub fn decide(&self, traces: Traces, mint: &mut Mint) -> Option<Decision> {
        let Traces { identities, texts: names, grants } = traces;
        if identities.is_empty() && names.is_empty() && grants.is_empty() {
            return None;
        }
        let mut texts = Vec::new();
        let reason = mint.write(&self.reason, &mut texts);
        let event = PersonErased { person: self.person, identities, texts: names, grants, reason };
        Some(Decision { event: Event::PersonErased(event), texts, identity: None })
    }
}
