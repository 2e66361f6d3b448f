//! Who may do what: the matrix of every entrance and every persona. A change of it is a change of the snapshot, which a
//! person reads.

mod acts;
mod chance;
mod held;
mod leaks;
mod planted;
mod rows;
mod silence;

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::harness::app::{App, Person, body_of, code};
use crate::harness::live::Live;
use held::{Held, held};
use planted::{Planted, announce_a_successor, planted};
use rows::rows;

/// The fields that must have a row: every way into the service, and everything that working papers hold.
fn entrances() -> BTreeSet<String> {
    let document = parse_schema(include_str!("../schema.graphql")).unwrap();
    let guarded = ["Query", "Mutation", "Subscription", "WorkingPapers"];
    let mut entrances = BTreeSet::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(found) = definition else { continue };
        let name = found.node.name.node;
        if let TypeKind::Object(object) = found.node.kind
            && guarded.contains(&name.as_str())
        {
            entrances.extend(object.fields.iter().map(|field| format!("{name}.{}", field.node.name.node)));
        }
    }
    entrances
}

#[test]
fn every_entrance_has_a_row_in_the_matrix_and_every_row_an_entrance() {
    let nothing = Planted { stage: "draft", ratings: vec![String::new()], ..Planted::default() };
    let types = ["Query.", "Mutation.", "Subscription.", "WorkingPapers."];
    let guarded = |name: &String| types.iter().any(|on| name.starts_with(on));
    let rows = rows(&[nothing], &Held::default()).into_iter();
    let rows = rows.map(|row| row.name.split(' ').next().unwrap_or_default().to_owned());
    let rows: BTreeSet<String> = rows.filter(guarded).collect();
    let entrances = entrances();
    let lacking: Vec<_> = entrances.difference(&rows).collect();
    assert!(lacking.is_empty(), "add a row to tests/access.rs for {lacking:?} and see who gets in");
    let gone: Vec<_> = rows.difference(&entrances).collect();
    assert!(gone.is_empty(), "{gone:?} is no field any more: take its row out of tests/access.rs");
}

async fn personas(app: &App) -> Vec<(&'static str, Option<Person<'_>>)> {
    vec![
        ("anonymous", None),
        ("stranger", Some(app.stranger())),
        ("reader", Some(app.reader().await)),
        ("contributor", Some(app.contributor_to("QWO").await)),
        ("lead", Some(app.lead_of("QWO").await)),
        ("other lead", Some(app.lead_of("QOP").await)),
        ("successor's lead", Some(app.lead_of("QOQ").await)),
        ("successor's contributor", Some(app.contributor_to("QOQ").await)),
        ("region", Some(app.reviewer_of("Y63").await)),
        ("other region", Some(app.reviewer_of("Y60").await)),
        ("national", Some(app.national().await)),
    ]
}

async fn ask(app: &App, live: &Live, person: Option<&Person<'_>>, document: &str) -> Value {
    if document.starts_with("subscription") {
        return live.first(person, document).await;
    }
    if let Some(person) = person {
        return person.ask(document).await;
    }
    let body = Body::from(json!({ "query": document }).to_string());
    let request = Request::post("/graphql").header("content-type", "application/json").body(body).unwrap();
    body_of(app.send(request).await).await
}

fn outcome(answer: &Value, pointer: &str) -> String {
    if answer["errors"] != Value::Null {
        return code(answer).to_owned();
    }
    let found = answer.pointer(&format!("/data/{pointer}")).unwrap_or(&Value::Null);
    match (found, &found["errors"][0]["code"]) {
        (Value::Null, _) => "null".to_owned(),
        (count, _) if pointer.ends_with("totalCount") => format!("sees {count}"),
        (_, Value::String(code)) => format!("ok ({code})"),
        _ => "ok".to_owned(),
    }
}

/// Columns as wide as they must be, so that a difference shows in one line.
fn aligned(table: &[Vec<String>]) -> String {
    let columns = 0..table[0].len();
    let widths: Vec<_> = columns.map(|i| table.iter().map(|row| row[i].len()).max().unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    table.iter().map(line).collect::<Vec<_>>().join("\n")
}

on_both! {
    async fn the_matrix_of_entrances_and_personas_is_the_one_that_was_reviewed(app: &App) {
        let mut all = Vec::new();
        announce_a_successor(app).await;
        for stage in ["draft", "returned", "submitted", "moderated", "shared", "contested", "published", "retracted"] {
            all.push(planted(app, stage, json!({ "evidenceFrom": null })).await);
        }
        let (personas, live) = (personas(app).await, app.live(|_| {}).await);
        let rows = rows(&all, &held(app).await);
        let head = app.store.snapshot().history.head();

        let names = personas.iter().map(|(name, _)| (*name).to_owned());
        let mut table = vec![std::iter::once(String::new()).chain(names).collect::<Vec<_>>()];
        for row in &rows {
            let mut cells = vec![row.name.clone()];
            for (_, person) in &personas {
                cells.push(outcome(&ask(app, &live, person.as_ref(), &row.document).await, &row.pointer));
            }
            table.push(cells);
        }
        assert_eq!(app.store.snapshot().history.head(), head, "a probe changed something");

        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings
            .set_description("Who gets in where. `ok (CODE)`: refused by a rule, not for want of access.");
        settings.bind(|| insta::assert_snapshot!("access__matrix", aligned(&table)));
    }
}
