//! Evidence belongs to the organisation and is cited by elements of an assessment.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Granted, RecordEvidence as MayRecordEvidence};
use crate::assessment::Paper;
use crate::command::{Decided, Decision};
use crate::id::{AssessmentId, ElementId, EvidenceId, OrganisationId};
use crate::ledger::Event;
use crate::mint::Mint;
use crate::refusal::{Refusal, Refused, Why};
use crate::text::{Text, TextRef};

named! {
    pub enum EvidenceKind {
        BoardPaper = "BOARD_PAPER",
        Minutes = "MINUTES",
        Plan = "PLAN",
        Report = "REPORT",
        Data = "DATA",
        Survey = "SURVEY",
        Other = "OTHER",
    }
}

named! {
    pub enum Stance { Supports = "SUPPORTS", Contradicts = "CONTRADICTS" }
}

#[derive(Clone, Debug, Serialize)]
pub struct RecordEvidence {
    pub assessment: AssessmentId,
    pub title: Text,
    pub link: Option<Text>,
    pub kind: EvidenceKind,
    pub stance: Stance,
    /// The day the evidence is about; today where absent.
    pub observed_on: Option<NaiveDate>,
    pub review_by: Option<NaiveDate>,
    /// Keys of the elements that cite it; one at least.
    pub elements: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRecorded {
    pub assessment: AssessmentId,
    /// After this change.
    pub revision: u32,
    pub evidence: EvidenceId,
    pub organisation: OrganisationId,
    pub title: TextRef,
    pub link: Option<TextRef>,
    pub kind: EvidenceKind,
    pub stance: Stance,
    pub observed_on: NaiveDate,
    pub review_by: Option<NaiveDate>,
    pub elements: Vec<ElementId>,
}

impl RecordEvidence {
    pub fn decide(
        &self,
        paper: &Granted<MayRecordEvidence, Paper>,
        today: NaiveDate,
        mint: &mut Mint,
    ) -> Decided {
        let paper = paper.thing();
        paper.takes(Action::RecordEvidence, today)?;
        let observed_on = self.observed_on.unwrap_or(today);
        let (elements, mut refusals) = self.elements_of(paper);
        if observed_on > today {
            refusals.push(Why::Invalid("must not be later than today".into()).at(["observedOn"]));
        }
        if self.review_by.is_some_and(|review_by| review_by < observed_on) {
            refusals
                .push(Why::Invalid("must not be before the evidence was observed".into()).at(["reviewBy"]));
        }
        if !refusals.is_empty() {
            return Err(Refused { whole: refusals, items: Vec::new() });
        }
        let evidence = EvidenceId(mint.id());
        let title = mint.text(&self.title);
        let link = self.link.as_ref().map(|link| mint.text(link));
        let event = Event::EvidenceRecorded(EvidenceRecorded {
            assessment: self.assessment,
            revision: paper.assessment.revision() + 1,
            evidence,
            organisation: paper.assessment.organisation(),
            title: title.item,
            link: link.as_ref().map(|link| link.item),
            kind: self.kind,
            stance: self.stance,
            observed_on,
            review_by: self.review_by,
            elements: elements.into_iter().map(|i| paper.edition.elements[i].id).collect(),
        });
        Ok(Decision { event, texts: std::iter::once(title).chain(link).collect(), identity: None })
    }

    fn elements_of(&self, paper: &Paper) -> (BTreeSet<usize>, Vec<Refusal>) {
        let (mut elements, mut refusals) = (BTreeSet::new(), Vec::new());
        if self.elements.is_empty() {
            refusals.push(Why::Invalid("evidence is cited by one element at least".into()).at(["elements"]));
        }
        for (i, key) in self.elements.iter().enumerate() {
            match paper.edition.element_by_key(key) {
                Some(element) => drop(elements.insert(element)),
                None => refusals.push(Why::UnknownElement.at(["elements".to_owned(), i.to_string()])),
            }
        }
        (elements, refusals)
    }
}
