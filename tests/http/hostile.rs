//! Documents that are made to hurt: refused, or answered, soon; and the service lives on. On one engine: none of them gets as
//! far as the database.

use std::time::{Duration, Instant};

use super::{RESPONSE, ask};
use crate::harness::app::App;
use crate::harness::database::Engine;

const BYTES: usize = 64 * 1024;

/// A part as often as it fits between a head and a tail.
fn filled(bytes: usize, head: &str, part: &str, tail: &str) -> String {
    let times = (bytes - head.len() - tail.len()) / part.len();
    format!("{head}{}{tail}", part.repeat(times))
}

/// Numbered parts, as many as fit.
fn numbered(bytes: usize, head: &str, part: impl Fn(usize) -> String, tail: &str) -> String {
    let mut document = head.to_owned();
    for i in 0.. {
        let part = part(i);
        if document.len() + part.len() + tail.len() > bytes {
            break;
        }
        document += &part;
    }
    document + tail
}

/// Braces and brackets, deeper than anything that is parsed by recursion survives.
fn deep(bytes: usize) -> Vec<(&'static str, String)> {
    let nested = |head: &str, open: &str, close: &str, tail: &str| {
        let levels = (bytes - head.len() - tail.len()) / (open.len() + close.len());
        format!("{head}{}{}{tail}", open.repeat(levels), close.repeat(levels))
    };
    vec![
        ("lists", nested("{ nodes(ids: ", "[", "]", ") { id } }")),
        ("lists without an end", filled(bytes, "{ nodes(ids: ", "[", "")),
        ("objects", filled(bytes, "{ rounds(where: ", "{a:", "")),
        (
            "objects to the end",
            format!(
                "{{ rounds(where: {}1{}) {{ totalCount }} }}",
                "{a:".repeat(bytes / 5),
                "}".repeat(bytes / 5)
            ),
        ),
        ("fields", filled(bytes, "", "{viewer", "")),
        ("inline fragments", nested("", "{...", "}", "")),
        ("typed inline fragments", filled(bytes, "", "{...on Query", "")),
        ("types", nested("query($a:", "[", "]", "){__typename}")),
        ("default values", nested("query($a:[ID!]=", "[", "]", "){__typename}")),
        (
            "a chain of fragments",
            numbered(bytes, "{...F0}", |i| format!("fragment F{i} on Query{{...F{}}}", i + 1), ""),
        ),
        (
            "a chain of fragments and fields",
            numbered(
                bytes,
                "{...F0}",
                |i| format!("fragment F{i} on Query{{node(id:1){{...F{}}}}}", i + 1),
                "",
            ),
        ),
        ("braces that close", filled(bytes, "", "}", "")),
    ]
}

/// Many of one thing.
fn wide(bytes: usize) -> Vec<(&'static str, String)> {
    vec![
        (
            "fragments",
            numbered(bytes, "{__typename}", |i| format!("fragment F{i} on Query{{__typename}}"), ""),
        ),
        ("spreads", numbered(bytes, "{", |i| format!("...F{i} "), "}")),
        ("operations", numbered(bytes, "", |i| format!("query Q{i}{{__typename}}"), "")),
        ("anonymous operations", filled(bytes, "", "{__typename}", "")),
        ("operations of one name", filled(bytes, "", "query A{__typename}", "")),
        ("variables", numbered(bytes, "query(", |i| format!("$v{i}:ID"), "){__typename}")),
        (
            "variables that are used",
            format!(
                "{}{}",
                numbered(bytes / 2, "query(", |i| format!("$v{i}:ID!"), "){nodes(ids:["),
                numbered(bytes / 2, "", |i| format!("$v{i},"), "]){id}}")
            ),
        ),
        ("undefined variables", numbered(bytes, "{nodes(ids:[", |i| format!("$v{i}"), "]){id}}")),
        ("a block string", filled(bytes, "{node(id:\"\"\"", "\\\"\"\"", "\"\"\"){id}}")),
        ("lines of a block string", filled(bytes, "{node(id:\"\"\"", " \n", "\"\"\"){id}}")),
        ("a comment", filled(bytes, "#", "!", "\n{__typename}")),
        ("a string", filled(bytes, "{node(id:\"", "\\u0041", "\"){id}}")),
        ("a string without an end", filled(bytes, "{node(id:\"", "a", "")),
        ("an int", filled(bytes, "{systems(first:", "9", "){totalCount}}")),
        ("a float", filled(bytes, "{systems(first:1e", "9", "){totalCount}}")),
        ("a name", filled(bytes, "{", "a", "}")),
        ("an alias", filled(bytes, "{", "a", ":__typename}")),
        ("a type that is unknown", filled(bytes, "query($a:", "A", "){__typename}")),
        ("signs", filled(bytes, "", "!", "")),
        ("dollars", filled(bytes, "{", "$ ", "}")),
        ("quotes", filled(bytes, "{node(id:", "\"\"", "){id}}")),
        ("byte order marks", filled(bytes, "", "\u{feff}", "{__typename}")),
        ("no signs at all", filled(bytes, "", ",", "{__typename}")),
        ("null bytes", filled(bytes / 8, "{", "\0", "}")),
        ("arguments", numbered(bytes, "{viewer(", |i| format!("a{i}:1"), "){name}}")),
        ("arguments of one name", filled(bytes, "{viewer(", "a:1", "){name}}")),
        ("keys", numbered(bytes, "{rounds(where:{", |i| format!("a{i}:1"), "}){totalCount}}")),
        ("directives", filled(bytes, "{viewer", "@a", "{name}}")),
        ("conditions", filled(bytes, "{viewer", "@include(if:true)", "{name}}")),
        ("conditions of many fields", filled(bytes, "{", "viewer@skip(if:true){name}", "}")),
        ("unknown fields", numbered(bytes, "{", |i| format!("f{i} "), "}")),
        ("values", filled(bytes, "{nodes(ids:[", "1,", "]){id}}")),
    ]
}

