//! Publishing fixes the agreed values: from then on they count in figures.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Granted, Publish};
use crate::assessment::Paper;
use crate::command::{Decided, Decision};
use crate::id::AssessmentId;
use crate::ledger::Event;
use crate::refusal::{Refusal, Refused, Why};

#[derive(Clone, Copy, Debug, Serialize)]
pub struct PublishItem {
    pub assessment: AssessmentId,
    pub expected_revision: u32,
}

#[derive(Clone, Debug, Serialize)]
pub struct PublishAssessments {
    pub items: Vec<PublishItem>,
    pub dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedItem {
    pub assessment: AssessmentId,
    /// After this change.
    pub revision: u32,
}

/// All of the items, in the order of the input: publishing is all or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentsPublished {
    pub items: Vec<PublishedItem>,
}

impl PublishAssessments {
    pub const MOST_ITEMS: usize = 100;

    /// `papers` stand in the order of the items.
    pub fn decide(&self, papers: &[Granted<Publish, Paper>], today: NaiveDate) -> Decided {
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
        let published = self.items.iter().zip(papers).map(|(item, paper)| PublishedItem {
            assessment: item.assessment,
            revision: paper.thing().assessment.revision() + 1,
        });
        Ok(Decision::of(Event::AssessmentsPublished(AssessmentsPublished { items: published.collect() })))
    }
}

impl PublishItem {
    fn check(&self, paper: &Paper, repeated: bool, today: NaiveDate) -> Vec<Refusal> {
        let stale = paper.assessment.expect_revision(self.expected_revision);
        let stale = stale.map_err(|why| why.at(["expectedRevision"]));
        let wrong = paper.takes(Action::Publish, today).map_err(|why| why.at(["assessment"]));
        let twice = || Why::Invalid("this assessment stands twice in the batch".into()).at(["assessment"]);
        stale.err().into_iter().chain(wrong.err()).chain(repeated.then(twice)).collect()
    }
}

impl Refusal {
    fn under(mut self, item: usize) -> Self {
        self.path.splice(0..0, ["items".to_owned(), item.to_string()]);
        self
    }
}
