//! The register of organisations: what a file says they are, compared with what the ledger holds.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::command::{Decided, Decision};
use crate::id::{ClusterId, FactId, OrganisationId};
use crate::ledger::Event;
use crate::mint::Mint;
use crate::organisation::{
    Cluster, DatedFact, Fact, KnownFact, KnownSuccession, Organisation, OrganisationKind, Scheme, Succession,
    SuccessionKind,
};
use crate::refusal::{Refused, Why};

/// Organisations by the ODS code they were registered with, which is their key in files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Register {
    pub organisations: Vec<Registered>,
    pub clusters: Vec<RegisteredCluster>,
    pub successions: Vec<RegisteredSuccession>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Registered {
    pub kind: OrganisationKind,
    pub code: String,
    pub facts: Vec<RegisteredFact>,
}

/// Holds on `from` and until the day before `to`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegisteredFact {
    pub fact: FactInFile,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum FactInFile {
    Life,
    Name(String),
    Code(Scheme, String),
    /// By ODS code.
    Region(String),
    /// By key.
    Cluster(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegisteredCluster {
    pub key: String,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegisteredSuccession {
    pub predecessor: String,
    pub successor: String,
    pub kind: SuccessionKind,
    pub on: NaiveDate,
    pub part: Option<String>,
    pub population_of_part: Option<u64>,
    pub population_of_whole: Option<u64>,
    pub source: String,
}

impl Register {
    /// The register as it could have been written on a day: without what began later, and with no end that lay ahead.
    #[must_use]
    pub fn as_known_on(&self, day: NaiveDate) -> Self {
        let mut known = self.clone();
        for organisation in &mut known.organisations {
            organisation.facts.retain(|fact| fact.from <= day);
            for fact in &mut organisation.facts {
                fact.to = fact.to.filter(|to| *to <= day);
            }
        }
        known.organisations.retain(|organisation| !organisation.facts.is_empty());
        known.successions.retain(|succession| succession.on <= day);
        let in_use = |cluster: &RegisteredCluster| {
            let facts = known.organisations.iter().flat_map(|organisation| &organisation.facts);
            facts
                .into_iter()
                .any(|fact| matches!(&fact.fact, FactInFile::Cluster(key) if *key == cluster.key))
        };
        known.clusters.retain(in_use);
        known
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOrganisation {
    pub id: OrganisationId,
    pub kind: OrganisationKind,
}

/// What changed in the register.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterLoaded {
    pub organisations: Vec<NewOrganisation>,
    pub clusters: Vec<Cluster>,
    pub facts: Vec<DatedFact>,
    pub superseded_facts: Vec<FactId>,
    pub successions: Vec<Succession>,
    pub superseded_successions: Vec<FactId>,
}

impl RegisterLoaded {
    /// The organisations whose facts changed.
    pub fn subjects(&self) -> Vec<(&'static str, Uuid)> {
        let mut changed: Vec<_> =
            self.facts.iter().map(|fact| ("organisation", fact.organisation.0)).collect();
        changed.sort_unstable();
        changed.dedup();
        changed
    }
}

/// Makes the ledger's register say what this one says. Organisations that it does not name stay as they are.
#[derive(Clone, Debug, Serialize)]
pub struct LoadRegister {
    pub register: Register,
}

/// What the ledger holds.
#[derive(Clone, Debug, Default)]
pub struct KnownRegister {
    pub organisations: Vec<Organisation>,
    pub clusters: Vec<Cluster>,
    pub successions: Vec<KnownSuccession>,
    /// Organisations of which the national team recorded something by hand: the file does not speak of them any more.
    pub settled: BTreeSet<OrganisationId>,
}

impl KnownRegister {
    fn organisation(&self, kind: OrganisationKind, code: &str) -> Option<&Organisation> {
        let has =
            |fact: &KnownFact| matches!(&fact.dated.fact, Fact::Code(Scheme::Ods, held) if held == code);
        self.organisations.iter().find(|known| known.kind == kind && known.facts.iter().any(has))
    }
}

impl LoadRegister {
    /// `None`: the ledger says so already.
    pub fn decide(&self, known: &KnownRegister, mint: &mut Mint) -> Option<Decided> {
        let mut change = RegisterLoaded::default();
        let organisations = self.organisations(known, &mut change, mint);
        let clusters = self.clusters(known, &mut change, mint);
        let resolved = self
            .facts(known, &organisations, &clusters, &mut change, mint)
            .and_then(|()| self.successions(known, &organisations, &mut change, mint));
        if let Err(why) = resolved {
            return Some(Err(why));
        }
        (change != RegisterLoaded::default())
            .then(|| Ok(Decision::of(Event::RegisterLoaded(Box::new(change)))))
    }

    fn organisations(
        &self,
        known: &KnownRegister,
        change: &mut RegisterLoaded,
        mint: &mut Mint,
    ) -> BTreeMap<&str, OrganisationId> {
        let mut ids = BTreeMap::new();
        for registered in &self.register.organisations {
            let id = known.organisation(registered.kind, &registered.code).map(|known| known.id);
            let id = id.unwrap_or_else(|| {
                let id = OrganisationId(mint.id());
                change.organisations.push(NewOrganisation { id, kind: registered.kind });
                id
            });
            ids.insert(registered.code.as_str(), id);
        }
        ids
    }

    fn clusters(
        &self,
        known: &KnownRegister,
        change: &mut RegisterLoaded,
        mint: &mut Mint,
    ) -> BTreeMap<&str, ClusterId> {
        let mut ids = BTreeMap::new();
        for RegisteredCluster { key, title } in &self.register.clusters {
            let id = known.clusters.iter().find(|known| known.key == *key).map(|known| known.id);
            let id = id.unwrap_or_else(|| {
                let id = ClusterId(mint.id());
                change.clusters.push(Cluster { id, key: key.clone(), title: title.clone() });
                id
            });
            ids.insert(key.as_str(), id);
        }
        ids
    }

    fn facts(
        &self,
        known: &KnownRegister,
        organisations: &BTreeMap<&str, OrganisationId>,
        clusters: &BTreeMap<&str, ClusterId>,
        change: &mut RegisterLoaded,
        mint: &mut Mint,
    ) -> Result<(), Refused> {
        for registered in &self.register.organisations {
            let organisation = organisations[registered.code.as_str()];
            if known.settled.contains(&organisation) {
                continue;
            }
            let mut wanted = Vec::new();
            for RegisteredFact { fact, from, to } in &registered.facts {
                let fact = match fact {
                    FactInFile::Life => Fact::Life,
                    FactInFile::Name(name) => Fact::Name(name.clone()),
                    FactInFile::Code(scheme, code) => Fact::Code(*scheme, code.clone()),
                    FactInFile::Region(code) => Fact::Region(*resolve(organisations, code)?),
                    FactInFile::Cluster(key) => Fact::Cluster(*resolve(clusters, key)?),
                };
                wanted.push((fact, *from, *to));
            }
            let held = known.organisations.iter().find(|known| known.id == organisation);
            let held =
                held.into_iter().flat_map(|known| &known.facts).filter(|fact| fact.superseded.is_none());
            for KnownFact { dated, .. } in held {
                let same = |w: &(Fact, NaiveDate, Option<NaiveDate>)| {
                    (&w.0, w.1, w.2) == (&dated.fact, dated.from, dated.to)
                };
                match wanted.iter().position(same) {
                    Some(index) => drop(wanted.remove(index)),
                    None => change.superseded_facts.push(dated.id),
                }
            }
            change.facts.extend(wanted.into_iter().map(|(fact, from, to)| DatedFact {
                id: FactId(mint.id()),
                organisation,
                fact,
                from,
                to,
            }));
        }
        Ok(())
    }

    fn successions(
        &self,
        known: &KnownRegister,
        organisations: &BTreeMap<&str, OrganisationId>,
        change: &mut RegisterLoaded,
        mint: &mut Mint,
    ) -> Result<(), Refused> {
        for wanted in &self.register.successions {
            let mut wanted = Succession {
                id: FactId(Uuid::nil()),
                predecessor: *resolve(organisations, &wanted.predecessor)?,
                successor: *resolve(organisations, &wanted.successor)?,
                kind: wanted.kind,
                on: wanted.on,
                part: wanted.part.clone(),
                population_of_part: wanted.population_of_part,
                population_of_whole: wanted.population_of_whole,
                share: None,
                source: wanted.source.clone(),
            };
            let link = |succession: &Succession| (succession.predecessor, succession.successor);
            let held = known.successions.iter().filter(|known| known.superseded.is_none());
            let held = held.map(|known| &known.succession).find(|held| link(held) == link(&wanted));
            if let Some(held) = held {
                let by_hand =
                    [wanted.predecessor, wanted.successor].iter().any(|id| known.settled.contains(id));
                wanted.id = held.id;
                if by_hand || *held == wanted {
                    continue;
                }
                change.superseded_successions.push(held.id);
            }
            wanted.id = FactId(mint.id());
            change.successions.push(wanted);
        }
        Ok(())
    }
}

fn resolve<'a, T>(ids: &'a BTreeMap<&str, T>, key: &str) -> Result<&'a T, Refused> {
    ids.get(key)
        .ok_or_else(|| Why::Invalid(format!("the register names \"{key}\" but has no such entry")).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Position;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn register(close: Option<&str>) -> Register {
        let life = RegisteredFact { fact: FactInFile::Life, from: day("2022-07-01"), to: close.map(day) };
        let code = RegisteredFact {
            fact: FactInFile::Code(Scheme::Ods, "QNQ".into()),
            from: day("2022-07-01"),
            to: None,
        };
        let frimley =
            Registered { kind: OrganisationKind::System, code: "QNQ".into(), facts: vec![life, code] };
        Register { organisations: vec![frimley], ..Register::default() }
    }

    fn loaded(register: Register, known: &KnownRegister) -> Option<RegisterLoaded> {
        let mut next = 0_u8;
        let mut mint = Mint::new(move |bytes| {
            bytes.fill(next);
            next += 1;
        });
        let decided = LoadRegister { register }.decide(known, &mut mint)?;
        match decided.expect("accepted").event {
            Event::RegisterLoaded(change) => Some(*change),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn loading_again_changes_nothing_and_a_closing_supersedes_the_open_life() {
        let first = loaded(register(None), &KnownRegister::default()).expect("a change");
        assert_eq!((first.organisations.len(), first.facts.len()), (1, 2));
        let facts = first.facts.iter().map(|dated| KnownFact {
            dated: dated.clone(),
            recorded: Position(1),
            superseded: None,
        });
        let id = first.organisations[0].id;
        let organisation = Organisation {
            id,
            kind: OrganisationKind::System,
            recorded: Position(1),
            facts: facts.collect(),
        };
        let known = KnownRegister { organisations: vec![organisation], ..KnownRegister::default() };
        assert_eq!(loaded(register(None), &known), None);

        let closed = loaded(register(Some("2026-04-01")), &known).expect("a change");
        assert_eq!(closed.superseded_facts, [first.facts[0].id]);
        assert_eq!(closed.facts.len(), 1);
        assert_eq!(closed.organisations, []);
        assert_eq!(register(Some("2026-04-01")).as_known_on(day("2026-03-31")), register(None));
    }

    #[test]
    fn what_is_settled_by_hand_is_left_as_it_is() {
        let first = loaded(register(None), &KnownRegister::default()).expect("a change");
        let id = first.organisations[0].id;
        let settled = BTreeSet::from([id]);
        let known =
            |dated: &DatedFact| KnownFact { dated: dated.clone(), recorded: Position(1), superseded: None };
        let facts = first.facts.iter().map(known).collect();
        let organisation = Organisation { id, kind: OrganisationKind::System, recorded: Position(1), facts };
        let mut known =
            KnownRegister { organisations: vec![organisation], settled, ..KnownRegister::default() };
        assert_eq!(loaded(register(Some("2026-04-01")), &known), None);
        known.settled.clear();
        assert!(loaded(register(Some("2026-04-01")), &known).is_some());
    }
}
