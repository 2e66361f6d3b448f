//! Answers: the rows of the form, with what was published beside what is being written.

use std::sync::Arc;

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

#[derive(Clone)]
pub struct Answer {
    edition: Arc<DomainEdition>,
    element: usize,
    papers: Option<Papers>,
    own: Option<Rating>,
    moderated: Option<Rating>,
    agreed: Option<Rating>,
    previous: Option<Rating>,
    difference: Option<i16>,
}

/// One row of the form, whether it is rated or not.
#[Object]
impl Answer {
    /// What is judged.
    async fn element(&self) -> Element {
        Element::new(self.edition.clone(), self.element)
    }

    /// The organisation's own latest rating. For those who may not read working papers, the one that was published. Null
    /// where there is none.
    #[graphql(name = "self")]
    async fn own(&self) -> Option<&Rating> {
        self.own.as_ref()
    }

    /// The region's judgement, while the rating that it judged stands: for the system once it is shared, for everybody once
    /// it is published. Null where there is none.
    async fn moderated(&self) -> Option<&Rating> {
        self.moderated.as_ref()
    }

    /// The value that was published: the region's where it judged, else the organisation's own. Null where there is none.
    async fn agreed(&self) -> Option<&Rating> {
        self.agreed.as_ref()
    }

    /// The value that the organisation's publication before this one fixed; null where there is none.
    async fn previous(&self) -> Option<&Rating> {
        self.previous.as_ref()
    }

    /// `moderated` minus `self`, in levels; null where one of them is not at a level.
    async fn difference(&self) -> Option<i16> {
        self.difference
    }

    /// What the region asked to amend when it last returned the assessment; null where nothing, for those who may not read
    /// working papers, and where it was erased.
    async fn note(&self) -> Result<Option<String>> {
        Ok(self.text(NoteKind::Return, None).await?)
    }

    /// What the system says against the region's judgement, and the answer; null where nothing, and for those who may not
    /// read working papers.
    async fn contest(&self) -> Result<Option<Contest>> {
        let contested = self.papers.as_ref().and_then(|papers| papers.paper.thing().contests[self.element]);
        let (Some(contested), Some(papers)) = (contested, &self.papers) else { return Ok(None) };
        let why = self.text(NoteKind::Contest, None).await?;
        let answer = self.text(NoteKind::Answer, Some(contested.position)).await?;
        Ok(Some(Contest { position: Position(papers.lens.position_text(contested.position)), why, answer }))
    }
}

impl Answer {
    /// The words of the latest note of a kind, where there is one that is later than a position.
    async fn text(&self, kind: NoteKind, after: Option<LedgerPosition>) -> Result<Option<String>, Error> {
        let Some(papers) = &self.papers else { return Ok(None) };
        let position = papers.lens.note(&papers.paper, self.element, kind);
        let Some(position) = position.filter(|position| Some(*position) > after) else { return Ok(None) };
        let assessment = papers.paper.thing().assessment.id();
        let element = self.edition.elements[self.element].id;
        papers.sheet.note(NoteKey { assessment, element, kind, position }).await
    }
}

/// All that answers to the elements of one assessment are made of.
pub(super) struct Form {
    lens: Lens,
    edition: Arc<DomainEdition>,
    papers: Option<Papers>,
    agreed: Option<(Publication, Arc<Sheet>)>,
    previous: Option<(Publication, Arc<Sheet>)>,
}

impl Form {
    pub(super) fn of_papers(asker: &Asker, papers: &Papers) -> Self {
        let paper = papers.paper.thing();
        let lens = &papers.lens;
        let (organisation, round) = (paper.assessment.organisation(), &paper.round);
        let agreed = lens.assessment(paper.assessment.id()).and_then(|granted| lens.published(&granted));
        let previous = lens.published_before(organisation, round.framework, round.dates.reference);
        let form = Self::new(asker, lens, paper.edition.clone(), agreed, previous);
        Self { papers: Some(papers.clone()), ..form }
    }

    /// Of the latest of these publications.
    pub(super) fn of_publications(
        asker: &Asker,
        lens: &Lens,
        latest: Publication,
        previous: Option<Publication>,
    ) -> Self {
        let papers = Papers::of(asker, lens, latest.assessment);
        let edition = latest.edition.clone();
        Self { papers, ..Self::new(asker, lens, edition, Some(latest), previous) }
    }

    fn new(
        asker: &Asker,
        lens: &Lens,
        edition: Arc<DomainEdition>,
        agreed: Option<Publication>,
        previous: Option<Publication>,
    ) -> Self {
        let with_sheet = |publication: Publication| {
            let granted = lens.assessment(publication.assessment);
            let readable = granted.and_then(|granted| lens.readable(granted.thing()));
            let sheet = Sheet::new(asker.database.clone(), readable.into_iter().collect());
            (publication, Arc::new(sheet))
        };
        let (agreed, previous) = (agreed.map(with_sheet), previous.map(with_sheet));
        Self { lens: lens.clone(), edition, papers: None, agreed, previous }
    }

    pub(super) fn answer(&self, element: usize) -> Answer {
        let key = &self.edition.elements[element].key;
        let published = |published: &Option<(Publication, Arc<Sheet>)>, basis| {
            let (publication, sheet) = published.as_ref()?;
            let index = publication.edition.element_by_key(key)?;
            let rating = publication.ratings(basis).nth(index).flatten()?;
            Some((publication.assessment, rating, publication.edition.clone(), sheet.clone()))
        };
        let in_form = |pick: fn(&Paper, usize) -> Option<DomainRating>| {
            let papers = self.papers.as_ref()?;
            let paper = papers.paper.thing();
            let rating = pick(paper, element)?;
            Some((paper.assessment.id(), rating, paper.edition.clone(), papers.sheet.clone()))
        };
        let own = in_form(|paper, element| paper.answers[element]);
        let own = own.or_else(|| published(&self.agreed, Basis::SelfRated));
        let moderated = in_form(Paper::moderation).or_else(|| published(&self.agreed, Basis::Moderated));
        let difference = moderated.as_ref().zip(own.as_ref());
        let difference = difference.and_then(|((_, moderated, ..), (_, own, ..))| moderated.steps_from(own));
        let shown = |found: Option<(AssessmentId, DomainRating, Arc<DomainEdition>, Arc<Sheet>)>| {
            found.map(|(of, rating, edition, sheet)| Rating::new(&self.lens, &edition, of, rating, &sheet))
        };
        Answer {
            edition: self.edition.clone(),
            element,
            papers: self.papers.clone(),
            own: shown(own),
            moderated: shown(moderated),
            agreed: shown(published(&self.agreed, Basis::Agreed)),
            previous: shown(published(&self.previous, Basis::Agreed)),
            difference,
        }
    }
}

plain! {
    Answer {
        element: Element = |it| Element::new(it.edition.clone(), it.element);
        self: Option<&Rating> = |it| it.own.as_ref();
        moderated: Option<&Rating> = |it| it.moderated.as_ref();
        agreed: Option<&Rating> = |it| it.agreed.as_ref();
        previous: Option<&Rating> = |it| it.previous.as_ref();
    }
}
