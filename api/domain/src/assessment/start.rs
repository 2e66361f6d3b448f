//! Starting an assessment, empty or from what was agreed before.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Assessment, Place, Stage};
use crate::access::{Granted, Owned, Owner, Start};
use crate::carry_forward::{Source, carried};
use crate::command::{Decided, Decision};
use crate::framework::Edition;
use crate::id::{AssessmentId, EditionId, OrganisationId, RoundId};
use crate::ledger::Event;
use crate::mint::Mint;
use crate::organisation::OrganisationKind;
use crate::rating::RatedItem;
use crate::refusal::{Refused, Why};
use crate::round::Round;

/// An organisation and a round in which it may have no assessment yet.
#[derive(Clone, Debug)]
pub struct Entrant {
    pub organisation: OrganisationId,
    pub kind: OrganisationKind,
    pub place: Place,
    pub open_on_reference_date: bool,
    pub has_assessment: bool,
    pub round: Arc<Round>,
    pub edition: Arc<Edition>,
}

impl Owned for Entrant {
    fn owner(&self) -> Owner {
        Owner { organisation: Some(self.organisation), region: self.place.region, ..Owner::ENGLAND }
    }
}

impl Entrant {
    /// Whether the round expects an assessment of the organisation.
    pub fn takes_part(&self) -> Result<(), Why> {
        if !self.edition.definition.assesses.contains(&self.kind) {
            return Err(Why::NotAssessed);
        }
        if !self.open_on_reference_date {
            return Err(Why::OrganisationNotOpen { reference_date: self.round.dates.reference });
        }
        Ok(())
    }

    /// Whether the organisation can be given more time, whoever gives it: while it has not submitted.
    pub fn may_extend(&self, live: Option<&Assessment>) -> Result<(), Why> {
        self.takes_part()?;
        match live.map(Assessment::stage) {
            None | Some(Stage::Draft | Stage::Returned) => Ok(()),
            Some(stage) => Err(Why::WrongStage(stage)),
        }
    }

    /// Whether the organisation can start in this round, whoever starts it.
    pub fn may_start(&self, today: NaiveDate) -> Result<(), Why> {
        self.takes_part()?;
        if self.has_assessment {
            return Err(Why::AssessmentExists);
        }
        self.round.takes_work(Stage::Draft, self.place.extended_until, today)
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct StartAssessment {
    pub round: RoundId,
    pub organisation: OrganisationId,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub carry_forward: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentStarted {
    pub assessment: AssessmentId,
    pub organisation: OrganisationId,
    pub round: RoundId,
    pub edition: EditionId,
    /// Values taken over from what was agreed before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<RatedItem>,
}

impl StartAssessment {
    /// `sources`: the publications to carry forward from, which are the organisation's own latest or its predecessors'.
    pub fn decide(
        &self,
        entrant: &Granted<Start, Entrant>,
        sources: &[Source],
        today: NaiveDate,
        mint: &mut Mint,
    ) -> Decided {
        let entrant = entrant.thing();
        entrant.may_start(today).map_err(Refused::from)?;
        let assessment = AssessmentId(mint.id());
        let sources = if self.carry_forward { sources } else { &[] };
        Ok(Decision::of(Event::AssessmentStarted(AssessmentStarted {
            assessment,
            organisation: entrant.organisation,
            round: entrant.round.id,
            edition: entrant.edition.id,
            carried: carried(&entrant.edition, entrant.organisation, sources, mint),
        })))
    }
}
