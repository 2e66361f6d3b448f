//! Ratings: what was judged, and rating elements.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject, Union};
use domain::command::Command;
use domain::framework::Edition as DomainEdition;
use domain::id::{AssessmentId, OrganisationId, RatingId};
use domain::ledger::Event;
use domain::lens::Lens;
use domain::rating::{self, RateElements, Rating as DomainRating, Value};
use domain::refusal::{Refusal, Refused};
use domain::text::RATIONALE;

use super::batch::{Batch, BatchPayload, SubjectOutcome, batch_payload};
use super::context::AskerOf;
use super::evidence::Evidence;
use super::level::Level;
use super::organisation::Organisation;
use super::parse;
use super::plain::{plain, plain_choice, plain_enums};
use super::round::Round;
use super::scalar::{DateTime, Position};
use super::sheet::{NotPrepared, Sheet};
use super::subject::Element;

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

    /// Another rating of the same assessment, for those who may read working papers.
    fn other(&self, id: RatingId) -> Option<Self> {
        let paper = self.sheet.form(&self.lens, self.assessment)?;
        let rating = self.lens.rating(&paper, id)?;
        Some(Self { rating, ..self.clone() })
    }

    fn cited(&self) -> Option<Vec<Evidence>> {
        let paper = self.sheet.form(&self.lens, self.assessment)?;
        let cited = self.lens.citations(&paper).into_iter();
        let own = cited.filter(|cited| cited.element == self.rating.element);
        Some(own.map(|cited| Evidence::new(cited, &self.sheet)).collect())
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
        self.cited()
    }

    /// Taken over from what was agreed before, and not rated afresh. It stays true when a person confirms the value.
    async fn carried_forward(&self) -> bool {
        self.rating.carried_from.is_some()
    }

    /// Carried forward, and looked at by nobody since.
    async fn unconfirmed(&self) -> bool {
        self.rating.is_unconfirmed()
    }

    /// Whose value was carried forward, and from which round; null where nothing was, and for those who may not read
    /// working papers.
    async fn carried_from(&self) -> Result<Option<CarriedFrom>> {
        let from = self.rating.carried_from.filter(|_| self.shows_papers());
        let from = from.and_then(|from| self.lens.assessment_of(self.assessment, from));
        Ok(from.map(|(organisation, round)| CarriedFrom::of(&self.lens, organisation, round)).transpose()?)
    }

    /// Of a MODERATED rating, the SELF rating that it judged; null otherwise, and for those who may not read working papers.
    async fn judged(&self) -> Option<Self> {
        self.other(self.rating.judged?)
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
        let people = ctx.asker().people();
        self.shows_papers().then(|| people.name(self.rating.by).map(str::to_owned)).flatten()
    }

    /// The rating it took the place of; null where it was the first, and for those who may not read working papers.
    async fn supersedes(&self) -> Option<Self> {
        self.other(self.rating.supersedes?)
    }
}

/// Where a value was carried forward from.
#[derive(SimpleObject)]
pub struct CarriedFrom {
    /// Whose value it was; null for kinds of organisation that this version does not show yet.
    organisation: Option<Organisation>,
    /// The round in which it was agreed.
    round: Round,
}

impl CarriedFrom {
    fn of(
        lens: &Lens,
        organisation: OrganisationId,
        round: Arc<domain::round::Round>,
    ) -> Result<Self, crate::error::Error> {
        Ok(Self { organisation: Organisation::new(lens, organisation), round: Round::new(lens, round)? })
    }
}

/// One element to rate.
#[derive(InputObject)]
pub struct RateItem {
    /// The key of the element.
    element: String,
    /// The id of the element's current rating as you saw it; null where you saw none.
    replaces: Option<ID>,
    /// What to say of it. Null: what was carried forward is confirmed.
    outcome: Option<SubjectOutcome>,
    /// How sure you are. Null, where you confirm: as sure as before.
    confidence: Option<Confidence>,
    /// Why, in 1 to 4,000 characters. Whether one is needed is the round's policy, asked at submission. Null, where you
    /// confirm: what was written before stays.
    rationale: Option<String>,
    /// Evidence of this organisation that the element shall cite as supporting. What it cites already stays cited.
    #[graphql(validator(max_items = 50))]
    evidence: Option<Vec<ID>>,
}

