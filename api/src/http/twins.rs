//! Fields of objects that stand twice under one name. The specification has their selections put together.

use std::collections::HashSet;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Operation, Selection, SelectionSet};

/// Whether any stand in an operation whose fields were counted: with its fragments written out it is no longer than that.
pub(super) fn has_twins(document: &ExecutableDocument, operation: &Operation) -> bool {
    in_set(document, &operation.selection_set)
}

fn in_set(document: &ExecutableDocument, set: &SelectionSet) -> bool {
    let (mut seen, mut inside) = (HashSet::new(), Vec::new());
    let mut waiting = vec![set];
    while let Some(set) = waiting.pop() {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) if field.selection_set.is_empty() => {}
                Selection::Field(field) => {
                    if !seen.insert(field.response_key()) {
                        return true;
                    }
                    inside.push(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => waiting.push(&fragment.selection_set),
                Selection::FragmentSpread(spread) => {
                    waiting.extend(spread.fragment_def(document).map(|fragment| &fragment.selection_set));
                }
            }
        }
    }
    inside.into_iter().any(|set| in_set(document, set))
}

#[cfg(test)]
mod tests {
    use super::*;
    use apollo_compiler::Schema;

    #[test]
    fn only_fields_of_objects_that_share_a_name_in_one_object_are_twins() {
        let schema = "type Query { a(x: Int): T! b: T! } type T { t: T! s: String u: U } union U = T | V type V { s: String }";
        let schema = Schema::parse_and_validate(schema, "").expect("a schema");
        for (text, expected) in [
            ("{ a { s } b { s } }", false),
            ("{ a { s s } }", false),
            ("{ a { s } x: a { s } }", false),
            ("{ a { s } a { t { s } } }", true),
            ("{ a { s } ... { a { s } } }", true),
            ("{ a { t { s } ...F } } fragment F on T { s t { s } }", true),
            ("{ a { ...F ...F } } fragment F on T { s }", false),
            ("{ a { ...F ...F } } fragment F on T { t { s } }", true),
            ("{ x: b { u { ... on T { t { s } } ... on V { s } } } }", false),
        ] {
            let document = ExecutableDocument::parse_and_validate(&schema, text, "").expect(text);
            let operation = document.operations.get(None).expect("an operation");
            assert_eq!(has_twins(&document, operation), expected, "{text}");
        }
    }
}
