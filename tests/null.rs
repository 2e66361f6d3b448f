//! Nulls propagate as the GraphQL specification says (§6.4.4): the library's part and ours, held case by case.
//! A failing case after an update of async-graphql is a regression; see docs/decisions/0002.

use api::graphql::NullPropagation;
use async_graphql::{EmptyMutation, EmptySubscription, Error, Object, Result, Schema};
use serde_json::{Value, json};

struct Query;

struct Thing;

fn fails<T>() -> Result<T> {
    Err(Error::new("failed"))
}

#[Object]
impl Query {
    async fn one(&self) -> i32 {
        1
    }

    async fn maybe(&self) -> Option<Thing> {
        Some(Thing)
    }

    async fn surely(&self) -> Thing {
        Thing
    }

    async fn maybe_fails(&self) -> Result<Option<Thing>> {
        fails()
    }

    async fn things(&self) -> Vec<Thing> {
        vec![Thing, Thing]
    }

    async fn maybe_things(&self) -> Option<Vec<Option<Thing>>> {
        Some(vec![Some(Thing), None, Some(Thing)])
    }

    async fn maybe_list_of_things(&self) -> Option<Vec<Thing>> {
        Some(vec![Thing, Thing])
    }
}

#[Object]
impl Thing {
    async fn a(&self) -> i32 {
        1
    }

    async fn bad(&self) -> Result<i32> {
        fails()
    }

    async fn maybe_bad(&self) -> Result<Option<i32>> {
        fails()
    }

    async fn maybe(&self) -> Option<Thing> {
        Some(Thing)
    }
}

#[tokio::test]
async fn an_error_nulls_its_field_or_the_nearest_parent_that_may_be_null() {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription).extension(NullPropagation).finish();
    let null = Value::Null;
    for (document, data, errors) in [
        ("{ one maybe { a bad } }", json!({ "one": 1, "maybe": null }), 1),
        ("{ one maybe { a maybeBad } }", json!({ "one": 1, "maybe": { "a": 1, "maybeBad": null } }), 1),
        ("{ one maybeFails { a } }", json!({ "one": 1, "maybeFails": null }), 1),
        ("{ one surely { a bad } }", null.clone(), 1),
        ("{ one surely { a maybeBad } }", json!({ "one": 1, "surely": { "a": 1, "maybeBad": null } }), 1),
        ("{ one things { bad } }", null.clone(), 1),
        (
            "{ one things { a maybeBad } }",
            json!({ "one": 1, "things": [
            { "a": 1, "maybeBad": null }, { "a": 1, "maybeBad": null }] }),
            2,
        ),
        ("{ one maybeThings { bad } }", json!({ "one": 1, "maybeThings": [null, null, null] }), 2),
        ("{ one maybeListOfThings { bad } }", json!({ "one": 1, "maybeListOfThings": null }), 1),
        ("{ one maybe { maybe { bad } a } }", json!({ "one": 1, "maybe": { "maybe": null, "a": 1 } }), 1),
    ] {
        let response = schema.execute(document).await;
        assert_eq!(serde_json::to_value(&response.data).unwrap(), data, "{document}");
        assert_eq!(response.errors.len(), errors, "{document}: {:?}", response.errors);
        assert!(
            response.errors.iter().all(|error| !error.path.is_empty()),
            "{document}: {:?}",
            response.errors
        );
    }
}
