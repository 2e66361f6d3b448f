//! What a request may hold: each limit just fits, one more does not, and the error names the limit.

use api::limits::{Limit, Limits};
use serde_json::json;

use super::{JSON, RESPONSE, VIEWER, ask, post};
use crate::harness::app::App;
use crate::harness::database::Engine;

/// A system that took over a part of one body is that body's successor: round and round, one node a step.
fn deep(levels: usize) -> String {
    let steps: Vec<_> = ["predecessors", "successor"].into_iter().cycle().take(levels - 2).collect();
    let leaf = if levels.is_multiple_of(2) { "id" } else { "on" };
    let (steps, closed) = (steps.join(" { "), " }".repeat(levels - 2));
    format!("{{ system(code: \"QRL\") {{ {steps} {{ {leaf} {closed} }} }}")
}

/// A hundred times a hundred times 49, a hundred times 97, and the rest.
fn costly(cost: usize) -> String {
    let (inner, outer) = ("id ".repeat(49), "id ".repeat(97));
    let rest = cost - (2 + 100 * (2 + 100 * 49)) - (2 + 100 * 97) - 1;
    format!(
        "{{ systems(first: 100) {{ nodes {{ assessments(first: 100) {{ nodes {{ {inner} }} }} }} }}
            rounds(framework: \"sdpt\", last: 100) {{ nodes {{ {outer} }} }} viewer {{ {} }} }}",
        "name ".repeat(rest)
    )
}

/// In fragments, so that the document stays short.
fn fields(most: usize) -> String {
    let (spreads, rest) = ((most - 1) / 100, (most - 1) % 100);
    let (spreads, rest) = ("...F ".repeat(spreads), "name ".repeat(rest));
    format!("{{ viewer {{ {spreads} {rest} }} }} fragment F on Viewer {{ {} }}", "name ".repeat(100))
}

fn many(times: usize, part: impl Fn(usize) -> String) -> String {
    format!("{{ viewer {{ {} }} }}", (0..times).map(part).collect::<String>())
}

on_both! {
    async fn every_limit_of_documents_is_named_by_the_error_of_whoever_is_above_it(app: &App) {
        let limits = Limits::default();
        // Words, signs and what stands between them; the end counts too.
        let tokens = |most: usize| format!("{{viewer{{name}}}}{}", ",".repeat(most - 7));
        let bytes = |most: usize| format!("{{ viewer {{ name }} }}{}", " ".repeat(most - 19));
        let aliases = |most| many(most, |i| format!("a{i}: name "));
        let directives = |most| many(most, |i| format!("name @{}(if: {}) ", ["include", "skip"][i % 2], i % 2 == 0));
        let roots = |most: usize| format!("{{ {} }}", "__typename ".repeat(most));
        let cases: [(_, &dyn Fn(usize) -> String); 8] = [
            (limits.document_bytes, &bytes),
            (limits.tokens, &tokens),
            (limits.depth, &deep),
            (limits.fields, &fields),
            (limits.root_fields, &roots),
            (limits.aliases, &aliases),
            (limits.directives, &directives),
            (limits.cost, &costly),
        ];
        for (limit, document) in cases {
            let reply = ask(app, RESPONSE, &document(limit.most)).await;
            assert_eq!(reply.told(), (200, "no error", true), "{}: {}", limit.name, reply.text);
            for accept in [RESPONSE, JSON] {
                let reply = ask(app, accept, &document(limit.most + 1)).await;
                assert_eq!(reply.told(), (400, "QUERY_TOO_COSTLY", false), "{}: {}", limit.name, reply.text);
                let error = &reply.body["errors"][0];
                let message = error["message"].as_str().unwrap();
                assert!(message.contains(limit.name) && message.contains(limit.what), "{message}");
                let told = &error["extensions"]["limit"];
                assert_eq!((&told["name"], &told["most"]), (&json!(limit.name), &json!(limit.most)));
                if limit != limits.tokens {
                    assert_eq!(told["found"], limit.most + 1, "{}", limit.name);
                }
            }
        }
    }

    async fn a_body_just_fits_and_one_byte_more_does_not(app: &App) {
        let limit = Limits::default().body_bytes;
        let padded = |bytes: usize| format!("{VIEWER}{}", " ".repeat(bytes - VIEWER.len()));
        let reply = post(app, &[("content-type", JSON)], &padded(limit.most)).await;
        assert_eq!(reply.told(), (200, "no error", true));
        let reply = post(app, &[("content-type", JSON)], &padded(limit.most + 1)).await;
        assert_eq!(reply.told(), (413, "BAD_REQUEST", false));
        assert_eq!(reply.body["errors"][0]["extensions"]["limit"]["name"], limit.name);
    }
}

/// On one engine: nothing of this reaches the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_count_what_fragments_and_operations_come_to() {
    let app = App::start(Engine::Sqlite).await;
    let doubling = |on: &str, fragments: usize| {
        let links =
            (0..fragments).map(|i| format!("fragment F{i} on {on} {{ ...F{} ...F{} }} ", i + 1, i + 1));
        links.collect::<String>() + &format!("fragment F{fragments} on {on} {{ __typename }}")
    };
    let deep = format!("{{ ...F }} fragment F on Query {}", deep(17));
    let named = |name: &str| json!({ "query": format!("query A {{ viewer {{ name }} }} query B {deep}"), "operationName": name });
    for (document, limit) in [
        (deep.clone(), "SDPT_MAX_DEPTH"),
        (format!("{{ viewer {{ ...F0 }} }} {}", doubling("Viewer", 14)), "SDPT_MAX_FIELDS"),
        (format!("{{ ...F0 }} {}", doubling("Query", 5)), "SDPT_MAX_ROOT_FIELDS"),
        (
            format!("{{ viewer {{ ...F0 }} }} {}", doubling("Viewer", 6).replace("__type", "a: __type")),
            "SDPT_MAX_ALIASES",
        ),
        (
            format!(
                "{{ viewer {{ ...F0 }} }} {}",
                doubling("Viewer", 5).replace("__typename", "__typename @skip(if: true)")
            ),
            "",
        ),
        (
            format!(
                "{{ viewer {{ ...F0 }} }} {}",
                doubling("Viewer", 6).replace("__typename", "__typename @skip(if: true)")
            ),
            "SDPT_MAX_DIRECTIVES",
        ),
        (
            (0..300).map(|i| format!("query A{i} {{ ...F }} ")).collect::<Vec<_>>().concat()
                + &format!("fragment F on Query {}", many(40, |_| "name ".to_owned())),
            "SDPT_MAX_FIELDS",
        ),
    ] {
        let reply = ask(&app, RESPONSE, &document).await;
        let told = reply.body["errors"][0]["extensions"]["limit"]["name"].as_str().unwrap_or_default();
        assert_eq!(told, limit, "{document:.80}: {}", reply.text);
    }
    for (name, expected) in [("A", (200, "no error", true)), ("B", (400, "QUERY_TOO_COSTLY", false))] {
        let reply =
            post(&app, &[("content-type", JSON), ("accept", RESPONSE)], &named(name).to_string()).await;
        assert_eq!(reply.told(), expected, "only the operation that is meant counts: {}", reply.text);
    }
}

