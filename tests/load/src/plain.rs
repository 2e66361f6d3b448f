//! The least that could answer: bytes that are there already, and one prepared statement on PostgreSQL whose JSON is sent
//! as it comes. No sign-in, no history, no policy.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde::Deserialize;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection};

use crate::fill;
use crate::{Failure, Result};

/// Its own tables in a schema of their own: published ratings with all that questions ask of them in one row, and the
/// indexes that fit. `ratings` are filled from the service's, so that both hold the same.
const TABLES: &str = "
DROP SCHEMA IF EXISTS plain CASCADE;
CREATE SCHEMA plain;
CREATE TABLE plain.rating AS
  SELECT code.code AS system, region_code.code AS region, round.reference_date AS quarter, round.label AS round,
    theme.key AS theme, element.stable_key AS element, element.number AS number, rating.level AS level,
    text_item.text AS rationale, name.text AS author, assessment.id::text AS assessment
  FROM rating JOIN assessment ON assessment.id = rating.assessment AND assessment.stage = 'PUBLISHED'
    JOIN round ON round.id = assessment.round
    JOIN element ON element.id = rating.element AND element.edition = rating.edition
    JOIN theme ON theme.id = element.theme AND theme.edition = element.edition
    JOIN organisation_code code ON code.organisation = assessment.organisation AND code.scheme = 'ODS'
      AND code.superseded_position IS NULL
    JOIN membership ON membership.organisation = assessment.organisation AND membership.of_organisation IS NOT NULL
      AND membership.superseded_position IS NULL AND membership.valid_from <= round.reference_date
      AND (membership.valid_to IS NULL OR membership.valid_to > round.reference_date)
    JOIN organisation_code region_code ON region_code.organisation = membership.of_organisation
      AND region_code.scheme = 'ODS' AND region_code.superseded_position IS NULL
    JOIN person_name ON person_name.person = rating.rated_by JOIN text_item name ON name.id = person_name.name
    LEFT JOIN text_item ON text_item.id = rating.rationale
  ORDER BY round.reference_date, code.code, element.number;
CREATE INDEX ON plain.rating (system, quarter, theme, level) INCLUDE (element, number);
CREATE INDEX ON plain.rating (quarter, region, theme, level) INCLUDE (system);
CREATE TABLE plain.assessment AS
  SELECT DISTINCT assessment, system, quarter, round FROM plain.rating;
CREATE INDEX ON plain.assessment (quarter DESC, system);
CREATE INDEX ON plain.rating (assessment, number) INCLUDE (element, level, author);
CREATE TABLE plain.submitted (
  assessment text NOT NULL, element text NOT NULL, level text NOT NULL, rationale text, rated_by text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (assessment, element, recorded_at));
";

/// Gives a database of the service its plain tables too.
pub(crate) async fn prepare(database: &str) -> Result<()> {
    let mut own = PgConnection::connect(database).await?;
    let there: bool =
        sqlx::query_scalar("SELECT to_regclass('plain.submitted') IS NOT NULL").fetch_one(&mut own).await?;
    if !there {
        own.execute(TABLES).await?;
    }
    own.execute("VACUUM ANALYZE").await?;
    own.execute("CHECKPOINT").await?;
    own.close().await?;
    Ok(())
}

const LATEST: &str =
    "SELECT coalesce(json_agg(json_build_object('theme', theme, 'element', element, 'level', level)
  ORDER BY number), '[]')::text FROM plain.rating
  WHERE system = 'QWO' AND quarter = (SELECT max(quarter) FROM plain.rating WHERE system = 'QWO')";

const THEMES: &str =
    "SELECT json_agg(json_build_object('theme', theme, 'on', quarter, 'level', level, 'count', n))::text
  FROM (SELECT theme, quarter, level, count(*) n FROM plain.rating WHERE system = 'QWO' AND quarter >= $1
  GROUP BY theme, quarter, level ORDER BY theme, quarter, level) found";

const SYSTEMS: &str = "SELECT json_agg(json_build_object('system', system, 'region', region, 'theme', theme,
  'level', level, 'count', n))::text FROM (SELECT system, region, theme, level, count(*) n FROM plain.rating
  WHERE quarter = (SELECT max(quarter) FROM plain.rating) GROUP BY system, region, theme, level
  ORDER BY system, theme, level) found";

const REGIONS: &str = "SELECT json_agg(json_build_object('region', region, 'on', quarter, 'theme', theme,
  'level', level, 'count', n))::text FROM (SELECT region, quarter, theme, level, count(*) n FROM plain.rating
  WHERE quarter >= $1 GROUP BY region, quarter, theme, level ORDER BY region, theme, quarter, level) found";

