//! Publishing fixes the agreed values: from then on they count in figures.

mod mark;

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Granted, Owned, Publish, ViewHeader};
use crate::assessment::{Assessment, Paper, Stage};
use crate::command::{Decided, Decision};
use crate::framework::Edition;
use crate::history::Record;
use crate::id::{AssessmentId, FrameworkId, OrganisationId};
use crate::ledger::{Event, Position};
use crate::lens::Lens;
use crate::mint::Mint;
use crate::note::{self, NewNote, Note};
use crate::rating::{self, Rating, Value};
use crate::refusal::{Refusal, Refused, Why};
use crate::round::Round;

pub use mark::Mark;

named! {
    /// Whose judgement a figure is made of.
    pub enum Basis {
        /// MODERATED where there is one, else SELF.
        Agreed = "AGREED",
        SelfRated = "SELF",
        Moderated = "MODERATED",
    }
}

named! {
    /// Which assessments an answer is made of.
    pub enum Include {
        Published = "PUBLISHED",
        /// Also those submitted or moderated whose working papers the viewer may read, as they would be published now.
        Submitted = "SUBMITTED",
    }
}

/// One published assessment, as figures see it; or, where `Include::Submitted` was asked for, one that is not published.
/// A handle: a copy is one pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication(Arc<Fixed>);

/// What a publication holds, for good.
#[derive(Debug, PartialEq)]
pub struct Fixed {
    pub assessment: AssessmentId,
    pub organisation: OrganisationId,
    /// PUBLISHED, else SUBMITTED or MODERATED.
    pub stage: Stage,
    pub round: Arc<Round>,
    pub edition: Arc<Edition>,
    pub synthetic: bool,
    position: Position,
    record: Arc<Record>,
    /// AGREED, then SELF, then MODERATED; each by element.
    marks: Box<[Mark]>,
}

impl Deref for Publication {
    type Target = Fixed;

    fn deref(&self) -> &Fixed {
        &self.0
    }
}

impl Publication {
    /// The ratings as they stood at a position.
    pub(crate) fn of(record: Arc<Record>, stage: Stage, position: Position, shows_moderation: bool) -> Self {
        let elements = record.edition.elements.len();
        let mut marks = vec![Mark::default(); 3 * elements].into_boxed_slice();
        for (element, (own, moderated)) in record.fixed_at(position).enumerate() {
            let moderated = moderated.filter(|_| shows_moderation);
            marks[element] = Mark::of(moderated.or(own).as_ref());
            marks[elements + element] = Mark::of(own.as_ref());
            marks[2 * elements + element] = Mark::of(moderated.as_ref());
        }
        Self(Arc::new(Fixed {
            assessment: record.assessment,
            organisation: record.organisation,
            stage,
            round: record.round.clone(),
            edition: record.edition.clone(),
            synthetic: record.synthetic,
            position,
            record,
            marks,
        }))
    }

    pub(crate) fn record(&self) -> &Record {
        &self.record
    }

    /// Of the entry that published or corrected it.
    pub(crate) fn position(&self) -> Position {
        self.position
    }

    /// What counts of each element, by index, in a byte each.
    pub fn marks(&self, basis: Basis) -> &[Mark] {
        let elements = self.marks.len() / 3;
        let from = match basis {
            Basis::Agreed => 0,
            Basis::SelfRated => elements,
            Basis::Moderated => 2 * elements,
        };
        &self.marks[from..from + elements]
    }

    /// The rating of each element, by index. What figures count of it is in `marks`, for less work.
    pub fn ratings(&self, basis: Basis) -> impl Iterator<Item = Option<Rating>> {
        let fixed = self.record.fixed_at(self.position);
        fixed.zip(self.marks(basis)).map(|((own, moderated), mark)| {
            mark.value()?;
            match mark.basis() {
                rating::Basis::SelfRated => own,
                rating::Basis::Moderated => moderated,
            }
        })
    }

    /// What has to be asked for to find it in a figure.
    pub fn include(&self) -> Include {
        if self.stage == Stage::Published { Include::Published } else { Include::Submitted }
    }

