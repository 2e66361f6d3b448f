//! Answers: the rows of the form, with what was published beside what is being written.

use std::sync::{Arc, OnceLock};

use async_graphql::{Object, Result};
use domain::assessment::Paper;
use domain::framework::Edition as DomainEdition;
use domain::id::AssessmentId;
use domain::ledger::Position as LedgerPosition;
use domain::lens::Lens;
use domain::note::NoteKind;
use domain::publication::{Basis, Publication};
use domain::rating::Rating as DomainRating;

use super::assessment::Papers;
use super::contest::Contest;
use super::context::Asker;
use super::plain::plain;
use super::rating::Rating;
use super::scalar::Position;
use super::sheet::Sheet;
use super::subject::Element;
use crate::error::Error;
use crate::store::NoteKey;

/// One element of a form. What nobody asks for is not made.
#[derive(Clone)]
pub struct Answer {
    form: Arc<Form>,
    element: usize,
}

/// One row of the form, whether it is rated or not.
#[Object]
impl Answer {
    /// What is judged.
    async fn element(&self) -> Element {
        Element::new(self.form.edition.clone(), self.element)
    }

    /// The organisation's own latest rating. For those who may not read working papers, the one that was published. Null
    /// where there is none.
    #[graphql(name = "self")]
    async fn own(&self) -> Option<Rating> {
        self.form.own(self.element).map(|shown| self.form.rating(&shown))
    }

    /// The region's judgement, while the rating that it judged stands: for the system once it is shared, for everybody once
    /// it is published. Null where there is none.
    async fn moderated(&self) -> Option<Rating> {
        self.form.moderated(self.element).map(|shown| self.form.rating(&shown))
    }

    /// The value that was published: the region's where it judged, else the organisation's own. Null where there is none.
    async fn agreed(&self) -> Option<Rating> {
        self.value()
    }

    /// The value that the organisation's publication before this one fixed; null where there is none.
    async fn previous(&self) -> Option<Rating> {
        let previous = self.form.published(self.form.previous(), self.element, Basis::Agreed);
        previous.map(|shown| self.form.rating(&shown))
    }

    /// `moderated` minus `self`, in levels; null where one of them is not at a level.
    async fn difference(&self) -> Option<i16> {
        let (own, moderated) = (self.form.own(self.element)?, self.form.moderated(self.element)?);
        moderated.rating.steps_from(&own.rating)
    }

    /// What the region asked to amend when it last returned the assessment; null where nothing, for those who may not read
    /// working papers, and where it was erased.
    async fn note(&self) -> Result<Option<String>> {
        Ok(self.text(NoteKind::Return, None).await?)
    }

    /// What the system says against the region's judgement, and the answer; null where nothing, and for those who may not
    /// read working papers.
    async fn contest(&self) -> Result<Option<Contest>> {
        let papers = self.form.papers();
        let contested = papers.and_then(|papers| papers.paper.thing().contests[self.element]);
        let (Some(contested), Some(papers)) = (contested, papers) else { return Ok(None) };
        let why = self.text(NoteKind::Contest, None).await?;
        let answer = self.text(NoteKind::Answer, Some(contested.position)).await?;
        Ok(Some(Contest { position: Position(papers.lens.position_text(contested.position)), why, answer }))
    }
}

impl Answer {
    fn value(&self) -> Option<Rating> {
        let agreed = self.form.published(self.form.agreed.as_ref(), self.element, Basis::Agreed);
        agreed.map(|shown| self.form.rating(&shown))
    }

    /// The words of the latest note of a kind, where there is one that is later than a position.
    async fn text(&self, kind: NoteKind, after: Option<LedgerPosition>) -> Result<Option<String>, Error> {
        let Some(papers) = self.form.papers() else { return Ok(None) };
        let position = papers.lens.note(&papers.paper, self.element, kind);
        let Some(position) = position.filter(|position| Some(*position) > after) else { return Ok(None) };
        let assessment = papers.paper.thing().assessment.id();
        let element = self.form.edition.elements[self.element].id;
        papers.sheet.note(NoteKey { assessment, element, kind, position }).await
    }
}

/// A rating, the edition that it rates, and where its words are read.
struct Shown {
    assessment: AssessmentId,
    rating: DomainRating,
    edition: Arc<DomainEdition>,
    sheet: Arc<Sheet>,
}

/// The papers of an assessment. What was published is the same for everybody: whether this viewer may read more is found
/// out when more is asked for.
enum LazyPapers {
    Known(Papers),
    Of(Box<(Asker, AssessmentId)>, OnceLock<Option<Papers>>),
}

/// What was published, and where its words are read.
struct Published {
    publication: Publication,
    sheet: Arc<Sheet>,
    /// By basis, made when it is first asked for.
    ratings: [OnceLock<Vec<Option<DomainRating>>>; 3],
}

