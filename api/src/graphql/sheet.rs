//! Texts of assessments, read together when the first of them is asked for.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_graphql::Lookahead;
use domain::access::{Granted, Readable, ViewWorking};
use domain::assessment::{Assessment, Paper};
use domain::id::{AssessmentId, EvidenceId, RatingId};
use domain::ledger::Position;
use domain::lens::Lens;
use domain::publication::Publication;
use domain::rating::Rating;
use tokio::sync::OnceCell;

use super::context::{Asker, Database};
use crate::error::Error;
use crate::store::{ApprovalTexts, EvidenceTexts, NoteKey, People, RatingTexts};

/// The texts of a few assessments, read together when the first of them is asked for, and only as far as they may be read.
pub(super) struct Sheet {
    database: Database,
    lens: Lens,
    of: Vec<AssessmentId>,
    /// Those of them that may be read; looked for when words are first asked for.
    readable: OnceLock<Vec<Readable>>,
    /// Those of them whose working papers may be read.
    shown: OnceLock<HashSet<AssessmentId>>,
    people: OnceLock<Arc<People>>,
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

/// What was not asked for was not read.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotPrepared;

impl Sheet {
    pub(super) fn new(database: &Database, lens: &Lens, of: Vec<AssessmentId>) -> Self {
        Self {
            database: database.clone(),
            lens: lens.clone(),
            of,
            readable: OnceLock::new(),
            shown: OnceLock::new(),
            people: OnceLock::new(),
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
        let shown = || self.papers().iter().map(Readable::assessment).collect::<HashSet<_>>();
        self.shown.get_or_init(shown).contains(&assessment)
    }

    /// Reads what is asked of ratings on this sheet, for all of them together, so that they can be written at once.
    pub(super) async fn prepare(&self, asker: &Asker, asked: &Lookahead<'_>) -> Result<(), Error> {
        if asked.field("by").exists() {
            self.people.get_or_init(|| asker.people());
        }
        if asked.field("rationale").exists() {
            self.all_ratings().await?;
        }
        let evidence = asked.field("evidence");
        if evidence.field("title").exists() || evidence.field("link").exists() {
            self.all_evidence().await?;
        }
        Ok(())
    }

    /// None where it was not prepared.
    pub(super) fn people(&self) -> Option<&People> {
        self.people.get().map(|people| &**people)
    }

    /// The rationale of a rating. An error where it was not prepared.
    pub(super) fn rationale(&self, of: &Rating) -> Result<Option<&str>, NotPrepared> {
        if !of.has_rationale {
            return Ok(None);
        }
        let texts = self.ratings.get().ok_or(NotPrepared)?.get(&of.id);
        Ok(texts.and_then(|texts| texts.rationale.as_deref()))
    }

    /// The words of evidence. An error where they were not prepared.
    pub(super) fn evidence_texts(&self, id: EvidenceId) -> Result<Option<&EvidenceTexts>, NotPrepared> {
        Ok(self.evidence.get().ok_or(NotPrepared)?.get(&id))
    }

    async fn all_ratings(&self) -> Result<&HashMap<RatingId, RatingTexts>, Error> {
        let read = async || self.database.read().rating_texts(self.readable()).await;
        self.ratings.get_or_try_init(read).await
    }

    async fn all_evidence(&self) -> Result<&HashMap<EvidenceId, EvidenceTexts>, Error> {
        let read = async || self.database.read().evidence_texts(&self.papers()).await;
        self.evidence.get_or_try_init(read).await
    }

    pub(super) async fn rating(&self, id: RatingId) -> Result<RatingTexts, Error> {
        Ok(self.all_ratings().await?.get(&id).cloned().unwrap_or_default())
    }

    fn papers(&self) -> Vec<Readable> {
        self.readable().iter().filter(|readable| readable.papers()).copied().collect()
    }

    /// None where it was erased.
    pub(super) async fn note(&self, key: NoteKey) -> Result<Option<String>, Error> {
        let read = async || self.database.read().note_texts(&self.papers()).await;
        Ok(self.notes.get_or_try_init(read).await?.get(&key).cloned())
    }

    /// What the submission at a position was approved with.
    pub(super) async fn approval(&self, of: AssessmentId, at: Position) -> Result<ApprovalTexts, Error> {
        let read = async || self.database.read().approval_texts(&self.papers()).await;
        Ok(self.approvals.get_or_try_init(read).await?.get(&(of, at)).cloned().unwrap_or_default())
    }

    pub(super) async fn evidence(&self, id: EvidenceId) -> Result<EvidenceTexts, Error> {
        Ok(self.all_evidence().await?.get(&id).cloned().unwrap_or_default())
    }
}

/// What the organisation published before this assessment in the framework of its round.
pub(super) fn before(lens: &Lens, assessment: &Assessment) -> Option<Publication> {
    let round = lens.round(assessment.round())?;
    lens.published_before(assessment.organisation(), round.framework, round.dates.reference)
}
