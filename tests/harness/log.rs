//! Watches what the service logs while the tests run, at every level: no token, no name, no word of what people wrote, no
//! document may be in it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::thread;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Where a word comes from, and how it looks.
const SECRETS: [(&str, &str); 34] = [
    ("a token", "eyJ"),
    ("the name of a person", "local READER"),
    ("the name of a person", "local CONTRIBUTOR"),
    ("the name of a person", "local SYSTEM_LEAD"),
    ("the name of a person", "local REGIONAL_REVIEWER"),
    ("the name of a person", "local NATIONAL_TEAM"),
    ("the subject of a token", "local:"),
    ("the name of a person", "Planted Name"),
    ("the name of a person", "Judge, "),
    ("the name of a person", "Quillfeather"),
    ("the name of a person", "Name of "),
    ("the name of a person", "Ada of West Yorkshire"),
    ("the subject of a token", "somebody-else"),
    ("the subject of a token", "auth-of-ada-4711"),
    ("the subject of a token", "7d0c2a4e-1f7b"),
    ("the subject of a token", "reporting-client"),
    ("a rationale", "because developing"),
    ("a rationale", "because maturing"),
    ("a rationale", "because thriving"),
    ("a rationale", "planted rationale"),
    // A text of any kind, or a link to evidence.
    ("a text", "planted "),
    ("a text", "zebra"),
    ("a note", "please amend"),
    ("a reason", "begun too early"),
    ("a reason", "sent in by mistake"),
    ("a reason", "an error of the region"),
    ("a reason", "starts on Monday"),
    ("a reason", "planted reason"),
    ("evidence", "Plan 2026"),
    ("a link to evidence", "paper 7"),
    ("a document", "idempotencyKey"),
    ("a document", "query{"),
    ("a document", "{ viewer"),
    ("an address with a query", "query="),
];

/// What was seen in the logs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    violations: Vec<String>,
    /// Words that a test looks for, and the lines in which they stood.
    wanted: Vec<(String, Vec<String>)>,
}

impl Watch {
    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn read(&self, lines: &str) {
        let found = SECRETS.iter().filter(|(_, word)| lines.contains(word));
        let found: Vec<_> = found.map(|(what, _)| format!("{what} is in the logs: {lines}")).collect();
        self.seen(|seen| {
            seen.violations.extend(found);
            for (word, in_lines) in &mut seen.wanted {
                if lines.contains(&**word) {
                    in_lines.push(lines.to_owned());
                }
            }
        });
    }

    /// The secrets that were logged, so far.
    pub(crate) fn violations(&self) -> Vec<String> {
        self.seen(|seen| seen.violations.clone())
    }

    /// From now on keeps the lines that a word stands in.
    pub(crate) fn want(&self, word: &str) {
        self.seen(|seen| seen.wanted.push((word.to_owned(), Vec::new())));
    }

    pub(crate) fn lines_with(&self, word: &str) -> Vec<String> {
        self.seen(|seen| {
            let found = seen.wanted.iter().filter(|(wanted, _)| wanted == word);
            found.flat_map(|(_, lines)| lines.clone()).collect()
        })
    }
}

impl Write for Watch {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.read(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Watch {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// When this goes, nothing secret may have been logged.
#[derive(Debug)]
pub(crate) struct Watched(Watch);

impl Watched {
    pub(crate) fn over(watch: Watch) -> Self {
        Self(watch)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // A test that has failed already says why.
        if !thread::panicking() {
            assert_eq!(self.0.violations(), Vec::<String>::new());
        }
    }
}

/// The watch over everything that this test binary runs; set up by the first test to need it.
pub(crate) fn watch() -> Watch {
    static ALL: Mutex<Option<Watch>> = Mutex::new(None);
    static ONCE: Once = Once::new();
    let watch = ALL.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().clone();
    ONCE.call_once(|| {
        let everything =
            tracing_subscriber::fmt().with_env_filter(EnvFilter::new("debug,api=trace,domain=trace"));
        everything.with_ansi(false).with_writer(watch.clone()).init();
    });
    watch
}
