//! The acts of the plan as commands, once the ids they need are known.

use std::collections::HashMap;

use chrono::{Days, Months, NaiveDate};
use domain::assessment::StartAssessment;
use domain::batch::Batch;
use domain::command::Command;
use domain::evidence::{RecordEvidence, Stance};
use domain::grant::Role;
use domain::id::{AssessmentId, OrganisationId, PersonId, RoundId};
use domain::policy::{ApprovalKind, PolicyChange};
use domain::publication::{PublishAssessments, PublishItem};
use domain::rating::{Outcome, RateElements, RateItem};
use domain::round::OpenRound;
use domain::submission::{Approval, SubmitAssessment};
use domain::text::{self, Text};

use super::fates::EXAMPLE;
use super::papers::Answer;
use super::plan::{Act, Plan};
use crate::error::Error;
use crate::local::LocalPerson;
use crate::store::Actor;

/// What the ledger has called things so far.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// By subject.
    pub(super) people: HashMap<String, PersonId>,
    /// By ODS code.
    pub(super) organisations: HashMap<String, OrganisationId>,
    /// By index in the plan.
    pub(super) rounds: HashMap<usize, RoundId>,
    /// By index of the paper in the plan; with the revision.
    pub(super) assessments: HashMap<usize, (AssessmentId, u32)>,
}

/// The plan names something before the ledger knows it, or asks for what cannot be: a bug in the plan.
fn flaw(what: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the demonstration's plan is wrong: {what}"))
}

fn words(raw: &str, most: usize) -> Result<Text, Error> {
    Text::parse(raw, most).map_err(|problem| flaw(format!("\"{raw}\" {problem}")))
}

/// Commands as of a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clerk<'a> {
    pub(super) plan: &'a Plan,
    pub(super) ids: &'a Ids,
    pub(super) today: NaiveDate,
}

