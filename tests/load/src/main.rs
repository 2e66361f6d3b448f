//! Measures the service beside the least that could answer the same questions, all on this machine and in one run:
//! a server that only sends the bytes of the answer, and one that asks PostgreSQL one good statement. See
//! docs/performance.md.

mod cluster;
mod drive;
mod fill;
mod plain;
mod process;
mod questions;
mod report;
mod round_robin;
mod writes;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

/// What every measured server has, so that none is slowed by its allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Failure>;

/// What the service says when something went wrong.
fn told(error: &api::error::Error) -> Failure {
    error.explain().into()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Clone, Debug, clap::Args)]
struct Options {
    /// About how many published ratings the database holds: 20160 are 20 rounds of 42 systems and 24 elements.
    #[arg(long, default_value_t = 20_160)]
    ratings: u32,
    /// The database that the service runs on; the plain server has PostgreSQL always.
    #[arg(long, value_enum, default_value = "postgres")]
    database: Engine,
    /// Seconds of one measurement.
    #[arg(long, default_value_t = 1.5)]
    seconds: f64,
    /// How often everything is measured in turn; the medians are told.
    #[arg(long, default_value_t = 3)]
    times: usize,
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Only questions whose names begin with one of these, such as Q3,W.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Where databases are kept from run to run; a folder of the system's temporary one where it is left out.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// The release build of the service.
    #[arg(long, default_value = "target/release/sdpt")]
    sdpt: PathBuf,
    /// The load generator.
    #[arg(long, default_value = "target/oha/bin/oha")]
    oha: PathBuf,
}

#[derive(Parser)]
#[command(name = "load")]
enum Arguments {
    /// Fill a database, start the servers, and measure them in turn.
    Run(Options),
    /// The plain server, which `run` starts.
    Plain {
        #[arg(long)]
        database: String,
        /// The folder with the bytes to answer.
        #[arg(long)]
        answers: PathBuf,
        #[arg(long)]
        port: u16,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let ran = match Arguments::parse() {
        Arguments::Run(options) => round_robin::run(&options).await,
        Arguments::Plain { database, answers, port } => plain::serve(&database, &answers, port).await,
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report::tell(&format!("{failure}\n"));
            ExitCode::FAILURE
        }
    }
}
