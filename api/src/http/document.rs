//! What a document would cost, counted before any of it is executed.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

/// How many selections a document has once its fragments are written out. The library writes them out as it counts, so
/// that a short document can keep it busy for ever; here each fragment is counted once, and a cycle has no end.
pub(super) fn selections(document: &ExecutableDocument) -> usize {
    fn count<'a>(
        document: &'a ExecutableDocument,
        set: &'a SelectionSet,
        known: &mut HashMap<&'a Name, usize>,
    ) -> usize {
        let mut total = 0_usize;
        for selection in &set.items {
            let inside = match &selection.node {
                Selection::Field(field) => count(document, &field.node.selection_set.node, known),
                Selection::InlineFragment(fragment) => {
                    count(document, &fragment.node.selection_set.node, known)
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    match (known.get(name), document.fragments.get(name)) {
                        (Some(size), _) => *size,
                        (None, None) => 0,
                        (None, Some(fragment)) => {
                            known.insert(name, usize::MAX);
                            let size = count(document, &fragment.node.selection_set.node, known);
                            known.insert(name, size);
                            size
                        }
                    }
                }
            };
            total = total.saturating_add(inside).saturating_add(1);
        }
        total
    }
    let mut known = HashMap::new();
    let operations = document.operations.iter();
    operations
        .map(|(_, operation)| count(document, &operation.node.selection_set.node, &mut known))
        .max()
        .unwrap_or(0)
}