impl Published {
    fn new(publication: Publication, sheet: Arc<Sheet>) -> Self {
        Self { publication, sheet, ratings: Default::default() }
    }

    fn rating(&self, element: usize, basis: Basis) -> Option<DomainRating> {
        let ratings = &self.ratings[Basis::ALL.iter().position(|known| *known == basis)?];
        ratings.get_or_init(|| self.publication.ratings(basis).collect())[element]
    }
}

/// All that answers to the elements of one assessment are made of.
pub(super) struct Form {
    lens: Lens,
    edition: Arc<DomainEdition>,
    papers: LazyPapers,
    agreed: Option<Published>,
    /// The publication before; looked for when it is first asked for.
    previous: OnceLock<Option<Published>>,
}

impl Form {
    /// The words of all publications are read with those of the other assessments on the papers' sheet.
    pub(super) fn of_papers(papers: &Papers) -> Arc<Self> {
        let (paper, lens) = (papers.paper.thing(), papers.lens.clone());
        let agreed = lens.assessment(paper.assessment.id()).and_then(|granted| lens.published(&granted));
        Arc::new(Self {
            lens,
            edition: paper.edition.clone(),
            agreed: agreed.map(|publication| Published::new(publication, papers.sheet.clone())),
            papers: LazyPapers::Known(papers.clone()),
            previous: OnceLock::new(),
        })
    }

    pub(super) fn of_publication(asker: &Asker, lens: &Lens, latest: &Publication) -> Arc<Self> {
        let with_sheet = |publication: Publication| {
            let sheet = Sheet::new(&asker.database, lens, vec![publication.assessment]);
            Published::new(publication, Arc::new(sheet))
        };
        let (round, organisation) = (&latest.round, latest.organisation);
        let previous = lens.published_before(organisation, round.framework, round.dates.reference);
        Arc::new(Self {
            lens: lens.clone(),
            edition: latest.edition.clone(),
            papers: LazyPapers::Of(Box::new((asker.clone(), latest.assessment)), OnceLock::new()),
            agreed: Some(with_sheet(latest.clone())),
            previous: OnceLock::from(previous.map(with_sheet)),
        })
    }

    fn papers(&self) -> Option<&Papers> {
        match &self.papers {
            LazyPapers::Known(papers) => Some(papers),
            LazyPapers::Of(of, found) => {
                let (asker, assessment) = &**of;
                found.get_or_init(|| Papers::of(asker, &self.lens, *assessment)).as_ref()
            }
        }
    }

    pub(super) fn answer(self: &Arc<Self>, element: usize) -> Answer {
        Answer { form: self.clone(), element }
    }

    fn rating(&self, shown: &Shown) -> Rating {
        Rating::new(&self.lens, &shown.edition, shown.assessment, shown.rating, &shown.sheet)
    }

    fn previous(&self) -> Option<&Published> {
        let find = || {
            let papers = self.papers()?;
            let paper = papers.paper.thing();
            let publication = super::sheet::before(&self.lens, &paper.assessment)?;
            Some(Published::new(publication, papers.sheet.before()))
        };
        self.previous.get_or_init(find).as_ref()
    }

    fn published(&self, published: Option<&Published>, element: usize, basis: Basis) -> Option<Shown> {
        let Published { publication, sheet, .. } = published?;
        let (assessment, edition) = (publication.assessment, publication.edition.clone());
        let index = edition.element_by_key(&self.edition.elements[element].key)?;
        let rating = published?.rating(index, basis)?;
        Some(Shown { assessment, rating, edition, sheet: sheet.clone() })
    }

    fn in_form(&self, pick: impl Fn(&Paper) -> Option<DomainRating>) -> Option<Shown> {
        let papers = self.papers()?;
        let paper = papers.paper.thing();
        let (assessment, edition) = (paper.assessment.id(), paper.edition.clone());
        Some(Shown { assessment, rating: pick(paper)?, edition, sheet: papers.sheet.clone() })
    }

    fn own(&self, element: usize) -> Option<Shown> {
        let own = self.in_form(|paper| paper.answers[element]);
        own.or_else(|| self.published(self.agreed.as_ref(), element, Basis::SelfRated))
    }

    fn moderated(&self, element: usize) -> Option<Shown> {
        let moderated = self.in_form(|paper| paper.moderation(element));
        moderated.or_else(|| self.published(self.agreed.as_ref(), element, Basis::Moderated))
    }
}

plain! {
    Answer {
        element: Element = |it| Element::new(it.form.edition.clone(), it.element);
        self: Option<Rating> = |it| it.form.own(it.element).map(|shown| it.form.rating(&shown));
        moderated: Option<Rating> = |it| it.form.moderated(it.element).map(|shown| it.form.rating(&shown));
        agreed: Option<Rating> = |it| it.value();
    }
}
