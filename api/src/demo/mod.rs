//! The demonstration: an empty ledger filled with synthetic ratings by real systems of made-up maturity. See README.md.

mod calendar;
mod commands;
mod draws;
mod fates;
mod papers;
mod plan;
mod play;
mod programmes;
mod queries;
mod ratings;
mod region;
mod review;
mod review_words;
mod show;
mod systems;
mod timetable;
mod words;

use chrono::{DateTime, NaiveDate, Utc};
use domain::ledger::Position;
use domain::mint::Mint;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::catalogue::{self, Problems};
use crate::error::Error;
use crate::store::Store;

pub use queries::{PEOPLE, QUERIES, Question};
pub use show::{greet, prepare};

pub const SEED: u64 = 42;

/// How far the demonstration has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Steps.
    pub done: usize,
    pub total: usize,
    /// What is being done now, such as "2024/25 Q3".
    pub doing: String,
}

/// Where the clock must stand when the store is opened.
pub fn start() -> DateTime<Utc> {
    at(2022, 7, 1, 8)
}

/// Where the clock stands afterwards.
pub fn end() -> DateTime<Utc> {
    at(2026, 11, 20, 16)
}

fn at(year: i32, month: u32, day: u32, hour: u32) -> DateTime<Utc> {
    calendar::instant(NaiveDate::from_ymd_opt(year, month, day).expect("a date"), hour)
}

/// The mint with which the store must be opened.
pub fn mint() -> Mint {
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    Mint::new(move |bytes| rng.fill_bytes(bytes))
}

/// Fills an empty ledger. The store's clock must be one that is moved by hand.
pub async fn fill(store: &Store, progress: &dyn Fn(Progress)) -> Result<(), Error> {
    if store.snapshot().history.head() > Position(0) {
        return Err(Error::BadRequest("the demonstration needs an empty ledger".to_owned()));
    }
    store.clock().set(start());
    if store.clock().instant().to_utc() != start() {
        return Err(Error::Internal("the demonstration needs a clock that is moved by hand".to_owned()));
    }
    let broken = |problems: Problems| Error::Internal(problems.to_string());
    let definitions = catalogue::definitions().map_err(broken)?;
    let links = catalogue::links(&definitions).map_err(broken)?;
    let register = catalogue::register().map_err(broken)?;
    let plan = plan::Plan::new(&definitions, &register)?;
    let mut player = play::Play::new(store, &plan, &definitions, &links, &register);
    for (done, step) in plan.steps.iter().enumerate() {
        progress(Progress { done, total: plan.steps.len(), doing: step.doing.clone() });
        player.perform(step).await?;
    }
    store.clock().set(end());
    store.snapshot_at(player.head()).await;
    progress(Progress { done: plan.steps.len(), total: plan.steps.len(), doing: "done".to_owned() });
    Ok(())
}
