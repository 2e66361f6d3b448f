//! Notes: words about single elements, such as what to amend, why a moderation is contested, and the answer to that.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::framework::Edition;
use crate::id::ElementId;
use crate::mint::Mint;
use crate::refusal::{Refusal, Why};
use crate::text::{NewText, Text, TextRef};

named! {
    /// What a note is for.
    pub enum NoteKind { Return = "RETURN", Contest = "CONTEST", Answer = "ANSWER" }
}

/// A note as it came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewNote {
    /// The key of an element.
    pub element: String,
    pub text: Text,
}

/// A note as the ledger tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub element: ElementId,
    pub text: TextRef,
}

/// The elements of the notes, each of which must exist and be named once; `at` is where the notes stand in the input.
pub(crate) fn elements(
    edition: &Edition,
    notes: &[NewNote],
    at: &[&str],
) -> Result<Vec<usize>, Vec<Refusal>> {
    let (mut elements, mut refusals, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (i, note) in notes.iter().enumerate() {
        let i = i.to_string();
        let path = || at.iter().copied().chain([i.as_str(), "element"]);
        match edition.element_by_key(&note.element) {
            Some(element) if seen.insert(element) => elements.push(element),
            Some(_) => refusals.push(Why::twice("element").at(path())),
            None => refusals.push(Why::UnknownElement.at(path())),
        }
    }
    if refusals.is_empty() { Ok(elements) } else { Err(refusals) }
}

pub(crate) fn record(
    edition: &Edition,
    notes: &[NewNote],
    mint: &mut Mint,
    texts: &mut Vec<NewText>,
) -> Vec<Note> {
    let known = |note: &NewNote| edition.element_by_key(&note.element).map(|i| edition.elements[i].id);
    let notes = notes.iter().filter_map(|note| Some((known(note)?, &note.text)));
    notes.map(|(element, text)| Note { element, text: mint.write(text, texts) }).collect()
}
