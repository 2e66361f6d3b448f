//! People and services. The ledger knows a surrogate id; names and token subjects can be erased.

use serde::{Deserialize, Serialize};

use crate::command::Decision;
use crate::id::{IdentityId, PersonId};
use crate::ledger::Event;
use crate::mint::Mint;
use crate::text::{Commitment, Text, TextRef};

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
    pub name: TextRef,
}

/// An identity on its way to the table of identities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIdentity {
    pub id: IdentityId,
    pub issuer: String,
    pub subject: String,
    pub salt: [u8; 16],
}

#[derive(Clone, Debug, Serialize)]
pub struct RecordPerson {
    pub kind: PersonKind,
    pub issuer: String,
    pub subject: String,
    pub name: Text,
}

impl RecordPerson {
    pub fn decide(&self, mint: &mut Mint) -> Decision {
        let identity = NewIdentity {
            id: IdentityId(mint.id()),
            issuer: self.issuer.clone(),
            subject: self.subject.clone(),
            salt: mint.salt(),
        };
        let name = mint.text(&self.name);
        let event = Event::PersonRecorded(PersonRecorded {
            person: PersonId(mint.id()),
            kind: self.kind,
            identity: identity.id,
            commitment: Commitment::to_identity(&identity.salt, &self.issuer, &self.subject),
            name: name.item,
        });
        Decision { event, texts: vec![name], identity: Some(identity) }
    }
}