const PAGE: &str = "SELECT json_agg(json_build_object('id', page.assessment, 'system', page.system, 'round', page.round,
  'ratings', (SELECT json_agg(json_build_object('element', element, 'level', level, 'by', author) ORDER BY number)
  FROM plain.rating WHERE rating.assessment = page.assessment)))::text
  FROM (SELECT * FROM plain.assessment ORDER BY quarter DESC, system LIMIT 50) page";

const PAGE_WITH_WORDS: &str =
    "SELECT json_agg(json_build_object('id', page.assessment, 'system', page.system,
  'round', page.round, 'ratings', (SELECT json_agg(json_build_object('element', element, 'level', level,
  'by', author, 'rationale', rationale) ORDER BY number) FROM plain.rating
  WHERE rating.assessment = page.assessment)))::text
  FROM (SELECT * FROM plain.assessment ORDER BY quarter DESC, system LIMIT 50) page";

const WRITE: &str = "INSERT INTO plain.submitted (assessment, element, level, rationale, rated_by)
  SELECT $1, element, level, rationale, 'somebody'
  FROM unnest($2::text[], $3::text[], $4::text[]) AS item (element, level, rationale)";

#[derive(Clone)]
struct Plain {
    pool: PgPool,
    answers: Arc<PathBuf>,
}

/// What went wrong, as an answer that no measurement takes for a good one.
struct Broken(Failure);

impl<E: Into<Failure>> From<E> for Broken {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Broken {
    fn into_response(self) -> axum::response::Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.0.to_string()).into_response()
    }
}

type Json = ([(HeaderName, &'static str); 1], Bytes);
type Answer = std::result::Result<Json, Broken>;

fn json(bytes: impl Into<Bytes>) -> Json {
    ([(header::CONTENT_TYPE, "application/json")], bytes.into())
}

pub(crate) async fn serve(database: &str, answers: &Path, port: u16) -> Result<()> {
    let pool = PgPoolOptions::new().max_connections(16).min_connections(16).connect(database).await?;
    let plain = Plain { pool, answers: Arc::new(answers.to_owned()) };
    let from = fill::window_from()?;
    let whole = |sql: &'static str| {
        post(async move |State(plain): State<Plain>, _: Bytes| -> Answer {
            Ok(json(sqlx::query_scalar::<_, String>(sql).fetch_one(&plain.pool).await?))
        })
    };
    let windowed = |sql: &'static str| {
        post(async move |State(plain): State<Plain>, _: Bytes| -> Answer {
            Ok(json(sqlx::query_scalar::<_, String>(sql).bind(from).fetch_one(&plain.pool).await?))
        })
    };
    let app = Router::new()
        .route("/health", get(async || "ok"))
        .route("/latest", whole(LATEST))
        .route("/themes", windowed(THEMES))
        .route("/systems", whole(SYSTEMS))
        .route("/regions", windowed(REGIONS))
        .route("/page", whole(PAGE))
        .route("/page-with-words", whole(PAGE_WITH_WORDS))
        .route("/write", post(write))
        .with_state(plain.clone());
    // Read once: only sending is measured.
    let app = std::fs::read_dir(&*plain.answers)?.try_fold(app, |app, file| {
        let file = file?;
        let bytes = Bytes::from(std::fs::read(file.path())?);
        let path = format!("/bytes/{}", file.file_name().to_string_lossy());
        std::io::Result::Ok(app.route(&path, post(async move |_: Bytes| json(bytes.clone()))))
    })?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, app).await?;
    Ok(())
}

#[derive(Deserialize)]
struct Request {
    variables: Variables,
}

#[derive(Deserialize)]
struct Variables {
    input: Input,
}

#[derive(Deserialize)]
struct Input {
    assessment: String,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    element: String,
    outcome: Outcome,
    rationale: String,
}

#[derive(Deserialize)]
struct Outcome {
    level: String,
}

/// The request of the service, written down as it stands: no check, no ledger, no key that tells a repeated one.
async fn write(State(plain): State<Plain>, body: Bytes) -> Answer {
    let Input { assessment, items } = serde_json::from_slice::<Request>(&body)?.variables.input;
    let elements: Vec<_> = items.iter().map(|item| item.element.as_str()).collect();
    let levels: Vec<_> = items.iter().map(|item| item.outcome.level.as_str()).collect();
    let words: Vec<_> = items.iter().map(|item| item.rationale.as_str()).collect();
    let mut transaction = plain.pool.begin().await?;
    let write = sqlx::query(WRITE).bind(assessment).bind(elements).bind(levels).bind(words);
    write.execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(json("{\"data\":{\"written\":true}}"))
}
