//! Who may ask for the schema, and where everybody may read it. On one engine: no table is asked.

use api::limits::Limits;
use axum::http::Method;
use serde_json::{Value, json};

use super::{JSON, RESPONSE, send};
use crate::harness::app::App;
use crate::harness::database::Engine;

const CONTRACT: &str = include_str!("../../schema.graphql");

/// Ways to ask for the schema, or what looks like it.
const ASKING: [(&str, bool); 10] = [
    ("{ __schema { queryType { name } } }", true),
    ("{ __type(name: \"System\") { name } }", true),
    ("{ a: __type(name: \"System\") { name } viewer { name } }", true),
    ("{ ...F } fragment F on Query { __schema { queryType { name } } }", true),
    ("{ ... { ... on Query { __type(name: \"System\") { name } } } }", true),
    ("{ viewer { name } __schema @skip(if: true) { queryType { name } } }", true),
    (
        "query($yes: Boolean = false) { viewer { name } __schema @include(if: $yes) { queryType { name } } }",
        true,
    ),
    ("mutation { __schema { queryType { name } } }", false),
    ("{ __typename viewer { __typename name } }", false),
    ("query A { viewer { name } }", false),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_are_told_the_schema_only_where_that_is_switched_on() {
    let mut app = App::start(Engine::Sqlite).await;
    for on in [true, false] {
        app.set(&Limits::default(), on);
        let people = [
            ("reader", app.reader().await, false),
            ("stranger", app.stranger(), false),
            ("contributor", app.contributor_to("QWO").await, true),
            ("lead", app.lead_of("QWO").await, true),
            ("reviewer", app.reviewer_of("Y63").await, true),
            ("national", app.national().await, true),
            ("reader, after all of them", app.reader().await, false),
        ];
        for (who, person, works) in people {
            for (document, asks) in ASKING {
                let bearer = format!("Bearer {}", person.token);
                let headers =
                    [("authorization", bearer.as_str()), ("content-type", JSON), ("accept", RESPONSE)];
                let body = json!({ "query": document }).to_string();
                let reply = send(&app, Method::POST, "/graphql", &headers, &body).await;
                let expected = match (asks, document.starts_with("mutation")) {
                    (true, _) if !on && !works => (403, "FORBIDDEN", false),
                    (_, true) => (400, "GRAPHQL_VALIDATION_FAILED", false),
                    _ => (200, "no error", true),
                };
                assert_eq!(reply.told(), expected, "{who}: {document}: {}", reply.text);
                if reply.status == 403 {
                    assert!(reply.text.contains("/schema.graphql"), "{}", reply.text);
                }
            }
        }
    }
}

/// Everything that tools ask for when they draw a schema.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tools_may_ask_for_all_of_the_schema_at_once() {
    let app = App::start(Engine::Sqlite).await;
    let deep = "kind name ofType { ".repeat(9) + "kind name" + &" }".repeat(9);
    let input = format!("name description defaultValue isDeprecated deprecationReason type {{ {deep} }}");
    let document = format!(
        "{{ __schema {{ description queryType {{ name }} mutationType {{ name }} subscriptionType {{ name }}
            types {{ kind name description specifiedByURL isOneOf
                fields(includeDeprecated: true) {{ name description isDeprecated deprecationReason
                    args(includeDeprecated: true) {{ {input} }} type {{ {deep} }} }}
                inputFields(includeDeprecated: true) {{ {input} }} interfaces {{ {deep} }}
                enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
                possibleTypes {{ {deep} }} }}
            directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ {input} }} }} }} }}"
    );
    let data = app.reader().await.data(&document, json!({})).await;
    let types = data["__schema"]["types"].as_array().unwrap();
    let one_of: Vec<_> =
        types.iter().filter(|found| found["isOneOf"] == true).map(|found| &found["name"]).collect();
    assert!(types.len() > 150 && one_of.contains(&&json!("SystemRef")), "{one_of:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_suggests_nothing() {
    let app = App::start(Engine::Sqlite).await;
    let reader = app.reader().await;
    for document in [
        "{ viewer { nam } }",
        "{ viewr { name } }",
        "{ system(cod: \"QWO\") { id } }",
        "{ node(id: 1) { ... on Sytem { id } } }",
        "{ viewer { name @skp(if: true) } }",
        "{ comparison(framework: \"sdpt\", grain: ELEMNT) { synthetic } }",
        "{ rounds(framework: \"sdpt\") { nodes } }",
        "query($a: SystemWhere) { systems(where: $a) { totalCount } }",
    ] {
        let answer = reader.ask(document).await;
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        let tells =
            ["did you mean", "?", "\n", "help", "│"].iter().any(|word| message.to_lowercase().contains(word));
        assert!(!message.is_empty() && !tells, "{document}: {message}");
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(extensions, &json!({ "code": "GRAPHQL_VALIDATION_FAILED" }), "{document}");
        assert!(answer["errors"][0]["locations"][0]["line"].is_u64(), "{document}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_contract_is_a_file_for_everybody() {
    let app = App::start(Engine::Sqlite).await;
    let reply = send(&app, Method::GET, "/schema.graphql", &[], "").await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/graphql; charset=utf-8"));
    assert!(reply.text == CONTRACT && reply.body == Value::Null);
    assert_eq!(send(&app, Method::POST, "/schema.graphql", &[], "").await.status, 405);
}
