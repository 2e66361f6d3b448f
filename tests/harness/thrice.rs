//! Every question that goes well is asked three times, and has one answer: as it is first answered, as it is kept, and as
//! it comes out where nothing is kept and every field is resolved by itself.

use serde_json::Value;

use super::app::{App, code};

/// The document with all that its query asks asked twice over: what stands twice under one name is put together field by
/// field. None where it changes anything, or asks about the schema.
fn doubled(document: &str) -> Option<String> {
    let start = document.trim_start();
    if !(start.starts_with('{') || start.starts_with("query"))
        || start.contains("__schema")
        || start.contains("__type(")
    {
        return None;
    }
    let (mut round, mut curly, mut begun) = (0, 0, None);
    for (at, letter) in document.char_indices() {
        match letter {
            '(' => round += 1,
            ')' => round -= 1,
            '{' if round == 0 => {
                begun = begun.or(Some(at + 1));
                curly += 1;
            }
            '}' if round == 0 => {
                curly -= 1;
                if curly == 0 {
                    let body = &document[begun?..at];
                    return Some(format!("{} ... {{ {body} }} {}", &document[..at], &document[at..]));
                }
            }
            _ => {}
        }
    }
    None
}

/// `asked` is asked again, by whoever asked it.
pub(crate) async fn hold_up(app: &App, document: &str, answer: &Value, ask: impl AsyncFn(&str) -> Value) {
    let head = || app.store.snapshot().history.head();
    let before = head();
    let Some(doubled) = doubled(document) else { return };
    if answer["errors"] != Value::Null {
        return;
    }
    let (again, resolved) = (ask(document).await, ask(&doubled).await);
    // Where others write at the same time there is more than one answer.
    if head() == before {
        assert_eq!(again, *answer, "asked again: {document}");
        assert!(
            resolved == *answer || code(&resolved) == "QUERY_TOO_COSTLY",
            "{answer}\nresolved: {resolved}\n{doubled}"
        );
    }
}
