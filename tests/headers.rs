//! What stands round every answer: the headers that keep browsers careful, who may ask from a page, ids, and panics.

use api::http::{Origins, dressed, router};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response};
use axum::routing::get;
use tower::ServiceExt;

use crate::harness::app::{App, body_of};
use crate::harness::database::Engine;
use crate::harness::log;

const PAGES: &str = "https://pages.nhs.uk";

async fn send(router: &Router, method: Method, uri: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn is_dressed(headers: &HeaderMap) {
    for (name, value) in [
        ("cache-control", "private, no-store"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        ("vary", "Origin, Accept, Accept-Encoding"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(headers.get_all(name).iter().collect::<Vec<_>>(), [value], "{name}");
    }
    assert!(!header(headers, "x-request-id").is_empty());
    assert_eq!(header(headers, "access-control-allow-credentials"), "");
    assert_ne!(header(headers, "access-control-allow-origin"), "*");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_dressed_and_only_listed_pages_may_read_it() {
    let app = App::start(Engine::Sqlite).await;
    let bearer = format!("Bearer {}", app.reader().await.token);
    let origins = Origins::read("https://pages.nhs.uk, http://localhost:3000").unwrap();
    let closed = router(app.http(|_| {}));
    let open = router(app.http(|_| {}).allowing(origins));
    let query = "/graphql?query=%7Bviewer%7Bname%7D%7D";
    for (method, uri, authorization, status) in [
        (Method::GET, query, bearer.as_str(), 200),
        (Method::GET, query, "", 401),
        (Method::GET, "/graphql?query=%7B", &bearer, 400),
        (Method::POST, "/graphql", &bearer, 415),
        (Method::PUT, "/graphql", &bearer, 405),
        (Method::GET, "/nonsense", &bearer, 404),
        (Method::GET, "/graphql/ws", &bearer, 400),
        (Method::GET, "/healthz", "", 200),
        (Method::GET, "/readyz", "", 200),
    ] {
        let headers = [
            ("authorization", authorization),
            ("origin", PAGES),
            ("accept", "application/graphql-response+json"),
        ];
        for (routes, allowed) in [(&closed, ""), (&open, PAGES)] {
            if uri == "/graphql/ws" && allowed.is_empty() {
                assert_eq!(send(routes, method.clone(), uri, &headers).await.status(), 403);
                continue;
            }
            let answer = send(routes, method.clone(), uri, &headers).await;
            assert_eq!(answer.status(), status, "{method} {uri}");
            is_dressed(answer.headers());
            assert_eq!(header(answer.headers(), "access-control-allow-origin"), allowed, "{method} {uri}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_learns_beforehand_what_a_page_may_send() {
    let app = App::start(Engine::Sqlite).await;
    let origins = Origins::read("https://pages.nhs.uk, http://localhost:3000").unwrap();
    let (closed, open) = (router(app.http(|_| {})), router(app.http(|_| {}).allowing(origins)));
    for (origin, allowed) in [
        (PAGES, PAGES),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://evil.example", ""),
        ("null", ""),
    ] {
        let asked = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization, content-type"),
        ];
        let answer = send(&open, Method::OPTIONS, "/graphql", &asked).await;
        let headers = answer.headers();
        assert_eq!(
            (answer.status().as_u16(), header(headers, "access-control-allow-origin")),
            (200, allowed)
        );
        is_dressed(headers);
        assert_eq!(header(headers, "access-control-allow-methods"), "GET,POST");
        assert_eq!(
            header(headers, "access-control-allow-headers"),
            "authorization,content-type,x-request-id"
        );
        assert_eq!(header(headers, "access-control-max-age"), "600");
        let answer = send(&closed, Method::OPTIONS, "/graphql", &asked).await;
        assert_eq!(
            (answer.status().as_u16(), header(answer.headers(), "access-control-allow-origin")),
            (405, "")
        );
    }
    let answer = send(&open, Method::GET, "/healthz", &[("origin", PAGES)]).await;
    assert_eq!(header(answer.headers(), "access-control-expose-headers"), "x-request-id,retry-after");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_of_the_client_is_kept_where_it_is_one() {
    let routes = dressed(Router::new(), &Origins::default());
    let long = "x".repeat(64);
    for (sent, kept) in [
        ("mine-1", true),
        ("A.b_c-9", true),
        (&long, true),
        (&format!("{long}x"), false),
        ("", false),
        ("two words", false),
        ("a\tb", false),
        ("<script>", false),
        ("{\"a\":1}", false),
    ] {
        let answer = send(&routes, Method::GET, "/", &[("x-request-id", sent)]).await;
        let id = header(answer.headers(), "x-request-id");
        assert_eq!(id == sent, kept, "{sent}");
        assert!(kept || (id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit())), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_fails_one_request_and_says_nothing_of_itself() {
    let watch = log::watch();
    watch.want("panic-1");
    let panics = async || -> &'static str { panic!("because developing") };
    let routes = Router::new().route("/panics", get(panics)).route("/lives", get(async || "yes"));
    let routes = dressed(routes, &Origins::read(PAGES).unwrap());
    let headers = [("x-request-id", "panic-1"), ("origin", PAGES)];
    let answer = send(&routes, Method::GET, "/panics", &headers).await;
    assert_eq!(answer.status(), 500);
    is_dressed(answer.headers());
    assert_eq!(header(answer.headers(), "content-type"), "application/json; charset=utf-8");
    assert_eq!(header(answer.headers(), "access-control-allow-origin"), PAGES);
    let told = body_of(answer).await;
    let extensions = &told["errors"][0]["extensions"];
    assert_eq!((&extensions["code"], &extensions["requestId"]), (&"INTERNAL".into(), &"panic-1".into()));
    assert!(!told.to_string().contains("because"), "{told}");
    let logged = watch.lines_with("panic-1").concat();
    assert!(logged.contains("a request panicked") && logged.contains("status=500"), "{logged}");
    assert_eq!(send(&routes, Method::GET, "/lives", &[]).await.status(), 200);
}
