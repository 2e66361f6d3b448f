//! The register of organisations, read from CSV files and checked.
//! The files give the last day of a fact; the register ends it on the day after.

use domain::organisation::OrganisationKind;
use domain::register::{FactInFile, Register, RegisteredCluster};
use domain::text::{LABEL, TITLE};
use serde::Deserialize;

use super::csv_file::rows;
use super::register_draft::RegisterDraft;
use super::{Problems, bounded_text};

/// The texts of the files of a register.
#[derive(Clone, Copy, Debug)]
pub struct RegisterFiles<'a> {
    pub regions: &'a str,
    pub systems: &'a str,
    pub system_codes: &'a str,
    pub clusters: &'a str,
    pub successions: &'a str,
}

pub fn parse_register(files: &RegisterFiles<'_>) -> Result<Register, Problems> {
    let mut draft = RegisterDraft::default();
    draft.regions(files.regions);
    draft.systems(files.systems);
    draft.system_codes(files.system_codes);
    draft.clusters(files.clusters);
    draft.successions(files.successions);
    draft.problems.unless_any(draft.register)
}

#[derive(Deserialize)]
struct RegionRow {
    code: String,
    ons_code: String,
    name: String,
    first_day: String,
    last_day: String,
}

#[derive(Deserialize)]
struct SystemRow {
    code: String,
    name: String,
    region: String,
    first_day: String,
    last_day: String,
}

#[derive(Deserialize)]
struct SystemCodeRow {
    system: String,
    ons_code: String,
    first_day: String,
    last_day: String,
}

#[derive(Deserialize)]
struct ClusterRow {
    cluster: String,
    title: String,
    system: String,
    first_day: String,
    last_day: String,
}

impl RegisterDraft {
    fn regions(&mut self, text: &str) {
        let columns = ["code", "ons_code", "name", "first_day", "last_day"];
        for (place, row) in rows::<RegionRow>("regions.csv", text, &columns, &mut self.problems) {
            let life = self.period(place, &row.first_day, &row.last_day);
            if self.open(place, OrganisationKind::Region, &row.code, &row.name, life) {
                self.add_ons_code(place, &row.code, &row.ons_code, life);
            }
        }
    }

    fn systems(&mut self, text: &str) {
        let columns = ["code", "name", "region", "first_day", "last_day"];
        for (place, row) in rows::<SystemRow>("systems.csv", text, &columns, &mut self.problems) {
            let life = self.period(place, &row.first_day, &row.last_day);
            let opened = self.open(place, OrganisationKind::System, &row.code, &row.name, life);
            let region = self.life_of(place, "region", OrganisationKind::Region, &row.region);
            if let (Some(life), Some(region)) = (life, region)
                && !life.is_within(region)
            {
                self.problems.add(place, "region", format!("{} is open {region} only", row.region));
            }
            if opened {
                self.add_fact(place, &row.code, FactInFile::Region(row.region), life);
            }
        }
    }

    fn system_codes(&mut self, text: &str) {
        let columns = ["system", "ons_code", "first_day", "last_day"];
        for (place, row) in rows::<SystemCodeRow>("system_codes.csv", text, &columns, &mut self.problems) {
            let period = self.period(place, &row.first_day, &row.last_day);
            let life = self.life_of(place, "system", OrganisationKind::System, &row.system);
            self.add_ons_code(place, &row.system, &row.ons_code, life.and(period));
        }
    }

