//! Organisations: an id that never changes, and dated facts about all the rest.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::id::{ClusterId, FactId, OrganisationId};
use crate::ledger::Position;

named! {
    pub enum OrganisationKind {
        Region = "REGION",
        System = "SYSTEM",
        Place = "PLACE",
        ProviderCollaborative = "PROVIDER_COLLABORATIVE",
        Partner = "PARTNER",
    }
}

named! {
    /// Who gives out a code: the Organisation Data Service, or the Office for National Statistics.
    pub enum Scheme { Ods = "ODS", Ons = "ONS" }
}

named! {
    /// How a body came to follow another.
    pub enum SuccessionKind { Merger = "MERGER", Split = "SPLIT", Acquisition = "ACQUISITION" }
}

/// The day that is asked about, and what had been recorded by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub on: NaiveDate,
    pub position: Position,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fact {
    /// The organisation is open.
    Life,
    Name(String),
    Code(Scheme, String),
    Region(OrganisationId),
    Cluster(ClusterId),
}

/// A fact as the ledger tells it: it holds on `from` and until the day before `to`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedFact {
    pub id: FactId,
    pub organisation: OrganisationId,
    pub fact: Fact,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

/// A dated fact and when the ledger held it true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownFact {
    pub dated: DatedFact,
    pub recorded: Position,
    pub superseded: Option<Position>,
}

impl KnownFact {
    pub fn known_at(&self, position: Position) -> bool {
        self.recorded <= position && self.superseded.is_none_or(|at| position < at)
    }

    fn holds_on(&self, on: NaiveDate) -> bool {
        self.dated.from <= on && self.dated.to.is_none_or(|to| on < to)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    pub id: OrganisationId,
    pub kind: OrganisationKind,
    pub recorded: Position,
    pub facts: Vec<KnownFact>,
}

impl Organisation {
    fn known(&self, position: Position) -> impl Iterator<Item = &DatedFact> {
        self.facts.iter().filter(move |fact| fact.known_at(position)).map(|fact| &fact.dated)
    }

    fn holding<'a, T>(&'a self, moment: Moment, pick: impl Fn(&'a Fact) -> Option<T>) -> Option<T> {
        self.facts
            .iter()
            .filter(|fact| fact.known_at(moment.position) && fact.holds_on(moment.on))
            .find_map(|fact| pick(&fact.dated.fact))
    }

    /// What holds on the day, else what held last before it, else what held first.
    fn nearest<'a, T>(&'a self, moment: Moment, pick: impl Fn(&'a Fact) -> Option<T>) -> Option<T> {
        let told = self.known(moment.position).filter_map(|dated| Some((dated.from, pick(&dated.fact)?)));
        let held = |(from, _): &(NaiveDate, T)| *from <= moment.on;
        // Of several that began on one day, the last told before the day, and the first told after it.
        let nearer = |best: (NaiveDate, T), next: (NaiveDate, T)| match (held(&best), held(&next)) {
            (true, true) if next.0 >= best.0 => next,
            (false, true) => next,
            (false, false) if next.0 < best.0 => next,
            _ => best,
        };
        told.reduce(nearer).map(|(_, value)| value)
    }

    pub fn is_open(&self, moment: Moment) -> bool {
        self.holding(moment, |fact| matches!(fact, Fact::Life).then_some(())).is_some()
    }

    /// First day, and last day where it has closed.
    pub fn life(&self, position: Position) -> Option<(NaiveDate, Option<NaiveDate>)> {
        let lives = self.known(position).filter(|dated| matches!(dated.fact, Fact::Life));
        lives.map(|life| (life.from, life.to.and_then(|to| to.pred_opt()))).min()
    }

    pub fn name(&self, moment: Moment) -> &str {
        self.nearest(moment, |fact| if let Fact::Name(name) = fact { Some(name.as_str()) } else { None })
            .unwrap_or_default()
    }

    pub fn code(&self, scheme: Scheme, moment: Moment) -> Option<&str> {
        self.nearest(moment, |fact| match fact {
            Fact::Code(of, code) if *of == scheme => Some(code.as_str()),
            _ => None,
        })
    }

    /// Whether this code was the organisation's own on the day.
    pub fn has_code(&self, scheme: Scheme, code: &str, moment: Moment) -> bool {
        self.holding(moment, |fact| match fact {
            Fact::Code(of, held) if *of == scheme && held == code => Some(()),
            _ => None,
        })
        .is_some()
    }

    /// Whether this code was the organisation's own on any day.
    pub fn ever_had_code(&self, scheme: Scheme, code: &str, position: Position) -> bool {
        self.known(position)
            .any(|dated| matches!(&dated.fact, Fact::Code(of, held) if *of == scheme && held == code))
    }

