//! The queries and answers in the README and in `docs`: each a bold line that asks, a block of GraphQL and a block of JSON.

use std::fs;
use std::path::{Path, PathBuf};

use async_graphql::{Name, Value};

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

/// The README and the pages beside it, with their texts.
fn pages() -> Vec<(PathBuf, String)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut pages: Vec<_> =
        fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    pages.push(root.join("README.md"));
    pages.sort();
    pages.into_iter().map(|page| (page.clone(), fs::read_to_string(page).unwrap())).collect()
}

/// What follows the bold line of this title, on every page that has it.
pub(crate) fn shown(title: &str) -> Vec<Shown> {
    let of_page = |(_, text): (PathBuf, String)| {
        let (query, rest) = block(after(&text, title)?, GRAPHQL);
        let (answer, _) = block(rest, JSON);
        Some(Shown { query: words(query), answer: serde_json::from_str(answer).unwrap() })
    };
    pages().into_iter().filter_map(of_page).collect()
}

/// Every block of GraphQL on every page.
pub(crate) fn documents() -> Vec<String> {
    let all = pages().into_iter().flat_map(|(_, text)| {
        let blocks = text.split(GRAPHQL).skip(1);
        blocks.map(|rest| rest.split("```").next().unwrap().to_owned()).collect::<Vec<_>>()
    });
    all.collect()
}

fn after<'a>(page: &'a str, title: &str) -> Option<&'a str> {
    page.split_once(&format!("**{title}**\n")).map(|(_, rest)| rest)
}

/// The block that comes next, and what follows it.
fn block<'a>(text: &'a str, fence: &str) -> (&'a str, &'a str) {
    let inside = text.trim_start().strip_prefix(fence).unwrap_or_else(|| panic!("no {fence} follows"));
    inside.split_once("```\n").expect("a block ends")
}

/// Writes each query and answer under its bold line, wherever that stands. Under a line that has no blocks they are added.
pub(crate) fn write(questions: &[(&str, &str, &Value)]) {
    for (page, mut text) in pages() {
        for (title, query, answer) in questions {
            let Some(rest) = after(&text, title) else { continue };
            let head = &text[..text.len() - rest.len()];
            let has_blocks = rest.trim_start().starts_with(GRAPHQL);
            let tail = if has_blocks { block(block(rest, GRAPHQL).1, JSON).1 } else { rest };
            let (query, answer) = (dedented(query), pretty(answer, 0));
            text = format!("{head}\n{GRAPHQL}{query}\n```\n\n{JSON}{answer}\n```\n{tail}");
        }
        fs::write(page, text).unwrap();
    }
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
