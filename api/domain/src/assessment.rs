//! Assessments: one organisation in one round. What each stage takes, and what is still missing.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Granted, Owned, Owner, Start, Viewer};
use crate::command::{Decided, Decision};
use crate::framework::Edition;
use crate::id::{AssessmentId, EditionId, ElementId, EvidenceId, OrganisationId, RoundId};
use crate::ledger::Event;
use crate::mint::Mint;
use crate::organisation::OrganisationKind;
use crate::policy::{ApprovalKind, Requirement};
use crate::rating::{Rating, Value};
use crate::refusal::{Refused, Why};
use crate::round::Round;

named! {
    /// DRAFT or RETURNED → SUBMITTED → MODERATED → PUBLISHED; WITHDRAWN from any stage before MODERATED.
    pub enum Stage {
        Draft = "DRAFT",
        Submitted = "SUBMITTED",
        Returned = "RETURNED",
        Moderated = "MODERATED",
        Published = "PUBLISHED",
        Withdrawn = "WITHDRAWN",
    }
}

/// Whether an assessment in this stage takes the act.
const fn takes(stage: Stage, action: Action) -> bool {
    match action {
        Action::Rate | Action::RecordEvidence | Action::Submit => {
            matches!(stage, Stage::Draft | Stage::Returned)
        }
        Action::Publish => matches!(stage, Stage::Submitted | Stage::Moderated),
        _ => false,
    }
}

/// How far an assessment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    /// One more with every change; what acts on the whole assessment expect.
    pub revision: u32,
    pub was_submitted: bool,
}

/// The header of an assessment: whose it is, where it stands. Fields are private, so that nobody invents an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assessment {
    id: AssessmentId,
    organisation: OrganisationId,
    region: Option<OrganisationId>,
    round: RoundId,
    edition: EditionId,
    progress: Progress,
    synthetic: bool,
}

impl Assessment {
    /// From what the ledger or its projection says. `region` is that of the round's reference date.
    pub fn recorded(
        started: &AssessmentStarted,
        region: Option<OrganisationId>,
        progress: Progress,
        synthetic: bool,
    ) -> Self {
        Self {
            id: started.assessment,
            organisation: started.organisation,
            region,
            round: started.round,
            edition: started.edition,
            progress,
            synthetic,
        }
    }

    pub fn id(&self) -> AssessmentId {
        self.id
    }

    pub fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    pub fn round(&self) -> RoundId {
        self.round
    }

    pub fn edition(&self) -> EditionId {
        self.edition
    }

    pub fn stage(&self) -> Stage {
        self.progress.stage
    }

    pub fn revision(&self) -> u32 {
        self.progress.revision
    }

    /// Made by the demonstration, not reported by anybody.
    pub fn synthetic(&self) -> bool {
        self.synthetic
    }

    pub fn expect_revision(&self, expected: u32) -> Result<(), Why> {
        let current_revision = self.revision();
        if expected == current_revision { Ok(()) } else { Err(Why::StaleAssessment { current_revision }) }
    }

    /// Whether stage and dates take the act, whoever does it.
    pub fn takes(&self, action: Action, round: &Round, today: NaiveDate) -> Result<(), Why> {
        if !takes(self.stage(), action) {
            return Err(Why::WrongStage(self.stage()));
        }
        match action {
            Action::Publish => Ok(()),
            _ => round.takes_work(self.stage(), today),
        }
    }

    /// The acts on this assessment and what stands against each for this viewer. Empty: it is allowed.
    pub fn acts(
        &self,
        viewer: &Viewer,
        round: &Round,
        today: NaiveDate,
        missing: impl FnOnce() -> Vec<Missing>,
    ) -> Vec<(Action, Vec<Why>)> {
        let owner = self.owner();
        let mut missing = Some(missing);
        let acts = [Action::Rate, Action::RecordEvidence, Action::Submit, Action::Publish];
        acts.into_iter()
            .map(|action| {
                let mut against = Vec::new();
                if !viewer.may(action, &owner) {
                    against.push(Why::Forbidden);
                }
                against.extend(self.takes(action, round, today).err());
                if action == Action::Submit && against.is_empty() {
                    let mut missing = missing.take().map(|missing| missing()).unwrap_or_default();
                    missing.retain(|missing| missing.kind != MissingKind::Approval);
                    against.extend((!missing.is_empty()).then_some(Why::Incomplete(missing)));
                }
                (action, against)
            })
            .collect()
    }
}

impl Owned for Assessment {
    fn owner(&self) -> Owner {
        Owner {
            organisation: Some(self.organisation),
            region: self.region,
            was_submitted: self.progress.was_submitted,
            is_public: self.stage() == Stage::Published,
        }
    }
}