    fn clusters(&mut self, text: &str) {
        let columns = ["cluster", "title", "system", "first_day", "last_day"];
        for (place, row) in rows::<ClusterRow>("clusters.csv", text, &columns, &mut self.problems) {
            let key = self.problems.value_of(place, "cluster", bounded_text(&row.cluster, LABEL));
            let title = self.problems.value_of(place, "title", bounded_text(&row.title, TITLE));
            let period = self.period(place, &row.first_day, &row.last_day);
            let life = self.life_of(place, "system", OrganisationKind::System, &row.system);
            let (Some(key), Some(title)) = (key, title) else { continue };
            match self.register.clusters.iter().find(|cluster| cluster.key == key) {
                None => self.register.clusters.push(RegisteredCluster { key: key.clone(), title }),
                Some(cluster) if cluster.title != title => {
                    let why = format!("\"{key}\" has the title \"{}\" above", cluster.title);
                    self.problems.add(place, "title", why);
                }
                Some(_) => {}
            }
            self.add_fact(place, &row.system, FactInFile::Cluster(key), life.and(period));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::NaiveDate;
    use domain::organisation::{Scheme, SuccessionKind};
    use domain::register::RegisteredFact;

    use super::super::REGISTER;
    use super::*;

    pub(crate) const SMALL: RegisterFiles<'static> = RegisterFiles {
        regions: "code,ons_code,name,first_day,last_day\nY59,E40000005,South East,2022-07-01,\n",
        systems: "code,name,region,first_day,last_day\nQNX,Sussex,Y59,2022-07-01,2026-03-31\n\
                  S9B9J,Surrey and Sussex,Y59,2026-04-01,\n",
        system_codes: "system,ons_code,first_day,last_day\nQNX,E54000053,2022-07-01,2023-03-31\n\
                       QNX,E54000064,2023-04-01,2026-03-31\nS9B9J,E54000069,2026-04-01,\n",
        clusters: "cluster,title,system,first_day,last_day\nsouth,South,QNX,2023-01-01,2023-12-31\n\
                   south,South,S9B9J,2026-04-01,\n",
        successions: "predecessor,successor,kind,on,part,population_of_part,population_of_whole,source\n\
                      QNX,S9B9J,MERGER,2026-04-01,Coast,5,9,ODS\n",
    };

    pub(crate) fn problems(files: &RegisterFiles<'_>) -> String {
        parse_register(files).map_or_else(|problems| problems.to_string(), |_| String::new())
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn the_register_that_ships_has_the_known_counts() {
        let register = parse_register(&REGISTER).unwrap_or_else(|problems| panic!("{problems}"));
        let of = |kind| register.organisations.iter().filter(move |body| body.kind == kind);
        let facts = || of(OrganisationKind::System).flat_map(|system| &system.facts);
        let open_on = |day| {
            let holds = |fact: &&RegisteredFact| fact.from <= day && fact.to.is_none_or(|to| day < to);
            facts().filter(holds).filter(|fact| fact.fact == FactInFile::Life).count()
        };
        let count = |pick: fn(&FactInFile) -> bool| facts().filter(|fact| pick(&fact.fact)).count();
        assert_eq!((of(OrganisationKind::Region).count(), of(OrganisationKind::System).count()), (7, 48));
        assert_eq!((open_on(day("2023-01-01")), open_on(day("2026-11-01"))), (42, 36));
        assert_eq!((open_on(day("2026-03-31")), open_on(day("2026-04-01"))), (42, 36));
        assert_eq!(count(|fact| matches!(fact, FactInFile::Code(Scheme::Ons, _))), 51);
        assert_eq!(count(|fact| matches!(fact, FactInFile::Region(_))), 48);
        assert_eq!(count(|fact| matches!(fact, FactInFile::Cluster(_))), 18);
        assert_eq!((register.clusters.len(), register.successions.len()), (8, 16));
    }

    #[test]
    fn a_fact_ends_on_the_day_after_its_last() {
        let register = parse_register(&SMALL).unwrap_or_else(|problems| panic!("{problems}"));
        let sussex = &register.organisations[1];
        let (from, to) = (day("2022-07-01"), Some(day("2026-04-01")));
        assert_eq!(sussex.facts[0], RegisteredFact { fact: FactInFile::Life, from, to });
        let succession = &register.successions[0];
        assert_eq!((succession.kind, succession.on), (SuccessionKind::Merger, day("2026-04-01")));
        assert_eq!((succession.population_of_part, succession.population_of_whole), (Some(5), Some(9)));
    }

    #[test]
    fn what_is_wrong_in_every_file_is_found_at_once() {
        let files = RegisterFiles {
            regions: &SMALL.regions.replace("South East", ""),
            systems: &SMALL.systems.replace("2022-07-01", "July"),
            system_codes: &SMALL.system_codes.replace("E54000069", "E5"),
            clusters: "",
            successions: &SMALL.successions.replace("MERGER", "UNION"),
        };
        let found = problems(&files);
        let places: Vec<_> = found.lines().filter_map(|line| line.split(": ").next()).collect();
        assert_eq!(places[..3], ["regions.csv:2", "systems.csv:2", "system_codes.csv:4"]);
        assert_eq!(places[3..], [vec!["clusters.csv:1"; 5], vec!["successions.csv:2"]].concat());
    }

    #[test]
    fn a_wrong_system_is_refused() {
        for (right, wrong, problem) in [
            ("QNX,Sussex", "QNX,", "2: field name: must not be empty"),
            ("Y59", "Y99", "2: field region: no region has the code \"Y99\""),
            ("Y59", "QNX", "2: field region: no region has the code \"QNX\""),
            (
                "2022-07-01",
                "01/07/2022",
                "2: field first_day: \"01/07/2022\" is not a date such as 2022-07-01",
            ),
            ("2022-07-01", "2026-04-01", "2: field last_day: 2026-03-31 is before the first day, 2026-04-01"),
            ("2026-04-01", "2022-06-30", "3: field region: Y59 is open from 2022-07-01 on only"),
            (",\n", ",\nY59,Again,Y59,2022-07-01,\n", "4: field code: \"Y59\" is at regions.csv:2 already"),
            (
                ",\n",
                ",\nq11,Small,Y59,2022-07-01,\n",
                "4: field code: \"q11\" is not 3 or 5 capital letters or digits",
            ),
            ("Sussex,Y59,", "Sussex,", "2: field last_day: the row has 4 of 5 columns"),
        ] {
            let systems = &SMALL.systems.replacen(right, wrong, 1);
            let found = problems(&RegisterFiles { systems, ..SMALL });
            assert_eq!(found.lines().next(), Some(format!("systems.csv:{problem}").as_str()));
        }
    }

    #[test]
    fn a_wrong_code_of_a_system_is_refused() {
        for (right, wrong, problem) in [
            ("QNX", "QXX", "2: field system: no system has the code \"QXX\""),
            ("QNX", "Y59", "2: field system: no system has the code \"Y59\""),
            ("E54000053", "W54000053", "2: field ons_code: \"W54000053\" is not E and 8 digits"),
            ("E54000053", "E40000005", "2: field ons_code: \"E40000005\" is at regions.csv:2 already"),
            (
                "2023-04-01",
                "2023-03-31",
                "3: field first_day: overlaps with what QNX has from 2022-07-01 to 2023-03-31",
            ),
            (
                "2022-07-01",
                "2022-06-30",
                "2: field first_day: QNX is open from 2022-07-01 to 2026-03-31 only",
            ),
            ("2026-03-31", "", "3: field last_day: QNX is open from 2022-07-01 to 2026-03-31 only"),
        ] {
            let system_codes = &SMALL.system_codes.replacen(right, wrong, 1);
            assert_eq!(
                problems(&RegisterFiles { system_codes, ..SMALL }),
                format!("system_codes.csv:{problem}")
            );
        }
    }

    #[test]
    fn a_wrong_cluster_is_refused() {
        for (right, wrong, problem) in [
            ("south,", "  ,", "2: field cluster: must not be empty"),
            ("South,S9B9J", "North,S9B9J", "3: field title: \"south\" has the title \"South\" above"),
            ("S9B9J", "S9B9X", "3: field system: no system has the code \"S9B9X\""),
            (
                "South,S9B9J,2026-04-01,",
                "South,QNX,2023-12-31,2024-01-31",
                "3: field first_day: overlaps with what QNX has from 2023-01-01 to 2023-12-31",
            ),
        ] {
            let clusters = &SMALL.clusters.replacen(right, wrong, 1);
            assert_eq!(problems(&RegisterFiles { clusters, ..SMALL }), format!("clusters.csv:{problem}"));
        }
    }
}
