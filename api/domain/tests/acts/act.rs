//! The acts on a form, each by somebody whose roles allow it.

use domain::NaiveDate;
use domain::access::{Act, Action, Granted};
use domain::assessment::Paper;
use domain::batch::Batch;
use domain::command::Decided;
use domain::contest::ContestModeration;
use domain::correction::CorrectRatings;
use domain::evidence::{EvidenceKind, RecordEvidence, Stance};
use domain::mint::Mint;
use domain::moderation::{ModerateElements, ModerateItem, ShareModeration};
use domain::note::NewNote;
use domain::policy::ApprovalKind;
use domain::publication::{PublishAssessments, PublishItem};
use domain::rating::{RateElements, RateItem};
use domain::refusal::{Refusal, Refused};
use domain::retraction::RetractPublication;
use domain::submission::{Approval, ReturnAssessment, SubmitAssessment, WithdrawAssessment};

use crate::form::{ACTOR, ASSESSMENT, Form, REVISION, everybody, says, text};

impl Form {
    pub(crate) fn granted<A: Act>(&self) -> Granted<A, Paper> {
        everybody().grant(self.paper().clone()).expect("the viewer has all roles")
    }

    /// The simplest command of an act, in good form.
    pub(crate) fn act(&self, action: Action, today: NaiveDate) -> Decided {
        let (assessment, expected_revision, reason) = (ASSESSMENT, REVISION, text("why"));
        let mint = &mut mint();
        match action {
            Action::Rate => self.rate(vec![self.rates(0)], today),
            Action::RecordEvidence => evidence(vec![self.key(0)]).decide(&self.granted(), today, mint),
            Action::Submit => self.submit(Some((ApprovalKind::Board, today)), today),
            Action::Withdraw => WithdrawAssessment { assessment, expected_revision, reason }.decide(
                &self.granted(),
                today,
                mint,
            ),
            Action::Return => ReturnAssessment { assessment, expected_revision, reason, notes: Vec::new() }
                .decide(&self.granted(), today, mint),
            Action::Moderate => self.moderate(vec![self.judges(0)], today),
            Action::ShareModeration => {
                ShareModeration { assessment, expected_revision }.decide(&self.granted(), Some(ACTOR), today)
            }
            Action::Contest => self.contest(vec![self.note(0)], today),
            Action::Publish => self.publish(Vec::new(), today),
            Action::Correct => {
                let item = ModerateItem { outcome: says("maturing"), ..self.judges(1) };
                self.correct(vec![item], today)
            }
            Action::Retract => RetractPublication { assessment, expected_revision, reason }.decide(
                &self.granted(),
                today,
                mint,
            ),
            other => panic!("{other} is no act on an assessment"),
        }
    }

    pub(crate) fn rate(&self, items: Vec<RateItem>, today: NaiveDate) -> Decided {
        let items = items.into_iter().map(Ok).collect();
        let (assessment, batch) = (ASSESSMENT, Batch::AllOrNothing);
        let command = RateElements { assessment, items, batch, dry_run: false };
        command.decide(&self.granted(), today, &mut mint())
    }

    pub(crate) fn submit(&self, approval: Option<(ApprovalKind, NaiveDate)>, today: NaiveDate) -> Decided {
        let approval = approval.map(|(kind, on)| Approval { kind, body: text("the board"), on, paper: None });
        let command = SubmitAssessment { assessment: ASSESSMENT, expected_revision: REVISION, approval };
        command.decide(&self.granted(), today, &mut mint())
    }

    pub(crate) fn moderate(&self, items: Vec<ModerateItem>, today: NaiveDate) -> Decided {
        self.moderate_as(Batch::AllOrNothing, items, today)
    }

    pub(crate) fn moderate_as(&self, batch: Batch, items: Vec<ModerateItem>, today: NaiveDate) -> Decided {
        let items = items.into_iter().map(Ok).collect();
        let command = ModerateElements { assessment: ASSESSMENT, items, batch, dry_run: false };
        command.decide(&self.granted(), Some(ACTOR), today, &mut mint())
    }

    pub(crate) fn contest(&self, items: Vec<NewNote>, today: NaiveDate) -> Decided {
        let command = ContestModeration { assessment: ASSESSMENT, expected_revision: REVISION, items };
        command.decide(&self.granted(), today, &mut mint())
    }

    pub(crate) fn publish(&self, answers: Vec<NewNote>, today: NaiveDate) -> Decided {
        let item = PublishItem { assessment: ASSESSMENT, expected_revision: REVISION, answers };
        let command = PublishAssessments { items: vec![item], dry_run: false };
        command.decide(&[self.granted()], today, &mut mint())
    }

    pub(crate) fn correct(&self, items: Vec<ModerateItem>, today: NaiveDate) -> Decided {
        let items = items.into_iter().map(Ok).collect();
        let (assessment, expected_revision, reason) = (ASSESSMENT, REVISION, text("why"));
        let command = CorrectRatings { assessment, expected_revision, items, reason };
        command.decide(&self.granted(), Some(ACTOR), today, &mut mint())
    }
}

pub(crate) fn evidence(elements: Vec<String>) -> RecordEvidence {
    RecordEvidence {
        assessment: ASSESSMENT,
        title: text("Board paper"),
        link: None,
        kind: EvidenceKind::BoardPaper,
        stance: Stance::Supports,
        observed_on: None,
        review_by: None,
        elements,
    }
}

pub(crate) fn mint() -> Mint {
    let mut next = 0_u8;
    Mint::new(move |bytes| {
        next = next.wrapping_add(1);
        bytes.fill(next);
    })
}

/// All that was refused, each with its reason and its path; empty where it was not.
pub(crate) fn refusals(decided: Decided) -> Vec<Refusal> {
    match decided {
        Ok(_) => Vec::new(),
        Err(Refused { whole, .. }) => whole,
    }
}

/// The same in short: the code and the path.
pub(crate) fn told(decided: Decided) -> Vec<String> {
    let short = |refusal: &Refusal| format!("{} {}", refusal.why.code(), refusal.path.join("."));
    refusals(decided).iter().map(|refusal| short(refusal).trim_end().to_owned()).collect()
}
