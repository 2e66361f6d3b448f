//! The queries and answers in the README: each a bold line that asks, a block of GraphQL and a block of JSON.

use async_graphql::{Name, Value};

const README: &str = include_str!("../../README.md");
const GRAPHQL: &str = "```graphql\n";
const JSON: &str = "```json\n";
/// Columns up to which an object or a list stands on one line.
const WIDTH: usize = 150;

pub(crate) struct Shown {
    /// With one space between words.
    pub(crate) query: String,
    pub(crate) answer: Value,
}

pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn count_of_queries() -> usize {
    README.matches(GRAPHQL).count()
}

/// What follows the bold line of this title.
pub(crate) fn shown(title: &str) -> Shown {
    let (query, rest) = block(after(README, title), GRAPHQL);
    let (answer, _) = block(rest, JSON);
    Shown { query: words(query), answer: serde_json::from_str(answer).unwrap() }
}

fn after<'a>(readme: &'a str, title: &str) -> &'a str {
    let line = format!("**{title}**\n");
    let rest = readme.split_once(&line).map(|(_, rest)| rest);
    rest.unwrap_or_else(|| panic!("the README has no line {line}"))
}

/// The block that comes next, and what follows it.
fn block<'a>(text: &'a str, fence: &str) -> (&'a str, &'a str) {
    let inside = text.trim_start().strip_prefix(fence).unwrap_or_else(|| panic!("no {fence} follows"));
    inside.split_once("```\n").expect("a block ends")
}

/// Writes each query and answer under its bold line, wherever that stands. Under a line that has no blocks they are added.
pub(crate) fn write<'a>(questions: impl Iterator<Item = (&'a str, &'a str, &'a Value)>) {
    let mut readme = README.to_owned();
    for (title, query, answer) in questions {
        let rest = after(&readme, title);
        let head = &readme[..readme.len() - rest.len()];
        let has_blocks = rest.trim_start().starts_with(GRAPHQL);
        let tail = if has_blocks { block(block(rest, GRAPHQL).1, JSON).1 } else { rest };
        let (query, answer) = (dedented(query), pretty(answer, 0));
        readme = format!("{head}\n{GRAPHQL}{query}\n```\n\n{JSON}{answer}\n```\n{tail}");
    }
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"), readme).unwrap();
}

fn dedented(query: &str) -> String {
    let margin = query.lines().skip(1).map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let lines = query.lines().enumerate().map(|(i, line)| if i == 0 { line } else { &line[margin..] });
    lines.collect::<Vec<_>>().join("\n  ")
}

fn pretty(value: &Value, depth: usize) -> String {
    let line = on_one_line(value);
    if depth > 0 && 2 * depth + line.len() <= WIDTH {
        return line;
    }
    let (open, close, parts): (_, _, Vec<_>) = match value {
        Value::Object(fields) => {
            let field = |(name, value): (&Name, &Value)| format!("\"{name}\": {}", pretty(value, depth + 1));
            ("{", "}", fields.iter().map(field).collect())
        }
        Value::List(items) => ("[", "]", items.iter().map(|item| pretty(item, depth + 1)).collect()),
        _ => return line,
    };
    let margin = "  ".repeat(depth);
    format!("{open}\n{margin}  {}\n{margin}{close}", parts.join(&format!(",\n{margin}  ")))
}

fn on_one_line(value: &Value) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let field = |(name, value): (&Name, &Value)| format!("\"{name}\": {}", on_one_line(value));
            format!("{{ {} }}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        Value::List(items) => format!("[{}]", items.iter().map(on_one_line).collect::<Vec<_>>().join(", ")),
        _ => serde_json::to_string(value).unwrap(),
    }
}
