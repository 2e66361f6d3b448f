//! What was measured, as a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

/// One server asked one question for a while.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    /// Milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Microseconds of processor time that the server took for a request, its database's included.
    pub(crate) processor: f64,
    pub(crate) bytes: f64,
}

/// Who was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// Sends the bytes of the answer and does nothing else.
    Bare,
    /// One statement on PostgreSQL.
    Sql,
    /// The service, asked the same again.
    Again,
    /// The service, asked what it was not asked before.
    First,
}

impl Target {
    pub(crate) const ALL: [Self; 4] = [Self::Bare, Self::Sql, Self::Again, Self::First];

    fn name(self) -> &'static str {
        match self {
            Self::Bare => "bytes alone",
            Self::Sql => "one statement",
            Self::Again => "sdpt, repeated",
            Self::First => "sdpt, first asked",
        }
    }
}

/// What was measured of each question and target, in the order of measuring.
pub(crate) type Results = BTreeMap<(&'static str, Target), Vec<Measured>>;

/// Says something about the run itself.
pub(crate) fn tell(what: &str) {
    let _ = write!(std::io::stderr(), "{what}");
}

pub(crate) fn print(results: &Results, memory: (u64, u64)) {
    let mut out = String::from(
        "| question | server | requests/s | p50 ms | p99 ms | CPU µs/request | bytes | of bytes alone | of one statement |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for ((question, target), measured) in results {
        let own = median(measured);
        let beside = |other| {
            let other = results.get(&(*question, other)).map(|measured| median(measured).per_second);
            other.map_or("-".to_owned(), |other| format!("{:.2}", own.per_second / other))
        };
        let Measured { per_second, p50, p99, processor, bytes } = own;
        let _ = writeln!(
            out,
            "| {question} | {} | {per_second:.0} | {p50:.2} | {p99:.2} | {processor:.0} | {bytes:.0} | {} | {} |",
            target.name(),
            beside(Target::Bare),
            beside(Target::Sql),
        );
    }
    let (now, most) = memory;
    let _ = writeln!(out, "\nsdpt: {now} MB in memory, {most} MB at most");
    let _ = std::io::stdout().write_all(out.as_bytes());
}

fn median(of: &[Measured]) -> Measured {
    let pick = |value: fn(&Measured) -> f64| {
        let mut values: Vec<_> = of.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    Measured {
        per_second: pick(|measured| measured.per_second),
        p50: pick(|measured| measured.p50),
        p99: pick(|measured| measured.p99),
        processor: pick(|measured| measured.processor),
        bytes: pick(|measured| measured.bytes),
    }
}
