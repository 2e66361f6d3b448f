//! Ratings: what was judged, and rating elements.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, OneofObject, Result, SimpleObject, Union};
use domain::command::Command;
use domain::framework::Edition as DomainEdition;
use domain::id::{AssessmentId, NotAnId};
use domain::ledger::Event;
use domain::lens::Lens;
use domain::rating::{self, RateElements, Rating as DomainRating, Value};
use domain::refusal::{Refusal, Refused, Why};
use domain::text::{self, Text, TextProblem};

use super::assessment::{Assessment, Papers, parse_id};
use super::context::{Asker, AskerOf};
use super::evidence::Evidence;
use super::level::Level;
use super::scalar::{DateTime, Position};
use super::sheet::Sheet;
use super::subject::Element;
use super::user_error::UserError;

/// Whose judgement a rating is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::rating::Basis")]
pub enum RatingBasis {
    /// The organisation's own.
    #[graphql(name = "SELF")]
    SelfRated,
    /// The region's.
    Moderated,
}

/// How sure whoever rated is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::rating::Confidence")]
pub enum Confidence {
    /// Little stands behind it.
    Low,
    /// Some doubt remains.
    Medium,
    /// Well supported.
    High,
}

/// What happens to the good items of a batch when one is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::rating::Batch")]
pub enum Batch {
    /// Nothing is written.
    AllOrNothing,
    /// The good ones are written.
    ApplyValid,
}

/// What a rating says: a level, or that the element does not apply.
#[derive(Union)]
pub enum Outcome {
    Level(Level),
    NotApplicable(NotApplicable),
}

/// The element does not apply to the organisation.
#[derive(SimpleObject)]
pub struct NotApplicable {
    /// Why; null for those who may not read it, and where it was erased.
    reason: Option<String>,
}

#[derive(Clone)]
pub struct Rating {
    lens: Lens,
    edition: Arc<DomainEdition>,
    assessment: AssessmentId,
    rating: DomainRating,
    sheet: Arc<Sheet>,
}

impl Rating {
    pub(super) fn new(
        lens: &Lens,
        edition: &Arc<DomainEdition>,
        assessment: AssessmentId,
        rating: DomainRating,
        sheet: &Arc<Sheet>,
    ) -> Self {
        Self { lens: lens.clone(), edition: edition.clone(), assessment, rating, sheet: sheet.clone() }
    }

    fn shows_papers(&self) -> bool {
        self.sheet.shows_papers(self.assessment)
    }
}

/// One judgement of one element. It never changes; a new one supersedes it.
#[Object]
impl Rating {
    /// Opaque and stable. What the next rating of the element sends as `replaces`.
    pub(super) async fn id(&self) -> ID {
        self.rating.id.to_string().into()
    }

    /// What was judged.
    async fn element(&self) -> Element {
        Element::new(self.edition.clone(), self.rating.element)
    }

    /// Whose judgement it is.
    async fn basis(&self) -> RatingBasis {
        self.rating.basis.into()
    }

    /// What it says; null where it clears the element, which is not rated any more.
    async fn outcome(&self) -> Result<Option<Outcome>> {
        Ok(match self.rating.value {
            Value::Level(rank) => Some(Outcome::Level(Level::new(&self.edition, rank))),
            Value::NotApplicable => {
                let reason = self.sheet.rating(self.rating.id).await?.reason;
                Some(Outcome::NotApplicable(NotApplicable { reason }))
            }
            Value::Cleared => None,
        })
    }

    /// How sure whoever rated is; null where they did not say.
    async fn confidence(&self) -> Option<Confidence> {
        self.rating.confidence.map(Into::into)
    }

    /// Why it is rated so; null where nothing was written, where it was erased, and for those who may not read it.
    async fn rationale(&self) -> Result<Option<String>> {
        if !self.rating.has_rationale {
            return Ok(None);
        }
        Ok(self.sheet.rating(self.rating.id).await?.rationale)
    }

    /// The evidence that the element cites in this assessment; null for those who may not read working papers.
    async fn evidence(&self) -> Option<Vec<Evidence>> {
        let paper = self.lens.paper(self.assessment)?;
        let cited = self.lens.citations(&paper).into_iter();
        let own = cited.filter(|cited| cited.element == self.rating.element);
        Some(own.map(|cited| Evidence::new(cited, &self.sheet)).collect())
    }

