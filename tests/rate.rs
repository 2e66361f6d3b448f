//! How often one viewer may ask, and how much is worked on at once.

use std::time::Duration;

use api::http::router;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::harness::app::{App, body_of, code};
use crate::harness::database::Engine;

async fn post(router: &Router, token: &str, document: &str) -> Response<Body> {
    let body = Body::from(json!({ "query": document }).to_string());
    let request = Request::post("/graphql")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    router.clone().oneshot(request.body(body).unwrap()).await.unwrap()
}

fn retry_after(response: &Response<Body>) -> u64 {
    let header =
        response.headers().get("retry-after").map(|header| header.to_str().unwrap().parse().unwrap());
    header.unwrap_or(0)
}

fn message(answer: &Value) -> &str {
    answer["errors"][0]["message"].as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_viewer_asks_so_often_and_no_oftener() {
    let app = App::start(Engine::Sqlite).await;
    let http = app.http(|limits| (limits.rate.most, limits.burst.most) = (1, 3));
    let router = router(http.clone());
    let (reader, stranger) = (app.reader().await.token, app.stranger().token);
    for _ in 0..5 {
        assert_eq!(post(&router, "forged", "{ viewer { name } }").await.status(), 401, "and not counted");
    }
    for _ in 0..3 {
        assert_eq!(post(&router, &reader, "{ viewer { name } }").await.status(), 200);
    }
    assert_eq!(http.answers_kept(), 1, "and yet nobody is answered who would not be:");
    assert_eq!(post(&router, "forged", "{ viewer { name } }").await.status(), 401);
    // Whatever is asked, and with whichever token of the same viewer.
    for (token, document) in [(&reader, "{ viewer { name } }"), (&app.reader().await.token, "nonsense")] {
        let refused = post(&router, token, document).await;
        assert_eq!((refused.status().as_u16(), retry_after(&refused)), (429, 1));
        let told = body_of(refused).await;
        assert_eq!(code(&told), "RATE_LIMITED");
        assert!(message(&told).contains("SDPT_MAX_REQUESTS_PER_SECOND"), "{told}");
    }
    assert_eq!(post(&router, &stranger, "{ viewer { name } }").await.status(), 200, "others are not held up");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(post(&router, &reader, "{ viewer { name } }").await.status(), 200, "as told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_are_too_many_at_once_are_refused_and_do_not_wait() {
    let app = App::start(Engine::Sqlite).await;
    let of_all = router(app.http(|limits| limits.requests_at_once.most = 1));
    let of_one = router(app.http(|limits| limits.viewer_at_once.most = 1));
    let (national, reader) = (app.national().await.token, app.reader().await.token);
    for (router, of_one, status, told_code, told_name) in [
        (&of_all, false, 503, "UNAVAILABLE", "SDPT_MAX_REQUESTS_AT_ONCE)"),
        (&of_one, true, 429, "RATE_LIMITED", "SDPT_MAX_REQUESTS_AT_ONCE_PER_VIEWER)"),
    ] {
        // Somebody else holds the ledger's lock: a change waits for it.
        let other = app.database.connection().await;
        other.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
        let open = format!(
            "mutation {{ openRound(input: {{ idempotencyKey: \"{status}\", framework: \"sdpt\", label: \"{status}\",
            referenceDate: \"2026-09-30\", opensOn: \"2026-10-01\", dueOn: \"2026-12-01\", closesOn: \"2026-12-18\" }}) {{
            errors {{ message }} }} }}"
        );
        let (routes, token) = (router.clone(), national.clone());
        let waiting = tokio::spawn(async move { post(&routes, &token, &open).await });
        tokio::time::sleep(Duration::from_millis(500)).await;
        let refused = post(router, &national, "{ viewer { name } }").await;
        assert_eq!((refused.status().as_u16(), retry_after(&refused)), (status, 1));
        let told = body_of(refused).await;
        assert_eq!(code(&told), told_code);
        assert!(message(&told).contains(told_name), "{told}");
        let by_another = post(router, &reader, "{ viewer { name } }").await.status();
        assert_eq!(by_another, if of_one { 200 } else { 503 }, "whom another viewer holds up");
        let health = Request::get("/healthz").body(Body::empty()).unwrap();
        assert_eq!(router.clone().oneshot(health).await.unwrap().status(), 200, "and not counted");
        assert_eq!(post(router, "forged", "{ viewer { name } }").await.status(), 401);
        other.execute_unprepared("ROLLBACK").await.unwrap();
        let changed = waiting.await.unwrap();
        // An answer that nobody has taken yet still counts.
        assert_ne!(post(router, &national, "{ viewer { name } }").await.status(), 200);
        assert_eq!(body_of(changed).await, json!({ "data": { "openRound": { "errors": [] } } }));
        assert_eq!(post(router, &national, "{ viewer { name } }").await.status(), 200);
    }
}
