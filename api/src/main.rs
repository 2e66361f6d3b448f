//! `sdpt`: wiring only.

use std::io::Write as _;
use std::process::ExitCode;

use api::clock::Clock;
use api::config::Config;
use api::error::Error;
use api::local::LocalPerson;
use api::{demo, start};
use clap::{Parser, Subcommand};
use domain::grant::Role;
use domain::ledger::Via;

/// Rate how mature integrated care systems are, keep the history, show the progress.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the GraphQL API. The embedded database is made and brought up to date; PostgreSQL needs `sdpt migrate`.
    Serve,
    /// Fill an empty database with synthetic ratings, serve it, and print tokens and queries to try.
    Demo,
    /// Bring the database and the catalogue in it up to date. Safe when several do so at once.
    Migrate,
    /// Print the contract, as schema.graphql holds it.
    Schema,
    /// Make a labelled local person with a role, and print a token for them.
    Token {
        /// READER, CONTRIBUTOR, SYSTEM_LEAD, REGIONAL_REVIEWER or NATIONAL_TEAM.
        #[arg(long)]
        role: Role,
        /// The ODS code of the system or region the role is on; left out for READER and NATIONAL_TEAM.
        #[arg(long)]
        on: Option<String>,
        /// Tells several people of one role and place apart.
        #[arg(long)]
        called: Option<String>,
        /// How long the token holds.
        #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(i64).range(1..=24 * 31))]
        hours: i64,
    },
    /// Recompute the ledger's chain, fold it again, and compare every row and text with it.
    Verify,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ran = match arguments.command {
        Command::Schema => print(&api::graphql::sdl()),
        command => run(command).await,
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{}", error.explain());
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Error> {
    let config = Config::from_environment()?;
    api::telemetry::start(config.log_json);
    match command {
        Command::Serve => {
            if config.is_embedded() {
                start::migrate(&config).await?;
            }
            start::listen(&config).await?.run().await
        }
        Command::Demo => {
            config.takes_local_keys()?;
            demo::prepare(&config).await?;
            let server = start::listen(&config).await?;
            demo::greet(&server).await?;
            server.run().await
        }
        Command::Migrate => start::migrate(&config).await,
        Command::Token { role, on, called, hours } => {
            config.takes_local_keys()?;
            if config.is_embedded() {
                start::migrate(&config).await?;
            }
            let person = LocalPerson { role, on: on.as_deref(), called: called.as_deref() };
            print(&token(&config, person, hours).await?)
        }
        Command::Verify => verify(&config).await,
        Command::Schema => Ok(()),
    }
}

async fn token(config: &Config, person: LocalPerson<'_>, hours: i64) -> Result<String, Error> {
    let key = start::local_key(config)?;
    let clock = Clock::default();
    let store = start::open(config, clock.clone(), start::mint()).await?;
    let recorded = person.record(&store, Via::CommandLine, clock.now().today).await;
    store.close().await;
    recorded?;
    let now = clock.instant().0 / 1_000_000;
    Ok(format!("{}\n", key.sign(&person.subject(), now, now + hours * 3600)?))
}

async fn verify(config: &Config) -> Result<(), Error> {
    let store = start::open(config, Clock::default(), start::mint()).await?;
    let verified = store.verify().await;
    store.close().await;
    match verified? {
        Ok((position, hash)) => print(&format!("verified: {} entries, head {hash}\n", position.0)),
        Err(difference) => Err(Error::Internal(format!("NOT verified: {difference}"))),
    }
}

fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Error::Internal(format!("standard output: {error}")))
}
