//! What a question may cost: how long each list is taken to be, and which fields work more than their answer shows.
//! The sizes are bounds that hold today, or what is usual where there is no bound.

/// How long a list is taken to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// Always so long.
    Of(usize),
    /// As long as the list that is given as this argument.
    As(&'static str),
    /// As long as `first` or `last` of the connection says, else as the longest page.
    Page,
}

/// The longest page.
pub(crate) const PAGE: usize = super::page::MOST;

/// Of a list that has no row below.
pub(crate) const UNKNOWN: Size = Size::Of(PAGE);

const SYSTEMS: usize = 50;
const THEMES: usize = 10;
const ELEMENTS: usize = 40;
const POINTS: usize = 20;
const LEVELS: usize = 8;
const LINKS: usize = 10;
const FEW: usize = 5;
const ERRORS: usize = 20;
const ITEMS: usize = 100;

/// Lists by the name of their field, where the types that have it agree. `Type.field` goes before.
#[rustfmt::skip]
const SIZES: &[(&str, Size)] = &[
    ("edges", Size::Page),
    ("nodes", Size::Page),
    ("Query.nodes", Size::As("ids")),
    ("systems", Size::Of(SYSTEMS)),
    ("undecided", Size::Of(SYSTEMS)),
    ("rows", Size::Of(SYSTEMS)),
    ("progress", Size::Of(SYSTEMS)),
    ("Round.missing", Size::Of(SYSTEMS)),
    ("Cluster.systems", Size::Of(FEW)),
    ("Region.systems", Size::Of(LINKS)),
    ("MovementGroup.systems", Size::Of(LINKS)),
    ("regions", Size::Of(LINKS)),
    ("groups", Size::Of(FEW)),
    ("themes", Size::Of(THEMES)),
    ("Accountability.themes", Size::Of(FEW)),
    ("Group.themes", Size::Of(FEW)),
    ("columns", Size::Of(ELEMENTS)),
    ("cells", Size::Of(ELEMENTS)),
    ("lines", Size::Of(ELEMENTS)),
    ("answers", Size::Of(ELEMENTS)),
    ("publishedRatings", Size::Of(ELEMENTS)),
    ("missing", Size::Of(ELEMENTS)),
    ("elements", Size::Of(THEMES)),
    ("Movement.elements", Size::Of(ELEMENTS)),
    ("Query.distributions", Size::Of(320)),
    ("Column.distributions", Size::Of(LEVELS)),
    ("points", Size::Of(POINTS)),
    ("ProgressionColumns.bodies", Size::Of(FEW)),
    ("nextSteps", Size::Of(ELEMENTS)),
    ("holdsBack", Size::Of(FEW)),
    ("pathfinders", Size::Of(LINKS)),
    ("breaks", Size::Of(FEW)),
    ("rebaselines", Size::Of(FEW)),
    ("Rebaseline.systems", Size::Of(SYSTEMS)),
    ("predecessors", Size::Of(FEW)),
    ("successors", Size::Of(FEW)),
    ("successions", Size::Of(FEW)),
    ("organisations", Size::Of(FEW)),
    ("levels", Size::Of(LEVELS)),
    ("descriptors", Size::Of(LEVELS)),
    ("levelCounts", Size::Of(LEVELS)),
    ("counts", Size::Of(LEVELS + 1)),
    ("accountabilities", Size::Of(LINKS)),
    ("guidance", Size::Of(LINKS)),
    ("related", Size::Of(LINKS)),
    ("Crosswalk.links", Size::Of(2 * ELEMENTS)),
    ("levelMap", Size::Of(LEVELS)),
    ("competencies", Size::Of(LINKS)),
    ("competencyMatrices", Size::Of(LINKS)),
    ("frameworks", Size::Of(LINKS)),
    ("editions", Size::Of(FEW)),
    ("assesses", Size::Of(FEW)),
    ("provisional", Size::Of(FEW)),
    ("approvals", Size::Of(FEW)),
    ("evidence", Size::Of(POINTS)),
    ("Rating.evidence", Size::Of(FEW)),
    ("grants", Size::Of(FEW)),
    ("viewerActs", Size::Of(12)),
    ("reasons", Size::Of(FEW)),
    ("results", Size::Of(ITEMS)),
    ("problems", Size::Of(ITEMS)),
    ("errors", Size::Of(ERRORS)),
    ("PublishResult.errors", Size::Of(FEW)),
    ("RateResult.errors", Size::Of(FEW)),
    ("path", Size::Of(FEW)),
    // The schema itself. Nested, these grow as fast as anything else.
    ("types", Size::Of(200)),
    ("directives", Size::Of(FEW)),
    ("locations", Size::Of(FEW)),
    ("fields", Size::Of(8)),
    ("inputFields", Size::Of(3)),
    ("args", Size::Of(2)),
    ("interfaces", Size::Of(1)),
    ("possibleTypes", Size::Of(1)),
    ("enumValues", Size::Of(2)),
];

