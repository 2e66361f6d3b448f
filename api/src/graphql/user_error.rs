//! Refusals as data: what a person can act on, with a code for programs and a sentence for people.

use async_graphql::{Enum, Interface, SimpleObject};
use domain::assessment::{Missing as DomainMissing, MissingKind as DomainMissingKind};
use domain::framework::Subject as DomainSubject;
use domain::id::AssessmentId;
use domain::lens::Lens;
use domain::refusal::{Refusal, Why};

use super::assessment::Papers;
use super::context::Asker;
use super::rating::Rating;
use super::subject::Element;

/// Why a change was refused. Nothing was changed by what a code stands against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::refusal::Code")]
pub enum ErrorCode {
    /// Somebody changed it since you read it. Read again, look, and repeat.
    StaleRevision,
    /// The round does not take this today: it has not opened yet, or its time is over.
    RoundNotOpen,
    /// The organisation was not open on the round's reference date, or is not of a kind that the edition assesses.
    OrganisationNotOpen,
    /// There is one already.
    AlreadyExists,
    /// The assessment is in a stage that does not take this, or the role is over.
    WrongStage,
    /// Answers that the round asks for are missing.
    IncompleteAssessment,
    /// The edition has no element with this key.
    UnknownElement,
    /// The scale of the edition has no level with this key.
    UnknownLevel,
    /// The round asks for a rationale.
    RationaleRequired,
    /// This needs a reason.
    ReasonRequired,
    /// There is no such evidence of this organisation.
    EvidenceInvalid,
    /// Somebody else has to do this.
    SamePerson,
    /// The idempotency key was used before with another input.
    KeyReused,
    /// A value is not of the form that its description asks for.
    InvalidInput,
    /// Your roles do not allow this. Stands only in `viewerActs`: a mutation that is not allowed fails as a whole, with this
    /// code in `extensions`.
    Forbidden,
}

/// Something that a person can act on. `path` leads from the input object to the value, array indexes as numbers.
#[derive(Interface)]
#[graphql(
    field(name = "code", ty = "&ErrorCode", desc = "For programs."),
    field(name = "message", ty = "&String", desc = "For people: what is wrong and what to do next."),
    field(
        name = "path",
        ty = "&Option<Vec<String>>",
        desc = "From the input object to the value; null where it is about the whole."
    )
)]
pub enum UserError {
    Stale(StaleRevisionError),
    Incomplete(IncompleteAssessmentError),
    Refused(RefusedError),
}

/// Somebody changed it since you read it.
#[derive(SimpleObject)]
pub struct StaleRevisionError {
    /// For programs: STALE_REVISION.
    code: ErrorCode,
    /// For people: what is wrong and what to do next.
    message: String,
    /// From the input object to the value; null where it is about the whole.
    path: Option<Vec<String>>,
    /// The revision of the assessment now.
    current_revision: u32,
    /// The rating of the element now, where the conflict is about one; null where it is not rated.
    current: Option<Rating>,
}

/// Answers that the round asks for are missing.
#[derive(SimpleObject)]
pub struct IncompleteAssessmentError {
    /// For programs: INCOMPLETE_ASSESSMENT.
    code: ErrorCode,
    /// For people: what is wrong and what to do next.
    message: String,
    /// From the input object to the value; null where it is about the whole.
    path: Option<Vec<String>>,
    /// The complete list, in the order of the edition.
    missing: Vec<Missing>,
}

/// Any other refusal.
#[derive(SimpleObject)]
pub struct RefusedError {
    /// For programs.
    code: ErrorCode,
    /// For people: what is wrong and what to do next.
    message: String,
    /// From the input object to the value; null where it is about the whole.
    path: Option<Vec<String>>,
}

/// What a submission lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::assessment::MissingKind")]
pub enum MissingKind {
    /// The element has no rating.
    NotRated,
    /// The rating was carried forward, the round asks for it to be confirmed, and nobody has.
    NotConfirmed,
    /// The rating has no rationale and the round asks for one.
    Rationale,
    /// The level is one from which on the round asks for evidence, and none that supports it is cited.
    Evidence,
    /// The round asks for an approval of a kind that it accepts. Sent with the submission.
    Approval,
}

/// One thing that a submission lacks.
#[derive(SimpleObject)]
pub struct Missing {
    /// The element that lacks it; null where the assessment as a whole does.
    element: Option<Element>,
    /// What is lacking.
    kind: MissingKind,
    /// The same in words.
    message: String,
}

impl Missing {
    pub(super) fn all(lens: &Lens, missing: &[DomainMissing]) -> Vec<Self> {
        missing.iter().map(|missing| Self::of(lens, missing)).collect()
    }

    fn of(lens: &Lens, missing: &DomainMissing) -> Self {
        let subject = missing.element.and_then(|id| lens.subject(id.0));
        let element = subject.and_then(|(edition, subject)| match subject {
            DomainSubject::Element(index) => Some(Element::new(edition, index)),
            _ => None,
        });
        let what = match missing.kind {
            DomainMissingKind::NotRated => "is not rated",
            DomainMissingKind::NotConfirmed => "was carried forward and is not confirmed",
            DomainMissingKind::Rationale => "has no rationale",
            DomainMissingKind::Evidence => "cites no evidence",
            DomainMissingKind::Approval => "needs an approval that the round accepts",
        };
        let title = element.as_ref().map_or("The assessment", Element::title_text);
        Self { message: format!("{title} {what}."), kind: missing.kind.into(), element }
    }
}

impl UserError {
    pub(super) fn all(
        refusals: Vec<Refusal>,
        asker: &Asker,
        lens: &Lens,
        assessment: Option<AssessmentId>,
    ) -> Vec<Self> {
        refusals.into_iter().map(|refusal| Self::of(refusal, asker, lens, assessment)).collect()
    }

    fn of(refusal: Refusal, asker: &Asker, lens: &Lens, assessment: Option<AssessmentId>) -> Self {
        let code = refusal.why.code().into();
        let mut message = refusal.why.to_string();
        if let Some(first) = message.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        message.push('.');
        let path = (!refusal.path.is_empty()).then_some(refusal.path);
        match refusal.why {
            Why::StaleAssessment { current_revision } => {
                Self::Stale(StaleRevisionError { code, message, path, current_revision, current: None })
            }
            Why::StaleRating { current_revision, current } => {
                let papers = assessment.and_then(|id| Papers::of(asker, lens, id));
                let current = papers.zip(current).and_then(|(papers, id)| papers.rating(id));
                Self::Stale(StaleRevisionError { code, message, path, current_revision, current })
            }
            Why::Incomplete(missing) => {
                let missing = Missing::all(lens, &missing);
                Self::Incomplete(IncompleteAssessmentError { code, message, path, missing })
            }
            _ => Self::Refused(RefusedError { code, message, path }),
        }
    }
}
