//! Days and lists as sentences tell them.

use chrono::NaiveDate;

/// "1 April 2026".
pub(crate) fn plain(on: NaiveDate) -> String {
    on.format("%-d %B %Y").to_string()
}

/// "one, two and three"; empty for none.
pub(crate) fn listed(things: &[String]) -> String {
    match things.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
