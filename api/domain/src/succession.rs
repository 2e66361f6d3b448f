//! Boundary changes: systems that open, close, merge, split, are renamed or move to another region or cluster.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{England, Granted, RecordSuccession as MayRecord};
use crate::command::{Decided, Decision};
use crate::id::{ClusterId, FactId, OrganisationId};
use crate::ledger::{Event, Position};
use crate::mint::Mint;
use crate::organisation::{
    Cluster, DatedFact, Fact, KnownFact, Moment, Organisation, OrganisationKind, Scheme, Succession,
    SuccessionKind,
};
use crate::refusal::{Refusal, Refused, Why};
use crate::register::{KnownRegister, NewOrganisation, RegisterLoaded};
use crate::text::{Text, TextRef};

/// What a system is from the day on. What is left out stays as it is; a new system needs a name and a region.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Successor {
    /// The ODS code by which the system is known, or shall be.
    pub code: String,
    /// Another ODS code from the day on.
    pub new_code: Option<String>,
    pub ons_code: Option<String>,
    pub name: Option<Text>,
    /// By ODS code.
    pub region: Option<String>,
    pub cluster: Option<ToCluster>,
    /// What went over, in words.
    pub part: Option<Text>,
    pub population_of_part: Option<u64>,
    pub population_of_whole: Option<u64>,
    /// Of the predecessor's population, in millionths.
    pub share: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum ToCluster {
    /// By key; a new one needs a title.
    Joins {
        key: String,
        title: Option<Text>,
    },
    Leaves,
}

#[derive(Clone, Debug, Serialize)]
pub struct RecordSuccession {
    /// The first day of the new order.
    pub on: NaiveDate,
    pub kind: SuccessionKind,
    /// They close on the day before, but for those that stand among the successors too.
    pub from: Vec<OrganisationId>,
    pub to: Vec<Successor>,
    pub reason: Text,
    pub dry_run: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuccessionRecorded {
    pub change: RegisterLoaded,
    pub reason: TextRef,
}

impl RecordSuccession {
    /// The most systems on either side.
    pub const MOST: usize = 20;
    const MOST_PEOPLE: u64 = 1_000_000_000;

    pub fn decide(
        &self,
        _may: &Granted<MayRecord, England>,
        known: &KnownRegister,
        mint: &mut Mint,
    ) -> Decided {
        self.check_shape()?;
        self.check_parts()?;
        let mut draft =
            Draft { on: self.on, known, from: &self.from, change: RegisterLoaded::default(), mint };
        let to: Vec<_> = self.to.iter().enumerate().map(|(i, to)| draft.successor(i, to)).collect();
        let mut refusals: Vec<_> = to.iter().filter_map(|to| to.as_ref().err()).flatten().cloned().collect();
        let mut seen = BTreeSet::new();
        let repeated = |(i, id): (usize, &OrganisationId)| {
            (!seen.insert(*id)).then(|| Why::twice("system").at(["to", &i.to_string(), "code"]))
        };
        refusals
            .extend((0..).zip(&to).filter_map(|(i, to)| Some((i, to.as_ref().ok()?))).filter_map(repeated));
        let to: Vec<OrganisationId> = to.into_iter().filter_map(Result::ok).collect();
        for (i, from) in self.from.iter().enumerate() {
            if !to.contains(from) {
                refusals.extend(draft.close(i, *from).err());
            }
        }
        if refusals.is_empty() {
            refusals.extend(draft.link(self, &to).err());
        }
        if !refusals.is_empty() {
            return Err(Refused::whole(refusals));
        }
        let change = draft.change;
        if change == RegisterLoaded::default() {
            return Err(Why::Invalid("the register says all of this already".into()).at(["to"]).into());
        }
        let mut texts = Vec::new();
        let event = SuccessionRecorded { change, reason: mint.write(&self.reason, &mut texts) };
        Ok(Decision { event: Event::SuccessionRecorded(Box::new(event)), texts, identity: None })
    }

