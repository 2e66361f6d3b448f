//! The ledger: the one ordered, append-only, hash-chained list of everything that changed.

use std::fmt;

use chrono::{DateTime, Utc};
use data_encoding::{BASE32_DNSSEC, HEXLOWER};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::assessment::AssessmentStarted;
use crate::contest::ModerationContested;
use crate::correction::RatingsCorrected;
use crate::crosswalk::CrosswalkLoaded;
use crate::evidence::EvidenceRecorded;
use crate::extension::DeadlineExtended;
use crate::framework::EditionLoaded;
use crate::grant::{RoleGranted, RoleRevoked};
use crate::id::{LedgerId, PersonId};
use crate::link::Links;
use crate::moderation::{ElementsModerated, ModerationShared};
use crate::person::{IdentityAdded, PersonErased, PersonRecorded};
use crate::publication::AssessmentsPublished;
use crate::rating::{ElementsRated, RatedItem};
use crate::rebaseline::{RebaselineRecorded, RebaselineWithdrawn};
use crate::register::RegisterLoaded;
use crate::retraction::PublicationRetracted;
use crate::round::Round;
use crate::submission::{AssessmentReturned, AssessmentSubmitted, AssessmentWithdrawn};
use crate::succession::SuccessionRecorded;
use crate::text::TextsErased;

/// A place in the ledger, from 1 on, without gaps. 0 is the time before the first entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

impl Position {
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The opaque text for clients. It names its ledger, so that a position of another is told apart.
    pub fn to_text(self, ledger: LedgerId) -> String {
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&ledger.0.as_bytes()[12..]);
        bytes[4..].copy_from_slice(&self.0.to_be_bytes());
        BASE32_DNSSEC.encode(&bytes)
    }

    /// `None` where the text is no position of this ledger.
    pub fn from_text(text: &str, ledger: LedgerId) -> Option<Self> {
        let text = Some(text).filter(|text| !text.contains(|c: char| c.is_ascii_uppercase()))?;
        let bytes = BASE32_DNSSEC.decode(text.as_bytes()).ok()?;
        let (of, position) = bytes.split_at_checked(4)?;
        let position = u64::from_be_bytes(position.try_into().ok()?);
        (of == &ledger.0.as_bytes()[12..]).then_some(Self(position))
    }
}

/// SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Before the first entry there is nothing to chain to.
    pub const ZERO: Self = Self([0; 32]);

    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = HEXLOWER.decode(text.as_bytes()).ok();
        bytes.and_then(|bytes| Self::from_slice(&bytes)).ok_or_else(|| serde::de::Error::custom("not a hash"))
    }
}

/// Microseconds since 1970, UTC. Strictly rising along the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordedAt(pub i64);

impl RecordedAt {
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }
}

named! {
    /// The door a command came through.
    pub enum Via { Api = "API", CommandLine = "COMMAND_LINE", Demo = "DEMO" }
}

/// One command that changed something, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub position: Position,
    pub recorded_at: RecordedAt,
    /// None: the installation itself.
    pub actor: Option<PersonId>,
    pub via: Via,
    pub act: String,
    pub format: u16,
    /// The exact bytes that were written and hashed.
    pub payload: Vec<u8>,
    pub previous_hash: Hash,
    pub hash: Hash,
}

impl Entry {
    /// SHA-256 over a domain tag and every field; what varies in length carries its length.
    pub fn compute_hash(&self, ledger: LedgerId) -> Hash {
        let mut hash = Sha256::new_with_prefix(b"sdpt ledger entry 1\0");
        let mut counted = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        counted(ledger.0.as_bytes());
        counted(&self.position.0.to_be_bytes());
        counted(&self.recorded_at.0.to_be_bytes());
        counted(self.actor.as_ref().map_or(&[][..], |actor| actor.0.as_bytes()));
        counted(self.via.as_str().as_bytes());
        counted(self.act.as_bytes());
        counted(&self.format.to_be_bytes());
        counted(&self.payload);
        counted(&self.previous_hash.0);
        Hash(hash.finalize().into())
    }
}

