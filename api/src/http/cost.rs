//! What an operation costs: the fields that its answer may hold, a list counted as often as it is long, and the work that
//! does not show in the answer.

use std::collections::HashMap;

use apollo_compiler::Name;
use apollo_compiler::executable::{ExecutableDocument, Field, Operation, Selection, SelectionSet, Value};
use apollo_compiler::response::JsonMap;

use crate::graphql::price::{self, PAGE, Size};

/// Bytes of a name in the answer. A longer alias counts as several fields, since it stands in the answer as often.
const NAME: usize = 32;

/// The cost of an operation with its variables.
pub(super) fn of(document: &ExecutableDocument, operation: &Operation, variables: &JsonMap) -> usize {
    Pricing { document, variables, known: HashMap::new() }.set(&operation.selection_set, PAGE)
}

/// Each fragment is priced once for each length of the page that it stands in.
struct Pricing<'a> {
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
    known: HashMap<(&'a Name, usize), usize>,
}

impl<'a> Pricing<'a> {
    /// `page` is how long the connection is to which the fields of this set belong.
    fn set(&mut self, set: &'a SelectionSet, page: usize) -> usize {
        let mut cost = 0_usize;
        for selection in &set.selections {
            cost = cost.saturating_add(match selection {
                Selection::Field(field) => self.field(&set.ty, field, page),
                Selection::InlineFragment(fragment) => self.set(&fragment.selection_set, page),
                Selection::FragmentSpread(spread) => self.fragment(&spread.fragment_name, page),
            });
        }
        cost
    }

    fn fragment(&mut self, name: &'a Name, page: usize) -> usize {
        if let Some(cost) = self.known.get(&(name, page)) {
            return *cost;
        }
        let fragment = self.document.fragments.get(name);
        let cost = fragment.map_or(0, |fragment| self.set(&fragment.selection_set, page));
        self.known.insert((name, page), cost);
        cost
    }

    fn field(&mut self, parent: &str, field: &'a Field, page: usize) -> usize {
        let inside = self.set(&field.selection_set, self.page(field));
        let answered = if field.definition.ty.is_list() {
            let size = match price::size(parent, &field.name).unwrap_or(price::UNKNOWN) {
                Size::Of(size) => size,
                Size::As(argument) => self.length(field, argument),
                Size::Page => page,
            };
            size.saturating_mul(inside.max(1))
        } else {
            inside
        };
        let long_name = field.response_key().len() / NAME;
        answered.saturating_add(1 + long_name).saturating_add(price::work(parent, &field.name))
    }

    /// How long a page is asked for; what is out of bounds is refused when it is executed.
    fn page(&self, field: &Field) -> usize {
        let asked =
            ["first", "last"].into_iter().filter_map(|argument| match argument_of(field, argument)? {
                Value::Int(size) => size.try_to_i32().ok().map(i64::from),
                Value::Variable(name) => self.variables.get(name.as_str())?.as_i64(),
                _ => None,
            });
        asked.max().and_then(|size| usize::try_from(size).ok()).map_or(PAGE, |size| size.min(PAGE))
    }

    fn length(&self, field: &Field, argument: &str) -> usize {
        match argument_of(field, argument) {
            Some(Value::List(values)) => values.len(),
            Some(Value::Variable(name)) => {
                self.variables.get(name.as_str()).and_then(|values| values.as_array()).map_or(1, Vec::len)
            }
            _ => 1,
        }
    }
}

fn argument_of<'a>(field: &'a Field, name: &str) -> Option<&'a Value> {
    let argument = field.arguments.iter().find(|argument| argument.name == name)?;
    Some(&argument.value)
}
