//! Where new ids and salts come from. Randomness is passed in, so a seed makes everything repeatable.

use std::fmt;

use uuid::{Builder, Uuid};

use crate::text::{Commitment, NewText, Text, TextRef};

type Fill = dyn FnMut(&mut [u8]) + Send;

pub struct Mint {
    unix_millis: u64,
    fill: Box<Fill>,
}

impl Mint {
    pub fn new(fill: impl FnMut(&mut [u8]) + Send + 'static) -> Self {
        Self { unix_millis: 0, fill: Box::new(fill) }
    }

    /// Ids made from now on sort after those made at earlier instants.
    pub fn set_time(&mut self, unix_micros: i64) {
        self.unix_millis = u64::try_from(unix_micros / 1000).unwrap_or(0);
    }

    /// A new UUID, version 7.
    pub fn id(&mut self) -> Uuid {
        let mut random = [0; 10];
        (self.fill)(&mut random);
        Builder::from_unix_timestamp_millis(self.unix_millis, &random).into_uuid()
    }

    pub fn salt(&mut self) -> [u8; 16] {
        let mut salt = [0; 16];
        (self.fill)(&mut salt);
        salt
    }

    /// Gives a text its id and salt, and the commitment that the ledger will hold in its place.
    pub fn text(&mut self, text: &Text) -> NewText {
        let (id, salt) = (crate::id::TextId(self.id()), self.salt());
        let commitment = Commitment::to_text(&salt, text.as_str());
        NewText { item: TextRef { id, commitment }, salt, text: text.as_str().to_owned() }
    }

    /// The same, with the text put beside those that a decision writes.
    pub(crate) fn write(&mut self, text: &Text, texts: &mut Vec<NewText>) -> TextRef {
        let text = self.text(text);
        let item = text.item;
        texts.push(text);
        item
    }
}

impl fmt::Debug for Mint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mint").field("unix_millis", &self.unix_millis).finish_non_exhaustive()
    }
}