named! {
    /// What a submission still lacks.
    pub enum MissingKind {
        NotRated = "NOT_RATED",
        Rationale = "RATIONALE",
        Evidence = "EVIDENCE",
        Approval = "APPROVAL",
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// None where the assessment as a whole lacks it.
    pub element: Option<ElementId>,
    pub kind: MissingKind,
}

/// An assessment with all that a decision on it needs: the form as it is filled in now.
#[derive(Clone, Debug)]
pub struct Paper {
    pub assessment: Assessment,
    pub round: Arc<Round>,
    pub edition: Arc<Edition>,
    /// The latest SELF rating by element index, cleared ones included.
    pub answers: Vec<Option<Rating>>,
    /// (element index, evidence) that supports.
    pub cited: BTreeSet<(usize, EvidenceId)>,
    /// All evidence of the organisation.
    pub evidence: BTreeSet<EvidenceId>,
    /// The organisation's latest earlier published values, by element id.
    pub previous: Vec<(ElementId, Value)>,
}

impl Owned for Paper {
    fn owner(&self) -> Owner {
        self.assessment.owner()
    }
}

impl Paper {
    pub fn takes(&self, action: Action, today: NaiveDate) -> Result<(), Why> {
        self.assessment.takes(action, &self.round, today)
    }

    /// The value of an element, where it is rated.
    pub fn value(&self, element: usize) -> Option<Value> {
        self.answers[element].map(|rating| rating.value).filter(|value| *value != Value::Cleared)
    }

    pub fn rated(&self) -> usize {
        (0..self.answers.len()).filter(|element| self.value(*element).is_some()).count()
    }

    /// The complete list of what keeps this from being submitted with this approval, in the order of the edition.
    pub fn missing(&self, approval: Option<ApprovalKind>) -> Vec<Missing> {
        let policy = &self.round.policy;
        let scale = self.edition.definition.scale.as_ref();
        let evidence_from =
            policy.evidence_from.as_ref().and_then(|key| scale.and_then(|scale| scale.rank(key)));
        let mut missing = Vec::new();
        for (i, element) in self.edition.elements.iter().enumerate() {
            let mut lacks = |kind| missing.push(Missing { element: Some(element.id), kind });
            let Some((value, rating)) = self.value(i).zip(self.answers[i]) else {
                lacks(MissingKind::NotRated);
                continue;
            };
            let wants_rationale = match policy.rationale {
                Requirement::Always => true,
                Requirement::WhenChanged => !self.previous.contains(&(element.id, value)),
                Requirement::Never => false,
            };
            if wants_rationale && !rating.has_rationale && value != Value::NotApplicable {
                lacks(MissingKind::Rationale);
            }
            let cited = || {
                self.cited.range((i, EvidenceId(uuid::Uuid::nil()))..).next().is_some_and(|(e, _)| *e == i)
            };
            let high = |from| matches!(value, Value::Level(rank) if rank >= from);
            if evidence_from.is_some_and(high) && !cited() {
                lacks(MissingKind::Evidence);
            }
        }
        if !policy.approvals.is_empty() && approval.is_none_or(|kind| !policy.approvals.contains(&kind)) {
            missing.push(Missing { element: None, kind: MissingKind::Approval });
        }
        missing
    }
}

/// An organisation and a round in which it has no assessment yet.
#[derive(Clone, Debug)]
pub struct Entrant {
    pub organisation: OrganisationId,
    pub kind: OrganisationKind,
    pub region: Option<OrganisationId>,
    pub open_on_reference_date: bool,
    pub has_assessment: bool,
    pub round: Arc<Round>,
    pub edition: Arc<Edition>,
}

impl Owned for Entrant {
    fn owner(&self) -> Owner {
        Owner {
            organisation: Some(self.organisation),
            region: self.region,
            was_submitted: false,
            is_public: true,
        }
    }
}

impl Entrant {
    /// Whether the organisation can start in this round, whoever starts it.
    pub fn may_start(&self, today: NaiveDate) -> Result<(), Why> {
        if !self.edition.definition.assesses.contains(&self.kind) {
            return Err(Why::NotAssessed);
        }
        if !self.open_on_reference_date {
            return Err(Why::OrganisationNotOpen { reference_date: self.round.dates.reference });
        }
        if self.has_assessment {
            return Err(Why::AssessmentExists);
        }
        self.round.takes_work(Stage::Draft, today)
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct StartAssessment {
    pub round: RoundId,
    pub organisation: OrganisationId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentStarted {
    pub assessment: AssessmentId,
    pub organisation: OrganisationId,
    pub round: RoundId,
    pub edition: EditionId,
}

impl StartAssessment {
    pub fn decide(&self, entrant: &Granted<Start, Entrant>, today: NaiveDate, mint: &mut Mint) -> Decided {
        let entrant = entrant.thing();
        entrant.may_start(today).map_err(Refused::from)?;
        Ok(Decision::of(Event::AssessmentStarted(AssessmentStarted {
            assessment: AssessmentId(mint.id()),
            organisation: entrant.organisation,
            round: entrant.round.id,
            edition: entrant.edition.id,
        })))
    }
}
