//! Variables that a client declared and did not send.

use std::collections::{HashMap, HashSet};

use async_graphql::Name;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql_value::Value;

/// Arguments of connections that price a page.
const SIZES: [&str; 2] = ["first", "last"];

/// The nullable variables that only size pages. Where one is not sent, null says the same; the library, which prices a page
/// before it executes, would call it undefined.
pub(super) fn that_size_pages(document: &ExecutableDocument) -> Vec<Name> {
    let mut uses: HashMap<&Name, HashSet<&str>> = HashMap::new();
    for (_, operation) in document.operations.iter() {
        add(&operation.node.selection_set.node, &mut uses);
    }
    for fragment in document.fragments.values() {
        add(&fragment.node.selection_set.node, &mut uses);
    }
    let sizes =
        |name: &Name| uses.get(name).is_some_and(|uses| uses.iter().all(|argument| SIZES.contains(argument)));
    let declared = document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
    let declared = declared.map(|variable| &variable.node);
    let nullable = declared.filter(|it| it.var_type.node.nullable && it.default_value.is_none());
    nullable.map(|variable| variable.name.node.clone()).filter(sizes).collect()
}

/// The arguments that each variable stands in; a variable inside a list or an object counts as standing in another one.
fn add<'a>(set: &'a SelectionSet, uses: &mut HashMap<&'a Name, HashSet<&'a str>>) {
    for selection in &set.items {
        let (inside, directives) = match &selection.node {
            Selection::Field(field) => {
                for (argument, value) in &field.node.arguments {
                    note(argument.node.as_str(), &value.node, uses);
                }
                (Some(&field.node.selection_set.node), &field.node.directives)
            }
            Selection::InlineFragment(fragment) => {
                (Some(&fragment.node.selection_set.node), &fragment.node.directives)
            }
            Selection::FragmentSpread(spread) => (None, &spread.node.directives),
        };
        for (_, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
            note("", &value.node, uses);
        }
        if let Some(inside) = inside {
            add(inside, uses);
        }
    }
}

fn note<'a>(argument: &'a str, value: &'a Value, uses: &mut HashMap<&'a Name, HashSet<&'a str>>) {
    match value {
        Value::Variable(name) => drop(uses.entry(name).or_default().insert(argument)),
        Value::List(values) => values.iter().for_each(|value| note("", value, uses)),
        Value::Object(fields) => fields.values().for_each(|value| note("", value, uses)),
        _ => {}
    }
}
