//! Ids: a UUID inside, `noun_<base32>` outside. The text form is opaque to clients and stays the same for ever.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_DNSSEC;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is no id of the noun that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no {0} id; ids come from earlier answers and are used as they are")]
pub struct NotAnId(pub &'static str);

/// Splits `noun_<base32>`; `None` where the text has another shape. There is one spelling of an id, in small letters.
pub fn split(text: &str) -> Option<(&str, Uuid)> {
    let (noun, encoded) = text.rsplit_once('_')?;
    let bytes = BASE32_DNSSEC.decode(encoded.as_bytes()).ok()?;
    let is_its_spelling = BASE32_DNSSEC.encode(&bytes) == encoded;
    is_its_spelling.then_some((noun, Uuid::from_bytes(bytes.try_into().ok()?)))
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident = $noun:literal),* $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            pub const NOUN: &'static str = $noun;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $noun, BASE32_DNSSEC.encode(self.0.as_bytes()))
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                match split(text) {
                    Some(($noun, id)) => Ok(Self(id)),
                    _ => Err(NotAnId($noun)),
                }
            }
        }
    )*};
}

ids! {
    LedgerId = "ledger",
    PersonId = "person",
    IdentityId = "identity",
    GrantId = "grant",
    TextId = "text",
    OrganisationId = "organisation",
    ClusterId = "cluster",
    FactId = "fact",
    FrameworkId = "framework",
    EditionId = "edition",
    GroupId = "group",
    ThemeId = "theme",
    ElementId = "element",
    RoundId = "round",
    AssessmentId = "assessment",
    RatingId = "rating",
    EvidenceId = "evidence",
    RebaselineId = "rebaseline",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_itself_and_as_nothing_else() {
        let id = RoundId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001));
        assert_eq!(id.to_string().parse::<RoundId>(), Ok(id));
        assert_eq!(id.to_string().parse::<RatingId>(), Err(NotAnId("rating")));
        for wrong in ["", "round_", "round_0", "round", "_", "round_zzzzzzzzzzzzzzzzzzzzzzzzzz"] {
            assert!(wrong.parse::<RoundId>().is_err(), "{wrong}");
        }
    }
}