    /// The value of each element, by index.
    pub fn values(&self, basis: Basis) -> impl Iterator<Item = Option<Value>> {
        self.marks(basis).iter().map(|mark| mark.value())
    }

    fn place(&self) -> (NaiveDate, AssessmentId) {
        (self.round.dates.reference, self.assessment)
    }
}

impl Lens {
    /// The assessments of an organisation that describe days up to the lens's, in order of reference date. Those of
    /// `Include::Submitted` differ between viewers: they stand in an organisation's own rows and in no other figure.
    pub fn publications(
        &self,
        organisation: OrganisationId,
        framework: FrameworkId,
        include: Include,
    ) -> Vec<Publication> {
        self.publications_from(organisation, framework, include, None)
    }

    /// Those of them that describe days from a day on: no more work than they are many.
    pub fn publications_from(
        &self,
        organisation: OrganisationId,
        framework: FrameworkId,
        include: Include,
        from: Option<NaiveDate>,
    ) -> Vec<Publication> {
        let from = from.unwrap_or(NaiveDate::MIN);
        let published = self.published_from((organisation, framework), from);
        let mut publications: Vec<_> = published.cloned().collect();
        if include == Include::Submitted {
            let waiting = self.waiting(organisation, framework);
            publications.extend(waiting.filter(|waits| waits.round.dates.reference >= from));
            publications.sort_by_key(Publication::place);
        }
        publications
    }

    /// What it has in a round: published, else as far as it is included.
    pub fn publication_in(
        &self,
        organisation: OrganisationId,
        round: &Round,
        include: Include,
    ) -> Option<Publication> {
        let days = (round.dates.reference, round.dates.reference.min(self.moment().on));
        let of = (organisation, round.framework);
        let mut published = self.history.figures.between(of, days, self.moment().position);
        let published = published.rfind(|known| known.round.id == round.id).cloned();
        let waits = || {
            let mut waiting = self.waiting(organisation, round.framework);
            waiting.find(|waits| include == Include::Submitted && waits.round.id == round.id)
        };
        published.or_else(waits)
    }

    /// The last of them.
    pub fn latest_publication(
        &self,
        organisation: OrganisationId,
        framework: FrameworkId,
        include: Include,
    ) -> Option<Publication> {
        let published = self.published_from((organisation, framework), NaiveDate::MIN).next_back().cloned();
        let waiting = (include == Include::Submitted).then(|| self.waiting(organisation, framework));
        published.into_iter().chain(waiting.into_iter().flatten()).max_by_key(Publication::place)
    }

    fn published_from(
        &self,
        of: (OrganisationId, FrameworkId),
        from: NaiveDate,
    ) -> impl DoubleEndedIterator<Item = &Publication> {
        self.history.figures.between(of, (from, self.moment().on), self.moment().position)
    }

    /// The latest publication of an organisation that describes an earlier day, whatever day the lens describes.
    pub fn published_before(
        &self,
        organisation: OrganisationId,
        framework: FrameworkId,
        before: NaiveDate,
    ) -> Option<Publication> {
        let days = (NaiveDate::MIN, before.pred_opt()?);
        let mut earlier =
            self.history.figures.between((organisation, framework), days, self.moment().position);
        earlier.next_back().cloned()
    }

    /// Work that waits for publication, as it would be fixed now, for those who may read its working papers.
    fn waiting(
        &self,
        organisation: OrganisationId,
        framework: FrameworkId,
    ) -> impl Iterator<Item = Publication> {
        let records = self.records(organisation).filter(move |record| {
            record.round.framework == framework && record.round.dates.reference <= self.moment().on
        });
        records.filter_map(|record| self.unpublished(record))
    }

    /// What the region changed shows once it is shared.
    fn unpublished(&self, record: &Arc<Record>) -> Option<Publication> {
        let stage = record.stage_at(self.moment().position)?;
        if !matches!(stage, Stage::Submitted | Stage::Moderated) {
            return None;
        }
        let owner = self.header(record)?.owner();
        let may = |action| self.viewer().may(action, &owner);
        may(Action::ViewWorking).then(|| {
            let shows_moderation = may(Action::ViewModeration);
            Publication::of(record.clone(), stage, self.moment().position, shows_moderation)
        })
    }

