//! The contract as a file: current, and described down to the last value.

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};

const CONTRACT: &str = include_str!("../schema.graphql");

/// Not all of it: what differs first says enough.
fn first_difference(committed: &str, current: &str) -> String {
    let lines = committed.lines().zip(current.lines()).enumerate();
    let differs =
        lines.filter(|(_, (committed, current))| committed != current).map(|(i, lines)| (i + 1, lines));
    differs
        .map(|(line, (committed, current))| format!("line {line}: {committed:?} is {current:?} now"))
        .next()
        .unwrap_or_else(|| format!("{} lines are {} now", committed.lines().count(), current.lines().count()))
}

#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let served = api::graphql::sdl();
    assert!(
        served == CONTRACT,
        "schema.graphql is out of date; run `cargo run -- schema > schema.graphql` and say in CHANGELOG.md what \
         changed for clients.\n{}",
        first_difference(CONTRACT, &served)
    );
}

type Description = Option<Positioned<String>>;

/// What a client reads about: the path of each thing, and its description.
#[derive(Default)]
struct Described(Vec<(String, Description)>);

impl Described {
    fn add_type(&mut self, found: TypeDefinition) {
        let name = found.name.node;
        self.0.push((name.to_string(), found.description));
        match found.kind {
            TypeKind::Object(object) => self.add_fields(&name, object.fields),
            TypeKind::Interface(interface) => self.add_fields(&name, interface.fields),
            TypeKind::InputObject(input) => self.add_inputs(&name, input.fields),
            TypeKind::Enum(choice) => {
                for value in choice.values {
                    self.0.push((format!("{name}.{}", value.node.value.node), value.node.description));
                }
            }
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }

    fn add_fields(&mut self, on: &str, fields: Vec<Positioned<FieldDefinition>>) {
        for field in fields {
            let name = format!("{on}.{}", field.node.name.node);
            self.add_inputs(&name, field.node.arguments);
            self.0.push((name, field.node.description));
        }
    }

    fn add_inputs(&mut self, on: &str, inputs: Vec<Positioned<InputValueDefinition>>) {
        for input in inputs {
            self.0.push((format!("{on}.{}", input.node.name.node), input.node.description));
        }
    }
}

#[test]
fn everything_in_the_schema_says_what_it_is() {
    let mut described = Described::default();
    for definition in parse_schema(CONTRACT).unwrap().definitions {
        if let TypeSystemDefinition::Type(found) = definition {
            described.add_type(found.node);
        }
    }
    assert!(described.0.len() > 300, "the schema was hardly read: {} things", described.0.len());
    let says_nothing = |description: &Description| {
        description.as_ref().is_none_or(|description| description.node.trim().is_empty())
    };
    let silent = described.0.iter().filter(|(_, description)| says_nothing(description));
    let silent: Vec<_> = silent.map(|(name, _)| name.as_str()).collect();
    assert!(silent.is_empty(), "write a doc comment for each of these: {silent:#?}");
}

/// Levels have an order and no distances: whatever is told as a broken number is a share, or a statistic that says so.
#[test]
fn no_field_tells_a_mean_of_levels() {
    let mut told = Vec::new();
    for definition in parse_schema(CONTRACT).unwrap().definitions {
        if let TypeSystemDefinition::Type(found) = definition
            && let TypeKind::Object(object) = found.node.kind
        {
            let broken =
                object.fields.into_iter().filter(|field| field.node.ty.to_string().contains("Float"));
            told.extend(broken.map(|field| format!("{}.{}", found.node.name.node, field.node.name.node)));
        }
    }
    told.sort();
    let expected = [
        "BodyColumns.share",
        "ComparisonColumns.pValues",
        "ComparisonColumns.tau",
        "GapLine.agreement",
        "GapLine.kappa",
        "Kendall.tau",
        "PointPart.share",
        "ProgressionColumns.pValues",
        "ProgressionColumns.tau",
        "Succession.share",
        "Trend.pValue",
    ];
    assert_eq!(told, expected);
}
