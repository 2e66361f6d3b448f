//! Texts of assessments, read together when the first of them is asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::access::{Granted, Readable, ViewWorking};
use domain::assessment::Paper;
use domain::id::{AssessmentId, EvidenceId, RatingId};
use domain::lens::Lens;
use tokio::sync::OnceCell;

use super::context::Database;
use crate::error::Error;
use crate::store::{EvidenceTexts, NoteKey, RatingTexts};

/// The texts of a few assessments, read together when the first of them is asked for, and only as far as they may be read.
pub(super) struct Sheet {
    database: Database,
    readable: Vec<Readable>,
    ratings: OnceCell<HashMap<RatingId, RatingTexts>>,
    evidence: OnceCell<HashMap<EvidenceId, EvidenceTexts>>,
    notes: OnceCell<HashMap<NoteKey, String>>,
    forms: Mutex<HashMap<AssessmentId, Option<Form>>>,
}

/// The form of an assessment, with the proof that the viewer may read it.
pub(super) type Form = Arc<Granted<ViewWorking, Paper>>;

impl Sheet {
    pub(super) fn new(database: Database, readable: Vec<Readable>) -> Self {
        let (ratings, evidence, notes) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { database, readable, ratings, evidence, notes, forms: Mutex::default() }
    }

    /// The form of an assessment, made once however many of its ratings ask for it. A sheet is read through one lens.
    pub(super) fn form(&self, lens: &Lens, assessment: AssessmentId) -> Option<Form> {
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        forms.entry(assessment).or_insert_with(|| lens.paper(assessment).map(Arc::new)).clone()
    }

    pub(super) fn shows_papers(&self, assessment: AssessmentId) -> bool {
        self.readable.iter().any(|readable| readable.assessment() == assessment && readable.papers())
    }

    pub(super) async fn rating(&self, id: RatingId) -> Result<RatingTexts, Error> {
        let read = || self.database.read().rating_texts(&self.readable);
        Ok(self.ratings.get_or_try_init(read).await?.get(&id).cloned().unwrap_or_default())
    }

    fn papers(&self) -> Vec<Readable> {
        self.readable.iter().filter(|readable| readable.papers()).copied().collect()
    }

    /// None where it was erased.
    pub(super) async fn note(&self, key: NoteKey) -> Result<Option<String>, Error> {
        let papers = self.papers();
        let read = || self.database.read().note_texts(&papers);
        Ok(self.notes.get_or_try_init(read).await?.get(&key).cloned())
    }

    pub(super) async fn evidence(&self, id: EvidenceId) -> Result<EvidenceTexts, Error> {
        let papers = self.papers();
        let read = || self.database.read().evidence_texts(&papers);
        Ok(self.evidence.get_or_try_init(read).await?.get(&id).cloned().unwrap_or_default())
    }
}