impl RateItem {
    fn parse(self, index: usize) -> Result<rating::RateItem, Vec<Refusal>> {
        let index = index.to_string();
        let path = |field: &'static str| ["items", index.as_str(), field];
        let mut refusals = Vec::new();
        let outcome = self.outcome.map(|outcome| outcome.parse(&path("outcome"))).transpose();
        let outcome = outcome.map_err(|refusal| refusals.push(refusal));
        let replaces = self.replaces.as_ref().map(|id| parse::id(id, &path("replaces"))).transpose();
        let replaces = replaces.map_err(|refusal| refusals.push(refusal));
        let evidence = self.evidence.unwrap_or_default();
        let evidence: Result<_, _> = evidence.iter().map(|id| parse::id(id, &path("evidence"))).collect();
        let evidence = evidence.map_err(|refusal| refusals.push(refusal));
        let rationale =
            self.rationale.map(|text| parse::text(&text, RATIONALE, &path("rationale"))).transpose();
        let rationale = rationale.map_err(|refusal| refusals.push(refusal));
        match (outcome, replaces, evidence, rationale) {
            (Ok(outcome), Ok(replaces), Ok(evidence), Ok(rationale)) => {
                let (element, confidence) = (self.element, self.confidence.map(Into::into));
                Ok(rating::RateItem { element, replaces, outcome, confidence, rationale, evidence })
            }
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
            assessment: parse::assessment(&self.assessment)?,
            items: self.items.into_iter().enumerate().map(|(index, item)| item.parse(index)).collect(),
            batch: self.batch.into(),
            dry_run: self.dry_run,
        }))
    }
}

batch_payload! {
    /// What came of rating elements.
    RateElementsPayload
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
        let (written, refused) = match &mutated.event {
            Some(Event::ElementsRated(event)) => {
                (event.items.iter().map(|item| (item.item, item.id)).collect(), event.refused.clone())
            }
            _ => (Vec::new(), Vec::new()),
        };
        Ok(BatchPayload::of(ctx.asker(), mutated, &written, refused, count).into())
    }
}

plain_enums!(RatingBasis, Confidence);
plain!(NotApplicable {});
plain_choice!(Outcome { level: Level(Level), none: NotApplicable(NotApplicable) });
plain! {
    Rating {
        id: ID = |it| it.rating.id.to_string().into();
        element: Element = |it| Element::new(it.edition.clone(), it.rating.element);
        basis: RatingBasis = |it| it.rating.basis.into();
        outcome: Option<Outcome> = |it| match it.rating.value {
            Value::Level(rank) => Some(Outcome::Level(Level::new(&it.edition, rank))),
            Value::NotApplicable => Some(Outcome::NotApplicable(NotApplicable { reason: None })),
            Value::Cleared => None,
        };
        confidence: Option<Confidence> = |it| it.rating.confidence.map(Into::into);
        rationale: Result<Option<&str>, NotPrepared> = |it| it.sheet.rationale(&it.rating);
        evidence: Option<Vec<Evidence>> = |it| it.cited();
        by: Result<Option<&str>, NotPrepared> = |it| if it.shows_papers() {
            it.sheet.people().ok_or(NotPrepared).map(|people| people.name(it.rating.by))
        } else {
            Ok(None)
        };
        carried_forward: bool = |it| it.rating.carried_from.is_some();
        unconfirmed: bool = |it| it.rating.is_unconfirmed();
        recorded_at: DateTime = |it| DateTime(it.lens.recorded_at(it.rating.position));
        position: Position = |it| Position(it.lens.position_text(it.rating.position));
    }
}