#[test]
fn every_limit_is_read_from_the_variable_of_its_name() {
    for Limit { name, .. } in Limits::default().all() {
        let set_to = |value: &'static str| {
            let mut problems = Vec::new();
            let limits = Limits::read(|asked| (asked == name).then(|| value.to_owned()), &mut problems);
            (limits.all(), problems)
        };
        let expected: Vec<_> = Limits::default()
            .all()
            .into_iter()
            .map(|limit| if limit.name == name { Limit { most: 7, ..limit } } else { limit })
            .collect();
        assert_eq!(set_to("7"), (expected, Vec::new()), "{name}");
        for wrong in ["0", "x", "-1", "", " 7", "7.5", "4294967296"] {
            let (limits, problems) = set_to(wrong);
            assert_eq!(limits, Limits::default().all(), "{name}={wrong}");
            assert_eq!(problems, [format!("{name} must be a whole number above 0")], "{name}={wrong}");
        }
    }
}

#[test]
fn every_limit_has_its_row_in_the_readme() {
    let readme = include_str!("../../README.md");
    for Limit { name, most, what } in Limits::default().all() {
        let row = format!("| `{name}` | {most} | {what} |\n");
        assert!(readme.contains(&row), "the table of limits in the README lacks this row:\n{row}");
    }
}

/// On one engine: the length of an answer is the door's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_grows_too_long_is_given_up() {
    let mut app = App::start(Engine::Sqlite).await;
    // "viewer", "name" and what the reader is called.
    let length = "viewer".len() + "name".len() + "local READER of England".len();
    let mut limits = Limits::default();
    limits.answer_bytes.most = length;
    app.set(&limits, true);
    let question = "{ viewer { name } }";
    assert_eq!(ask(&app, RESPONSE, question).await.told(), (200, "no error", true));
    limits.answer_bytes.most = length - 1;
    app.set(&limits, true);
    let reply = ask(&app, RESPONSE, question).await;
    assert_eq!(reply.told(), (400, "QUERY_TOO_COSTLY", false), "{}", reply.text);
    assert_eq!(reply.body["errors"][0]["extensions"]["limit"]["name"], limits.answer_bytes.name);
}

/// Of statements that a short document could make the database run thousands of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_that_ask_the_database_have_their_price() {
    let app = App::start(Engine::Sqlite).await;
    let ids = vec![format!("\"assessment_{}\"", "0".repeat(26)); 100].join(", ");
    for (field, times) in [("history(first: 1) { totalCount }", 15), ("answers { note }", 40)] {
        let fields: Vec<_> = (0..times).map(|i| format!("a{i}: {field}")).collect();
        let fields = fields.join(" ");
        let document =
            format!("{{ nodes(ids: [{ids}]) {{ ... on Assessment {{ workingPapers {{ {fields} }} }} }} }}");
        let reply = ask(&app, RESPONSE, &document).await;
        assert_eq!(reply.told(), (400, "QUERY_TOO_COSTLY", false), "{field}");
        assert_eq!(reply.body["errors"][0]["extensions"]["limit"]["name"], "SDPT_MAX_COST");
    }
}
