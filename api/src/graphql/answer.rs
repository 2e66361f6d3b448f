//! Answers: the rows of the form, with what was published beside what is being written.

use std::sync::Arc;

use async_graphql::Object;
use domain::framework::Edition as DomainEdition;
use domain::lens::Lens;
use domain::publication::{Basis, Include, Publication};

use super::assessment::Papers;
use super::context::Asker;
use super::rating::Rating;
use super::sheet::Sheet;
use super::subject::Element;

#[derive(Clone)]
pub struct Answer {
    edition: Arc<DomainEdition>,
    element: usize,
    own: Option<Rating>,
    agreed: Option<Rating>,
    previous: Option<Rating>,
}

/// One row of the form, whether it is rated or not.
#[Object]
impl Answer {
    /// What is judged.
    async fn element(&self) -> Element {
        Element::new(self.edition.clone(), self.element)
    }

    /// The organisation's own latest rating; null where there is none, and for those who may not read working papers.
    #[graphql(name = "self")]
    async fn own(&self) -> Option<&Rating> {
        self.own.as_ref()
    }

    /// The value that was published, or in an answer with unpublished work the one that would be; null where there is
    /// none.
    async fn agreed(&self) -> Option<&Rating> {
        self.agreed.as_ref()
    }

    /// The value that the organisation's publication before this one fixed; null where there is none.
    async fn previous(&self) -> Option<&Rating> {
        self.previous.as_ref()
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
        let mut publications =
            lens.publications(paper.assessment.organisation(), paper.round.framework, Include::Published);
        publications.retain(|earlier| earlier.round.dates.reference <= paper.round.dates.reference);
        let agreed = publications.pop_if(|last| last.assessment == paper.assessment.id());
        let form = Self::new(asker, lens, paper.edition.clone(), agreed, publications.pop());
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
            let sheet = Sheet::new(asker.store.clone(), readable.into_iter().collect());
            (publication, Arc::new(sheet))
        };
        let (agreed, previous) = (agreed.map(with_sheet), previous.map(with_sheet));
        Self { lens: lens.clone(), edition, papers: None, agreed, previous }
    }

    pub(super) fn answer(&self, element: usize) -> Answer {
        let key = &self.edition.elements[element].key;
        let published = |(publication, sheet): &(Publication, Arc<Sheet>)| {
            let index = publication.edition.element_by_key(key)?;
            let rating = publication.ratings(Basis::Agreed).nth(index).flatten()?;
            Some(Rating::new(&self.lens, &publication.edition, publication.assessment, *rating, sheet))
        };
        let own = self.papers.as_ref().and_then(|papers| {
            let paper = papers.paper.thing();
            let rating = paper.answers[element]?;
            Some(Rating::new(&self.lens, &paper.edition, paper.assessment.id(), rating, &papers.sheet))
        });
        Answer {
            edition: self.edition.clone(),
            element,
            own,
            agreed: self.agreed.as_ref().and_then(published),
            previous: self.previous.as_ref().and_then(published),
        }
    }
}
