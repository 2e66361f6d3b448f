//! Rating elements. Append-only: a new rating supersedes the one its writer saw.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::access::{Action, Granted, Rate};
use crate::assessment::Paper;
use crate::batch::{self, Batch, Parsed, RefusedItem, path};
use crate::command::{Decided, Decision};
use crate::framework::Edition;
use crate::id::{AssessmentId, ElementId, EvidenceId, PersonId, RatingId};
use crate::ledger::{Event, Position};
use crate::level::Rank;
use crate::mint::Mint;
use crate::refusal::{Refusal, Why};
use crate::text::{NewText, Text, TextRef};

named! {
    /// Whose judgement a rating is.
    pub enum Basis { SelfRated = "SELF", Moderated = "MODERATED" }
}

named! {
    pub enum Confidence { Low = "LOW", Medium = "MEDIUM", High = "HIGH" }
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

impl Rating {
    /// Taken over by carrying forward, and looked at by nobody since. Whoever confirms it writes a rating that supersedes it.
    pub fn is_unconfirmed(&self) -> bool {
        self.carried_from.is_some() && self.supersedes.is_none()
    }

    /// Steps from another rating to this one, where both are at a level.
    pub fn steps_from(&self, other: &Self) -> Option<i16> {
        match (self.value, other.value) {
            (Value::Level(this), Value::Level(other)) => Some(i16::from(this.get()) - i16::from(other.get())),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub enum Outcome {
    /// The key of a level.
    Level(String),
    NotApplicable(Text),
    Cleared,
}

impl Outcome {
    pub(crate) fn value(&self, edition: &Edition) -> Result<Value, Why> {
        match self {
            Self::Level(key) => {
                let rank = edition.definition.scale.as_ref().and_then(|scale| scale.rank(key));
                rank.map(Value::Level).ok_or(Why::UnknownLevel)
            }
            Self::NotApplicable(_) => Ok(Value::NotApplicable),
            Self::Cleared => Ok(Value::Cleared),
        }
    }

    pub(crate) fn record(&self, write: &mut impl FnMut(&Text) -> TextRef) -> RatedValue {
        match self {
            Self::Level(key) => RatedValue::Level(key.clone()),
            Self::NotApplicable(reason) => RatedValue::NotApplicable(write(reason)),
            Self::Cleared => RatedValue::Cleared,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct RateItem {
    /// The key of an element.
    pub element: String,
    /// The current rating as the client saw it; none where it saw none.
    pub replaces: Option<RatingId>,
    /// None confirms what was carried forward.
    pub outcome: Option<Outcome>,
    pub confidence: Option<Confidence>,
    pub rationale: Option<Text>,
    /// Evidence of this organisation that supports the rating.
    pub evidence: Vec<EvidenceId>,
}

#[derive(Clone, Debug, Serialize)]
pub struct RateElements {
    pub assessment: AssessmentId,
    #[serde(serialize_with = "batch::parsed_only")]
    pub items: Vec<Parsed<RateItem>>,
    pub batch: Batch,
    pub dry_run: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RatedValue {
    Level(String),
    NotApplicable(TextRef),
    Cleared,
    /// For the reason that the rating before it gave: the superseded one, else the one it was carried from.
    StillNotApplicable,
}

impl RatedValue {
    /// None where the edition has no such level.
    pub(crate) fn value(&self, edition: &Edition) -> Option<Value> {
        Some(match self {
            Self::Level(key) => Value::Level(edition.definition.scale.as_ref()?.rank(key)?),
            Self::NotApplicable(_) | Self::StillNotApplicable => Value::NotApplicable,
            Self::Cleared => Value::Cleared,
        })
    }

    /// As taken over from a rating of this value.
    pub(crate) fn kept(value: Value, edition: &Edition) -> Option<Self> {
        match value {
            Value::Level(rank) => {
                Some(Self::Level(edition.definition.scale.as_ref()?.level(rank).key.clone()))
            }
            Value::NotApplicable => Some(Self::StillNotApplicable),
            Value::Cleared => None,
        }
    }
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
    /// The rationale is that of the rating before it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keeps_rationale: bool,
    pub supersedes: Option<RatingId>,
    pub carried_from: Option<RatingId>,
    /// Cited from now on.
    pub evidence: Vec<EvidenceId>,
}

impl RatedItem {
    pub fn keeps_texts(&self) -> bool {
        self.keeps_rationale || self.value == RatedValue::StillNotApplicable
    }

    /// The rating whose texts are kept.
    pub fn before(&self) -> Option<RatingId> {
        self.supersedes.or(self.carried_from)
    }
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
    pub fn decide(&self, paper: &Granted<Rate, Paper>, today: chrono::NaiveDate, mint: &mut Mint) -> Decided {
        let paper = paper.thing();
        paper.takes(Action::Rate, today)?;
        let mut seen = BTreeSet::new();
        let decided = batch::decide(&self.items, self.batch, |index, item, texts| {
            let (element, value) = item.check(index, paper, !seen.insert(item.element.clone()))?;
            Ok(item.record(index, element, value, paper, mint, texts))
        })?;
        let event = ElementsRated {
            assessment: self.assessment,
            revision: paper.assessment.revision() + 1,
            items: decided.items,
            refused: decided.refused,
        };
        Ok(Decision { event: Event::ElementsRated(event), texts: decided.texts, identity: None })
    }
}

impl RateItem {
    /// The element and what it will say; of a confirmation, what was carried forward.
    fn check(&self, index: u16, paper: &Paper, repeated: bool) -> Result<(usize, Value), Vec<Refusal>> {
        let Some(element) = paper.edition.element_by_key(&self.element) else {
            return Err(vec![Why::UnknownElement.at(path(index, "element"))]);
        };
        let mut refusals = Vec::new();
        if repeated {
            refusals.push(Why::twice("element").at(path(index, "element")));
        }
        let current = paper.answers[element];
        if self.replaces != current.map(|rating| rating.id) {
            let (current_revision, current) = (paper.assessment.revision(), current.map(|rating| rating.id));
            refusals.push(Why::StaleRating { current_revision, current }.at(path(index, "replaces")));
        }
        let value = match (&self.outcome, current) {
            (Some(outcome), _) => outcome.value(&paper.edition),
            (None, Some(current)) if current.is_unconfirmed() => Ok(current.value),
            (None, _) => {
                Err(Why::Invalid("nothing that was carried forward waits to be confirmed here".into()))
            }
        };
        let value = value.map_err(|why| refusals.push(why.at(path(index, "outcome"))));
        if !self.evidence.iter().all(|evidence| paper.evidence.contains(evidence)) {
            refusals.push(Why::EvidenceInvalid.at(path(index, "evidence")));
        }
        match value {
            Ok(value) if refusals.is_empty() => Ok((element, value)),
            _ => Err(refusals),
        }
    }

    fn record(
        &self,
        index: u16,
        element: usize,
        value: Value,
        paper: &Paper,
        mint: &mut Mint,
        texts: &mut Vec<NewText>,
    ) -> RatedItem {
        let id = RatingId(mint.id());
        let confirmed = paper.answers[element].filter(|_| self.outcome.is_none());
        let mut write = |text: &Text| mint.write(text, texts);
        let rated = match &self.outcome {
            Some(outcome) => outcome.record(&mut write),
            None => RatedValue::kept(value, &paper.edition).unwrap_or(RatedValue::Cleared),
        };
        let rationale = self.rationale.as_ref().map(&mut write);
        let cited = |evidence: &&EvidenceId| !paper.cited.contains(&(element, **evidence));
        let evidence: BTreeSet<_> = self.evidence.iter().filter(cited).copied().collect();
        RatedItem {
            item: index,
            id,
            element: paper.edition.elements[element].id,
            value: rated,
            confidence: self.confidence.or(confirmed.and_then(|confirmed| confirmed.confidence)),
            keeps_rationale: rationale.is_none()
                && confirmed.is_some_and(|confirmed| confirmed.has_rationale),
            rationale,
            supersedes: self.replaces,
            carried_from: confirmed.and_then(|confirmed| confirmed.carried_from),
            evidence: evidence.into_iter().collect(),
        }
    }
}
