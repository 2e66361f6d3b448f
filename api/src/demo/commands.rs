//! The acts of the plan as commands, once the ids they need are known. Those of regions are in `region.rs`.

use std::collections::HashMap;

use chrono::{Days, Months, NaiveDate};
use domain::assessment::StartAssessment;
use domain::batch::Batch;
use domain::command::Command;
use domain::contest::ContestModeration;
use domain::evidence::{RecordEvidence, Stance};
use domain::grant::Role;
use domain::id::{AssessmentId, ElementId, OrganisationId, PersonId, RatingId, RoundId};
use domain::note::NewNote;
use domain::policy::{ApprovalKind, PolicyChange};
use domain::rating::{Outcome, RateElements, RateItem, RatedValue};
use domain::round::OpenRound;
use domain::submission::{Approval, SubmitAssessment, WithdrawAssessment};
use domain::text::{self, Text};

use super::fates::EXAMPLE;
use super::papers::{Answer, Paper};
use super::plan::{Act, Plan};
use super::review::Note;
use super::review_words;
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
    /// Indexes in their editions.
    pub(super) elements: HashMap<ElementId, usize>,
    /// The latest SELF rating by paper and element, as indexes in the plan and the edition.
    pub(super) own: HashMap<(usize, usize), (RatingId, RatedValue)>,
}

/// The plan names something before the ledger knows it, or asks for what cannot be: a bug in the plan.
pub(super) fn flaw(what: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the demonstration's plan is wrong: {what}"))
}

pub(super) fn words(raw: &str, most: usize) -> Result<Text, Error> {
    Text::parse(raw, most).map_err(|problem| flaw(format!("\"{raw}\" {problem}")))
}

/// Commands as of a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clerk<'a> {
    pub(super) plan: &'a Plan,
    pub(super) ids: &'a Ids,
    pub(super) today: NaiveDate,
}

impl<'a> Clerk<'a> {
    pub(super) fn order(&self, act: &Act) -> Result<(Actor, Command), Error> {
        let command = match act {
            Act::Open(round) => self.open(*round)?,
            Act::Start(paper) => self.start(*paper)?,
            Act::Cite(paper, piece) => self.cite(*paper, *piece)?,
            Act::Rate(paper) => self.rate(*paper)?,
            Act::Amend(paper) => self.amend(*paper)?,
            Act::Submit(paper) | Act::Resubmit(paper) => self.submit(*paper)?,
            Act::Withdraw(paper) => self.withdraw(*paper)?,
            Act::Respond(paper) => self.respond(*paper)?,
            Act::Extend(paper) => self.extend(*paper)?,
            Act::Return(paper) => self.give_back(*paper)?,
            Act::Moderate(paper) => self.moderate(*paper)?,
            Act::Share(paper) => self.share(*paper)?,
            Act::Publish { papers, .. } => self.publish(papers)?,
            Act::Correct(paper) => self.correct(*paper)?,
        };
        let (role, on) = self.who(act);
        let subject = LocalPerson { role, on, called: None }.subject();
        let person = *self.ids.people.get(&subject).ok_or_else(|| flaw(format!("nobody is {subject}")))?;
        Ok((Actor::Person { person, key: self.key(act) }, command))
    }

    /// Role and organisation.
    fn who<'b: 'a>(&self, act: &'b Act) -> (Role, Option<&'a str>) {
        let Some(paper) = act.paper().map(|paper| self.paper(paper)) else {
            return match act {
                Act::Publish { region, .. } => (Role::RegionalReviewer, Some(region)),
                _ => (Role::NationalTeam, None),
            };
        };
        let system = self.system(paper);
        match act {
            Act::Cite(..) | Act::Rate(_) | Act::Amend(_) if system == EXAMPLE => {
                (Role::Contributor, Some(system))
            }
            Act::Extend(_) | Act::Return(_) | Act::Moderate(_) | Act::Share(_) | Act::Correct(_) => {
                (Role::RegionalReviewer, self.plan.region(paper))
            }
            _ => (Role::SystemLead, Some(system)),
        }
    }