/// What changed. Holds ids, codes, dates, level keys and public reference text; text that people wrote only as a commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    PersonRecorded(PersonRecorded),
    RoleGranted(Box<RoleGranted>),
    RoleRevoked(RoleRevoked),
    IdentityAdded(IdentityAdded),
    PersonErased(PersonErased),
    TextsErased(TextsErased),
    EditionLoaded(Box<EditionLoaded>),
    RegisterLoaded(Box<RegisterLoaded>),
    LinksLoaded(Box<Links>),
    RoundOpened(Box<Round>),
    AssessmentStarted(AssessmentStarted),
    ElementsRated(ElementsRated),
    EvidenceRecorded(EvidenceRecorded),
    AssessmentSubmitted(AssessmentSubmitted),
    AssessmentsPublished(AssessmentsPublished),
    AssessmentWithdrawn(AssessmentWithdrawn),
    AssessmentReturned(AssessmentReturned),
    ElementsModerated(ElementsModerated),
    ModerationShared(ModerationShared),
    ModerationContested(ModerationContested),
    RatingsCorrected(RatingsCorrected),
    PublicationRetracted(PublicationRetracted),
    DeadlineExtended(DeadlineExtended),
    SuccessionRecorded(Box<SuccessionRecorded>),
    RebaselineRecorded(Box<RebaselineRecorded>),
    RebaselineWithdrawn(RebaselineWithdrawn),
    CrosswalkLoaded(Box<CrosswalkLoaded>),
}

/// What the table of idempotency keys must say of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    pub key_hash: Hash,
    pub input_hash: Hash,
}

/// The content of an entry's payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    pub event: Event,
    pub replay: Option<Replay>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("this version of sdpt does not know act {act} in format {format}")]
    Unknown { act: String, format: u16 },
    #[error("the payload does not read as {act} in format {format}: {why}")]
    Malformed { act: String, format: u16, why: String },
}

#[derive(Serialize)]
struct Write<'a, T> {
    event: &'a T,
    replay: &'a Option<Replay>,
}

#[derive(Deserialize)]
struct Read<T> {
    event: T,
    replay: Option<Replay>,
}

/// Each act with the formats it is read in. A released (act, format) keeps its reader for ever: add formats, never change one.
/// A later format of an act says more than the one before it, and is read into the same event.
macro_rules! acts {
    ($($act:literal $format:literal $(| $later:literal)? $variant:ident),* $(,)?) => {
        impl Payload {
            /// Act, format and the bytes to store.
            pub fn write(&self) -> (&'static str, u16, Vec<u8>) {
                let bytes = match &self.event {
                    $(Event::$variant(event) => serde_json::to_vec(&Write { event, replay: &self.replay }),)*
                };
                let act = match &self.event { $(Event::$variant(_) => $act,)* };
                (act, self.event.format(), bytes.expect("events are plain data"))
            }

            pub fn read(act: &str, format: u16, bytes: &[u8]) -> Result<Self, Unreadable> {
                let malformed = |why: serde_json::Error| Unreadable::Malformed { act: act.to_owned(), format, why: why.to_string() };
                match (act, format) {
                    $(($act, $format $(| $later)?) => serde_json::from_slice::<Read<_>>(bytes)
                        .map(|read| Self { event: Event::$variant(read.event), replay: read.replay })
                        .map_err(malformed),)*
                    _ => Err(Unreadable::Unknown { act: act.to_owned(), format }),
                }
            }
        }
    };
}

acts! {
    "person.record" 1 PersonRecorded,
    "role.grant" 1 | 2 RoleGranted,
    "role.revoke" 1 RoleRevoked,
    "identity.add" 1 IdentityAdded,
    "person.erase" 1 PersonErased,
    "text.erase" 1 TextsErased,
    "edition.load" 1 EditionLoaded,
    "register.load" 1 RegisterLoaded,
    "links.load" 1 LinksLoaded,
    "round.open" 1 RoundOpened,
    "assessment.start" 1 | 2 AssessmentStarted,
    "elements.rate" 1 | 2 ElementsRated,
    "evidence.record" 1 EvidenceRecorded,
    "assessment.submit" 1 AssessmentSubmitted,
    "assessments.publish" 1 | 2 AssessmentsPublished,
    "assessment.withdraw" 1 AssessmentWithdrawn,
    "assessment.return" 1 AssessmentReturned,
    "elements.moderate" 1 ElementsModerated,
    "moderation.share" 1 ModerationShared,
    "moderation.contest" 1 ModerationContested,
    "ratings.correct" 1 RatingsCorrected,
    "publication.retract" 1 PublicationRetracted,
    "deadline.extend" 1 DeadlineExtended,
    "succession.record" 1 SuccessionRecorded,
    "rebaseline.record" 1 RebaselineRecorded,
    "rebaseline.withdraw" 1 RebaselineWithdrawn,
    "crosswalk.load" 1 CrosswalkLoaded,
}

impl Event {
    /// The first format that can say this, so that an older version of sdpt refuses what it would misread, and nothing else.
    fn format(&self) -> u16 {
        let says_more = match self {
            Self::RoleGranted(event) => event.reason.is_some() || event.recorded.is_some(),
            Self::AssessmentStarted(event) => !event.carried.is_empty(),
            Self::ElementsRated(event) => event.items.iter().any(RatedItem::keeps_texts),
            Self::AssessmentsPublished(event) => event.items.iter().any(|item| !item.answers.is_empty()),
            _ => false,
        };
        if says_more { 2 } else { 1 }
    }

