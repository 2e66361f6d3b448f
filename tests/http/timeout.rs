//! A request has its time, and what it is doing ends with it. On one engine: the work is the resolvers', not the database's.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use api::graphql::NullPropagation;
use api::limits::Limits;
use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};

use super::{JSON, RESPONSE, ask};
use crate::harness::app::App;
use crate::harness::database::Engine;

struct Query(Arc<AtomicUsize>);

struct Thing(Arc<AtomicUsize>);

#[Object]
impl Query {
    async fn things(&self) -> Vec<Thing> {
        (0..1_000_000).map(|_| Thing(self.0.clone())).collect()
    }
}

#[Object]
impl Thing {
    async fn number(&self) -> usize {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

#[tokio::test]
async fn work_that_never_waits_is_dropped_when_its_time_is_over() {
    let resolved = Arc::new(AtomicUsize::new(0));
    let schema = Schema::build(Query(resolved.clone()), EmptyMutation, EmptySubscription);
    let schema = schema.extension(NullPropagation).finish();
    let executed = schema.execute("{ things { number } }");
    assert!(
        tokio::time::timeout(Duration::from_millis(500), executed).await.is_err(),
        "a million were too few"
    );
    let done = resolved.load(Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(resolved.load(Ordering::Relaxed), done, "the work went on");
    assert!(done < 1_000_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_for_too_much_time_is_told_so_soon() {
    let mut app = App::start(Engine::Sqlite).await;
    let mut limits = Limits::default();
    limits.request_seconds.most = 1;
    // More than is usually let in, so that a fast machine is busy for longer than a second too.
    (limits.root_fields.most, limits.aliases.most) = (1_000, 1_000);
    (limits.tokens.most, limits.cost.most) = (100_000, usize::MAX);
    limits.answer_bytes.most = usize::MAX;
    app.set(&limits, true);
    // The source of an element is resolved by itself, and so is all that stands round it.
    let cells = "rows { cells { subject { key title ... on Element { source } } empty stage standing trend { verdict } } }";
    let heavy: Vec<_> = (0..250)
        .map(|i| format!("a{i}: comparison(framework: \"readiness\", grain: ELEMENT) {{ {cells} }}"))
        .collect();
    let heavy = format!("{{ {} }}", heavy.join(" "));
    for accept in [RESPONSE, JSON] {
        let from = Instant::now();
        let reply = ask(&app, accept, &heavy).await;
        assert_eq!(reply.told(), (503, "TIMEOUT", false), "{:.300}", reply.text);
        assert!(from.elapsed() < Duration::from_secs(4), "told after {:?}", from.elapsed());
        assert_eq!(reply.header("retry-after"), "1");
        assert_eq!(reply.body["errors"][0]["extensions"]["limit"]["name"], "SDPT_MAX_REQUEST_SECONDS");
    }
    assert_eq!(ask(&app, JSON, "{ viewer { name } }").await.told(), (200, "no error", true));
}
