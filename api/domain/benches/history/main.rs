//! What the history costs: folding it, and the questions that are answered from it. Run by `cargo bench -p domain`.
//!
//! Every question asks for as much at every size, so that its time tells what the size of the history costs.
//! `SDPT_BENCH_RATINGS` names the sizes, with commas; `20000,1400000` where it is not set. Ten million ratings
//! (`SDPT_BENCH_RATINGS=10000000`) take about a gigabyte and a minute to make. What a history takes to fold, and its
//! memory, are told when it is made.

mod made;

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use domain::boundary::Boundaries;
use domain::comparison::{self, comparison};
use domain::distribution::{self, distributions};
use domain::framework::{Grain, Subject};
use domain::history::History;
use domain::lens::Lens;
use domain::progression::{self, progression, roll_up};
use domain::publication::{Basis, Include};
use domain::series::{Scope, Series};
use domain::survey::Measure;
use domain::system::SystemsWhere;

use self::made::{ELEMENTS, Made, systems};

/// Rounds that a question over time shows.
const SHOWN: u32 = 20;

fn main() {
    divan::main();
}

fn sizes() -> Vec<usize> {
    let told = std::env::var("SDPT_BENCH_RATINGS").unwrap_or_else(|_| "20000,1400000".to_owned());
    told.split(',').map(|size| size.trim().parse().expect("SDPT_BENCH_RATINGS: whole numbers")).collect()
}

/// Made once for each size.
fn with<T>(ratings: usize, ask: impl FnOnce(&mut Made) -> T) -> T {
    static MADE: OnceLock<Mutex<BTreeMap<usize, Made>>> = OnceLock::new();
    let mut made = MADE.get_or_init(Mutex::default).lock().expect("nothing panicked before");
    ask(made.entry(ratings).or_insert_with(|| Made::of(ratings)))
}

fn scope(made: &Made) -> Scope {
    Scope {
        framework: made.framework,
        basis: Basis::Agreed,
        include: Include::Published,
        boundaries: Boundaries::AsReported,
        from: Some(made.day_before_the_last(SHOWN - 1)),
    }
}

/// One round more, folded into a history that others still read: 42 assessments, from start to publication.
#[divan::bench(args = sizes(), max_time = 3)]
fn a_round_folded(bencher: Bencher, ratings: usize) {
    let (history, entries) = with(ratings, |made| (made.history.clone(), made.next.clone()));
    let copy = || History::clone(&history);
    let counted = bencher.counter(ItemsCount::new(entries.len() / 4 * ELEMENTS)).with_inputs(copy);
    counted.bench_values(|mut history| {
        for entry in &entries {
            history.fold(entry).expect("it folds");
        }
        history
    });
}

/// The latest of each system on a day in the past, as known then.
#[divan::bench(args = sizes(), max_time = 3)]
fn latest_as_of(bencher: Bencher, ratings: usize) {
    let (lens, framework) = with(ratings, |made| (made.past(), made.framework));
    let systems = systems(&lens);
    bencher.counter(ItemsCount::new(systems.len())).bench_local(|| {
        for system in &systems {
            black_box(lens.latest_publication(system.id, framework, Include::Published));
        }
    });
}

/// Of every theme of every system's latest.
#[divan::bench(args = sizes(), max_time = 3)]
fn roll_ups(bencher: Bencher, ratings: usize) {
    let (lens, framework, edition) =
        with(ratings, |made| (made.lens(), made.framework, made.edition.clone()));
    let latest = |lens: &Lens| {
        let systems = systems(lens).into_iter();
        let found = systems.filter_map(|one| lens.latest_publication(one.id, framework, Include::Published));
        found.collect::<Vec<_>>()
    };
    let (latest, themes, on) = (latest(&lens), edition.subjects(Grain::Theme), lens.moment().on);
    bencher.counter(ItemsCount::new(latest.len() * themes.len())).bench_local(|| {
        for publication in &latest {
            for theme in &themes {
                black_box(roll_up(publication, *theme, Basis::Agreed, on));
            }
        }
    });
}

/// The trend of a whole edition over the last rounds.
#[divan::bench(args = sizes(), max_time = 3)]
fn trend(bencher: Bencher, ratings: usize) {
    let (lens, scope) = with(ratings, |made| (made.lens(), scope(made)));
    let system = systems(&lens)[0].id;
    bencher.bench_local(|| Series::of(&lens, system, &scope).trend(Subject::Edition));
}

/// Every theme of a system over the last rounds.
#[divan::bench(args = sizes(), max_time = 3)]
fn progression_by_theme(bencher: Bencher, ratings: usize) {
    let (lens, scope) = with(ratings, |made| (made.lens(), scope(made)));
    let system = systems(&lens)[0].id;
    let question = progression::Question { scope, grain: Grain::Theme, subjects: None, since: None };
    bencher.bench_local(|| progression(&lens, system, &question));
}

/// Every theme of every system's latest.
#[divan::bench(args = sizes(), max_time = 3)]
fn comparison_by_theme(bencher: Bencher, ratings: usize) {
    let (lens, framework) = with(ratings, |made| (made.lens(), made.framework));
    let question = comparison::Question {
        framework,
        systems: SystemsWhere::default(),
        grain: Grain::Theme,
        round: None,
        since: None,
        basis: Basis::Agreed,
        include: Include::Published,
        boundaries: Boundaries::AsReported,
    };
    bencher.bench_local(|| comparison(&lens, question.clone()));
}

/// Every theme in every region over the last rounds.
#[divan::bench(args = sizes(), max_time = 3)]
fn distributions_by_region(bencher: Bencher, ratings: usize) {
    let (lens, framework, from) =
        with(ratings, |made| (made.lens(), made.framework, made.day_before_the_last(SHOWN - 1)));
    let question = distribution::Question {
        framework,
        grain: Grain::Theme,
        subjects: None,
        regions: None,
        from: Some(from),
        measure: Measure::Median,
        basis: Basis::Agreed,
    };
    bencher.bench_local(|| distributions(&lens, &question));
}