/// Fields that must be compared with each other.
fn overlapping(bytes: usize) -> Vec<(&'static str, String)> {
    let keys = numbered(bytes / 2 - 60, "", |i| format!("a{i}:1"), "");
    vec![
        ("one field", filled(bytes, "{", "viewer{name}", "}")),
        ("one leaf", filled(bytes, "{", "__typename ", "}")),
        (
            "one alias of many arguments",
            numbered(bytes, "{", |i| format!("a:system(code:\"{i}\"){{id}}"), "}"),
        ),
        ("one alias of many fields", numbered(bytes, "{viewer{", |i| format!("a:f{i} "), "}}")),
        (
            "two long objects",
            format!("{{rounds(where:{{{keys}}}){{totalCount}}rounds(where:{{{keys}}}){{totalCount}}}}"),
        ),
        ("in depth", filled(bytes, "{", "viewer{workList{nodes{assessment{round{missing{code}}}}}}", "}")),
        (
            "in fragments",
            numbered(
                bytes,
                "{...F0}",
                |i| {
                    format!(
                        "fragment F{i} on Query{{viewer{{name}}...F{} ...F{} ...F{}}}",
                        i / 2,
                        i + 1,
                        i + 2
                    )
                },
                "",
            ),
        ),
        ("in doubling fragments", doubling(29, "viewer{name}")),
        ("in doubling fragments, in depth", doubling(15, "viewer{workList{nodes{assessment{id}}}}")),
        (
            "one large fragment in many operations",
            format!(
                "{}fragment F on Query{{{}}}",
                numbered(bytes / 2, "", |i| format!("query Q{i}{{...F}}"), ""),
                "viewer{name}".repeat(bytes / 30)
            ),
        ),
        ("many fragments in many operations", many_in_many(bytes)),
        ("a fragment in itself", "{...F} fragment F on Query{...F ...F}".to_owned()),
        (
            "fragments in each other",
            "{...F} fragment F on Query{node(id:1){...G}} fragment G on Node{...G ...F}".to_owned(),
        ),
    ]
}

/// Operations that hold each of five fragments thirty times.
fn many_in_many(bytes: usize) -> String {
    let operations =
        (0..bytes / 1500).map(|i| format!("query Q{i}{{{}}}", "...A...B...C...D...E".repeat(30)));
    let fields = "viewer{name}".repeat(8);
    let fragments = ["A", "B", "C", "D", "E"].map(|name| format!("fragment {name} on Query{{{fields}}}"));
    operations.chain(fragments).collect::<Vec<_>>().concat()
}

/// Each fragment holds the next one twice.
fn doubling(fragments: usize, field: &str) -> String {
    let links =
        (0..fragments).map(|i| format!("fragment F{i} on Query{{{field} ...F{} ...F{}}}", i + 1, i + 1));
    format!("{{...F0}}{}fragment F{fragments} on Query{{{field}}}", links.collect::<String>())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_is_made_to_hurt_is_soon_done_with() {
    let app = App::start(Engine::Sqlite).await;
    let sizes = [BYTES, BYTES / 2, BYTES / 4, BYTES / 8];
    for (what, document) in
        sizes.into_iter().flat_map(|bytes| [deep(bytes), wide(bytes), overlapping(bytes)].concat())
    {
        let from = Instant::now();
        let reply = ask(&app, RESPONSE, &document).await;
        let took = from.elapsed();
        assert!(reply.status == 400 || reply.status == 200, "{what}: {}", reply.text);
        assert!(took < Duration::from_secs(5), "{what} took {took:?}");
        assert!(reply.status == 200 || reply.text.len() < 8000, "{what}: {:.300}", reply.text);
    }
}