impl Clerk<'_> {
    pub(super) fn order(&self, act: &Act) -> Result<(Actor, Command), Error> {
        let paper_of = |paper: usize| self.plan.papers[paper].round;
        let (round, command) = match act {
            Act::Open(round) => (*round, self.open(*round)?),
            Act::Start(paper) => (paper_of(*paper), self.start(*paper)?),
            Act::Cite(paper, piece) => (paper_of(*paper), self.cite(*paper, *piece)?),
            Act::Rate(paper) => (paper_of(*paper), self.rate(*paper)?),
            Act::Submit(paper) => (paper_of(*paper), self.submit(*paper)?),
            Act::Publish { round, papers, .. } => (*round, self.publish(papers)?),
        };
        let (role, on, verb) = self.who(act);
        let subject = LocalPerson { role, on, called: None }.subject();
        let person = *self.ids.people.get(&subject).ok_or_else(|| flaw(format!("nobody is {subject}")))?;
        let quarter = &self.plan.quarters[round].label;
        let on = on.map(|on| format!("{on}:")).unwrap_or_default();
        Ok((Actor::Person { person, key: format!("demo:{quarter}:{on}{verb}") }, command))
    }

    /// Role, organisation, and what the act is called in its idempotency key.
    fn who<'b>(&'b self, act: &'b Act) -> (Role, Option<&'b str>, String) {
        let system = |paper: usize| self.plan.systems[self.plan.papers[paper].system].code.as_str();
        let writer = |paper| if system(paper) == EXAMPLE { Role::Contributor } else { Role::SystemLead };
        match act {
            Act::Open(_) => (Role::NationalTeam, None, "open".to_owned()),
            Act::Start(paper) => (Role::SystemLead, Some(system(*paper)), "start".to_owned()),
            Act::Cite(paper, piece) => {
                (writer(*paper), Some(system(*paper)), format!("evidence:{}", piece + 1))
            }
            Act::Rate(paper) => (writer(*paper), Some(system(*paper)), "rate".to_owned()),
            Act::Submit(paper) => (Role::SystemLead, Some(system(*paper)), "submit".to_owned()),
            Act::Publish { region, .. } => (Role::RegionalReviewer, Some(region), "publish".to_owned()),
        }
    }

    fn assessment(&self, paper: usize) -> Result<(AssessmentId, u32), Error> {
        self.ids
            .assessments
            .get(&paper)
            .copied()
            .ok_or_else(|| flaw(format!("paper {paper} was not started")))
    }

    fn open(&self, round: usize) -> Result<Command, Error> {
        let quarter = &self.plan.quarters[round];
        Ok(Command::OpenRound(Box::new(OpenRound {
            framework: self.plan.edition.key.clone(),
            label: words(&quarter.label, text::LABEL)?,
            dates: quarter.dates.clone(),
            policy: PolicyChange::default(),
        })))
    }

    fn start(&self, paper: usize) -> Result<Command, Error> {
        let paper = &self.plan.papers[paper];
        let code = &self.plan.systems[paper.system].code;
        let round = self.ids.rounds.get(&paper.round).copied();
        let round = round.ok_or_else(|| flaw(format!("round {} is not open", paper.round)))?;
        let organisation = self.ids.organisations.get(code).copied();
        let organisation = organisation.ok_or_else(|| flaw(format!("there is no {code}")))?;
        Ok(Command::StartAssessment(StartAssessment { carry_forward: false, round, organisation }))
    }

    fn cite(&self, paper: usize, piece: usize) -> Result<Command, Error> {
        let (assessment, _) = self.assessment(paper)?;
        let paper = &self.plan.papers[paper];
        let piece = &paper.evidence[piece];
        let observed_on = self.plan.quarters[paper.round].dates.reference;
        Ok(Command::RecordEvidence(RecordEvidence {
            assessment,
            title: words(&piece.title, text::TITLE)?,
            link: Some(words(&piece.link, text::LINK)?),
            kind: piece.kind,
            stance: Stance::Supports,
            observed_on: Some(observed_on),
            review_by: Some(observed_on + Months::new(12)),
            elements: piece.elements.iter().map(|element| self.plan.elements[*element].clone()).collect(),
        }))
    }

    fn rate(&self, paper: usize) -> Result<Command, Error> {
        let (assessment, _) = self.assessment(paper)?;
        let items = self.plan.papers[paper].answers.iter().map(|answer| Ok(Ok(self.item(answer)?)));
        Ok(Command::RateElements(RateElements {
            assessment,
            items: items.collect::<Result<_, Error>>()?,
            batch: Batch::AllOrNothing,
            dry_run: false,
        }))
    }

    fn item(&self, answer: &Answer) -> Result<RateItem, Error> {
        let scale = self.plan.edition.scale.as_ref();
        let key = |rank: u8| {
            let level = scale.and_then(|scale| scale.levels.get(usize::from(rank - 1)));
            level.map(|level| level.key.clone()).ok_or_else(|| flaw(format!("no level has the rank {rank}")))
        };
        let (outcome, rationale) = match answer.level {
            Some(rank) => (Outcome::Level(key(rank)?), Some(words(&answer.words, text::RATIONALE)?)),
            None => (Outcome::NotApplicable(words(&answer.words, text::REASON)?), None),
        };
        Ok(RateItem {
            element: self.plan.elements[answer.element].clone(),
            replaces: None,
            outcome: Some(outcome),
            confidence: answer.confidence,
            rationale,
            evidence: Vec::new(),
        })
    }

    fn submit(&self, paper: usize) -> Result<Command, Error> {
        let (assessment, expected_revision) = self.assessment(paper)?;
        let kind = self.plan.papers[paper].approval;
        let body = match kind {
            ApprovalKind::Board => "Synthetic board",
            ApprovalKind::Committee => "Synthetic committee",
            ApprovalKind::ChairAction => "Synthetic chair",
            ApprovalKind::Executive => "Synthetic executive",
        };
        let on = self.today - Days::new(4);
        let approval = Approval { kind, body: words(body, text::TITLE)?, on, paper: None };
        Ok(Command::SubmitAssessment(SubmitAssessment {
            assessment,
            expected_revision,
            approval: Some(approval),
        }))
    }

    fn publish(&self, papers: &[usize]) -> Result<Command, Error> {
        let item = |paper: &usize| {
            let (assessment, expected_revision) = self.assessment(*paper)?;
            Ok(PublishItem { assessment, expected_revision, answers: Vec::new() })
        };
        let items = papers.iter().map(item).collect::<Result<_, Error>>()?;
        Ok(Command::PublishAssessments(PublishAssessments { items, dry_run: false }))
    }
}