/// Arrays of columnar forms, by their type: as many numbers as there are cells, however they are nested.
#[rustfmt::skip]
const ARRAYS: &[(&str, Size)] = &[
    ("ComparisonColumns", Size::Of(SYSTEMS * ELEMENTS)),
    ("ProgressionColumns", Size::Of(ELEMENTS)),
    ("BodyColumns", Size::Of(ELEMENTS * POINTS)),
    ("DistributionColumns", Size::Of(320 * POINTS)),
];

/// A statement to the database, beside what is answered from memory.
const STATEMENT: usize = 100;

/// Fields that compute over many systems, subjects and points before they answer, or that ask the database, whatever is
/// asked of the answer.
#[rustfmt::skip]
const WORK: &[(&str, usize)] = &[
    ("Query.comparison", SYSTEMS * ELEMENTS),
    ("Query.movements", SYSTEMS * ELEMENTS),
    ("Query.distributions", SYSTEMS * ELEMENTS),
    ("Query.distributionsColumnar", SYSTEMS * ELEMENTS),
    ("Query.gap", SYSTEMS * ELEMENTS),
    ("Query.rehearseEdition", SYSTEMS * ELEMENTS),
    ("System.progression", ELEMENTS * POINTS),
    ("System.profile", ELEMENTS),
    ("System.nextSteps", SYSTEMS * ELEMENTS),
    ("Break.reason", STATEMENT),
    ("Rebaseline.reason", STATEMENT),
    ("Rebaseline.withdrawnBecause", STATEMENT),
    ("Query.grants", STATEMENT),
    ("Viewer.grants", STATEMENT),
    ("Assessment.publishedRatings", STATEMENT),
    ("Assessment.workingPapers", STATEMENT),
    ("WorkingPapers.answers", STATEMENT),
    ("WorkingPapers.approval", STATEMENT),
    ("WorkingPapers.evidence", STATEMENT),
    ("WorkingPapers.history", 4 * STATEMENT),
];

fn row<T: Copy>(rows: &[(&str, T)], parent: &str, field: &str) -> Option<T> {
    let of_type =
        |name: &str| name.strip_prefix(parent).and_then(|rest| rest.strip_prefix('.')) == Some(field);
    rows.iter().find(|(name, _)| of_type(name)).map(|(_, found)| *found)
}

/// How long a list is taken to be; none where nobody has said.
pub(crate) fn size(parent: &str, field: &str) -> Option<Size> {
    let array = || ARRAYS.iter().find(|(of, _)| *of == parent).map(|(_, size)| *size);
    row(SIZES, parent, field)
        .or_else(array)
        .or_else(|| SIZES.iter().find(|(name, _)| *name == field).map(|(_, size)| *size))
}

/// What a field works beside what its answer shows.
pub(crate) fn work(parent: &str, field: &str) -> usize {
    row(WORK, parent, field).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_schema;
    use async_graphql::parser::types::{BaseType, TypeKind, TypeSystemDefinition};

    use super::*;

    /// The fields of the contract with their types: `Type`, `field`, and whether it is a list.
    fn fields() -> Vec<(String, String, bool)> {
        let document = parse_schema(crate::graphql::sdl()).expect("the contract");
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(found) => Some(found.node),
            _ => None,
        });
        let of = types.flat_map(|found| {
            let fields = match found.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => Vec::new(),
            };
            fields.into_iter().map(move |field| {
                let list = matches!(field.node.ty.node.base, BaseType::List(_));
                (found.name.node.to_string(), field.node.name.node.to_string(), list)
            })
        });
        of.collect()
    }

    #[test]
    fn every_list_of_the_contract_has_a_length() {
        let fields = fields();
        let lists: Vec<_> = fields.iter().filter(|(.., list)| *list).collect();
        assert!(lists.len() > 90, "the contract was hardly read: {} lists", lists.len());
        let unpriced: Vec<_> =
            lists.iter().filter(|(parent, field, _)| size(parent, field).is_none()).collect();
        assert!(
            unpriced.is_empty(),
            "say in SIZES how long each of these lists is taken to be: {unpriced:#?}"
        );
        let pages = lists.iter().filter(|(parent, field, _)| size(parent, field) == Some(Size::Page));
        let strays: Vec<_> = pages.filter(|(parent, ..)| !parent.ends_with("Connection")).collect();
        assert!(strays.is_empty(), "only connections have pages: {strays:?}");
    }

    #[test]
    fn every_row_is_of_a_field_that_there_is() {
        let fields = fields();
        let is_of = |name: &str, lists: bool| match name.split_once('.') {
            Some((parent, field)) => {
                fields.iter().any(|it| it.0 == parent && it.1 == field && (it.2 || !lists))
            }
            None => fields.iter().any(|it| it.1 == name && it.2),
        };
        let of_schemas = [
            "types",
            "directives",
            "locations",
            "fields",
            "inputFields",
            "args",
            "interfaces",
            "possibleTypes",
            "enumValues",
        ];
        let names =
            SIZES.iter().map(|(name, _)| (*name, true)).chain(WORK.iter().map(|(name, _)| (*name, false)));
        let stale: Vec<_> =
            names.filter(|(name, lists)| !is_of(name, *lists) && !of_schemas.contains(name)).collect();
        assert!(stale.is_empty(), "nothing is called so any more: {stale:?}");
    }
}
