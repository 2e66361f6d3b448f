//! Publishing fixes the agreed values: from then on they count in figures.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Granted, Owned, Publish, ViewHeader};
use crate::assessment::{Assessment, Paper, Stage};
use crate::command::{Decided, Decision};
use crate::framework::Edition;
use crate::history::{Published, Record};
use crate::id::{AssessmentId, FrameworkId, OrganisationId};
use crate::ledger::Event;
use crate::lens::Lens;
use crate::mint::Mint;
use crate::note::{self, NewNote, Note};
use crate::rating::{Rating, Value};
use crate::refusal::{Refusal, Refused, Why};
use crate::round::Round;

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
#[derive(Clone, Debug)]
pub struct Publication {
    pub assessment: AssessmentId,
    pub organisation: OrganisationId,
    /// PUBLISHED, else SUBMITTED or MODERATED.
    pub stage: Stage,
    pub round: Arc<Round>,
    pub edition: Arc<Edition>,
    pub synthetic: bool,
    record: Arc<Record>,
    fixed: Published,
}

impl Publication {
    /// The rating of each element, by index.
    pub fn ratings(&self, basis: Basis) -> impl Iterator<Item = Option<&Rating>> {
        let Published { own, moderated, .. } = &self.fixed;
        own.iter().zip(moderated).map(move |(own, moderated)| {
            let index = match basis {
                Basis::Agreed => moderated.or(*own),
                Basis::SelfRated => *own,
                Basis::Moderated => *moderated,
            };
            index.map(|index| &self.record.ratings[index])
        })
    }

    /// What has to be asked for to find it in a figure.
    pub fn include(&self) -> Include {
        if self.stage == Stage::Published { Include::Published } else { Include::Submitted }
    }

    /// The value of each element, by index.
    pub fn values(&self, basis: Basis) -> impl Iterator<Item = Option<Value>> {
        self.ratings(basis).map(|rating| rating.map(|rating| rating.value))
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
        let included = |record: &Arc<Record>| {
            let unpublished = || (include == Include::Submitted).then(|| self.unpublished(record)).flatten();
            self.publication(record).or_else(unpublished)
        };
        let mut publications: Vec<_> = self.records(organisation).into_iter().filter_map(included).collect();
        publications.retain(|publication| {
            publication.round.framework == framework && publication.round.dates.reference <= self.moment().on
        });
        publications.sort_by_key(|publication| (publication.round.dates.reference, publication.assessment));
        publications
    }

    /// The latest publication of an organisation that describes an earlier day, whatever day the lens describes.
    pub fn published_before(
        &self,
        organisation: OrganisationId,
        framework: FrameworkId,
        before: NaiveDate,
    ) -> Option<Publication> {
        let published = self.records(organisation).into_iter().filter_map(|record| self.publication(record));
        let earlier = published.filter(|publication| {
            publication.round.framework == framework && publication.round.dates.reference < before
        });
        earlier.max_by_key(|publication| (publication.round.dates.reference, publication.assessment))
    }

    fn publication(&self, record: &Arc<Record>) -> Option<Publication> {
        let published = record.published_at(self.moment().position)?;
        self.with_values(record, Stage::Published, published.clone())
    }

    /// Work that waits for publication, as it would be fixed now, for those who may read its working papers. What the
    /// region changed shows once it is shared.
    fn unpublished(&self, record: &Arc<Record>) -> Option<Publication> {
        let assessment = self.header(record)?;
        let stage = assessment.stage();
        let waits = matches!(stage, Stage::Submitted | Stage::Moderated);
        if !waits || !self.viewer().may(Action::ViewWorking, &assessment.owner()) {
            return None;
        }
        let elements = self.edition(assessment.edition())?.elements.len();
        let mut fixed = record.fixed_at(self.moment().position, elements);
        if !self.viewer().may(Action::ViewModeration, &assessment.owner()) {
            fixed.moderated.fill(None);
        }
        self.with_values(record, stage, fixed)
    }

    fn with_values(&self, record: &Arc<Record>, stage: Stage, fixed: Published) -> Option<Publication> {
        Some(Publication {
            assessment: record.started.assessment,
            organisation: record.started.organisation,
            stage,
            round: self.round(record.started.round)?,
            edition: self.edition(record.started.edition)?,
            synthetic: record.synthetic,
            record: record.clone(),
            fixed,
        })
    }

    /// What an assessment published, for everybody who sees it.
    pub fn published(&self, assessment: &Granted<ViewHeader, Assessment>) -> Option<Publication> {
        self.publication(self.history.assessments.get(&assessment.thing().id())?)
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
