//! Directives on `__typename`.

use async_graphql::Positioned;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, InlineFragment, Selection, SelectionSet,
};

/// Puts a fragment round each `__typename` with directives, and the directives on that. It means the same; async-graphql
/// 8.0.0-rc.5 does not look at directives on `__typename`, and would say that the variables in them are not used.
pub(super) fn set_apart(document: &mut ExecutableDocument) {
    let operations = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for operation in operations {
        set_apart_in(&mut operation.node.selection_set);
    }
    for fragment in document.fragments.values_mut() {
        set_apart_in(&mut fragment.node.selection_set);
    }
}

/// Documents were counted before: their nesting has a bound.
fn set_apart_in(set: &mut Positioned<SelectionSet>) {
    let at = set.pos;
    for selection in &mut set.node.items {
        match &mut selection.node {
            Selection::Field(field)
                if field.node.name.node == "__typename" && !field.node.directives.is_empty() =>
            {
                let directives = std::mem::take(&mut field.node.directives);
                let items = vec![selection.clone()];
                let selection_set = Positioned::new(SelectionSet { items }, at);
                let fragment = InlineFragment { type_condition: None, directives, selection_set };
                selection.node = Selection::InlineFragment(Positioned::new(fragment, at));
            }
            Selection::Field(field) => set_apart_in(&mut field.node.selection_set),
            Selection::InlineFragment(fragment) => set_apart_in(&mut fragment.node.selection_set),
            Selection::FragmentSpread(_) => {}
        }
    }
}