    fn check_shape(&self) -> Result<(), Refused> {
        let invalid = |why: &str, field: &str| Why::Invalid(why.into()).at([field]);
        let mut refusals = Vec::new();
        if self.from.is_empty() && self.to.is_empty() {
            refusals.push(invalid("name a system that closes, opens or changes", "from"));
        }
        for (length, field) in [(self.from.len(), "from"), (self.to.len(), "to")] {
            if length > Self::MOST {
                refusals.push(invalid("at most 20 systems", field));
            }
        }
        if self.from.iter().collect::<BTreeSet<_>>().len() < self.from.len() {
            refusals.push(Why::twice("system").at(["from"]));
        }
        if self.to.iter().map(|to| &to.code).collect::<BTreeSet<_>>().len() < self.to.len() {
            refusals.push(Why::twice("system").at(["to"]));
        }
        if refusals.is_empty() { Ok(()) } else { Err(Refused::whole(refusals)) }
    }

    /// What is told of a part is told of a predecessor, and a population of one of them only.
    fn check_parts(&self) -> Result<(), Refused> {
        let mut refusals = Vec::new();
        for (i, to) in self.to.iter().enumerate() {
            let mut invalid = |is_wrong: bool, why: &str, field: &str| {
                let refusal = || Why::Invalid(why.to_owned()).at(["to", &i.to_string(), field]);
                refusals.extend(is_wrong.then(refusal));
            };
            let (part, whole) = (to.population_of_part, to.population_of_whole);
            let unlike = part.is_some() != whole.is_some() || part > whole || whole == Some(0);
            let why = "the populations of part and whole go together, and a part is no larger than its whole";
            invalid(unlike, why, "populationOfPart");
            invalid(whole > Some(Self::MOST_PEOPLE), "at most 1,000,000,000", "populationOfWhole");
            let none = "without a predecessor nothing goes over";
            invalid(self.from.is_empty() && to.part.is_some(), none, "part");
            invalid(self.from.is_empty() && to.share.is_some(), none, "share");
            let many = "a population is that of one predecessor: record each on its own";
            invalid(part.is_some() && self.from.len() != 1, many, "populationOfPart");
        }
        if refusals.is_empty() && self.from.len() == 1 {
            let parts: u64 = self.to.iter().filter_map(|to| to.population_of_part).sum();
            let whole = self.to.iter().filter_map(|to| to.population_of_whole).min();
            let shares: u64 = self.to.iter().filter_map(|to| to.share).map(u64::from).sum();
            if shares > 1_000_000 || whole.is_some_and(|whole| parts > whole) {
                let why = "the shares of one predecessor come to more than 1";
                refusals.push(Why::Invalid(why.to_owned()).at(["to"]));
            }
        }
        if refusals.is_empty() { Ok(()) } else { Err(Refused::whole(refusals)) }
    }
}

/// The change as it is put together.
struct Draft<'a> {
    on: NaiveDate,
    known: &'a KnownRegister,
    from: &'a [OrganisationId],
    change: RegisterLoaded,
    mint: &'a mut Mint,
}