    /// The idempotency key.
    fn key(&self, act: &Act) -> String {
        let verb = match act {
            Act::Open(_) => "open",
            Act::Start(_) => "start",
            Act::Cite(..) => "evidence",
            Act::Rate(_) => "rate",
            Act::Amend(_) => "amend",
            Act::Submit(_) => "submit",
            Act::Resubmit(_) => "submit:again",
            Act::Withdraw(_) => "withdraw",
            Act::Respond(_) => "respond",
            Act::Extend(_) => "extend",
            Act::Return(_) => "return",
            Act::Moderate(_) => "moderate",
            Act::Share(_) => "share",
            Act::Publish { .. } => "publish",
            Act::Correct(_) => "correct",
        };
        let (round, on) = match act {
            Act::Open(round) => (*round, String::new()),
            Act::Publish { round, region, .. } => (*round, format!("{region}:")),
            _ => act.paper().map_or((0, String::new()), |paper| {
                let paper = self.paper(paper);
                let again = if paper.is_second { "second:" } else { "" };
                (paper.round, format!("{}:{again}", self.system(paper)))
            }),
        };
        let number = if let Act::Cite(_, piece) = act { format!(":{}", piece + 1) } else { String::new() };
        let round = &self.plan.rounds[round];
        let framework = &self.plan.frameworks[round.framework].edition.key;
        format!("demo:{framework}:{}:{on}{verb}{number}", round.occasion.label)
    }

