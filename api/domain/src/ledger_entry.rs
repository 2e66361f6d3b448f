//! An entry of the ledger in words, for those who may read the working papers of an assessment.

use crate::framework::Edition;
use crate::id::{AssessmentId, ElementId, TextId};
use crate::ledger::Event;
use crate::moderation::ModeratedItem;
use crate::note::Note;
use crate::policy::ApprovalKind;
use crate::publication::AssessmentsPublished;
use crate::rating::{RatedItem, RatedValue};
use crate::sentence::{self, plain};

/// Names in a sentence; the others are counted.
const NAMED: usize = 4;

impl Event {
    /// What was done to an assessment, as a sentence without a subject.
    pub fn sentence(&self, assessment: AssessmentId, edition: &Edition) -> String {
        let about = |elements: &[ElementId]| about(edition, elements);
        match self {
            Self::AssessmentStarted(event) if event.carried.is_empty() => {
                "Started the assessment.".to_owned()
            }
            Self::AssessmentStarted(event) => {
                format!("Started the assessment and carried {} forward.", counted(event.carried.len()))
            }
            Self::ElementsRated(event) => rated(&event.items, edition),
            Self::EvidenceRecorded(event) => format!("Recorded evidence for {}.", about(&event.elements)),
            Self::AssessmentSubmitted(event) => match &event.approval {
                Some(approval) => format!("Submitted it, {}, on {}.", by(approval.kind), plain(approval.on)),
                None => "Submitted it.".to_owned(),
            },
            Self::AssessmentWithdrawn(_) => "Withdrew it.".to_owned(),
            Self::AssessmentReturned(event) if event.notes.is_empty() => {
                "Returned it to the system.".to_owned()
            }
            Self::AssessmentReturned(event) => {
                format!("Returned it to the system, with notes on {}.", about(&elements(&event.notes)))
            }
            Self::ElementsModerated(event) => format!("Judged {}.", judged(&event.items, edition)),
            Self::ModerationShared(event) => {
                let until = plain(event.respond_by);
                format!("Shared the region's view; the system can contest it until {until}.")
            }
            Self::ModerationContested(event) if event.contests.is_empty() => {
                "Accepted the region's view.".to_owned()
            }
            Self::ModerationContested(event) => {
                format!("Contested the region's view of {}.", about(&elements(&event.contests)))
            }
            Self::AssessmentsPublished(event) => published(event, assessment, edition),
            Self::RatingsCorrected(event) => format!("Corrected {}.", judged(&event.items, edition)),
            Self::PublicationRetracted(_) => "Retracted the publication.".to_owned(),
            Self::DeadlineExtended(event) => format!("Gave more time, until {}.", plain(event.until)),
            Self::PersonRecorded(_)
            | Self::RoleGranted(_)
            | Self::RoleRevoked(_)
            | Self::IdentityAdded(_)
            | Self::PersonErased(_)
            | Self::TextsErased(_)
            | Self::EditionLoaded(_)
            | Self::RegisterLoaded(_)
            | Self::LinksLoaded(_)
            | Self::RoundOpened(_)
            | Self::SuccessionRecorded(_)
            | Self::RebaselineRecorded(_)
            | Self::RebaselineWithdrawn(_)
            | Self::CrosswalkLoaded(_) => "Changed the catalogue, people or roles.".to_owned(),
        }
    }

    /// The text of the reason that was given for the whole.
    pub fn reason(&self) -> Option<TextId> {
        match self {
            Self::AssessmentWithdrawn(event) => Some(event.reason.id),
            Self::AssessmentReturned(event) => Some(event.reason.id),
            Self::RatingsCorrected(event) => Some(event.reason.id),
            Self::PublicationRetracted(event) => Some(event.reason.id),
            Self::DeadlineExtended(event) => Some(event.reason.id),
            _ => None,
        }
    }

    /// Whether it tells of the region's judgement before the publication.
    pub fn is_moderation(&self) -> bool {
        matches!(self, Self::ElementsModerated(_))
    }
}

fn published(event: &AssessmentsPublished, assessment: AssessmentId, edition: &Edition) -> String {
    let own = event.items.iter().find(|item| item.assessment == assessment);
    let answers = own.map(|item| elements(&item.answers)).unwrap_or_default();
    let together = match event.items.len().saturating_sub(1) {
        0 => String::new(),
        1 => " together with 1 other".to_owned(),
        others => format!(" together with {others} others"),
    };
    match answers.as_slice() {
        [] => format!("Published it{together}."),
        answers => {
            format!("Published it{together}, and answered what was contested of {}.", about(edition, answers))
        }
    }
}

fn elements(notes: &[Note]) -> Vec<ElementId> {
    notes.iter().map(|note| note.element).collect()
}

fn about(edition: &Edition, elements: &[ElementId]) -> String {
    with_count(elements.iter().map(|id| title(edition, *id)).collect())
}

fn rated(items: &[RatedItem], edition: &Edition) -> String {
    let (confirmed, rated): (Vec<_>, Vec<_>) = items.iter().partition(|item| item.carried_from.is_some());
    let what = |item: &&RatedItem| said(edition, item.element, &item.value);
    let rated =
        (!rated.is_empty()).then(|| format!("rated {}", with_count(rated.iter().map(what).collect())));
    let confirmed = (!confirmed.is_empty()).then(|| {
        let titles = confirmed.iter().map(|item| title(edition, item.element)).collect();
        format!("confirmed {}", with_count(titles))
    });
    let told: Vec<_> = rated.into_iter().chain(confirmed).collect();
    let mut sentence = format!("{}.", told.join(", and "));
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}

fn judged(items: &[ModeratedItem], edition: &Edition) -> String {
    with_count(items.iter().map(|item| said(edition, item.element, &item.value)).collect())
}

fn with_count(said: Vec<String>) -> String {
    format!("{}: {}", counted(said.len()), listed(said))
}

fn counted(elements: usize) -> String {
    if elements == 1 { "1 element".to_owned() } else { format!("{elements} elements") }
}

fn listed(mut names: Vec<String>) -> String {
    let others = names.len().saturating_sub(NAMED);
    if others > 0 {
        names.truncate(NAMED);
        names.push(format!("{others} more"));
    }
    sentence::listed(&names)
}

fn said(edition: &Edition, element: ElementId, value: &RatedValue) -> String {
    let title = title(edition, element);
    let level = |key: &String| {
        let scale = edition.definition.scale.as_ref()?;
        Some(scale.level(scale.rank(key)?).title.clone())
    };
    match value {
        RatedValue::Level(key) => format!("{title} at {}", level(key).unwrap_or_else(|| key.clone())),
        RatedValue::NotApplicable(_) | RatedValue::StillNotApplicable => format!("{title} as not applicable"),
        RatedValue::Cleared => format!("{title} taken back"),
    }
}

fn title(edition: &Edition, element: ElementId) -> String {
    let index = edition.element_by_id(element);
    index.map(|index| edition.elements[index].title.clone()).unwrap_or_default()
}

fn by(kind: ApprovalKind) -> &'static str {
    match kind {
        ApprovalKind::Board => "approved by the board",
        ApprovalKind::Committee => "approved by a committee",
        ApprovalKind::ChairAction => "approved by the chair's action",
        ApprovalKind::Executive => "approved by the executive",
    }
}
