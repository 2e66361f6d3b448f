//! Batches: many items of one act, each with its own refusals.

use serde::{Deserialize, Serialize};

use crate::refusal::{Refusal, Refused, Why};
use crate::text::NewText;

named! {
    /// What happens to the good items of a batch when one is refused.
    pub enum Batch { AllOrNothing = "ALL_OR_NOTHING", ApplyValid = "APPLY_VALID" }
}

/// The most items that one batch takes.
pub const MOST_ITEMS: usize = 200;

/// An item of a batch, or why it did not even parse.
pub type Parsed<T> = Result<T, Vec<Refusal>>;

/// For the hash of the input: what did not parse has no value.
pub(crate) fn parsed_only<T: Serialize, S: serde::Serializer>(
    items: &[Parsed<T>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(items.iter().map(|item| item.as_ref().ok()))
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedItem {
    /// Index in the input.
    pub item: u16,
    pub refusals: Vec<Refusal>,
}

/// What became of a batch that was taken.
#[derive(Debug)]
pub(crate) struct Decided<T> {
    pub(crate) items: Vec<T>,
    pub(crate) refused: Vec<RefusedItem>,
    pub(crate) texts: Vec<NewText>,
}

/// Decides the items in turn. Refused as a whole where nothing is left, or one is refused and the batch is all or nothing.
pub(crate) fn decide<I, T>(
    items: &[Parsed<I>],
    batch: Batch,
    mut decide: impl FnMut(u16, &I, &mut Vec<NewText>) -> Result<T, Vec<Refusal>>,
) -> Result<Decided<T>, Refused> {
    if items.is_empty() || items.len() > MOST_ITEMS {
        return Err(Why::Invalid(format!("1 to {MOST_ITEMS} items")).at(["items"]).into());
    }
    let mut decided = Decided { items: Vec::new(), refused: Vec::new(), texts: Vec::new() };
    for (index, item) in (0..).zip(items) {
        let outcome = match item {
            Ok(item) => decide(index, item, &mut decided.texts),
            Err(refusals) => Err(refusals.clone()),
        };
        match outcome {
            Ok(item) => decided.items.push(item),
            Err(refusals) => decided.refused.push(RefusedItem { item: index, refusals }),
        }
    }
    if !decided.refused.is_empty() && (batch == Batch::AllOrNothing || decided.items.is_empty()) {
        return Err(all_refused(decided.refused, items.len()));
    }
    Ok(decided)
}

/// Nothing is written; every item answers with its own refusals, and the whole with all of them.
fn all_refused(refused: Vec<RefusedItem>, count: usize) -> Refused {
    let mut items = vec![Vec::new(); count];
    for refused in refused {
        items[usize::from(refused.item)] = refused.refusals;
    }
    Refused { whole: items.iter().flatten().cloned().collect(), items }
}

/// Where a field of an item stands in the input.
pub(crate) fn path(item: u16, field: &str) -> [String; 3] {
    ["items".to_owned(), item.to_string(), field.to_owned()]
}