    pub(super) fn paper(&self, paper: usize) -> &'a Paper {
        &self.plan.papers[paper]
    }

    /// Its ODS code.
    fn system(&self, paper: &Paper) -> &'a str {
        &self.plan.systems[paper.system].code
    }

    /// The key of an element of a paper's edition.
    pub(super) fn element(&self, paper: &Paper, element: usize) -> String {
        self.plan.framework(paper).elements[element].clone()
    }

    pub(super) fn level(&self, paper: &Paper, rank: u8) -> Result<Outcome, Error> {
        let scale = self.plan.framework(paper).edition.scale.as_ref();
        let level = scale.and_then(|scale| scale.levels.get(usize::from(rank - 1)));
        let key = level.map(|level| level.key.clone());
        key.map(Outcome::Level).ok_or_else(|| flaw(format!("no level has the rank {rank}")))
    }

    /// With its revision.
    pub(super) fn assessment(&self, paper: usize) -> Result<(AssessmentId, u32), Error> {
        let known = self.ids.assessments.get(&paper).copied();
        known.ok_or_else(|| flaw(format!("paper {paper} was not started")))
    }

    pub(super) fn round(&self, paper: &Paper) -> Result<RoundId, Error> {
        let known = self.ids.rounds.get(&paper.round).copied();
        known.ok_or_else(|| flaw(format!("round {} is not open", paper.round)))
    }

    pub(super) fn organisation(&self, paper: &Paper) -> Result<OrganisationId, Error> {
        let code = self.system(paper);
        let known = self.ids.organisations.get(code).copied();
        known.ok_or_else(|| flaw(format!("there is no {code}")))
    }

    fn open(&self, round: usize) -> Result<Command, Error> {
        let round = &self.plan.rounds[round];
        Ok(Command::OpenRound(Box::new(OpenRound {
            framework: self.plan.frameworks[round.framework].edition.key.clone(),
            label: words(&round.occasion.label, text::LABEL)?,
            dates: round.occasion.dates.clone(),
            policy: PolicyChange::default(),
        })))
    }

    fn start(&self, paper: usize) -> Result<Command, Error> {
        let paper = self.paper(paper);
        Ok(Command::StartAssessment(StartAssessment {
            carry_forward: paper.carries,
            round: self.round(paper)?,
            organisation: self.organisation(paper)?,
        }))
    }

    fn cite(&self, paper: usize, piece: usize) -> Result<Command, Error> {
        let (assessment, _) = self.assessment(paper)?;
        let paper = self.paper(paper);
        let piece = &paper.evidence[piece];
        let observed_on = self.plan.occasion(paper).dates.reference;
        Ok(Command::RecordEvidence(RecordEvidence {
            assessment,
            title: words(&piece.title, text::TITLE)?,
            link: Some(words(&piece.link, text::LINK)?),
            kind: piece.kind,
            stance: Stance::Supports,
            observed_on: Some(observed_on),
            review_by: Some(observed_on + Months::new(12)),
            elements: piece.elements.iter().map(|element| self.element(paper, *element)).collect(),
        }))
    }

    fn rate(&self, paper: usize) -> Result<Command, Error> {
        let items = self.paper(paper).answers.iter().map(|answer| self.item(paper, answer));
        self.rating(paper, items.collect::<Result<_, _>>()?)
    }

    fn rating(&self, paper: usize, items: Vec<RateItem>) -> Result<Command, Error> {
        let (assessment, _) = self.assessment(paper)?;
        let items = items.into_iter().map(Ok).collect();
        Ok(Command::RateElements(RateElements {
            assessment,
            items,
            batch: Batch::AllOrNothing,
            dry_run: false,
        }))
    }

    /// What was carried forward and still holds is confirmed.
    fn item(&self, number: usize, answer: &Answer) -> Result<RateItem, Error> {
        let paper = self.paper(number);
        let (outcome, rationale) = match answer.level {
            Some(rank) => (self.level(paper, rank)?, Some(words(&answer.words, text::RATIONALE)?)),
            None => (Outcome::NotApplicable(words(&answer.words, text::REASON)?), None),
        };
        let carried = self.ids.own.get(&(number, answer.element));
        let holds = carried.is_some_and(|(_, value)| match (value, &outcome) {
            (RatedValue::Level(carried), Outcome::Level(level)) => carried == level,
            (RatedValue::StillNotApplicable, Outcome::NotApplicable(_)) => true,
            _ => false,
        });
        Ok(RateItem {
            element: self.element(paper, answer.element),
            replaces: carried.map(|(id, _)| *id),
            outcome: Some(outcome).filter(|_| !holds),
            confidence: answer.confidence.filter(|_| !holds),
            rationale: rationale.filter(|_| !holds),
            evidence: Vec::new(),
        })
    }

    /// The levels stay; the rationales say more.
    fn amend(&self, number: usize) -> Result<Command, Error> {
        let paper = self.paper(number);
        let item = |note: &Note| {
            let answer = &paper.answers[note.element];
            let again = Answer { words: note.amended.to_owned(), ..answer.clone() };
            let item = self.item(number, &again)?;
            let outcome = answer.level.map(|rank| self.level(paper, rank)).transpose()?;
            let rationale = Some(words(note.amended, text::RATIONALE)?);
            Ok(RateItem { outcome, rationale, confidence: answer.confidence, ..item })
        };
        let items = paper.review.notes.iter().map(item).collect::<Result<_, Error>>()?;
        self.rating(number, items)
    }

    fn submit(&self, paper: usize) -> Result<Command, Error> {
        let (assessment, expected_revision) = self.assessment(paper)?;
        let kind = self.paper(paper).approval;
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

    fn withdraw(&self, paper: usize) -> Result<Command, Error> {
        let (assessment, expected_revision) = self.assessment(paper)?;
        let reason = words(review_words::WITHDRAWAL, text::REASON)?;
        Ok(Command::WithdrawAssessment(WithdrawAssessment { assessment, expected_revision, reason }))
    }

    /// To the region's view: what the system contests, if anything.
    fn respond(&self, number: usize) -> Result<Command, Error> {
        let (assessment, expected_revision) = self.assessment(number)?;
        let paper = self.paper(number);
        let contests = paper.review.response.iter().flatten();
        let items = contests.map(|contest| self.note(paper, contest.element, contest.why));
        let items = items.collect::<Result<_, _>>()?;
        Ok(Command::ContestModeration(ContestModeration { assessment, expected_revision, items }))
    }

    pub(super) fn note(&self, paper: &Paper, element: usize, said: &str) -> Result<NewNote, Error> {
        Ok(NewNote { element: self.element(paper, element), text: words(said, text::REASON)? })
    }
}
