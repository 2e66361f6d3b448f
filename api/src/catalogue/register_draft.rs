//! A register while its files are read: what is known of each body so far, and all that is wrong.

use std::collections::HashMap;
use std::fmt;
use std::mem;

use chrono::NaiveDate;
use domain::organisation::{OrganisationKind, Scheme};
use domain::register::{FactInFile, Register, Registered, RegisteredFact};
use domain::text::TITLE;

use super::csv_file::{day, ods_code, ons_code};
use super::{Place, Problems, bounded_text};

/// Holds on `from` and until the day before `to`.
#[derive(Clone, Copy)]
pub(super) struct Period {
    pub(super) from: NaiveDate,
    pub(super) to: Option<NaiveDate>,
}

impl Period {
    pub(super) fn holds_on(self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }

    fn overlaps(self, other: Self) -> bool {
        self.holds_on(other.from) || other.holds_on(self.from)
    }

    pub(super) fn is_within(self, other: Self) -> bool {
        let ends_by = |end| self.to.is_some_and(|to| to <= end);
        other.from <= self.from && other.to.is_none_or(ends_by)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to.and_then(|to| to.pred_opt()) {
            Some(last_day) => write!(f, "from {} to {last_day}", self.from),
            None => write!(f, "from {} on", self.from),
        }
    }
}

struct Body {
    kind: OrganisationKind,
    place: Place<'static>,
    index: usize,
    life: Option<Period>,
}

#[derive(Default)]
pub(super) struct RegisterDraft {
    pub(super) problems: Problems,
    pub(super) register: Register,
    bodies: HashMap<String, Body>,
    ons_codes: HashMap<String, Place<'static>>,
    /// From predecessor to successor.
    pub(super) links: HashMap<(String, String), Place<'static>>,
}

impl RegisterDraft {
    pub(super) fn period(
        &mut self,
        place: Place<'static>,
        first_day: &str,
        last_day: &str,
    ) -> Option<Period> {
        let from = self.problems.value_of(place, "first_day", day(first_day));
        if last_day.is_empty() {
            return from.map(|from| Period { from, to: None });
        }
        let last = self.problems.value_of(place, "last_day", day(last_day))?;
        let from = from?;
        if last < from {
            self.problems.add(place, "last_day", format!("{last} is before the first day, {from}"));
            return None;
        }
        Some(Period { from, to: Some(last.succ_opt().expect("a year of four digits has a next day")) })
    }

    /// Whether the code is a new one.
    pub(super) fn open(
        &mut self,
        place: Place<'static>,
        kind: OrganisationKind,
        code: &str,
        name: &str,
        life: Option<Period>,
    ) -> bool {
        self.problems.value_of(place, "code", ods_code(code));
        let name = self.problems.value_of(place, "name", bounded_text(name, TITLE)).unwrap_or_default();
        if let Some(body) = self.bodies.get(code) {
            self.problems.add(place, "code", format!("\"{code}\" is at {} already", body.place));
            return false;
        }
        let index = self.register.organisations.len();
        self.bodies.insert(code.to_owned(), Body { kind, place, index, life });
        self.register.organisations.push(Registered { kind, code: code.to_owned(), facts: Vec::new() });
        for fact in [FactInFile::Life, FactInFile::Name(name), FactInFile::Code(Scheme::Ods, code.to_owned())]
        {
            self.add_fact(place, code, fact, life);
        }
        true
    }

    pub(super) fn life_of(
        &mut self,
        place: Place<'static>,
        field: &str,
        kind: OrganisationKind,
        code: &str,
    ) -> Option<Period> {
        match self.bodies.get(code) {
            Some(body) if body.kind == kind => body.life,
            _ => {
                let kind = kind.as_str().to_lowercase();
                self.problems.add(place, field, format!("no {kind} has the code \"{code}\""));
                None
            }
        }
    }

    pub(super) fn add_ons_code(
        &mut self,
        place: Place<'static>,
        body: &str,
        code: &str,
        period: Option<Period>,
    ) {
        self.problems.value_of(place, "ons_code", ons_code(code));
        if let Some(first) = self.ons_codes.insert(code.to_owned(), place) {
            self.problems.add(place, "ons_code", format!("\"{code}\" is at {first} already"));
            return;
        }
        self.add_fact(place, body, FactInFile::Code(Scheme::Ons, code.to_owned()), period);
    }

    pub(super) fn add_fact(
        &mut self,
        place: Place<'static>,
        code: &str,
        fact: FactInFile,
        period: Option<Period>,
    ) {
        let (Some(period), Some(body)) = (period, self.bodies.get(code)) else { return };
        if let Some(life) = body.life.filter(|life| !period.is_within(*life)) {
            let field = if period.from < life.from { "first_day" } else { "last_day" };
            self.problems.add(place, field, format!("{code} is open {life} only"));
        }
        let facts = &mut self.register.organisations[body.index].facts;
        for RegisteredFact { fact: held, from, to } in facts.iter() {
            let other = Period { from: *from, to: *to };
            if are_of_one_sort(held, &fact) && period.overlaps(other) {
                self.problems.add(place, "first_day", format!("overlaps with what {code} has {other}"));
            }
        }
        facts.push(RegisteredFact { fact, from: period.from, to: period.to });
    }
}

/// Of which an organisation has one at a time.
fn are_of_one_sort(a: &FactInFile, b: &FactInFile) -> bool {
    match (a, b) {
        (FactInFile::Code(a, _), FactInFile::Code(b, _)) => a == b,
        _ => mem::discriminant(a) == mem::discriminant(b),
    }
}
