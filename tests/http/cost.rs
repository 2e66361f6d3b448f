//! What a question costs, told to those who ask. On one engine: documents are priced before the database is asked.

use serde_json::{Value, json};

use super::{JSON, RESPONSE, Reply, ask, post};
use crate::harness::app::{App, code};
use crate::harness::database::Engine;

/// The national heatmap: every open system by every element, with standing, movement, trend and distributions.
const HEATMAP: &str = "query($since: Date) { comparison(framework: \"sdpt\", grain: ELEMENT, since: $since) {
    resolvedAsOf { on position } scale { levels { key title rank } } citation { text } synthetic
    undecided { code name }
    columns { subject { key title } distributions { area { code name } of without
        levelCounts { level { key } count } } }
    rows { system { code name region { code } } cells { subject { key } empty stage standing
        round { label referenceDate } rollUp { rated notRated notApplicable lowest { key } median { key title rank }
            levelCounts { level { key } count } }
        movement { word sentence since until advanced slipped held unmatched basisChanged }
        trend { verdict n changes statistic pValue sentence } } } } }";

async fn priced(app: &App, document: &str, variables: Value) -> Reply {
    let body = json!({ "query": document, "variables": variables, "extensions": { "cost": true } });
    post(app, &[("content-type", JSON), ("accept", RESPONSE)], &body.to_string()).await
}

/// What a document costs.
async fn cost(app: &App, document: &str, variables: Value) -> u64 {
    let reply = priced(app, document, variables).await;
    reply.body["extensions"]["cost"]["cost"].as_u64().unwrap_or_else(|| panic!("{document}: {}", reply.text))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cost_is_told_when_it_is_asked_for_also_where_it_is_too_high() {
    let app = App::start(Engine::Sqlite).await;
    let document = "query { me: viewer { ...F } systems(first: 3) @include(if: true) { nodes { code } } }
        fragment F on Viewer { name }";
    let reply = priced(&app, document, json!({})).await;
    let told = json!({ "cost": { "cost": 7, "most": 500_000, "depth": 3, "fields": 5, "rootFields": 2, "aliases": 1,
        "directives": 1 } });
    assert_eq!((reply.status, &reply.body["extensions"]), (200, &told), "{}", reply.text);
    assert!(ask(&app, JSON, document).await.body.get("extensions").is_none());
    for wish in [json!({ "cost": false }), json!({ "cost": "true" }), json!({}), Value::Null] {
        let body = json!({ "query": document, "extensions": wish }).to_string();
        let reply = post(&app, &[("content-type", JSON)], &body).await;
        assert!(reply.body["data"].is_object() && reply.body.get("extensions").is_none(), "{}", reply.text);
    }
    let too_much = "{ systems { nodes { assessments { nodes { publishedRatings { id by } } } } } }";
    let reply = priced(&app, too_much, json!({})).await;
    assert_eq!(reply.told(), (400, "QUERY_TOO_COSTLY", false));
    let cost = &reply.body["extensions"]["cost"]["cost"];
    assert!(
        cost.as_u64() > Some(500_000) && *cost == reply.body["errors"][0]["extensions"]["limit"]["found"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_counts_as_often_as_it_is_long() {
    let app = App::start(Engine::Sqlite).await;
    for (document, variables, expected) in [
        ("{ systems(first: 10) { nodes { X } } }", json!({}), 10),
        ("{ systems(last: 7) { edges { node { X } } } }", json!({}), 7),
        ("{ systems { nodes { X } } }", json!({}), 100),
        (
            "{ systems(first: 10) { ...P } } fragment P on SystemConnection { ... { nodes { X } } }",
            json!({}),
            10,
        ),
        ("query($n: Int) { systems(first: $n) { nodes { X } } }", json!({ "n": 12 }), 12),
        ("query($n: Int) { systems(first: $n) { nodes { X } } }", json!({}), 100),
        ("query($n: Int) { systems(first: $n) { nodes { X } } }", json!({ "n": null }), 100),
        ("query($n: Int = 8) { systems(first: $n) { nodes { X } } }", json!({}), 8),
        ("query($n: Int) { systems(first: $n) { nodes { X } } }", json!({ "n": 2_000_000_000 }), 100),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { X } }", json!({ "ids": ["a", "b", "c"] }), 3),
        ("{ nodes(ids: [\"a\", \"b\"]) { X } }", json!({}), 2),
        ("{ regions { systems { X } } }", json!({}), 100),
        ("{ comparison(framework: \"sdpt\") { rows { cells { X } } } }", json!({}), 2000),
        ("{ distributions(framework: \"sdpt\") { points { levelCounts { X } } } }", json!({}), 51_200),
        ("{ __schema { types { fields { X } } } }", json!({}), 1600),
        ("{ viewer { X } }", json!({}), 1),
    ] {
        let one = cost(&app, &document.replace('X', "__typename"), variables.clone()).await;
        let two = cost(&app, &document.replace('X', "__typename a: __typename"), variables.clone()).await;
        assert_eq!(two - one, expected, "{document}");
        let long = format!("__typename {}: __typename", "a".repeat(320));
        let long = cost(&app, &document.replace('X', &long), variables).await;
        assert_eq!(long - one, 11 * expected, "a long alias stands in the answer as often: {document}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_national_heatmap_with_trends_for_all_systems_is_admitted() {
    let app = App::start(Engine::Sqlite).await;
    let cost = cost(&app, HEATMAP, json!({ "since": "2025-11-22" })).await;
    assert!(
        (50_000..400_000).contains(&cost),
        "the heatmap costs {cost}: the default should leave room, and not much"
    );
    let many: Vec<_> = (0..9)
        .map(|i| {
            format!(
                "a{i}: __schema {{ types {{ {} }} }}",
                "fields { type { ".repeat(5) + "name" + &" } }".repeat(5)
            )
        })
        .collect();
    let many = format!("{{ {} }}", many.join(" "));
    assert_eq!(code(&ask(&app, JSON, &many).await.body), "QUERY_TOO_COSTLY", "the schema is no way round");
}