    /// The nouns and ids an entry is about, for finding the entries of a thing.
    pub fn subjects(&self) -> Vec<(&'static str, uuid::Uuid)> {
        match self {
            Self::PersonRecorded(event) => vec![("person", event.person.0)],
            Self::RoleGranted(event) => vec![("grant", event.grant.id.0), ("person", event.grant.person.0)],
            Self::RoleRevoked(event) => vec![("grant", event.grant.0), ("person", event.person.0)],
            Self::IdentityAdded(event) => vec![("person", event.person.0)],
            Self::PersonErased(event) => vec![("person", event.person.0)],
            Self::TextsErased(event) => event.texts.iter().map(|text| ("text", text.0)).collect(),
            Self::EditionLoaded(event) => {
                vec![("edition", event.edition.0), ("framework", event.framework.0)]
            }
            Self::RegisterLoaded(event) => event.subjects(),
            Self::LinksLoaded(_) => Vec::new(),
            Self::RoundOpened(round) => vec![("round", round.id.0)],
            Self::AssessmentStarted(event) => vec![
                ("assessment", event.assessment.0),
                ("organisation", event.organisation.0),
                ("round", event.round.0),
            ],
            Self::ElementsRated(event) => vec![("assessment", event.assessment.0)],
            Self::EvidenceRecorded(event) => {
                vec![("assessment", event.assessment.0), ("evidence", event.evidence.0)]
            }
            Self::AssessmentSubmitted(event) => vec![("assessment", event.assessment.0)],
            Self::AssessmentsPublished(event) => {
                event.items.iter().map(|item| ("assessment", item.assessment.0)).collect()
            }
            Self::AssessmentWithdrawn(event) => vec![("assessment", event.assessment.0)],
            Self::AssessmentReturned(event) => vec![("assessment", event.assessment.0)],
            Self::ElementsModerated(event) => vec![("assessment", event.assessment.0)],
            Self::ModerationShared(event) => vec![("assessment", event.assessment.0)],
            Self::ModerationContested(event) => vec![("assessment", event.assessment.0)],
            Self::RatingsCorrected(event) => vec![("assessment", event.assessment.0)],
            Self::PublicationRetracted(event) => vec![("assessment", event.assessment.0)],
            Self::DeadlineExtended(event) => {
                let assessment = event.assessment.map(|assessment| ("assessment", assessment.0));
                [("organisation", event.organisation.0), ("round", event.round.0)]
                    .into_iter()
                    .chain(assessment)
                    .collect()
            }
            Self::RebaselineRecorded(event) => vec![("rebaseline", event.rebaseline.0)],
            Self::CrosswalkLoaded(event) => vec![("edition", event.from.0), ("edition", event.to.0)],
            Self::RebaselineWithdrawn(event) => vec![("rebaseline", event.rebaseline.0)],
            Self::SuccessionRecorded(event) => {
                let changed = event.change.subjects();
                let by_hand = changed.iter().map(|(_, id)| ("succession", *id)).collect::<Vec<_>>();
                [changed, by_hand].concat()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const LEDGER: LedgerId = LedgerId(Uuid::from_u128(7));

    #[test]
    fn a_position_reads_back_in_its_own_ledger_only() {
        let text = Position(42).to_text(LEDGER);
        assert_eq!(Position::from_text(&text, LEDGER), Some(Position(42)));
        assert_eq!(Position::from_text(&text, LedgerId(Uuid::from_u128(8))), None);
        for wrong in ["", "42", "zzzz", &text[1..]] {
            assert_eq!(Position::from_text(wrong, LEDGER), None, "{wrong}");
        }
    }

    #[test]
    fn every_field_of_an_entry_is_in_its_hash() {
        let entry = Entry {
            position: Position(2),
            recorded_at: RecordedAt(5),
            actor: Some(PersonId(Uuid::from_u128(1))),
            via: Via::Api,
            act: "a".into(),
            format: 1,
            payload: b"p".to_vec(),
            previous_hash: Hash::ZERO,
            hash: Hash::ZERO,
        };
        let hash = entry.compute_hash(LEDGER);
        let changed: [fn(&mut Entry); 8] = [
            |e| e.position.0 += 1,
            |e| e.recorded_at.0 += 1,
            |e| e.actor = None,
            |e| e.via = Via::Demo,
            |e| e.act.push('a'),
            |e| e.format += 1,
            |e| e.payload.push(0),
            |e| e.previous_hash.0[31] ^= 1,
        ];
        for change in changed {
            let mut other = entry.clone();
            change(&mut other);
            assert_ne!(other.compute_hash(LEDGER), hash, "{other:?}");
        }
        assert_ne!(entry.compute_hash(LedgerId(Uuid::from_u128(9))), hash);
    }
}
