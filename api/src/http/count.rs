//! What an operation holds once its fragments are written out, counted without writing them out.

use std::collections::HashMap;

use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document, FragmentDefinition, OperationDefinition, Selection};

/// How deep braces, brackets and fragments may stand in each other. Both libraries walk documents by recursion, and
/// async-graphql parses no deeper.
pub(super) const NESTING: usize = 64;

/// Of an operation, or of a part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) depth: usize,
    pub(super) fields: usize,
    pub(super) root_fields: usize,
    pub(super) aliases: usize,
    pub(super) directives: usize,
    /// Asks at its top for the schema, or would if no directive left it out.
    pub(super) introspects: bool,
    /// Levels of fields and fragments, where `depth` has only fields.
    nesting: usize,
}

/// Braces and fragments stand deeper in each other than anything that is meant to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooNested;

impl Counts {
    fn add(&mut self, other: Self) {
        self.depth = self.depth.max(other.depth);
        self.nesting = self.nesting.max(other.nesting);
        self.fields = self.fields.saturating_add(other.fields);
        self.root_fields = self.root_fields.saturating_add(other.root_fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.introspects |= other.introspects;
    }

    fn with_directives(mut self, directives: usize) -> Self {
        self.directives = self.directives.saturating_add(directives);
        self
    }

    /// Of the operations of a document, in their order.
    pub(super) fn of(document: &Document) -> Result<Vec<Self>, TooNested> {
        let fragments = document.definitions.iter().filter_map(|definition| match definition {
            Definition::FragmentDefinition(fragment) => Some((&fragment.name, &**fragment)),
            _ => None,
        });
        let mut counting = Counting { fragments: fragments.collect(), known: HashMap::new() };
        operations(document).map(|operation| counting.operation(operation)).collect()
    }
}

pub(super) fn operations(document: &Document) -> impl Iterator<Item = &OperationDefinition> {
    document.definitions.iter().filter_map(|definition| match definition {
        Definition::OperationDefinition(operation) => Some(&**operation),
        _ => None,
    })
}

/// Each fragment is counted once, however often it is spread.
struct Counting<'a> {
    fragments: HashMap<&'a Name, &'a FragmentDefinition>,
    known: HashMap<&'a Name, Counts>,
}

impl<'a> Counting<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Counts, TooNested> {
        let of_variables = operation.variables.iter().map(|variable| variable.directives.len());
        let directives = operation.directives.len() + of_variables.sum::<usize>();
        Ok(self.set(&operation.selection_set, 1)?.with_directives(directives))
    }

    fn set(&mut self, set: &'a [Selection], level: usize) -> Result<Counts, TooNested> {
        // Before going any deeper: fragments that spread each other can nest without end.
        if level > NESTING {
            return Err(TooNested);
        }
        let mut counts = Counts::default();
        for selection in set {
            let mut inside = match selection {
                Selection::Field(field) => {
                    let inside = match field.selection_set.as_slice() {
                        [] => Counts::default(),
                        set => self.set(set, level + 1)?,
                    };
                    Counts {
                        depth: inside.depth + 1,
                        fields: inside.fields.saturating_add(1),
                        root_fields: 1,
                        aliases: inside.aliases.saturating_add(usize::from(field.alias.is_some())),
                        introspects: ["__schema", "__type"].contains(&field.name.as_str()),
                        ..inside.with_directives(field.directives.len())
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let inside = self.set(&fragment.selection_set, level + 1)?;
                    inside.with_directives(fragment.directives.len())
                }
                Selection::FragmentSpread(spread) => {
                    let inside = self.fragment(&spread.fragment_name, level + 1)?;
                    inside.with_directives(spread.directives.len())
                }
            };
            inside.nesting += 1;
            if level + inside.nesting > NESTING {
                return Err(TooNested);
            }
            counts.add(inside);
        }
        Ok(counts)
    }

    /// A fragment that holds itself, or that nobody wrote, counts as nothing here: validation refuses it.
    fn fragment(&mut self, name: &'a Name, level: usize) -> Result<Counts, TooNested> {
        if let Some(counts) = self.known.get(name) {
            return Ok(*counts);
        }
        let Some(fragment) = self.fragments.get(name).copied() else { return Ok(Counts::default()) };
        self.known.insert(name, Counts::default());
        let counts = self.set(&fragment.selection_set, level)?.with_directives(fragment.directives.len());
        self.known.insert(name, counts);
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> Result<Vec<Counts>, TooNested> {
        Counts::of(&Document::parse(text, "").expect("a document"))
    }

    #[test]
    fn fragments_count_as_often_as_they_are_spread() {
        let text = "query @a { x: b { ...F ... @c { d } } ...F @e } fragment F on T @g { y: h { i } }";
        let expected = Counts {
            depth: 3,
            fields: 6,
            root_fields: 2,
            aliases: 3,
            directives: 5,
            introspects: false,
            nesting: 4,
        };
        assert_eq!(counts(text), Ok(vec![expected]));
    }

    #[test]
    fn doubling_fragments_are_counted_once_and_saturate() {
        let doubling = |fragments: usize| {
            let links = (0..fragments)
                .map(|i| format!("fragment F{i} on T {{ x {{ ...F{} ...F{} }} }} ", i + 1, i + 1));
            format!("{{ ...F0 }} {} fragment F{fragments} on T {{ y }}", links.collect::<String>())
        };
        let of = |fragments| counts(&doubling(fragments)).map(|counts| (counts[0].fields, counts[0].depth));
        assert_eq!(of(10), Ok((2047, 11)));
        assert_eq!(of(30), Ok(((1 << 31) - 1, 31)));
        assert_eq!(of(40), Err(TooNested));
        let wide: Vec<_> = (0..30)
            .map(|i| format!("fragment F{i} on T {{ {} }} ", format!("...F{} ", i + 1).repeat(9)))
            .collect();
        let wide = counts(&format!("{{ ...F0 }} {} fragment F30 on T {{ y }}", wide.concat()));
        assert_eq!(wide.map(|counts| counts[0].fields), Ok(usize::MAX), "nine to the thirtieth");
    }

    #[test]
    fn fragments_that_nest_in_each_other_are_not_followed_to_the_end() {
        let nested = "... { ".repeat(NESTING - 4);
        let links = (0..150).map(|i| {
            let next = i + 1;
            format!("fragment F{i} on T {{ {nested} ...F{next} {} }} ", "} ".repeat(NESTING - 4))
        });
        let text = format!("{{ ...F0 }} {} fragment F150 on T {{ y }}", links.collect::<String>());
        assert_eq!(counts(&text), Err(TooNested));
    }

    #[test]
    fn a_fragment_in_itself_ends_the_count() {
        let counted = counts("{ ...F } fragment F on T { a ...G } fragment G on T { b ...F }");
        assert_eq!(counted.map(|counts| counts[0].fields), Ok(2));
    }

    #[test]
    fn asking_for_the_schema_is_seen_through_fragments_and_directives() {
        for (text, expected) in [
            ("{ __typename }", false),
            ("{ a { __schema } }", false),
            ("{ x: __schema @skip(if: true) { y } }", true),
            ("{ ... { ...F } } fragment F on Query { __type(name: \"a\") { b } }", true),
        ] {
            assert_eq!(counts(text).map(|counts| counts[0].introspects), Ok(expected), "{text}");
        }
    }
}
