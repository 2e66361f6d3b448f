//! Rating elements. Append-only: a new rating supersedes the one its writer saw.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::access::{Action, Granted, Rate};
use crate::assessment::Paper;
use crate::command::{Decided, Decision};
use crate::id::{AssessmentId, ElementId, EvidenceId, PersonId, RatingId};
use crate::ledger::{Event, Position};
use crate::level::Rank;
use crate::mint::Mint;
use crate::refusal::{Refusal, Refused, Why};
use crate::text::{NewText, Text, TextRef};

named! {
    /// Whose judgement a rating is.
    pub enum Basis { SelfRated = "SELF", Moderated = "MODERATED" }
}

named! {
    pub enum Confidence { Low = "LOW", Medium = "MEDIUM", High = "HIGH" }
}

named! {
    /// What happens to the good items of a batch when one is refused.
    pub enum Batch { AllOrNothing = "ALL_OR_NOTHING", ApplyValid = "APPLY_VALID" }
}

/// What a rating says of its element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    Level(Rank),
    NotApplicable,
    /// Not rated any more.
    Cleared,
}

/// A rating without its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rating {
    pub id: RatingId,
    /// Index in the edition.
    pub element: usize,
    pub basis: Basis,
    pub value: Value,
    pub confidence: Option<Confidence>,
    pub has_rationale: bool,
    /// The rating of an earlier round that it was taken over from.
    pub carried_from: Option<RatingId>,
    /// Of a MODERATED rating: the SELF rating it judged. It lapses when that is superseded.
    pub judged: Option<RatingId>,
    pub position: Position,
    pub by: PersonId,
    pub supersedes: Option<RatingId>,
}

#[derive(Clone, Debug, Serialize)]
pub enum Outcome {
    /// The key of a level.
    Level(String),
    NotApplicable(Text),
    Cleared,
}

#[derive(Clone, Debug, Serialize)]
pub struct RateItem {
    /// The key of an element.
    pub element: String,
    /// The current rating as the client saw it; none where it saw none.
    pub replaces: Option<RatingId>,
    pub outcome: Outcome,
    pub confidence: Option<Confidence>,
    pub rationale: Option<Text>,
    /// Evidence of this organisation that supports the rating.
    pub evidence: Vec<EvidenceId>,
}

#[derive(Clone, Debug, Serialize)]
pub struct RateElements {
    pub assessment: AssessmentId,
    /// Items that did not even parse stand with their refusals.
    #[serde(serialize_with = "parsed_only")]
    pub items: Vec<Result<RateItem, Vec<Refusal>>>,
    pub batch: Batch,
    pub dry_run: bool,
}

