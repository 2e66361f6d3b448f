//! Rounds: a collection of one edition from the organisations that are open on its reference date.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{England, Granted, OpenRound as MayOpenRound};
use crate::assessment::Stage;
use crate::command::{Decided, Decision};
use crate::framework::{Edition, FrameworkKind};
use crate::id::{EditionId, FrameworkId, RoundId};
use crate::ledger::Event;
use crate::mint::Mint;
use crate::policy::{Policy, PolicyChange};
use crate::refusal::{Refusal, Refused, Why};
use crate::text::Text;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    pub id: RoundId,
    pub framework: FrameworkId,
    pub edition: EditionId,
    pub label: String,
    pub dates: Dates,
    pub policy: Policy,
}

/// All days are included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dates {
    pub reference: NaiveDate,
    pub opens: NaiveDate,
    pub due: NaiveDate,
    pub closes: NaiveDate,
    /// Until when returned work and moderation run; `closes` where absent.
    pub moderate_by: Option<NaiveDate>,
    /// When publication is planned. It informs and stops nobody.
    pub publish_on: Option<NaiveDate>,
}

impl Round {
    /// Whether new work can be started, edited and submitted for the first time.
    pub fn is_open(&self, today: NaiveDate) -> bool {
        (self.dates.opens..=self.dates.closes).contains(&today)
    }

    /// The day by which an organisation has to submit, with more time where it was given some.
    pub fn due(&self, extended: Option<NaiveDate>) -> NaiveDate {
        later(self.dates.due, extended)
    }

    /// Starting, rating and submitting need the round to be open; work that was returned has until `moderate_by`.
    pub fn takes_work(&self, stage: Stage, extended: Option<NaiveDate>, today: NaiveDate) -> Result<(), Why> {
        match stage {
            Stage::Returned => self.within(self.last_of_returned(extended), today),
            _ => self.within(later(self.dates.closes, extended), today),
        }
    }

    /// The last day for returned work and for moderation.
    pub fn last_of_returned(&self, extended: Option<NaiveDate>) -> NaiveDate {
        later(self.dates.moderate_by.unwrap_or(self.dates.closes), extended)
    }

    /// Returning and moderating.
    pub fn takes_moderation(&self, extended: Option<NaiveDate>, today: NaiveDate) -> Result<(), Why> {
        self.within(self.last_of_returned(extended), today)
    }

    fn within(&self, last: NaiveDate, today: NaiveDate) -> Result<(), Why> {
        if (self.dates.opens..=last).contains(&today) {
            Ok(())
        } else {
            Err(Why::RoundNotOpen { from: self.dates.opens, to: last })
        }
    }
}

fn later(day: NaiveDate, extended: Option<NaiveDate>) -> NaiveDate {
    extended.map_or(day, |extended| extended.max(day))
}

#[derive(Clone, Debug, Serialize)]
pub struct OpenRound {
    pub framework: String,
    pub label: Text,
    pub dates: Dates,
    pub policy: PolicyChange,
}

impl OpenRound {
    /// `edition`: the framework's latest; `labels`: those of its rounds.
    pub fn decide(
        &self,
        _may: &Granted<MayOpenRound, England>,
        edition: Option<&Edition>,
        labels: &[&str],
        mint: &mut Mint,
    ) -> Decided {
        let Some(edition) = edition else {
            return Err(Why::Invalid("there is no framework with this key".into()).at(["framework"]).into());
        };
        let mut errors = self.date_problems();
        if edition.definition.kind == FrameworkKind::Reference {
            errors.push(
                Why::Invalid("this framework is for reference and is not rated".into()).at(["framework"]),
            );
        }
        if let Some(first) = edition.definition.rounds_from.filter(|first| self.dates.reference < *first) {
            let why = format!("rounds of this framework begin with reference date {first}");
            errors.push(Why::Invalid(why).at(["referenceDate"]));
        }
        if labels.contains(&self.label.as_str()) {
            errors.push(Why::RoundExists.at(["label"]));
        }
        let policy = edition.definition.policy.changed(&self.policy);
        let scale = edition.definition.scale.as_ref();
        if policy.evidence_from.as_ref().is_some_and(|key| scale.and_then(|scale| scale.rank(key)).is_none())
        {
            errors.push(Why::UnknownLevel.at(["policy", "evidenceFrom"]));
        }
        if policy.response_days > Policy::MOST_RESPONSE_DAYS {
            errors.push(Why::Invalid("0 to 366 days".into()).at(["policy", "responseDays"]));
        }
        if !errors.is_empty() {
            return Err(Refused { whole: errors, items: Vec::new() });
        }
        Ok(Decision::of(Event::RoundOpened(Box::new(Round {
            id: RoundId(mint.id()),
            framework: edition.framework,
            edition: edition.id,
            label: self.label.as_str().to_owned(),
            dates: self.dates.clone(),
            policy,
        }))))
    }

    fn date_problems(&self) -> Vec<Refusal> {
        let Dates { opens, due, closes, moderate_by, .. } = self.dates;
        let late = |early: NaiveDate, late: NaiveDate, field: &str, what: &str| {
            (late < early).then(|| Why::Invalid(format!("must not be before {what}, {early}")).at([field]))
        };
        [
            late(opens, due, "dueOn", "the round opens"),
            late(due, closes, "closesOn", "the due date"),
            moderate_by.and_then(|moderate_by| late(closes, moderate_by, "moderateBy", "the round closes")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