    /// Taken over from the round before, and not rated afresh.
    async fn carried_forward(&self) -> bool {
        self.rating.carried_from.is_some()
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.lens.recorded_at(self.rating.position))
    }

    /// Where it stands in the ledger.
    async fn position(&self) -> Position {
        Position(self.lens.position_text(self.rating.position))
    }

    /// Who rated; null for those who may not read working papers, and where the name was erased.
    async fn by(&self, ctx: &Context<'_>) -> Option<String> {
        let people = &ctx.asker().store.snapshot().people;
        self.shows_papers().then(|| people.name(self.rating.by).map(str::to_owned)).flatten()
    }

    /// The rating it took the place of; null where it was the first, and for those who may not read working papers.
    async fn supersedes(&self, ctx: &Context<'_>) -> Option<Self> {
        Papers::of(ctx.asker(), &self.lens, self.assessment)?.rating(self.rating.supersedes?)
    }
}

/// What to say of an element. Exactly one of them.
#[derive(OneofObject)]
pub enum SubjectOutcome {
    /// The key of a level of the edition's scale.
    Level(String),
    /// It does not apply: why, in 1 to 2,000 characters.
    NotApplicable(String),
    /// True: it is not rated any more.
    Cleared(bool),
}

/// One element to rate.
#[derive(InputObject)]
pub struct RateItem {
    /// The key of the element.
    element: String,
    /// The id of the element's current rating as you saw it; null where you saw none.
    replaces: Option<ID>,
    /// What to say of it.
    outcome: SubjectOutcome,
    /// How sure you are.
    confidence: Option<Confidence>,
    /// Why, in 1 to 4,000 characters. Whether one is needed is the round's policy, asked at submission.
    rationale: Option<String>,
    /// Evidence of this organisation that the element shall cite as supporting. What it cites already stays cited.
    #[graphql(validator(max_items = 50))]
    evidence: Option<Vec<ID>>,
}

impl RateItem {
    fn parse(self, index: usize) -> Result<rating::RateItem, Vec<Refusal>> {
        let path = |field: &str| ["items".to_owned(), index.to_string(), field.to_owned()];
        let mut refusals = Vec::new();
        let outcome = match self.outcome {
            SubjectOutcome::Level(key) => Some(rating::Outcome::Level(key)),
            SubjectOutcome::Cleared(true) => Some(rating::Outcome::Cleared),
            SubjectOutcome::Cleared(false) => {
                refusals.push(Why::Invalid("cleared is true or left out".into()).at(path("outcome")));
                None
            }
            SubjectOutcome::NotApplicable(reason) => match Text::parse(&reason, text::REASON) {
                Ok(reason) => Some(rating::Outcome::NotApplicable(reason)),
                Err(TextProblem::Empty) => {
                    refusals.push(Why::ReasonRequired.at(path("outcome")));
                    None
                }
                Err(problem) => {
                    refusals.push(Why::Invalid(problem.to_string()).at(path("outcome")));
                    None
                }
            },
        };
        let mut id = |not: NotAnId, field| refusals.push(Why::Invalid(not.to_string()).at(path(field)));
        let replaces = self.replaces.and_then(|text| text.parse().map_err(|not| id(not, "replaces")).ok());
        let evidence = self.evidence.unwrap_or_default().into_iter();
        let evidence =
            evidence.filter_map(|text| text.parse().map_err(|not| id(not, "evidence")).ok()).collect();
        let rationale = self.rationale.and_then(|rationale| {
            let parsed = Text::parse(&rationale, text::RATIONALE);
            let invalid = |problem: TextProblem| Why::Invalid(problem.to_string()).at(path("rationale"));
            parsed.map_err(|problem| refusals.push(invalid(problem))).ok()
        });
        let confidence = self.confidence.map(Into::into);
        match outcome {
            Some(outcome) if refusals.is_empty() => Ok(rating::RateItem {
                element: self.element,
                replaces,
                outcome,
                confidence,
                rationale,
                evidence,
            }),
            _ => Err(refusals),
        }
    }
}