impl Draft<'_> {
    fn eve(&self) -> NaiveDate {
        self.on.pred_opt().unwrap_or(self.on)
    }

    fn at(on: NaiveDate) -> Moment {
        Moment { on, position: Position(u64::MAX) }
    }

    fn system(&self, code: &str) -> Option<&Organisation> {
        let ever = |known: &&Organisation| {
            known.kind == OrganisationKind::System
                && known.ever_had_code(Scheme::Ods, code, Position(u64::MAX))
        };
        self.known.organisations.iter().find(ever)
    }

    /// The system as it shall be from the day on: one that is there is changed, another is opened.
    fn successor(&mut self, i: usize, to: &Successor) -> Result<OrganisationId, Vec<Refusal>> {
        let path = |field: &str| ["to".to_owned(), i.to_string(), field.to_owned()];
        let existing = self.system(&to.code).cloned();
        let mut refusals = self.check(to, existing.as_ref(), path);
        let region = to.region.as_ref().and_then(|code| self.region(code));
        if to.region.is_some() && region.is_none() {
            refusals
                .push(Why::Invalid("no region that is open then has this code".into()).at(path("region")));
        }
        let cluster = self.cluster(to.cluster.as_ref());
        let cluster = cluster.map_err(|why| refusals.push(why.at(path("cluster")))).ok().flatten();
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let id = existing.as_ref().map_or_else(|| self.open(&to.code), |existing| existing.id);
        let facts = existing.map(|existing| existing.facts).unwrap_or_default();
        let name = to.name.as_ref().map(|name| Fact::Name(name.as_str().to_owned()));
        let code = |scheme, code: &Option<String>| code.clone().map(|code| Fact::Code(scheme, code));
        let changed = [
            name,
            code(Scheme::Ods, &to.new_code),
            code(Scheme::Ons, &to.ons_code),
            region.map(Fact::Region),
            cluster.map(Fact::Cluster),
        ];
        changed.into_iter().flatten().for_each(|fact| self.change_to(id, &facts, fact));
        if to.cluster == Some(ToCluster::Leaves) {
            self.end(&facts, |fact| matches!(fact, Fact::Cluster(_)));
        }
        Ok(id)
    }

    fn check(
        &self,
        to: &Successor,
        existing: Option<&Organisation>,
        path: impl Fn(&str) -> [String; 3],
    ) -> Vec<Refusal> {
        let needs = |lacks: bool, what: &str| {
            lacks.then(|| Why::Invalid(format!("a new system needs a {what}")).at(path(what)))
        };
        let mut refusals = Vec::new();
        match existing {
            None => {
                refusals.extend(needs(to.name.is_none(), "name"));
                refusals.extend(needs(to.region.is_none(), "region"));
                if self.is_taken(&to.code, None) {
                    refusals.push(Why::Invalid("another system takes this code".into()).at(path("code")));
                }
            }
            Some(existing) if !existing.is_open(Self::at(self.on)) => {
                refusals.push(Why::OrganisationNotOpen { reference_date: self.on }.at(path("code")));
            }
            Some(_) => {}
        }
        if to.new_code.is_some() && existing.is_none() {
            refusals.push(Why::Invalid("a new system has its code in `code`".into()).at(path("newCode")));
        }
        let own = existing.map(|existing| existing.id);
        let taken = "another system has this code";
        if to.new_code.as_ref().is_some_and(|code| self.is_taken(code, own)) {
            refusals.push(Why::Invalid(taken.into()).at(path("newCode")));
        }
        if to.ons_code.as_ref().is_some_and(|code| self.is_taken_at_ons(code, own)) {
            refusals.push(Why::Invalid(taken.into()).at(path("onsCode")));
        }
        refusals
    }

    fn is_taken(&self, code: &str, own: Option<OrganisationId>) -> bool {
        let given = |fact: &&DatedFact| matches!(&fact.fact, Fact::Code(Scheme::Ods, held) if held == code);
        let held = self.system(code).map(|held| held.id);
        held.is_some_and(|held| Some(held) != own) || self.change.facts.iter().any(|fact| given(&fact))
    }

    /// Whether a system that goes on holds this ONS code on the day.
    fn is_taken_at_ons(&self, code: &str, own: Option<OrganisationId>) -> bool {
        let given = |fact: &&DatedFact| {
            matches!(&fact.fact, Fact::Code(Scheme::Ons, held) if held == code) && fact.to.is_none()
        };
        let holds = |known: &&Organisation| {
            Some(known.id) != own
                && !self.from.contains(&known.id)
                && known.has_code(Scheme::Ons, code, Self::at(self.on))
        };
        self.known.organisations.iter().any(|known| holds(&known))
            || self.change.facts.iter().any(|fact| given(&fact))
    }

    fn region(&self, code: &str) -> Option<OrganisationId> {
        let holds = |known: &&Organisation| {
            known.kind == OrganisationKind::Region && known.has_code(Scheme::Ods, code, Self::at(self.on))
        };
        self.known.organisations.iter().find(holds).map(|region| region.id)
    }

    fn cluster(&mut self, to: Option<&ToCluster>) -> Result<Option<ClusterId>, Why> {
        let Some(ToCluster::Joins { key, title }) = to else { return Ok(None) };
        let known = self.known.clusters.iter().chain(&self.change.clusters);
        if let Some(cluster) = known.into_iter().find(|cluster| cluster.key == *key) {
            return Ok(Some(cluster.id));
        }
        let title = title.as_ref().ok_or_else(|| Why::Invalid("a new cluster needs a title".into()))?;
        let id = ClusterId(self.mint.id());
        self.change.clusters.push(Cluster { id, key: key.clone(), title: title.as_str().to_owned() });
        Ok(Some(id))
    }

    fn open(&mut self, code: &str) -> OrganisationId {
        let id = OrganisationId(self.mint.id());
        self.change.organisations.push(NewOrganisation { id, kind: OrganisationKind::System });
        self.add(id, Fact::Life, self.on, None);
        self.add(id, Fact::Code(Scheme::Ods, code.to_owned()), self.on, None);
        id
    }

    fn add(&mut self, organisation: OrganisationId, fact: Fact, from: NaiveDate, to: Option<NaiveDate>) {
        let id = FactId(self.mint.id());
        self.change.facts.push(DatedFact { id, organisation, fact, from, to });
    }

    fn change_to(&mut self, organisation: OrganisationId, facts: &[KnownFact], fact: Fact) {
        let same_kind = |held: &Fact| match (held, &fact) {
            (Fact::Code(held, _), Fact::Code(new, _)) => held == new,
            (held, new) => std::mem::discriminant(held) == std::mem::discriminant(new),
        };
        let begun = |known: &&KnownFact| self.holds(known) && known.dated.from <= self.on;
        let holds = facts.iter().filter(begun).any(|known| known.dated.fact == fact);
        if !holds {
            self.end(facts, same_kind);
            self.add(organisation, fact, self.on, None);
        }
    }

    /// Held true by the ledger, and true on the day.
    fn holds(&self, known: &KnownFact) -> bool {
        known.superseded.is_none() && known.dated.to.is_none_or(|to| to > self.on)
    }

    /// Ends facts on the day: what began before keeps its past, what would begin later never comes.
    fn end(&mut self, facts: &[KnownFact], which: impl Fn(&Fact) -> bool) {
        for known in facts.iter().filter(|known| which(&known.dated.fact)) {
            if self.holds(known) {
                let DatedFact { id, organisation, fact, from, .. } = known.dated.clone();
                self.change.superseded_facts.push(id);
                if from < self.on {
                    self.add(organisation, fact, from, Some(self.on));
                }
            }
        }
    }

    fn close(&mut self, i: usize, from: OrganisationId) -> Result<(), Refusal> {
        let at = ["from".to_owned(), i.to_string()];
        let system = self.known.organisations.iter().find(|known| known.id == from);
        let eve = self.eve();
        let system = system.filter(|known| known.kind == OrganisationKind::System);
        let system = system.ok_or_else(|| Why::Invalid("there is no such system".into()).at(at.clone()))?;
        if !system.is_open(Self::at(eve)) {
            return Err(Why::OrganisationNotOpen { reference_date: eve }.at(at));
        }
        let facts = system.facts.clone();
        self.end(&facts, |_| true);
        Ok(())
    }

    /// Links every predecessor to every successor but itself.
    fn link(&mut self, command: &RecordSuccession, to: &[OrganisationId]) -> Result<(), Refusal> {
        for predecessor in &command.from {
            for (successor, told) in to.iter().zip(&command.to).filter(|(to, _)| *to != predecessor) {
                let held = self.known.successions.iter().filter(|known| known.superseded.is_none());
                let same = |link: &Succession| {
                    (link.predecessor, link.successor, link.on) == (*predecessor, *successor, self.on)
                };
                if held.map(|known| &known.succession).any(same) {
                    return Err(Why::SuccessionExists.at(["to"]));
                }
                let id = FactId(self.mint.id());
                self.change.successions.push(Succession {
                    id,
                    predecessor: *predecessor,
                    successor: *successor,
                    kind: command.kind,
                    on: self.on,
                    part: told.part.as_ref().map(|part| part.as_str().to_owned()),
                    population_of_part: told.population_of_part,
                    population_of_whole: told.population_of_whole,
                    share: told.share,
                    source: "Recorded by the national team".to_owned(),
                });
            }
        }
        Ok(())
    }
}
