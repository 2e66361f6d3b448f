//! Notes: words about single elements.

use async_graphql::InputObject;
use domain::note::NewNote;
use domain::refusal::{Refusal, Refused};
use domain::text::REASON;

use super::parse;

/// Words about one element.
#[derive(InputObject)]
pub struct NoteInput {
    /// The key of the element.
    element: String,
    /// 1 to 2,000 characters.
    note: String,
}

/// Notes that stand at `at` in the input.
pub(super) fn all(notes: Vec<NoteInput>, at: &[&str]) -> Result<Vec<NewNote>, Refused> {
    let (mut parsed, mut refusals) = (Vec::new(), Vec::<Refusal>::new());
    for (i, note) in notes.into_iter().enumerate() {
        let i = i.to_string();
        let path = [at, &[i.as_str(), "note"]].concat();
        match parse::reason(&note.note, REASON, &path) {
            Ok(text) => parsed.push(NewNote { element: note.element, text }),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if refusals.is_empty() { Ok(parsed) } else { Err(Refused::whole(refusals)) }
}
