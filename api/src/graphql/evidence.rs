//! Evidence and how it is cited.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use domain::command::Command;
use domain::evidence::{RecordEvidence, Stance};
use domain::ledger::Event;
use domain::lens::Cited;
use domain::refusal::Refused;
use domain::text;

use super::assessment::{Assessment, Papers};
use super::context::AskerOf;
use super::parse;
use super::plain::{plain, plain_enums};
use super::scalar::{Date, Position};
use super::sheet::{NotPrepared, Sheet};
use super::user_error::UserError;
use crate::store::EvidenceTexts;

/// What a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::evidence::EvidenceKind")]
pub enum EvidenceKind {
    /// A paper that went to the board.
    BoardPaper,
    /// Minutes of a meeting.
    Minutes,
    /// A plan or strategy.
    Plan,
    /// A report.
    Report,
    /// Figures.
    Data,
    /// Answers of people who were asked.
    Survey,
    /// Anything else.
    Other,
}

#[derive(Clone)]
pub struct Evidence {
    cited: Cited,
    sheet: Arc<Sheet>,
}

impl Evidence {
    /// Whoever has a citation in hand may read the working papers that it stands in.
    pub(super) fn new(cited: Cited, sheet: &Arc<Sheet>) -> Self {
        Self { cited, sheet: sheet.clone() }
    }

    fn texts(&self) -> Result<Option<&EvidenceTexts>, NotPrepared> {
        self.sheet.evidence_texts(self.cited.evidence.id)
    }
}

/// Something that supports or contradicts ratings. It belongs to the organisation and is cited by elements.
#[Object]
impl Evidence {
    /// Opaque and stable.
    pub(super) async fn id(&self) -> ID {
        self.cited.evidence.id.to_string().into()
    }

    /// What it is called; null where it was erased.
    async fn title(&self) -> Result<Option<String>> {
        Ok(self.sheet.evidence(self.cited.evidence.id).await?.title)
    }

    /// Where it is found; null where nobody said, or it was erased.
    async fn link(&self) -> Result<Option<String>> {
        Ok(self.sheet.evidence(self.cited.evidence.id).await?.link)
    }

    /// What it is.
    async fn kind(&self) -> EvidenceKind {
        self.cited.evidence.kind.into()
    }

    /// Whether it supports the rating; false: it contradicts it.
    async fn supports(&self) -> bool {
        self.cited.stance == Stance::Supports
    }

    /// The day it is about.
    async fn observed_on(&self) -> Date {
        Date(self.cited.evidence.observed_on)
    }

    /// When it should be looked at again; null: never.
    async fn review_by(&self) -> Option<Date> {
        self.cited.evidence.review_by.map(Date)
    }

    /// Whether it should have been looked at again by a day: that day is after `reviewBy`.
    async fn is_due(&self, ctx: &Context<'_>, #[graphql(desc = "Null: today.")] on: Option<Date>) -> bool {
        let on = on.map_or(ctx.asker().now.today, |on| on.0);
        self.cited.evidence.review_by.is_some_and(|review_by| review_by < on)
    }
}

plain_enums!(EvidenceKind);
plain! {
    Evidence {
        id: ID = |it| it.cited.evidence.id.to_string().into();
        title: Result<Option<&str>, NotPrepared> = |it| it.texts().map(|texts| texts?.title.as_deref());
        link: Result<Option<&str>, NotPrepared> = |it| it.texts().map(|texts| texts?.link.as_deref());
        kind: EvidenceKind = |it| it.cited.evidence.kind.into();
        supports: bool = |it| it.cited.stance == Stance::Supports;
        observed_on: Date = |it| Date(it.cited.evidence.observed_on);
        review_by: Option<Date> = |it| it.cited.evidence.review_by.map(Date);
    }
}

/// Evidence to record and the elements that cite it.
#[derive(InputObject)]
pub struct RecordEvidenceInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The assessment in which it is cited.
    assessment: ID,
    /// What it is called, in 1 to 200 characters.
    title: String,
    /// Where it is found, in 1 to 2,000 characters.
    link: Option<String>,
    /// What it is.
    kind: EvidenceKind,
    /// Whether it supports the ratings; false: it contradicts them.
    #[graphql(default = true)]
    supports: bool,
    /// The day it is about, not later than today. Null: today.
    observed_on: Option<Date>,
    /// When it should be looked at again. Null: never.
    review_by: Option<Date>,
    /// The keys of the elements that cite it; one at least.
    #[graphql(validator(max_items = 200))]
    elements: Vec<String>,
}

impl RecordEvidenceInput {
    fn parse(self) -> Result<Command, Refused> {
        let link = self.link.map(|link| parse::text(&link, text::LINK, &["link"])).transpose()?;
        Ok(Command::RecordEvidence(RecordEvidence {
            assessment: parse::assessment(&self.assessment)?,
            title: parse::text(&self.title, text::TITLE, &["title"])?,
            link,
            kind: self.kind.into(),
            stance: if self.supports { Stance::Supports } else { Stance::Contradicts },
            observed_on: self.observed_on.map(|date| date.0),
            review_by: self.review_by.map(|date| date.0),
            elements: self.elements,
        }))
    }
}

/// What came of recording evidence.
#[derive(SimpleObject)]
pub struct RecordEvidencePayload {
    /// The evidence; null where it was refused.
    evidence: Option<Evidence>,
    /// The assessment, as it is now; null where nothing was written.
    assessment: Option<Assessment>,
    /// Where the change stands in the ledger; null where nothing was written. Sent as `asOf.position` to any replica, it
    /// gives an answer that knows of the change.
    position: Option<Position>,
    /// Why it was refused; empty where it was not.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub struct EvidenceMutation;

#[Object]
impl EvidenceMutation {
    /// Records evidence and cites it. For the system's own contributors and leads, while the assessment is DRAFT or
    /// RETURNED. Refused with WRONG_STAGE, ROUND_NOT_OPEN, UNKNOWN_ELEMENT, INVALID_INPUT, KEY_REUSED.
    async fn record_evidence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The evidence.")] input: RecordEvidenceInput,
    ) -> Result<RecordEvidencePayload> {
        let key = input.idempotency_key.clone();
        let mutated = ctx.asker().mutate(&key, input.parse()).await?;
        let Some(Event::EvidenceRecorded(event)) = mutated.event else {
            return Ok(RecordEvidencePayload {
                evidence: None,
                assessment: None,
                position: mutated.position,
                errors: mutated.errors,
            });
        };
        let (asker, lens) = (ctx.asker(), &mutated.lens);
        let cited = lens.evidence(event.evidence).map(|(_, cited)| cited);
        let papers = Papers::of(asker, lens, event.assessment);
        let evidence = papers.zip(cited).map(|(papers, cited)| Evidence::new(cited, &papers.sheet));
        let assessment = Assessment::of(asker, lens, event.assessment);
        Ok(RecordEvidencePayload { evidence, assessment, position: mutated.position, errors: mutated.errors })
    }
}
