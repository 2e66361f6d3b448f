//! Organisations by id, by kind and by code.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::id::{FactId, OrganisationId};
use crate::ledger::Position;
use crate::organisation::{DatedFact, Fact, KnownFact, Organisation, OrganisationKind};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Directory {
    all: BTreeMap<OrganisationId, Arc<Organisation>>,
    by_kind: BTreeMap<OrganisationKind, BTreeSet<OrganisationId>>,
    /// Whoever held a code on any day, as far as was ever recorded.
    by_code: BTreeMap<String, BTreeSet<OrganisationId>>,
}

impl Directory {
    pub(crate) fn get(&self, id: OrganisationId) -> Option<&Organisation> {
        self.all.get(&id).map(Arc::as_ref)
    }

    /// In order of id.
    pub(crate) fn of_kind(&self, kind: OrganisationKind) -> impl Iterator<Item = &Organisation> {
        self.by_kind.get(&kind).into_iter().flatten().filter_map(|id| self.get(*id))
    }

    /// Those of a kind that may have held a code, in order of id.
    pub(crate) fn with_code(
        &self,
        kind: OrganisationKind,
        code: &str,
    ) -> impl Iterator<Item = &Organisation> {
        let held = self.by_code.get(code).into_iter().flatten().filter_map(|id| self.get(*id));
        held.filter(move |known| known.kind == kind)
    }

    pub(super) fn add(&mut self, id: OrganisationId, kind: OrganisationKind, recorded: Position) {
        let organisation = Organisation { id, kind, recorded, facts: Vec::new() };
        self.all.insert(id, Arc::new(organisation));
        self.by_kind.entry(kind).or_default().insert(id);
    }

    /// None where the organisation is unknown.
    pub(super) fn tell(&mut self, dated: &DatedFact, recorded: Position) -> Option<()> {
        let organisation = Arc::make_mut(self.all.get_mut(&dated.organisation)?);
        organisation.facts.push(KnownFact { dated: dated.clone(), recorded, superseded: None });
        if let Fact::Code(_, code) = &dated.fact {
            self.by_code.entry(code.clone()).or_default().insert(dated.organisation);
        }
        Some(())
    }

    pub(super) fn supersede(&mut self, facts: &[FactId], at: Position) {
        for organisation in self.all.values_mut() {
            let hit = |fact: &KnownFact| facts.contains(&fact.dated.id);
            if organisation.facts.iter().any(hit) {
                let held = Arc::make_mut(organisation).facts.iter_mut();
                held.filter(|fact| hit(fact)).for_each(|fact| fact.superseded = Some(at));
            }
        }
    }
}
