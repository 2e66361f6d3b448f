//! Answers that are kept: whose they are, how long they stay, and how they are packed.

use std::io::Read as _;
use std::time::Duration;

use api::http::{App as HttpApp, router};
use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Request};
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::harness::app::{App, Person, code};

const FIGURES: &str = "query($include: Include!) { comparison(framework: \"sdpt\", include: $include) {
    rows { system { code name } cells { empty stage rollUp { rated median { key } } } } } }";

/// Somebody asks this very service, accepting what they accept.
async fn asked(http: &HttpApp, who: &Person<'_>, body: &Value, encodings: &str) -> (HeaderMap, Vec<u8>) {
    let request = Request::post("/graphql")
        .header(AUTHORIZATION, format!("Bearer {}", who.token))
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT_ENCODING, encodings)
        .body(Body::from(body.to_string()))
        .unwrap();
    let response = router(http.clone()).oneshot(request).await.unwrap();
    let headers = response.headers().clone();
    (headers, to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
}

async fn told(http: &HttpApp, who: &Person<'_>, document: &str) -> Value {
    let (_, text) =
        asked(http, who, &json!({ "query": document, "variables": { "include": "PUBLISHED" } }), "").await;
    serde_json::from_slice(&text).unwrap()
}

on_both! {
    async fn an_answer_is_kept_for_everybody_who_would_get_the_same(app: &App) {
        let round = app.national().await.opens("2026/27 Q2").await;
        app.published_at(&round, "QWO", "maturing").await;
        let http = app.http(|_| {});
        let (one, other, stranger) = (app.lead_of("QWO").await, app.lead_of("QHM").await, app.stranger());
        let first = told(&http, &one, FIGURES).await;
        assert_eq!((code(&first), http.answers_kept()), ("no error", 1));
        for who in [&one, &other, &stranger] {
            assert_eq!(told(&http, who, FIGURES).await, first);
        }
        assert_eq!(http.answers_kept(), 1, "it was the same question");
        let mut names: Vec<_> = Vec::new();
        for who in [&one, &other, &one, &other, &stranger] {
            names.push(told(&http, who, "{ viewer { name } }").await["data"]["viewer"]["name"].clone());
        }
        assert_eq!((&names[0], &names[1], &names[4]), (&names[2], &names[3], &Value::Null));
        assert_ne!(names[0], names[1]);
        assert_eq!(http.answers_kept(), 4, "one for each of three");
    }

    async fn what_only_some_may_see_is_kept_for_them_alone(app: &App) {
        let round = app.national().await.opens("2026/27 Q2").await;
        app.submitted_at(&round, "QWO", "developing").await;
        let lead = app.lead_of("QWO").await;
        let http = app.http(|_| {});
        let shown = |answer: &Value| {
            let rows = answer["data"]["comparison"]["rows"].as_array().unwrap();
            let row = rows.iter().find(|row| row["system"]["code"] == "QWO").unwrap();
            row["cells"][0]["stage"].clone()
        };
        let figures = FIGURES.replace("query($include: Include!) ", "").replace("$include", "SUBMITTED");
        let (reader, stranger) = (app.reader().await, app.stranger());
        for (who, expected) in [
            (&lead, json!("SUBMITTED")),
            (&reader, Value::Null),
            (&lead, json!("SUBMITTED")),
            (&stranger, Value::Null),
        ] {
            assert_eq!(shown(&told(&http, who, &figures).await), expected);
        }
        assert_eq!(http.answers_kept(), 3);
    }

    async fn what_is_recorded_is_in_the_next_answer_and_the_past_is_let_go(app: &App) {
        let round = app.national().await.opens("2026/27 Q2").await;
        let (http, reader) = (app.http(|_| {}), app.reader().await);
        let median = async |http: &HttpApp| {
            let answer = told(http, &reader, FIGURES).await;
            let rows = answer["data"]["comparison"]["rows"].as_array().unwrap().clone();
            rows.into_iter().find(|row| row["system"]["code"] == "QWO").unwrap()["cells"][0]["rollUp"]["median"]["key"].clone()
        };
        assert_eq!(median(&http).await, Value::Null);
        app.published_at(&round, "QWO", "maturing").await;
        for _ in 0..200 {
            if http.answers_kept() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(http.answers_kept(), 0, "nobody can ask for it any more");
        assert_eq!(median(&http).await, "maturing");
    }

    async fn what_is_no_figure_or_went_wrong_is_not_kept(app: &App) {
        let round = app.national().await.opens("2026/27 Q2").await;
        app.published_at(&round, "QWO", "maturing").await;
        let (http, lead) = (app.http(|_| {}), app.lead_of("QWO").await);
        for document in [
            "{ assessments { nodes { publishedRatings { rationale } } } }",
            "{ comparison(framework: \"sdpt\", round: \"no such round\") { synthetic } }",
            "{ nonsense }",
            "mutation { retractPublication(input: { idempotencyKey: \"k\", assessment: \"x\", expectedRevision: 1, reason: \"r\" }) { errors { code } } }",
        ] {
            told(&http, &lead, document).await;
            assert_eq!(http.answers_kept(), 0, "{document}");
        }
        let priced = json!({ "query": "{ regions { code } }", "extensions": { "cost": true } });
        let (_, text) = asked(&http, &lead, &priced, "").await;
        let priced: Value = serde_json::from_slice(&text).unwrap();
        assert!(priced["extensions"]["cost"]["cost"].is_number(), "{priced}");
        assert_eq!(http.answers_kept(), 0);
        told(&http, &lead, "{ regions { code } }").await;
        assert_eq!(http.answers_kept(), 1);
    }

    async fn what_is_kept_is_bounded(app: &App) {
        let (http, reader) = (app.http(|limits| limits.kept_bytes.most = 20_000), app.reader().await);
        for i in 0..100 {
            told(&http, &reader, &format!("{{ a{i}: regions {{ code name }} }}")).await;
        }
        assert!((1..40).contains(&http.answers_kept()), "{} answers are kept", http.answers_kept());
    }

    async fn a_long_answer_is_packed_for_those_who_take_it(app: &App) {
        let (http, reader) = (app.http(|_| {}), app.reader().await);
        let long = json!({ "query": "{ comparison(framework: \"sdpt\", grain: ELEMENT) { rows { system { code name } cells { subject { key } } } } }" });
        let short = json!({ "query": "{ regions { code } }" });
        let (_, plain) = asked(&http, &reader, &long, "").await;
        for (encodings, body, is_packed) in [
            ("gzip", &long, true),
            ("br, gzip;q=0.5", &long, true),
            ("GZIP", &long, true),
            ("gzip;q=0", &long, false),
            ("br", &long, false),
            ("gzip", &short, false),
        ] {
            let (headers, sent) = asked(&http, &reader, body, encodings).await;
            let packed = headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip");
            assert_eq!(packed, is_packed, "{encodings}");
            assert!(headers["vary"].to_str().unwrap().contains("Accept-Encoding"));
            if packed {
                assert!(sent.len() * 4 < plain.len(), "{} of {}", sent.len(), plain.len());
                let mut unpacked = Vec::new();
                GzDecoder::new(&sent[..]).read_to_end(&mut unpacked).unwrap();
                assert_eq!(unpacked, plain);
            }
            let length = headers.get(CONTENT_LENGTH).map(|length| length.to_str().unwrap().parse().unwrap());
            assert!(length.is_none_or(|length: usize| length == sent.len()));
        }
    }
}
