//! Moderation: the region's own judgement beside the system's, unseen by the system until it is shared.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::access::{Action, Granted, Moderate, ShareModeration as MayShare};
use crate::assessment::{Paper, Stage};
use crate::batch::{self, Batch, Parsed, RefusedItem, path};
use crate::command::{Decided, Decision};
use crate::id::{AssessmentId, ElementId, OrganisationId, PersonId, RatingId};
use crate::ledger::Event;
use crate::mint::Mint;
use crate::rating::{Outcome, RatedValue, Rating, Value};
use crate::refusal::{Refusal, Why};
use crate::text::{NewText, Text, TextRef};

#[derive(Clone, Debug, Serialize)]
pub struct ModerateItem {
    /// The key of an element.
    pub element: String,
    /// The SELF rating that is judged.
    pub of: RatingId,
    /// The standing MODERATED rating as the client saw it; none where it saw none.
    pub replaces: Option<RatingId>,
    pub outcome: Outcome,
    pub reason: Option<Text>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ModerateElements {
    pub assessment: AssessmentId,
    #[serde(serialize_with = "batch::parsed_only")]
    pub items: Vec<Parsed<ModerateItem>>,
    pub batch: Batch,
    pub dry_run: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeratedItem {
    /// Index in the input.
    pub item: u16,
    pub id: RatingId,
    pub element: ElementId,
    pub value: RatedValue,
    pub rationale: Option<TextRef>,
    pub supersedes: Option<RatingId>,
    pub judged: RatingId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementsModerated {
    pub assessment: AssessmentId,
    /// After this change.
    pub revision: u32,
    /// The region that speaks.
    pub voice: OrganisationId,
    pub items: Vec<ModeratedItem>,
    pub refused: Vec<RefusedItem>,
}

impl ModerateElements {
    pub fn decide(
        &self,
        paper: &Granted<Moderate, Paper>,
        person: Option<PersonId>,
        today: NaiveDate,
        mint: &mut Mint,
    ) -> Decided {
        let paper = paper.thing();
        paper.stands_against(Action::Moderate, person, today)?;
        let mut seen = BTreeSet::new();
        let decided = batch::decide(&self.items, self.batch, |index, item, texts| {
            let checked = item.check(index, paper, !seen.insert(item.element.clone()));
            let against = item.stands_against(index, paper);
            let own = match checked {
                Ok(own) if against.is_empty() => own,
                checked => return Err([checked.err().unwrap_or_default(), against].concat()),
            };
            Ok(item.record(index, &own, paper, mint, texts))
        })?;
        let event = ElementsModerated {
            assessment: self.assessment,
            revision: paper.assessment.revision() + 1,
            voice: paper.voice(),
            items: decided.items,
            refused: decided.refused,
        };
        Ok(Decision { event: Event::ElementsModerated(event), texts: decided.texts, identity: None })
    }
}

impl ModerateItem {
    /// The SELF rating that is judged, where the item as such is good.
    pub(crate) fn check(&self, index: u16, paper: &Paper, repeated: bool) -> Result<Rating, Vec<Refusal>> {
        let Some(element) = paper.edition.element_by_key(&self.element) else {
            return Err(vec![Why::UnknownElement.at(path(index, "element"))]);
        };
        let mut refusals = Vec::new();
        if repeated {
            refusals.push(Why::twice("element").at(path(index, "element")));
        }
        let own = paper.answers[element].filter(|own| own.id == self.of);
        if own.is_none() {
            let current_revision = paper.assessment.revision();
            let current = paper.answers[element].map(|own| own.id);
            refusals.push(Why::StaleRating { current_revision, current }.at(path(index, "of")));
        }
        match self.outcome.value(&paper.edition) {
            Err(why) => refusals.push(why.at(path(index, "outcome"))),
            Ok(value) if own.is_some_and(|own| self.differs_without_reason(value, own.value)) => {
                refusals.push(Why::ReasonRequired.at(path(index, "reason")));
            }
            Ok(_) => {}
        }
        match own {
            Some(own) if refusals.is_empty() => Ok(own),
            _ => Err(refusals),
        }
    }

    /// What the region's standing judgement and the stage have against judging anew.
    fn stands_against(&self, index: u16, paper: &Paper) -> Vec<Refusal> {
        let Some(element) = paper.edition.element_by_key(&self.element) else { return Vec::new() };
        let mut refusals = Vec::new();
        let current = paper.moderation(element).map(|rating| rating.id);
        if self.replaces != current {
            let current_revision = paper.assessment.revision();
            refusals.push(Why::StaleRating { current_revision, current }.at(path(index, "replaces")));
        }
        let is_contested = paper.open_contests().any(|contested| contested == element);
        if paper.assessment.stage() == Stage::Moderated && !is_contested {
            refusals.push(Why::NotContested.at(path(index, "element")));
        }
        refusals
    }

    /// Not applicable brings its own reason, and nobody needs one to take a judgement back.
    fn differs_without_reason(&self, value: Value, own: Value) -> bool {
        matches!(value, Value::Level(_)) && value != own && self.reason.is_none()
    }

    pub(crate) fn record(
        &self,
        index: u16,
        own: &Rating,
        paper: &Paper,
        mint: &mut Mint,
        texts: &mut Vec<NewText>,
    ) -> ModeratedItem {
        let id = RatingId(mint.id());
        let mut write = |text: &Text| mint.write(text, texts);
        ModeratedItem {
            item: index,
            id,
            element: paper.edition.elements[own.element].id,
            value: self.outcome.record(&mut write),
            rationale: self.reason.as_ref().map(&mut write),
            supersedes: paper.moderations[own.element].map(|rating| rating.id),
            judged: own.id,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct ShareModeration {
    pub assessment: AssessmentId,
    pub expected_revision: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModerationShared {
    pub assessment: AssessmentId,
    /// After this change.
    pub revision: u32,
    pub on: NaiveDate,
    /// The last day on which the system can contest.
    pub respond_by: NaiveDate,
}

impl ShareModeration {
    pub fn decide(
        &self,
        paper: &Granted<MayShare, Paper>,
        person: Option<PersonId>,
        today: NaiveDate,
    ) -> Decided {
        let paper = paper.thing();
        paper.expect_revision(self.expected_revision)?;
        paper.stands_against(Action::ShareModeration, person, today)?;
        Ok(Decision::of(Event::ModerationShared(ModerationShared {
            assessment: self.assessment,
            revision: paper.assessment.revision() + 1,
            on: today,
            respond_by: today + Days::new(paper.round.policy.response_days.into()),
        })))
    }
}