/// Elements of an assessment to rate.
#[derive(InputObject)]
pub struct RateElementsInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The assessment.
    assessment: ID,
    /// 1 to 200 items, each of another element.
    items: Vec<RateItem>,
    /// What happens to the good items when one is refused.
    #[graphql(default_with = "Batch::AllOrNothing")]
    batch: Batch,
    /// Only say what would be refused; write nothing.
    #[graphql(default)]
    dry_run: bool,
}

impl RateElementsInput {
    fn parse(self) -> Result<Command, Refused> {
        Ok(Command::RateElements(RateElements {
            assessment: parse_id(&self.assessment, &["assessment"])?,
            items: self.items.into_iter().enumerate().map(|(index, item)| item.parse(index)).collect(),
            batch: self.batch.into(),
            dry_run: self.dry_run,
        }))
    }
}

/// What came of one item.
#[derive(SimpleObject)]
pub struct RateResult {
    /// The rating that was written; null where the item was refused, nothing was written, or it was a dry run.
    rating: Option<Rating>,
    /// Why the item was refused; empty where nothing stands against it.
    errors: Vec<UserError>,
}

/// What came of rating elements.
#[derive(SimpleObject)]
pub struct RateElementsPayload {
    /// The assessment, as it is now; null where nothing was written.
    assessment: Option<Assessment>,
    /// One result an item, in the order of the input.
    results: Vec<RateResult>,
    /// Where the change stands in the ledger; null where nothing was written. Sent as `asOf.position` to any replica, it
    /// gives an answer that knows of the change.
    position: Option<Position>,
    /// All that was refused, the items' errors included. Where the batch is ALL_OR_NOTHING and this is not empty,
    /// nothing was written.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub struct RatingMutation;

#[Object]
impl RatingMutation {
    /// Rates elements of an assessment. For the system's own contributors and leads, while it is DRAFT or RETURNED.
    /// Refused, each item for itself, with STALE_REVISION, UNKNOWN_ELEMENT, UNKNOWN_LEVEL, REASON_REQUIRED,
    /// EVIDENCE_INVALID, INVALID_INPUT; as a whole with WRONG_STAGE, ROUND_NOT_OPEN, INVALID_INPUT, KEY_REUSED.
    async fn rate_elements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The assessment and its items.")] input: RateElementsInput,
    ) -> Result<RateElementsPayload> {
        let (key, count) = (input.idempotency_key.clone(), input.items.len());
        let mutated = ctx.asker().mutate(&key, input.parse()).await?;
        let Some(Event::ElementsRated(event)) = mutated.event else {
            let mut item_errors = mutated.item_errors.into_iter();
            let none = || RateResult { rating: None, errors: item_errors.next().unwrap_or_default() };
            let results = std::iter::repeat_with(none).take(count).collect();
            return Ok(RateElementsPayload {
                assessment: None,
                results,
                position: mutated.position,
                errors: mutated.errors,
            });
        };
        Ok(RateElementsPayload::of(ctx.asker(), &mutated.lens, &event, mutated.position, count))
    }
}

impl RateElementsPayload {
    /// Without a position it was a dry run: nothing was written.
    fn of(
        asker: &Asker,
        lens: &Lens,
        event: &rating::ElementsRated,
        position: Option<Position>,
        count: usize,
    ) -> Self {
        let papers = Papers::of(asker, lens, event.assessment).filter(|_| position.is_some());
        let mut results: Vec<_> =
            std::iter::repeat_with(|| RateResult { rating: None, errors: Vec::new() }).take(count).collect();
        for item in &event.items {
            let rating = papers.as_ref().and_then(|papers| papers.rating(item.id));
            results[usize::from(item.item)].rating = rating;
        }
        let told =
            |refusals: &Vec<Refusal>| UserError::all(refusals.clone(), asker, lens, Some(event.assessment));
        for refused in &event.refused {
            results[usize::from(refused.item)].errors = told(&refused.refusals);
        }
        let errors = event.refused.iter().flat_map(|refused| told(&refused.refusals)).collect();
        let assessment = Assessment::of(asker, lens, event.assessment).filter(|_| position.is_some());
        Self { assessment, results, position, errors }
    }
}
