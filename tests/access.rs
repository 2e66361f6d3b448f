//! Who may do what: the matrix of every entrance and every persona. A change of it is a change of the snapshot, which a
//! person reads.

mod acts;
mod leaks;

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use axum::body::Body;
use axum::http::Request;
use domain::grant::Role;
use serde_json::{Value, json};

use crate::harness::app::{App, Person, body_of, code};

const FIRST: &str = "sdpt.functions.transformation.priorities";

/// What the people of QWO know of one of its assessments.
struct Planted {
    /// How far it came, in the words of the tests.
    stage: &'static str,
    round: String,
    assessment: String,
    revision: u64,
    ratings: Vec<String>,
    superseded: String,
    evidence: String,
}

/// An assessment of QWO that is full of text which nobody else should meet, at a stage.
async fn planted(app: &App, stage: &'static str, policy: Value) -> Planted {
    let lead = app.lead_of("QWO").await;
    let somebody = app.somebody(Role::Contributor, Some("QWO"), Some("Planted Name")).await;
    let round = app.national().await.opens_with(stage, policy).await;
    let assessment = lead.starts(&round, "QWO").await;
    let outcome = |i: usize| match i {
        0 => json!({ "notApplicable": format!("planted reason, {stage}") }),
        _ => json!({ "level": "maturing" }),
    };
    let answers = lead.answers(&assessment).await;
    let mut items: Vec<_> = answers
        .iter()
        .enumerate()
        .map(|(i, answer)| {
            json!({ "element": answer["element"]["key"], "outcome": outcome(i),
                "rationale": format!("planted rationale, {stage}") })
        })
        .collect();
    let first = json!({ "element": items[0]["element"], "outcome": { "level": "emerging" },
        "rationale": format!("planted first thought, {stage}") });
    let rate = async |key: &str, items: &[Value]| {
        let input =
            json!({ "idempotencyKey": format!("{key} {stage}"), "assessment": assessment, "items": items });
        let payload = somebody.change("rateElements", "results { rating { id } }", input).await;
        assert_eq!(payload["errors"], json!([]));
        let ids = payload["results"].as_array().unwrap().iter().map(|result| text(&result["rating"]["id"]));
        ids.collect::<Vec<_>>()
    };
    let superseded = rate("first", &[first]).await.remove(0);
    items[0]["replaces"] = json!(superseded);
    let ratings = rate("second", &items).await;
    let input = json!({ "idempotencyKey": stage, "assessment": assessment, "kind": "REPORT", "elements": [FIRST],
        "title": format!("planted evidence, {stage}"), "link": format!("planted link, {stage}") });
    let evidence = somebody.change("recordEvidence", "evidence { id }", input).await;
    if stage != "draft" {
        let revision = lead.assessment(&assessment).await["revision"].clone();
        let input = json!({ "idempotencyKey": format!("submit {stage}"), "assessment": assessment,
            "expectedRevision": revision, "approval": { "kind": "BOARD", "on": "2026-11-20",
            "body": format!("planted board, {stage}"), "paper": format!("planted paper, {stage}") } });
        assert_eq!(lead.change("submitAssessment", "", input).await["errors"], json!([]));
    }
    if stage.contains("published") {
        let published = app.reviewer_of("Y63").await.publishes(&assessment).await;
        assert_eq!(published["errors"], json!([]));
    }
    let revision = lead.assessment(&assessment).await["revision"].as_u64().unwrap();
    let evidence = text(&evidence["evidence"]["id"]);
    Planted { stage, round, assessment, revision, ratings, superseded, evidence }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// One entrance with an input that whoever may enter would be taken at, or be refused at by rule and not by access.
struct Row {
    name: String,
    document: String,
    /// Where in `data` to look.
    pointer: String,
}

fn query(name: &str, pointer: &str, fields: &str) -> Row {
    Row { name: name.to_owned(), document: format!("{{ {fields} }}"), pointer: pointer.to_owned() }
}

fn rows(all: &[Planted], grant: &str) -> Vec<Row> {
    let mut rows = vec![
        query("Query.competencyMatrices", "competencyMatrices", "competencyMatrices { role }"),
        query(
            "Query.competencyMatrix",
            "competencyMatrix",
            "competencyMatrix(role: \"ICB chief executive\", system: \"QWO\") { role }",
        ),
        query(
            "Query.comparison",
            "comparison/rows/0",
            "comparison(framework: \"sdpt\") { rows { system { id } } }",
        ),
        query(
            "Query.distributions",
            "distributions/0",
            "distributions(framework: \"sdpt\") { points { of } }",
        ),
        query("Query.gap", "gap/lines/0", "gap(framework: \"sdpt\") { lines { pairs } }"),
        query(
            "Query.movements",
            "movements/groups/0",
            "movements(framework: \"sdpt\", since: \"2026-01-01\") { groups { count } }",
        ),
        query("Query.framework", "framework", "framework(key: \"sdpt\") { id }"),
        query("Query.frameworks", "frameworks", "frameworks { id }"),
        query("Query.region", "region", "region(code: \"Y63\") { id }"),
        query("Query.regions", "regions", "regions { id }"),
        query("Query.round", "round", "round(framework: \"sdpt\", label: \"draft\") { id }"),
        query("Query.rounds", "rounds", "rounds { totalCount }"),
        query("Query.system", "system", "system(code: \"QWO\") { id }"),
        query("Query.systemByOnsCode", "systemByOnsCode", "systemByOnsCode(onsCode: \"E54000054\") { id }"),
        query("Query.systems", "systems", "systems { totalCount }"),
        query("Query.viewer", "viewer", "viewer { name }"),
        query("Query.node (grant of the lead)", "node", &format!("node(id: \"{grant}\") {{ id }}")),
        query(
            "System.assessments",
            "system/assessments/totalCount",
            "system(code: \"QWO\") { assessments { totalCount } }",
        ),
    ];
    rows.extend(all.iter().map(unpublished_figures));
    rows.extend(all.iter().flat_map(nodes));
    rows.extend(all.iter().flat_map(working_papers));
    rows.extend(all.iter().flat_map(texts_of_ratings));
    rows.extend(on_rounds(&all[0]));
    rows.extend(all.iter().flat_map(mutations));
    rows.sort_by_key(|row| !row.name.starts_with("Query"));
    rows
}

fn nodes(of: &Planted) -> Vec<Row> {
    let things = [
        ("", &of.assessment),
        (" rating", &of.ratings[0]),
        (" superseded rating", &of.superseded),
        (" evidence", &of.evidence),
    ];
    let node = |(what, id): (&str, &String)| {
        let name = |field: &str| format!("Query.{field} ({}{what})", of.stage);
        query(&name("node"), "node", &format!("node(id: \"{id}\") {{ id }}"))
    };
    let fields = format!("nodes(ids: [\"{}\"]) {{ id }}", of.assessment);
    let nodes = query(&format!("Query.nodes ({})", of.stage), "nodes/0", &fields);
    things.into_iter().map(node).chain([nodes]).collect()
}

fn unpublished_figures(of: &Planted) -> Row {
    let fields = format!(
        "comparison(framework: \"sdpt\", systems: {{ codes: [\"QWO\"] }}, round: \"{}\", include: SUBMITTED) \
         {{ rows {{ cells {{ stage }} }} }}",
        of.stage
    );
    query(
        &format!("Query.comparison (unpublished, {})", of.stage),
        "comparison/rows/0/cells/0/stage",
        &fields,
    )
}

fn working_papers(of: &Planted) -> Vec<Row> {
    let fields = [
        ("answers", "answers { self { id } }"),
        ("approval", "approval { body }"),
        ("evidence", "evidence { id }"),
        ("missing", "missing { message }"),
        ("of", "of"),
        ("rated", "rated"),
    ];
    let row = |(field, selection): (&str, &str)| {
        let fields = format!(
            "node(id: \"{}\") {{ ... on Assessment {{ workingPapers {{ {selection} }} }} }}",
            of.assessment
        );
        query(
            &format!("WorkingPapers.{field} ({})", of.stage),
            &format!("node/workingPapers/{field}"),
            &fields,
        )
    };
    fields.into_iter().map(row).collect()
}

fn texts_of_ratings(of: &Planted) -> Vec<Row> {
    let fields = [("rationale", ""), ("by", ""), ("evidence", "{ id }"), ("supersedes", "{ id }")];
    let row = |(field, selection): (&str, &str)| {
        let fields = format!("node(id: \"{}\") {{ ... on Rating {{ {field} {selection} }} }}", of.ratings[0]);
        query(&format!("Rating.{field} ({})", of.stage), &format!("node/{field}"), &fields)
    };
    fields.into_iter().map(row).collect()
}

fn on_rounds(of: &Planted) -> Vec<Row> {
    let days = "referenceDate: \"2026-09-30\", opensOn: \"2026-10-01\", dueOn: \"2026-12-01\", \
        closesOn: \"2026-12-18\"";
    vec![
        mutation(
            "openRound",
            "label taken",
            &format!("framework: \"sdpt\", label: \"{}\", {days}", of.stage),
        ),
        mutation(
            "startAssessment",
            "started already",
            &format!("round: \"{}\", system: {{ code: \"QWO\" }}", of.round),
        ),
    ]
}

fn mutations(of: &Planted) -> Vec<Row> {
    let Planted { stage, assessment, revision, ratings, .. } = of;
    let publish =
        format!("dryRun: true, items: [{{ assessment: \"{assessment}\", expectedRevision: {revision} }}]");
    let rate = format!(
        "dryRun: true, assessment: \"{assessment}\", items: [{{ element: \"{FIRST}\", replaces: \"{}\", \
         outcome: {{ cleared: true }} }}]",
        ratings[0]
    );
    let cited_by_none = format!("assessment: \"{assessment}\", title: \"t\", kind: DATA, elements: []");
    let at_revision_0 = format!("assessment: \"{assessment}\", expectedRevision: 0");
    vec![
        mutation("publishAssessments", stage, &publish),
        mutation("rateElements", stage, &rate),
        mutation("recordEvidence", stage, &cited_by_none),
        mutation("submitAssessment", stage, &at_revision_0),
    ]
}

fn mutation(field: &str, suffix: &str, input: &str) -> Row {
    let input = format!("idempotencyKey: \"probe\", {input}");
    Row {
        name: format!("Mutation.{field} ({suffix})"),
        document: format!("mutation {{ {field}(input: {{ {input} }}) {{ errors {{ code }} }} }}"),
        pointer: field.to_owned(),
    }
}

/// The fields that must have a row: every way into the service, and everything that working papers hold.
fn entrances() -> BTreeSet<String> {
    let document = parse_schema(include_str!("../schema.graphql")).unwrap();
    let guarded = ["Query", "Mutation", "WorkingPapers"];
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
    let nothing = |stage| Planted {
        stage,
        round: String::new(),
        assessment: String::new(),
        revision: 0,
        ratings: vec![String::new()],
        superseded: String::new(),
        evidence: String::new(),
    };
    let guarded =
        |name: &String| ["Query.", "Mutation.", "WorkingPapers."].iter().any(|on| name.starts_with(on));
    let rows = rows(&[nothing("draft")], "").into_iter();
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
        ("region", Some(app.reviewer_of("Y63").await)),
        ("other region", Some(app.reviewer_of("Y60").await)),
        ("national", Some(app.national().await)),
    ]
}

async fn ask(app: &App, person: Option<&Person<'_>>, document: &str) -> Value {
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
        for stage in ["draft", "submitted", "published"] {
            all.push(planted(app, stage, json!({ "evidenceFrom": null })).await);
        }
        let lead = app.lead_of("QWO").await;
        let grants = lead.data("{ viewer { grants { id } } }", json!({})).await;
        let rows = rows(&all, grants["viewer"]["grants"][0]["id"].as_str().unwrap());
        let personas = personas(app).await;
        let head = app.store.snapshot().history.head();

        let names = personas.iter().map(|(name, _)| (*name).to_owned());
        let mut table = vec![std::iter::once(String::new()).chain(names).collect::<Vec<_>>()];
        for row in &rows {
            let mut cells = vec![row.name.clone()];
            for (_, person) in &personas {
                cells.push(outcome(&ask(app, person.as_ref(), &row.document).await, &row.pointer));
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
