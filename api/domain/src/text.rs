//! Text that people write: parsed once at the edge, held in the ledger only as a salted commitment.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::command::Decision;
use crate::id::TextId;
use crate::ledger::{Event, Hash};
use crate::mint::Mint;

/// Trimmed, NFC, not empty, within its bound, and without control characters other than newline and tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text(String);

/// Bounds in Unicode scalar values.
pub const RATIONALE: usize = 4_000;
pub const REASON: usize = 2_000;
pub const LINK: usize = 2_000;
pub const TITLE: usize = 200;
pub const LABEL: usize = 80;
pub const KEY: usize = 200;
/// What a token calls somebody; OpenID Connect allows no more.
pub const SUBJECT: usize = 255;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextProblem {
    #[error("must not be empty")]
    Empty,
    #[error("has {length} characters; the most is {most}")]
    TooLong { length: usize, most: usize },
    #[error("has a control character (U+{0:04X}); only newline and tab are allowed")]
    Control(u32),
    #[error("stands in tokens letter for letter: without spaces around it, in Unicode's composed form")]
    NotVerbatim,
}

impl Text {
    pub fn parse(raw: &str, most: usize) -> Result<Self, TextProblem> {
        if let Some(c) = raw.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            return Err(TextProblem::Control(u32::from(c)));
        }
        let text: String = raw.trim().nfc().collect();
        match text.chars().count() {
            0 => Err(TextProblem::Empty),
            length if length > most => Err(TextProblem::TooLong { length, most }),
            _ => Ok(Self(text)),
        }
    }

    /// A text that is compared letter for letter with what somebody else says.
    pub fn verbatim(raw: &str, most: usize) -> Result<String, TextProblem> {
        let text = Self::parse(raw, most)?;
        if text.0 == raw { Ok(text.0) } else { Err(TextProblem::NotVerbatim) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `SHA-256(salt, text)`. Says nothing about the text once the salt is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Commitment(pub Hash);

impl Commitment {
    pub fn to_text(salt: &[u8], text: &str) -> Self {
        Self(Hash(Sha256::new().chain_update(salt).chain_update(text).finalize().into()))
    }

    /// To an issuer and a subject; the length of the issuer keeps the two apart.
    pub fn to_identity(salt: &[u8], issuer: &str, subject: &str) -> Self {
        let length = (issuer.len() as u64).to_be_bytes();
        let hash =
            Sha256::new().chain_update(salt).chain_update(length).chain_update(issuer).chain_update(subject);
        Self(Hash(hash.finalize().into()))
    }
}

/// How the ledger speaks of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRef {
    pub id: TextId,
    pub commitment: Commitment,
}

/// A text on its way to the table of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewText {
    pub item: TextRef,
    pub salt: [u8; 16],
    pub text: String,
}

/// Takes the words away for good. The ledger goes on committing to them, which says nothing once their salts are gone.
#[derive(Clone, Debug, Serialize)]
pub struct EraseTexts {
    pub texts: Vec<TextId>,
    pub reason: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextsErased {
    pub texts: Vec<TextId>,
    pub reason: TextRef,
}

impl EraseTexts {
    /// `left`: those of them that are still there. `None`: none is.
    pub fn decide(&self, left: Vec<TextId>, mint: &mut Mint) -> Option<Decision> {
        if left.is_empty() {
            return None;
        }
        let mut texts = Vec::new();
        let reason = mint.write(&self.reason, &mut texts);
        let event = Event::TextsErased(TextsErased { texts: left, reason });
        Some(Decision { event, texts, identity: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_composed_trimmed_bounded_and_free_of_control_characters() {
        let parse = |raw| Text::parse(raw, 5).map(|text| text.0);
        assert_eq!(parse(" cafe\u{301} ").as_deref(), Ok("café"));
        assert_eq!(parse("a\n\tb").as_deref(), Ok("a\n\tb"));
        assert_eq!(parse("  \n "), Err(TextProblem::Empty));
        assert_eq!(parse("123456"), Err(TextProblem::TooLong { length: 6, most: 5 }));
        assert_eq!(parse("a\0b"), Err(TextProblem::Control(0)));
        assert_eq!(parse("a\u{85}"), Err(TextProblem::Control(0x85)));
    }
}
