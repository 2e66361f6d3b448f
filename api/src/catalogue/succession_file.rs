//! Which body followed which in the register, read from a CSV file and checked.

use chrono::NaiveDate;
use domain::organisation::OrganisationKind;
use domain::register::RegisteredSuccession;
use domain::text::TITLE;
use serde::Deserialize;

use super::csv_file::{day, number, rows};
use super::register_draft::{Period, RegisterDraft};
use super::{Place, bounded_text};

const COLUMNS: [&str; 8] =
    ["predecessor", "successor", "kind", "on", "part", "population_of_part", "population_of_whole", "source"];

#[derive(Deserialize)]
struct SuccessionRow {
    predecessor: String,
    successor: String,
    kind: String,
    on: String,
    part: String,
    population_of_part: String,
    population_of_whole: String,
    source: String,
}

impl RegisterDraft {
    pub(super) fn successions(&mut self, text: &str) {
        for (place, row) in rows::<SuccessionRow>("successions.csv", text, &COLUMNS, &mut self.problems) {
            let on = self.problems.value_of(place, "on", day(&row.on));
            self.check_link(place, &row, on);
            let kind = self.problems.value_of(place, "kind", row.kind.parse());
            let part = Some(row.part.as_str()).filter(|part| !part.is_empty());
            let part = part.and_then(|part| self.problems.value_of(place, "part", bounded_text(part, TITLE)));
            let (population_of_part, population_of_whole) = self.populations(place, &row);
            let source = self.problems.value_of(place, "source", bounded_text(&row.source, TITLE));
            if let (Some(kind), Some(on), Some(source)) = (kind, on, source) {
                self.register.successions.push(RegisteredSuccession {
                    predecessor: row.predecessor,
                    successor: row.successor,
                    kind,
                    on,
                    part,
                    population_of_part,
                    population_of_whole,
                    source,
                });
            }
        }
    }

    fn check_link(&mut self, place: Place<'static>, row: &SuccessionRow, on: Option<NaiveDate>) {
        let (predecessor, successor) = (&row.predecessor, &row.successor);
        let before = self.life_of(place, "predecessor", OrganisationKind::System, predecessor);
        let after = self.life_of(place, "successor", OrganisationKind::System, successor);
        if predecessor == successor {
            self.problems.add(place, "successor", format!("{successor} cannot succeed itself"));
        }
        if let Some(first) = self.links.insert((predecessor.clone(), successor.clone()), place) {
            let why = format!("{successor} succeeds {predecessor} at {first} already");
            self.problems.add(place, "successor", why);
        }
        let Some(on) = on else { return };
        match before {
            Some(Period { to: Some(to), .. }) if on != to => {
                let why = format!("must be {to}, the day after the last day of {predecessor}");
                self.problems.add(place, "on", why);
            }
            Some(Period { from, .. }) if on <= from => {
                self.problems.add(place, "on", format!("{predecessor} opened only on {from}"));
            }
            _ => {}
        }
        if let Some(after) = after.filter(|after| !after.holds_on(on)) {
            self.problems.add(place, "on", format!("{successor} is open {after} only"));
        }
    }

    fn populations(&mut self, place: Place<'static>, row: &SuccessionRow) -> (Option<u64>, Option<u64>) {
        let part = self.problems.value_of(place, "population_of_part", number(&row.population_of_part));
        let whole = self.problems.value_of(place, "population_of_whole", number(&row.population_of_whole));
        match (part, whole) {
            (Some(Some(_)), Some(None)) => {
                let why = "is needed where population_of_part is given";
                self.problems.add(place, "population_of_whole", why);
            }
            (Some(Some(part)), Some(Some(whole))) if part > whole => {
                self.problems.add(place, "population_of_part", "is more than population_of_whole");
            }
            _ => {}
        }
        (part.flatten(), whole.flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::super::RegisterFiles;
    use super::super::register_file::tests::{SMALL, problems};

    #[test]
    fn a_wrong_succession_is_refused() {
        for (right, wrong, problem) in [
            ("MERGER", "UNION", "2: field kind: \"UNION\" is none of MERGER, SPLIT, ACQUISITION"),
            ("QNX", "QXX", "2: field predecessor: no system has the code \"QXX\""),
            ("S9B9J", "Y59", "2: field successor: no system has the code \"Y59\""),
            (
                "QNX",
                "S9B9J",
                "2: field successor: S9B9J cannot succeed itself\n\
                 successions.csv:2: field on: S9B9J opened only on 2026-04-01",
            ),
            (
                "2026-04-01",
                "2026-04-02",
                "2: field on: must be 2026-04-01, the day after the last day of QNX",
            ),
            (",9,", ",,", "2: field population_of_whole: is needed where population_of_part is given"),
            ("5,9", "9,5", "2: field population_of_part: is more than population_of_whole"),
            (",9,", ",some,", "2: field population_of_whole: \"some\" is not a whole number from 1"),
            (
                "ODS\n",
                "ODS\nQNX,S9B9J,SPLIT,2026-04-01,,,,ODS\n",
                "3: field successor: S9B9J succeeds QNX at successions.csv:2 already",
            ),
            (",ODS", ",", "2: field source: must not be empty"),
        ] {
            let successions = &SMALL.successions.replacen(right, wrong, 1);
            assert_eq!(
                problems(&RegisterFiles { successions, ..SMALL }),
                format!("successions.csv:{problem}")
            );
        }
    }
}