    /// What an assessment published, for everybody who sees it.
    pub fn published(&self, assessment: &Granted<ViewHeader, Assessment>) -> Option<Publication> {
        let record = self.history.assessments.get(&assessment.thing().id())?;
        self.history.figures.of_record(record, self.moment().position).cloned()
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct PublishItem {
    pub assessment: AssessmentId,
    pub expected_revision: u32,
    /// To what the system contests, element by element.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<NewNote>,
}

#[derive(Clone, Debug, Serialize)]
pub struct PublishAssessments {
    pub items: Vec<PublishItem>,
    pub dry_run: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedItem {
    pub assessment: AssessmentId,
    /// After this change.
    pub revision: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Note>,
}

/// All of the items, in the order of the input: publishing is all or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentsPublished {
    pub items: Vec<PublishedItem>,
}

impl PublishAssessments {
    pub const MOST_ITEMS: usize = 100;

    /// `papers` stand in the order of the items.
    pub fn decide(&self, papers: &[Granted<Publish, Paper>], today: NaiveDate, mint: &mut Mint) -> Decided {
        if self.items.is_empty() || self.items.len() > Self::MOST_ITEMS {
            return Err(Why::Invalid(format!("1 to {} items", Self::MOST_ITEMS)).at(["items"]).into());
        }
        let mut seen = BTreeSet::new();
        let items: Vec<Vec<Refusal>> = (self.items.iter().zip(papers).enumerate())
            .map(|(i, (item, paper))| {
                let repeated = !seen.insert(item.assessment);
                item.check(paper.thing(), repeated, today).into_iter().map(|why| why.under(i)).collect()
            })
            .collect();
        if items.iter().any(|refusals| !refusals.is_empty()) {
            return Err(Refused { whole: items.iter().flatten().cloned().collect(), items });
        }
        let mut texts = Vec::new();
        let published = self.items.iter().zip(papers).map(|(item, paper)| PublishedItem {
            assessment: item.assessment,
            revision: paper.thing().assessment.revision() + 1,
            answers: note::record(&paper.thing().edition, &item.answers, mint, &mut texts),
        });
        let event = AssessmentsPublished { items: published.collect() };
        Ok(Decision { event: Event::AssessmentsPublished(event), texts, identity: None })
    }
}

impl PublishItem {
    fn check(&self, paper: &Paper, repeated: bool, today: NaiveDate) -> Vec<Refusal> {
        let stale = paper.expect_revision(self.expected_revision);
        let wrong = paper.stands_against(Action::Publish, None, today).map_err(|why| why.at(["assessment"]));
        let twice = || Why::twice("assessment").at(["assessment"]);
        let mut refusals: Vec<_> =
            stale.err().into_iter().chain(wrong.err()).chain(repeated.then(twice)).collect();
        refusals.extend(self.check_answers(paper));
        refusals
    }

    fn check_answers(&self, paper: &Paper) -> Vec<Refusal> {
        let answered = match note::elements(&paper.edition, &self.answers, &["answers"]) {
            Ok(answered) => answered,
            Err(refusals) => return refusals,
        };
        let open: BTreeSet<_> = paper.open_contests().collect();
        let not_contested = |(i, _): (usize, &usize)| {
            Why::Invalid("this element has no contest that waits for an answer".into()).at([
                "answers",
                &i.to_string(),
                "element",
            ])
        };
        let strange = answered.iter().enumerate().filter(|(_, element)| !open.contains(element));
        let mut refusals: Vec<_> = strange.map(not_contested).collect();
        let unanswered = open.iter().filter(|element| !answered.contains(element)).count();
        if unanswered > 0 {
            refusals.push(Why::Unanswered(unanswered).at(["answers"]));
        }
        refusals
    }
}

impl Refusal {
    fn under(mut self, item: usize) -> Self {
        self.path.splice(0..0, ["items".to_owned(), item.to_string()]);
        self
    }
}
