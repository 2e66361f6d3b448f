//! Re-baselines: days that the national team marks because figures before and after are no longer made the same way.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{England, Granted, Rebaseline as MayRebaseline};
use crate::command::{Decided, Decision};
use crate::framework::FrameworkKind;
use crate::history::History;
use crate::id::{FrameworkId, OrganisationId, RebaselineId};
use crate::ledger::{Event, Position};
use crate::lens::Lens;
use crate::mint::Mint;
use crate::refusal::{Refusal, Refused, Why};
use crate::text::{Text, TextRef};

#[derive(Clone, Debug, Serialize)]
pub struct RecordRebaseline {
    /// The key.
    pub framework: String,
    /// The first day that is not comparable with those before.
    pub on: NaiveDate,
    /// All there are and will be where absent.
    pub systems: Option<Vec<OrganisationId>>,
    pub reason: Text,
}

#[derive(Clone, Debug, Serialize)]
pub struct WithdrawRebaseline {
    pub rebaseline: RebaselineId,
    pub reason: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebaselineRecorded {
    pub rebaseline: RebaselineId,
    pub framework: FrameworkId,
    pub on: NaiveDate,
    /// All there are and will be where absent.
    pub systems: Option<Vec<OrganisationId>>,
    pub reason: TextRef,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebaselineWithdrawn {
    pub rebaseline: RebaselineId,
    pub reason: TextRef,
}

/// A re-baseline, and whether it still holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRebaseline {
    pub marked: RebaselineRecorded,
    pub recorded: Position,
    pub withdrawn: Option<(Position, TextRef)>,
}

impl RebaselineRecorded {
    fn is_about(&self, organisation: OrganisationId) -> bool {
        self.systems.as_ref().is_none_or(|systems| systems.contains(&organisation))
    }

    /// Whether all that these systems are to be told is told already.
    fn says(&self, on: NaiveDate, systems: Option<&[OrganisationId]>) -> bool {
        let covers = match (&self.systems, systems) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(told), Some(asked)) => asked.iter().all(|system| told.contains(system)),
        };
        self.on == on && covers
    }
}

impl RecordRebaseline {
    /// The most systems that are named one by one.
    pub const MOST: usize = 100;

    /// `framework`: the one of this key; `known`: its re-baselines.
    pub fn decide(
        &self,
        _may: &Granted<MayRebaseline, England>,
        framework: Option<(FrameworkId, FrameworkKind)>,
        known: &[KnownRebaseline],
        mint: &mut Mint,
    ) -> Decided {
        let no_framework = || Why::Invalid("there is no framework with this key".into()).at(["framework"]);
        let (framework, kind) = framework.ok_or_else(no_framework)?;
        let mut refusals: Vec<Refusal> = Vec::new();
        if kind == FrameworkKind::Reference {
            let why = "this framework is for reference and is not rated";
            refusals.push(Why::Invalid(why.into()).at(["framework"]));
        }
        if let Some(systems) = &self.systems {
            if systems.is_empty() || systems.len() > Self::MOST {
                let why = format!("1 to {} systems, or null for all", Self::MOST);
                refusals.push(Why::Invalid(why).at(["systems"]));
            }
            if systems.iter().collect::<BTreeSet<_>>().len() < systems.len() {
                refusals.push(Why::twice("system").at(["systems"]));
            }
        }
        let in_force = known.iter().filter(|known| known.withdrawn.is_none());
        let mut in_force = in_force.map(|known| &known.marked);
        if refusals.is_empty() && in_force.any(|marked| marked.says(self.on, self.systems.as_deref())) {
            refusals.push(Why::RebaselineExists.at(["on"]));
        }
        if !refusals.is_empty() {
            return Err(Refused::whole(refusals));
        }
        let mut texts = Vec::new();
        let event = RebaselineRecorded {
            rebaseline: RebaselineId(mint.id()),
            framework,
            on: self.on,
            systems: self.systems.clone(),
            reason: mint.write(&self.reason, &mut texts),
        };
        Ok(Decision { event: Event::RebaselineRecorded(Box::new(event)), texts, identity: None })
    }
}

impl WithdrawRebaseline {
    pub fn decide(
        &self,
        _may: &Granted<MayRebaseline, England>,
        known: &KnownRebaseline,
        mint: &mut Mint,
    ) -> Decided {
        if known.withdrawn.is_some() {
            return Err(Why::RebaselineOver.at(["rebaseline"]).into());
        }
        let mut texts = Vec::new();
        let event =
            RebaselineWithdrawn { rebaseline: self.rebaseline, reason: mint.write(&self.reason, &mut texts) };
        Ok(Decision { event: Event::RebaselineWithdrawn(event), texts, identity: None })
    }
}

impl History {
    pub(crate) fn mark(&mut self, recorded: Position, event: &RebaselineRecorded) {
        let known = KnownRebaseline { marked: event.clone(), recorded, withdrawn: None };
        Arc::make_mut(&mut self.rebaselines).push(known);
    }

    /// None where there is none to take back.
    pub(crate) fn unmark(&mut self, at: Position, event: &RebaselineWithdrawn) -> Option<()> {
        let mut known = Arc::make_mut(&mut self.rebaselines).iter_mut();
        let of = known.find(|known| known.marked.rebaseline == event.rebaseline)?;
        of.withdrawn = Some((at, event.reason));
        Some(())
    }
}

impl Lens {
    /// The re-baselines of a framework, those that were withdrawn included, by day and in order of recording.
    pub fn rebaselines(&self, framework: FrameworkId) -> Vec<KnownRebaseline> {
        let seen = |known: &&KnownRebaseline| self.sees(known.recorded);
        let known = self.history.rebaselines.iter().filter(seen);
        let as_seen = |known: &KnownRebaseline| KnownRebaseline {
            withdrawn: known.withdrawn.filter(|(at, _)| self.sees(*at)),
            ..known.clone()
        };
        let mut known: Vec<_> =
            known.filter(|known| known.marked.framework == framework).map(as_seen).collect();
        known.sort_by_key(|known| known.marked.on);
        known
    }

    pub fn rebaseline(&self, id: RebaselineId) -> Option<KnownRebaseline> {
        let known = self.history.rebaselines.iter().find(|known| known.marked.rebaseline == id)?;
        self.rebaselines(known.marked.framework).into_iter().find(|known| known.marked.rebaseline == id)
    }

    /// The days that are marked for an organisation and hold, up to the day described.
    pub(crate) fn marked_for(
        &self,
        organisation: OrganisationId,
        framework: FrameworkId,
    ) -> Vec<(NaiveDate, RebaselineId)> {
        if self.history.rebaselines.is_empty() {
            return Vec::new();
        }
        let known = self.rebaselines(framework).into_iter();
        let in_force = known.filter(|known| known.withdrawn.is_none()).map(|known| known.marked);
        let own = in_force.filter(|marked| marked.is_about(organisation) && marked.on <= self.moment().on);
        own.map(|marked| (marked.on, marked.rebaseline)).collect()
    }
}
