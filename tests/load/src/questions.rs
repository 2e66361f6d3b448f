//! What is asked, in one table.

use crate::Result;
use crate::fill;

/// Whose token a question is asked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Reader,
    National,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    pub(crate) name: &'static str,
    pub(crate) by: By,
    /// `$known` and `$mark` make a request differ from all before; FROM and ON stand for the window and the day.
    pub(crate) document: &'static str,
    /// Where the plain server answers the same from PostgreSQL.
    pub(crate) sql: &'static str,
}

pub(crate) const QUESTIONS: [Question; 9] = [
    Question {
        name: "Q2 one system's latest ratings",
        by: By::Reader,
        document: r#"query($known: DateTime!) { system(code: "QWO") { profile(framework: "sdpt", asOf: { on: "ON", knownAt: $known }) {
            themes { elements { element { key } agreed { outcome { ... on Level { key } } } } } } } }"#,
        sql: "/latest",
    },
    Question {
        name: "Q3 its themes over 20 rounds",
        by: By::Reader,
        document: r#"query($known: DateTime!) { system(code: "QWO") { progression(framework: "sdpt", grain: THEME, from: "FROM",
            asOf: { on: "ON", knownAt: $known }) {
            lines { subject { key } points { on rollUp { levelCounts { level { key } count } } } } } } }"#,
        sql: "/themes",
    },
    Question {
        name: "Q4 the latest themes of all systems",
        by: By::Reader,
        document: r#"query($known: DateTime!) { comparison(framework: "sdpt", asOf: { on: "ON", knownAt: $known }) {
            columns { subject { key } } rows { system { code region { code } }
            cells { rollUp { levelCounts { level { key } count } } } } } }"#,
        sql: "/systems",
    },
    Question {
        name: "Q5 regions and themes over 20 rounds",
        by: By::Reader,
        document: r#"query($known: DateTime!) { distributions(framework: "sdpt", grain: THEME, from: "FROM",
            asOf: { on: "ON", knownAt: $known }) {
            subject { key } area { code } points { on levelCounts { level { key } count } } } }"#,
        sql: "/regions",
    },
    Question {
        name: "Q3 compact",
        by: By::Reader,
        document: r#"query($known: DateTime!) { system(code: "QWO") { progression(framework: "sdpt", grain: THEME, from: "FROM",
            asOf: { on: "ON", knownAt: $known }) { columnar { subjects on levels bodies { levelCounts } } } } }"#,
        sql: "/themes",
    },
    Question {
        name: "Q4 compact",
        by: By::Reader,
        document: r#"query($known: DateTime!) { comparison(framework: "sdpt", asOf: { on: "ON", knownAt: $known }) {
            columnar { systems regions subjects levels levelCounts } } }"#,
        sql: "/systems",
    },
    Question {
        name: "Q5 compact",
        by: By::Reader,
        document: r#"query($known: DateTime!) { distributionsColumnar(framework: "sdpt", grain: THEME, from: "FROM",
            asOf: { on: "ON", knownAt: $known }) { subjects areas on levels levelCounts } }"#,
        sql: "/regions",
    },
    Question {
        name: "Q6 50 assessments with their ratings",
        by: By::National,
        document: r#"query($mark: String!) { round(framework: "sdpt", label: $mark) { id } assessments(where: { framework: "sdpt", stages: [PUBLISHED] }, first: 50) {
            nodes { id organisation { code } round { label }
            publishedRatings { element { key } outcome { ... on Level { key } } by } } } }"#,
        sql: "/page",
    },
    Question {
        name: "Q6 with rationale",
        by: By::National,
        document: r#"query($mark: String!) { round(framework: "sdpt", label: $mark) { id } assessments(where: { framework: "sdpt", stages: [PUBLISHED] }, first: 50) {
            nodes { id organisation { code } round { label }
            publishedRatings { element { key } outcome { ... on Level { key } } by rationale } } } }"#,
        sql: "/page-with-words",
    },
];

impl Question {
    /// The body of a request, different for every number.
    pub(crate) fn body(&self, number: u32) -> Result<String> {
        let from = fill::window_from()?.to_string();
        let document = self.document.replace("FROM", &from).replace("\"ON\"", &format!("{:?}", fill::ON));
        let document: Vec<_> = document.split_whitespace().collect();
        // All after what was recorded, and none in the future.
        let seconds = 1_775_000_000 + i64::from(number / 1_000_000);
        let known = chrono::DateTime::from_timestamp(seconds, number % 1_000_000 * 1_000);
        let known = known.ok_or("no such moment")?.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let variables = match self.by {
            By::Reader => serde_json::json!({ "known": known }),
            By::National => serde_json::json!({ "mark": format!("mark {number}") }),
        };
        Ok(serde_json::json!({ "query": document.join(" "), "variables": variables }).to_string())
    }
}
