//! Answers that are kept. What was told by the history alone stays true of its position for ever, and a write moves the
//! position: nothing that is kept has to be taken back.

use std::fmt;
use std::io::Write as _;
use std::sync::{Arc, OnceLock};

use async_graphql::Request;
use axum::body::Bytes;
use chrono::NaiveDate;
use domain::history::History;
use domain::id::{LedgerId, PersonId};
use domain::ledger::{Hash, Position};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::App;
use crate::auth::Identity;
use crate::graphql::Asker;
use crate::store::{Snapshot, Store};

/// An answer that is kept takes so much beside its text, about.
const AROUND: u64 = 500;

/// Shorter answers fit into the ten packets that a connection may send at once (RFC 6928): packing them saves nobody a wait.
const WORTH_PACKING: usize = 14_000;

/// What an answer depends on: the question, the history up to a position, and the day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Question {
    document: String,
    operation: Option<String>,
    variables: String,
    ledger: LedgerId,
    position: Position,
    /// Of the entry there: another branch of the ledger may come to the same position.
    head: Hash,
    today: NaiveDate,
    asked_by: AskedBy,
}

/// For whom an answer is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum AskedBy {
    Anybody,
    /// None: somebody whom the ledger does not know.
    One(Option<PersonId>),
}

impl Question {
    /// As it stands before anything is executed. None where more is asked for than data.
    pub(super) fn of(request: &Request, history: &History, today: NaiveDate) -> Option<Self> {
        let variables = serde_json::to_string(&request.variables).ok()?;
        request.extensions.0.is_empty().then(|| Self {
            document: request.query.clone(),
            operation: request.operation_name.clone(),
            variables,
            ledger: history.ledger(),
            position: history.head(),
            head: history.head_hash(),
            today,
            asked_by: AskedBy::Anybody,
        })
    }

    fn length(&self) -> usize {
        self.document.len() + self.variables.len() + self.operation.as_ref().map_or(0, String::len)
    }
}

/// On a response: it was made for an earlier request.
#[derive(Clone, Copy)]
pub(super) struct WasKept;

/// The text of an answer, as it stands and packed.
#[derive(Clone)]
pub(super) struct Kept(Arc<(Bytes, OnceLock<Bytes>)>);

impl Kept {
    pub(super) fn new(text: Vec<u8>) -> Self {
        Self(Arc::new((text.into(), OnceLock::new())))
    }

    pub(super) fn text(&self) -> Bytes {
        self.0.0.clone()
    }

    pub(super) fn is_worth_packing(&self) -> bool {
        self.0.0.len() >= WORTH_PACKING
    }

    /// As gzip. Packed once, however often it is sent.
    pub(super) fn packed(&self) -> Bytes {
        let (text, packed) = &*self.0;
        packed.get_or_init(|| packed_now(text)).clone()
    }
}

fn packed_now(text: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 8), Compression::fast());
    let written = encoder.write_all(text).and_then(|()| encoder.finish());
    written.expect("memory takes what is written").into()
}

#[derive(Clone)]
struct BySize;

impl Weighter<Question, Kept> for BySize {
    fn weight(&self, question: &Question, kept: &Kept) -> u64 {
        // What is packed later takes less than the text; it is reckoned with from the start.
        AROUND + (question.length() + kept.0.0.len() + kept.0.0.len() / 4) as u64
    }
}

/// The answers of this process, most lately asked for.
pub(super) struct Answers(Cache<Question, Kept, BySize>);

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answers({})", self.0.len())
    }
}

impl Answers {
    pub(super) fn taking_up(bytes: usize) -> Self {
        Self(Cache::with_weighter(1_000, bytes as u64, BySize))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Lets go of what is of the past as soon as something is recorded: nobody asks for it again, and a name in it may have
    /// been erased.
    pub(super) fn follow(self: &Arc<Self>, store: &Store) {
        let (answers, mut heads) = (Arc::downgrade(self), store.heads());
        tokio::spawn(async move {
            while let Some(head) = heads.next().await {
                let Some(answers) = answers.upgrade() else { return };
                answers.0.retain(|question, _| question.position >= head.position);
            }
        });
    }
}

impl App {
    /// The answer to a question that was answered at the same position, to anybody or to this viewer.
    pub(super) fn kept(&self, question: &Question, identity: &Identity, snapshot: &Snapshot) -> Option<Kept> {
        self.answers.0.get(question).or_else(|| {
            let person = snapshot.people.person(&identity.issuer, &identity.subject);
            self.answers.0.get(&Question { asked_by: AskedBy::One(person), ..question.clone() })
        })
    }

    /// Keeps an answer that was told by the history alone, for as long as the history stands where it does.
    pub(super) fn keep(&self, question: Question, asker: &Asker, answer: &Kept) {
        if !asker.told_by_history_alone() {
            return;
        }
        let asked_by =
            if asker.viewer.was_asked() { AskedBy::One(asker.viewer.person()) } else { AskedBy::Anybody };
        let question = Question { asked_by, ..question };
        self.answers.0.insert(question.clone(), answer.clone());
        // The history may have gone on while this was answered.
        if self.store.snapshot().history.head() != question.position {
            self.answers.0.remove(&question);
        }
    }
}
