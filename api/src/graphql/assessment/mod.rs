//! Assessments: the header for those who may know of it, working papers for those who may read them.

mod list;
mod start;

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result};
use domain::access::{Granted, ViewHeader, ViewWorking};
use domain::assessment::{Assessment as DomainAssessment, Paper};
use domain::id::{AssessmentId, RatingId};
use domain::lens::Lens;
use domain::publication::Basis as DomainBasis;

use super::access::ViewerAct;
use super::answer::{Answer, Form};
use super::context::{Asker, AskerOf};
use super::evidence::Evidence;
use super::ledger_entry::LedgerEntry;
use super::organisation::Organisation;
use super::page::{Page, Window};
use super::plain::{Fast, plain_enums};
use super::publication::Basis;
use super::rating::Rating;
use super::round::Round;
use super::scalar::Date;
use super::sheet::Sheet;
use super::submission::Approval;
use super::user_error::Missing;
use crate::error::Error;

pub use list::{AssessmentQuery, SystemAssessments};
pub use start::AssessmentMutation;

/// How far an assessment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::assessment::Stage")]
pub enum Stage {
    /// Being filled in.
    Draft,
    /// With the region.
    Submitted,
    /// Given back by the region, to be amended.
    Returned,
    /// The region has shared its own view.
    Moderated,
    /// Its agreed values count in figures.
    Published,
    /// Given up. Final; the organisation may start again.
    Withdrawn,
}

#[derive(Clone)]
pub struct Assessment {
    lens: Lens,
    granted: Arc<Granted<ViewHeader, DomainAssessment>>,
    sheet: Arc<Sheet>,
}

impl Assessment {
    /// The assessments that were granted; their texts are read together, when they are asked for.
    pub(super) fn all(
        asker: &Asker,
        lens: &Lens,
        granted: Vec<Granted<ViewHeader, DomainAssessment>>,
    ) -> Vec<Self> {
        let all = granted.iter().map(|granted| granted.thing().id()).collect();
        let sheet = Arc::new(Sheet::new(&asker.database, lens, all));
        let node = |granted| Self { lens: lens.clone(), granted: Arc::new(granted), sheet: sheet.clone() };
        granted.into_iter().map(node).collect()
    }

    /// None where there is none, and where the viewer may not see it.
    pub(super) fn of(asker: &Asker, lens: &Lens, id: AssessmentId) -> Option<Self> {
        Self::all(asker, lens, vec![lens.assessment(id)?]).pop()
    }

    fn header(&self) -> &DomainAssessment {
        self.granted.thing()
    }

    fn domain_round(&self) -> Result<Arc<domain::round::Round>, Error> {
        let round = self.lens.round(self.header().round());
        round.ok_or_else(|| Error::Internal(format!("{} is gone", self.header().round())))
    }
}

/// One organisation in one round. Null for those who may not know that it exists.
#[Object]
impl Assessment {
    /// Opaque and stable.
    pub(super) async fn id(&self) -> ID {
        self.header().id().to_string().into()
    }

    /// Whose it is; null for kinds of organisation that this version does not show yet.
    async fn organisation(&self) -> Option<Organisation> {
        Organisation::new(&self.lens, self.header().organisation())
    }

    /// The round it belongs to.
    async fn round(&self) -> Result<Round> {
        Ok(Round::new(&self.lens, self.domain_round()?)?)
    }

    /// How far it has come.
    async fn stage(&self) -> Stage {
        self.header().stage().into()
    }

    /// One more with every change. Acts on the whole send it as `expectedRevision`.
    async fn revision(&self) -> u32 {
        self.header().revision()
    }

    /// The day by which this organisation has to submit: that of the round, or a later one where it was given more time; once
    /// its work was returned, the last day on which it can submit again.
    async fn due_on(&self) -> Result<Date> {
        Ok(Date(self.header().due(&*self.domain_round()?)))
    }

    /// Whether it is not submitted although its day has passed.
    async fn overdue(&self) -> Result<bool> {
        Ok(self.header().is_overdue(&*self.domain_round()?, self.lens.now().today))
    }

    /// The last day on which the system can contest what the region shared; null while nothing is shared.
    async fn respond_by(&self) -> Option<Date> {
        self.header().sharing().map(|sharing| Date(sharing.respond_by))
    }

    /// Whether the publication was retracted: its values count in no figure any more.
    async fn retracted(&self) -> bool {
        self.header().is_retracted()
    }

    /// Made up by the demonstration, and reported by nobody.
    async fn synthetic(&self) -> bool {
        self.header().synthetic()
    }

    /// The rating of every element that has one on this basis, in the order of the edition. Null until it is published,
    /// and once the publication was retracted.
    async fn published_ratings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose judgement.", default_with = "Basis::Agreed")] basis: Basis,
        #[graphql(
            desc = "Keys of elements; unknown ones are ignored. Null: all.",
            validator(max_items = 200)
        )]
        subjects: Option<Vec<String>>,
    ) -> Result<Option<Fast<Vec<Rating>>>> {
        let Some(publication) = self.lens.published(&self.granted) else { return Ok(None) };
        self.sheet.prepare(ctx.asker(), &ctx.look_ahead()).await?;
        let wanted = |element: usize| {
            let key = &publication.edition.elements[element].key;
            subjects.as_ref().is_none_or(|keys| keys.contains(key))
        };
        let ratings = publication.ratings(basis.into()).flatten().filter(|rating| wanted(rating.element));
        Ok(Some(Fast(ratings.map(|rating| self.rating(&publication.edition, &rating)).collect())))
    }

    /// Drafts, rationale, evidence and what is missing. Null for those who may not read them: the organisation's own
    /// people may from the start, and so may leads of the systems that followed it; region and national team from the first
    /// submission on.
    async fn working_papers(&self, ctx: &Context<'_>) -> Option<WorkingPapers> {
        let papers = Papers::of(ctx.asker(), &self.lens, self.header().id())?;
        Some(WorkingPapers(Papers { sheet: self.sheet.clone(), ..papers }))
    }

    /// What this viewer may do to it, and what stands against each.
    async fn viewer_acts(&self) -> Result<Vec<ViewerAct>> {
        let round = self.domain_round()?;
        let paper = self.lens.paper(self.header().id());
        let paper = paper.as_ref().map(Granted::thing);
        let acts = self.header().acts(self.lens.viewer(), &round, self.lens.now().today, paper);
        Ok(acts.iter().filter_map(|(action, against)| ViewerAct::on_assessment(*action, against)).collect())
    }
}