fn parsed_only<S: serde::Serializer>(
    items: &[Result<RateItem, Vec<Refusal>>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(items.iter().map(|item| item.as_ref().ok()))
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RatedValue {
    Level(String),
    NotApplicable(TextRef),
    Cleared,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatedItem {
    /// Index in the input.
    pub item: u16,
    pub id: RatingId,
    pub element: ElementId,
    pub value: RatedValue,
    pub confidence: Option<Confidence>,
    pub rationale: Option<TextRef>,
    pub supersedes: Option<RatingId>,
    pub carried_from: Option<RatingId>,
    /// Cited from now on.
    pub evidence: Vec<EvidenceId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedItem {
    /// Index in the input.
    pub item: u16,
    pub refusals: Vec<Refusal>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementsRated {
    pub assessment: AssessmentId,
    /// After this change.
    pub revision: u32,
    pub items: Vec<RatedItem>,
    pub refused: Vec<RefusedItem>,
}

impl RateElements {
    pub const MOST_ITEMS: usize = 200;

    pub fn decide(&self, paper: &Granted<Rate, Paper>, today: chrono::NaiveDate, mint: &mut Mint) -> Decided {
        let paper = paper.thing();
        paper.takes(Action::Rate, today)?;
        if self.items.is_empty() || self.items.len() > Self::MOST_ITEMS {
            return Err(Why::Invalid(format!("1 to {} items", Self::MOST_ITEMS)).at(["items"]).into());
        }
        let mut decision = Batched::default();
        let mut seen = BTreeSet::new();
        for (i, item) in self.items.iter().enumerate() {
            let index = u16::try_from(i).expect("at most 200 items");
            let checked = item.as_ref().map_err(Clone::clone);
            let checked = checked.and_then(|item| item.check(i, paper, !seen.insert(item.element.as_str())));
            match (checked, item) {
                (Ok((element, value)), Ok(item)) => decision.accept(index, item, element, value, paper, mint),
                (Err(refusals), _) => decision.refused.push(RefusedItem { item: index, refusals }),
                (Ok(_), Err(_)) => unreachable!("an item that did not parse is refused"),
            }
        }
        let nothing_left = decision.items.is_empty();
        if !decision.refused.is_empty() && (self.batch == Batch::AllOrNothing || nothing_left) {
            return Err(decision.all_refused(self.items.len()));
        }
        let event = ElementsRated {
            assessment: self.assessment,
            revision: paper.assessment.revision() + 1,
            items: decision.items,
            refused: decision.refused,
        };
        Ok(Decision { event: Event::ElementsRated(event), texts: decision.texts, identity: None })
    }
}

impl RateItem {
    fn check(&self, i: usize, paper: &Paper, repeated: bool) -> Result<(usize, Value), Vec<Refusal>> {
        let path = |field: &str| ["items".to_owned(), i.to_string(), field.to_owned()];
        let Some(element) = paper.edition.element_by_key(&self.element) else {
            return Err(vec![Why::UnknownElement.at(path("element"))]);
        };
        let mut refusals = Vec::new();
        if repeated {
            refusals.push(Why::Invalid("this element stands twice in the batch".into()).at(path("element")));
        }
        let current = paper.answers[element].map(|rating| rating.id);
        if self.replaces != current {
            let current_revision = paper.assessment.revision();
            refusals.push(Why::StaleRating { current_revision, current }.at(path("replaces")));
        }
        let value = match &self.outcome {
            Outcome::Level(key) => {
                match paper.edition.definition.scale.as_ref().and_then(|scale| scale.rank(key)) {
                    Some(rank) => Value::Level(rank),
                    None => {
                        refusals.push(Why::UnknownLevel.at(path("outcome")));
                        Value::Cleared
                    }
                }
            }
            Outcome::NotApplicable(_) => Value::NotApplicable,
            Outcome::Cleared => Value::Cleared,
        };
        if !self.evidence.iter().all(|evidence| paper.evidence.contains(evidence)) {
            refusals.push(Why::EvidenceInvalid.at(path("evidence")));
        }
        if refusals.is_empty() { Ok((element, value)) } else { Err(refusals) }
    }
}

#[derive(Default)]
struct Batched {
    items: Vec<RatedItem>,
    refused: Vec<RefusedItem>,
    texts: Vec<NewText>,
}

impl Batched {
    fn accept(
        &mut self,
        index: u16,
        item: &RateItem,
        element: usize,
        value: Value,
        paper: &Paper,
        mint: &mut Mint,
    ) {
        let id = RatingId(mint.id());
        let mut write = |text: &Text| {
            let text = mint.text(text);
            self.texts.push(text.clone());
            text.item
        };
        let value = match (&item.outcome, value) {
            (Outcome::Level(key), Value::Level(_)) => RatedValue::Level(key.clone()),
            (Outcome::NotApplicable(reason), _) => RatedValue::NotApplicable(write(reason)),
            _ => RatedValue::Cleared,
        };
        let cited = |evidence: &&EvidenceId| !paper.cited.contains(&(element, **evidence));
        let evidence: BTreeSet<_> = item.evidence.iter().filter(cited).copied().collect();
        self.items.push(RatedItem {
            item: index,
            id,
            element: paper.edition.elements[element].id,
            value,
            confidence: item.confidence,
            rationale: item.rationale.as_ref().map(&mut write),
            supersedes: item.replaces,
            carried_from: None,
            evidence: evidence.into_iter().collect(),
        });
    }

    /// Nothing is written; every item answers with its own refusals, and the whole with all of them.
    fn all_refused(self, count: usize) -> Refused {
        let mut items = vec![Vec::new(); count];
        for refused in self.refused {
            items[usize::from(refused.item)] = refused.refusals;
        }
        Refused { whole: items.iter().flatten().cloned().collect(), items }
    }
}
