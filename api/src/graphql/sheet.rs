//! Texts of assessments, read together when the first of them is asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use domain::access::{Granted, Readable, ViewWorking};
use domain::assessment::{Assessment, Paper};
use domain::id::{AssessmentId, EvidenceId, RatingId};
use domain::ledger::Position;
use domain::lens::Lens;
use domain::publication::Publication;
use tokio::sync::OnceCell;

use super::context::Database;
use crate::error::Error;
use crate::store::{ApprovalTexts, EvidenceTexts, NoteKey, RatingTexts};

/// The texts of a few assessments, read together when the first of them is asked for, and only as far as they may be read.
pub(super) struct Sheet {
    database: Database,
    lens: Lens,
    of: Vec<AssessmentId>,
    /// Those of them that may be read; looked for when words are first asked for.
    readable: OnceLock<Vec<Readable>>,
    ratings: OnceCell<HashMap<RatingId, RatingTexts>>,
    evidence: OnceCell<HashMap<EvidenceId, EvidenceTexts>>,
    notes: OnceCell<HashMap<NoteKey, String>>,
    approvals: OnceCell<HashMap<(AssessmentId, Position), ApprovalTexts>>,
    /// The sheet of the publications before these.
    before: OnceLock<Arc<Sheet>>,
    forms: Mutex<HashMap<AssessmentId, Option<Form>>>,
}

/// The form of an assessment, with the proof that the viewer may read it.
pub(super) type Form = Arc<Granted<ViewWorking, Paper>>;

impl Sheet {
    pub(super) fn new(database: &Database, lens: &Lens, of: Vec<AssessmentId>) -> Self {
        Self {
            database: database.clone(),
            lens: lens.clone(),
            of,
            readable: OnceLock::new(),
            ratings: OnceCell::new(),
            evidence: OnceCell::new(),
            notes: OnceCell::new(),
            approvals: OnceCell::new(),
            before: OnceLock::new(),
            forms: Mutex::default(),
        }
    }

    /// For what was published before each of these assessments, all together.
    pub(super) fn before(&self) -> Arc<Self> {
        let earlier = |of: &AssessmentId| {
            let granted = self.lens.assessment(*of)?;
            before(&self.lens, granted.thing()).map(|publication| publication.assessment)
        };
        let make = || {
            let earlier = self.of.iter().filter_map(earlier).collect();
            Arc::new(Self::new(&self.database, &self.lens, earlier))
        };
        self.before.get_or_init(make).clone()
    }

    fn readable(&self) -> &[Readable] {
        let readable = |of: &AssessmentId| self.lens.readable(self.lens.assessment(*of)?.thing());
        self.readable.get_or_init(|| self.of.iter().filter_map(readable).collect())
    }

    /// The form of an assessment, made once however many of its ratings ask for it. A sheet is read through one lens.
    pub(super) fn form(&self, lens: &Lens, assessment: AssessmentId) -> Option<Form> {
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        forms.entry(assessment).or_insert_with(|| lens.paper(assessment).map(Arc::new)).clone()
    }

    pub(super) fn shows_papers(&self, assessment: AssessmentId) -> bool {
        self.readable().iter().any(|readable| readable.assessment() == assessment && readable.papers())
    }

    pub(super) async fn rating(&self, id: RatingId) -> Result<RatingTexts, Error> {
        let read = || self.database.read().rating_texts(self.readable());
        Ok(self.ratings.get_or_try_init(read).await?.get(&id).cloned().unwrap_or_default())
    }

    fn papers(&self) -> Vec<Readable> {
        self.readable().iter().filter(|readable| readable.papers()).copied().collect()
    }

    /// None where it was erased.
    pub(super) async fn note(&self, key: NoteKey) -> Result<Option<String>, Error> {
        let papers = self.papers();
        let read = || self.database.read().note_texts(&papers);
        Ok(self.notes.get_or_try_init(read).await?.get(&key).cloned())
    }

    /// What the submission at a position was approved with.
    pub(super) async fn approval(&self, of: AssessmentId, at: Position) -> Result<ApprovalTexts, Error> {
        let papers = self.papers();
        let read = || self.database.read().approval_texts(&papers);
        Ok(self.approvals.get_or_try_init(read).await?.get(&(of, at)).cloned().unwrap_or_default())
    }

    pub(super) async fn evidence(&self, id: EvidenceId) -> Result<EvidenceTexts, Error> {
        let papers = self.papers();
        let read = || self.database.read().evidence_texts(&papers);
        Ok(self.evidence.get_or_try_init(read).await?.get(&id).cloned().unwrap_or_default())
    }
}

/// What the organisation published before this assessment in the framework of its round.
pub(super) fn before(lens: &Lens, assessment: &Assessment) -> Option<Publication> {
    let round = lens.round(assessment.round())?;
    lens.published_before(assessment.organisation(), round.framework, round.dates.reference)
}