    pub fn region(&self, moment: Moment) -> Option<OrganisationId> {
        self.holding(moment, |fact| if let Fact::Region(region) = fact { Some(*region) } else { None })
    }

    /// The region on the day; of a body that has closed the last one.
    pub fn last_region(&self, moment: Moment) -> Option<OrganisationId> {
        self.nearest(moment, |fact| if let Fact::Region(region) = fact { Some(*region) } else { None })
    }

    pub fn cluster(&self, moment: Moment) -> Option<ClusterId> {
        self.holding(moment, |fact| if let Fact::Cluster(cluster) = fact { Some(*cluster) } else { None })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    pub id: ClusterId,
    pub key: String,
    pub title: String,
}

/// One body, or a part of it, taken over by another on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Succession {
    pub id: FactId,
    pub predecessor: OrganisationId,
    pub successor: OrganisationId,
    pub kind: SuccessionKind,
    pub on: NaiveDate,
    pub part: Option<String>,
    pub population_of_part: Option<u64>,
    pub population_of_whole: Option<u64>,
    /// Of the predecessor's population, in millionths, where it is told as such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<u32>,
    pub source: String,
}

impl Succession {
    /// The share of the predecessor's population that went over, 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "populations are far below 2^52")]
    pub fn share(&self) -> Option<f64> {
        let told = self.share.map(|millionths| f64::from(millionths) / 1e6);
        let counted = self.population_of_part.zip(self.population_of_whole);
        told.or(counted.map(|(part, whole)| part as f64 / whole as f64))
    }
}

/// The bodies that have followed an organisation as it was on a day, and those that followed these, up to today.
pub fn successors<'a>(
    successions: impl Iterator<Item = &'a Succession>,
    organisation: OrganisationId,
    after: NaiveDate,
    today: NaiveDate,
) -> Vec<OrganisationId> {
    let links: Vec<_> = successions.filter(|link| link.on > after && link.on <= today).collect();
    let mut found = vec![(organisation, after)];
    let mut next = 0;
    while let Some((predecessor, since)) = found.get(next).copied() {
        next += 1;
        for link in links.iter().filter(|link| link.predecessor == predecessor && link.on >= since) {
            if !found.iter().any(|(known, _)| *known == link.successor) {
                found.push((link.successor, link.on));
            }
        }
    }
    found.into_iter().skip(1).map(|(successor, _)| successor).collect()
}

/// A succession and when the ledger held it true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSuccession {
    pub succession: Succession,
    pub recorded: Position,
    pub superseded: Option<Position>,
}

impl KnownSuccession {
    pub fn known_at(&self, position: Position) -> bool {
        self.recorded <= position && self.superseded.is_none_or(|at| position < at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_fact_holds_between_its_dates_and_while_the_ledger_says_so() {
        let id = OrganisationId(uuid::Uuid::nil());
        let known = |fact, from: &str, to: Option<&str>, recorded, superseded: Option<u64>| KnownFact {
            dated: DatedFact {
                id: FactId(uuid::Uuid::nil()),
                organisation: id,
                fact,
                from: day(from),
                to: to.map(day),
            },
            recorded: Position(recorded),
            superseded: superseded.map(Position),
        };
        let ons = |code: &str| Fact::Code(Scheme::Ons, code.to_owned());
        let sussex = Organisation {
            id,
            kind: OrganisationKind::System,
            recorded: Position(1),
            facts: vec![
                known(Fact::Life, "2022-07-01", None, 1, Some(5)),
                known(Fact::Life, "2022-07-01", Some("2026-04-01"), 5, None),
                known(ons("E54000053"), "2022-07-01", Some("2023-04-01"), 1, None),
                known(ons("E54000064"), "2023-04-01", Some("2026-04-01"), 1, None),
            ],
        };
        let at = |on: &str, position| Moment { on: day(on), position: Position(position) };
        assert!(sussex.is_open(at("2026-03-31", 9)));
        assert!(!sussex.is_open(at("2026-04-01", 9)));
        assert!(sussex.is_open(at("2026-04-01", 4)), "the closing was not known then");
        assert_eq!(sussex.life(Position(9)), Some((day("2022-07-01"), Some(day("2026-03-31")))));
        assert!(sussex.has_code(Scheme::Ons, "E54000053", at("2023-03-31", 9)));
        assert!(!sussex.has_code(Scheme::Ons, "E54000053", at("2023-04-01", 9)));
        assert_eq!(sussex.code(Scheme::Ons, at("2023-04-01", 9)), Some("E54000064"));
        assert_eq!(
            sussex.code(Scheme::Ons, at("2030-01-01", 9)),
            Some("E54000064"),
            "a closed body keeps its last"
        );
        assert_eq!(sussex.code(Scheme::Ons, at("2020-01-01", 9)), Some("E54000053"));
    }
}