impl Assessment {
    /// The rating of this id, where it is one that was published.
    pub(super) fn published_rating(&self, id: RatingId) -> Option<Rating> {
        let publication = self.lens.published(&self.granted)?;
        let own =
            publication.ratings(DomainBasis::SelfRated).chain(publication.ratings(DomainBasis::Moderated));
        let rating = own.flatten().find(|rating| rating.id == id)?;
        Some(self.rating(&publication.edition, &rating))
    }

    fn rating(&self, edition: &Arc<domain::framework::Edition>, rating: &domain::rating::Rating) -> Rating {
        Rating::new(&self.lens, edition, self.header().id(), *rating, &self.sheet)
    }
}

/// A form that the viewer may read, with the texts that go with it.
#[derive(Clone)]
pub(super) struct Papers {
    pub(super) lens: Lens,
    pub(super) paper: Arc<Granted<ViewWorking, Paper>>,
    pub(super) sheet: Arc<Sheet>,
}

impl Papers {
    /// None where the viewer may not read them.
    pub(super) fn of(asker: &Asker, lens: &Lens, id: AssessmentId) -> Option<Self> {
        let paper = lens.paper(id)?;
        let sheet = Arc::new(Sheet::new(&asker.database, lens, vec![id]));
        Some(Self { lens: lens.clone(), paper: Arc::new(paper), sheet })
    }

    /// Any rating that this assessment ever had.
    pub(super) fn rating(&self, id: RatingId) -> Option<Rating> {
        let rating = self.lens.rating(&self.paper, id)?;
        let paper = self.paper.thing();
        Some(Rating::new(&self.lens, &paper.edition, paper.assessment.id(), rating, &self.sheet))
    }
}

pub struct WorkingPapers(Papers);

/// What is written down while an assessment is made. Reached only by those who may read all of it.
#[Object]
impl WorkingPapers {
    /// Elements that are rated, not applicable included.
    async fn rated(&self) -> usize {
        self.0.paper.thing().rated()
    }

    /// Elements of the edition.
    async fn of(&self) -> usize {
        self.0.paper.thing().answers.len()
    }

    /// All that keeps it from being submitted, in the order of the edition; an approval is sent with the submission.
    async fn missing(&self) -> Vec<Missing> {
        Missing::all(&self.0.lens, &self.0.lens.missing(&self.0.paper))
    }

    /// The approval that the latest submission carried; null where there was none.
    async fn approval(&self) -> Result<Option<Approval>> {
        Ok(Approval::of(&self.0).await?)
    }

    /// The form: one row an element, rated or not, in the order of the edition.
    async fn answers(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Keys of elements; unknown ones are ignored. Null: all.",
            validator(max_items = 200)
        )]
        subjects: Option<Vec<String>>,
    ) -> Result<Fast<Vec<Answer>>> {
        for rating in ["self", "moderated", "agreed"] {
            self.0.sheet.prepare(ctx.asker(), &ctx.look_ahead().field(rating)).await?;
        }
        let paper = self.0.paper.thing();
        let form = Form::of_papers(&self.0);
        let wanted = |key: &String| subjects.as_ref().is_none_or(|keys| keys.contains(key));
        let elements = paper.edition.elements.iter().enumerate().filter(|(_, element)| wanted(&element.key));
        Ok(Fast(elements.map(|(index, _)| form.answer(index)).collect()))
    }

    /// The evidence it cites, in order of citation, each once.
    async fn evidence(&self) -> Vec<Evidence> {
        let mut seen = std::collections::HashSet::new();
        let cited = self.0.lens.citations(&self.0.paper).into_iter();
        let each = cited.filter(|cited| seen.insert(cited.evidence.id));
        each.map(|cited| Evidence::new(cited, &self.0.sheet)).collect()
    }

    /// All that happened to it, in words, in order of time. What the region judged before it shared it stands here for the
    /// region and the national team only.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "1 to 100 nodes from the start, or after `after`. Null, with `last` null too: 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page after it.")] after: Option<String>,
        #[graphql(desc = "1 to 100 nodes from the end, or before `before`.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page before it.")] before: Option<String>,
    ) -> Result<Page<LedgerEntry>> {
        let window = Window { first, after, last, before };
        let lens = window.lens(ctx.asker(), self.0.lens.clone()).await?;
        let id = self.0.paper.thing().assessment.id();
        let unseen =
            || Error::BadRequest("there was nothing to read at the moment of this cursor".to_owned());
        let papers = Papers::of(ctx.asker(), &lens, id).ok_or_else(unseen)?;
        let entries = LedgerEntry::all(ctx.asker(), &papers).await?;
        Ok(window.of(&format!("history {id}"), lens.moment().position, entries)?)
    }
}

plain_enums!(Stage);
