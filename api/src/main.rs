//! `sdpt`: wiring only.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::clock::Clock;
use api::config::Config;
use api::error::Error;
use api::local::LocalPerson;
use api::people::{self, Appointment, Who};
use api::store::Store;
use api::{auth, demo, start};
use clap::{Parser, Subcommand};
use domain::grant::Role;
use domain::id::GrantId;
use domain::ledger::Via;
use domain::person::PersonKind;

/// Answers are made of many small pieces.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rate how mature integrated care systems are, keep the history, show the progress.
#[derive(Parser)]
#[command(name = "sdpt", version)]
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
    /// Give a role, such as the first one of the national team; the others can be given by `grantRole`. Prints the grant's id.
    Grant {
        #[command(flatten)]
        who: Identity,
        /// What they are called, where nobody is known by this identity yet.
        #[arg(long)]
        name: Option<String>,
        /// They are a program, where nobody is known by this identity yet.
        #[arg(long)]
        service: bool,
        /// READER, CONTRIBUTOR, SYSTEM_LEAD, REGIONAL_REVIEWER or NATIONAL_TEAM.
        #[arg(long)]
        role: Role,
        /// The ODS code of the system or region the role is on; left out for READER and NATIONAL_TEAM.
        #[arg(long)]
        on: Option<String>,
        /// The first day on which it holds, as YYYY-MM-DD; today where it is left out.
        #[arg(long)]
        from: Option<chrono::NaiveDate>,
        /// The first day on which it no longer holds.
        #[arg(long)]
        to: Option<chrono::NaiveDate>,
        /// Why, in up to 2,000 characters. Kept on record.
        #[arg(long)]
        reason: String,
    },
    /// Take a role back, at once.
    Revoke {
        /// The id of the grant, as `sdpt grant`, `grantRole` and `grants` give it.
        grant: GrantId,
        /// Why, in up to 2,000 characters. Kept on record.
        #[arg(long)]
        reason: String,
    },
    /// Let tokens of another identity be those of the same person, when an issuer or an account changes.
    AddIdentity {
        #[command(flatten)]
        who: Identity,
        /// What their other tokens hold as `sub`.
        #[arg(long)]
        new_subject: String,
        /// What their other tokens hold as `iss`; the issuer of this installation where it is left out.
        #[arg(long)]
        new_issuer: Option<String>,
    },
    /// Erase who somebody is: name, identities, and the reasons of their roles, which end. What they did stays, by nobody.
    ErasePerson {
        #[command(flatten)]
        who: Identity,
        /// Why, in up to 2,000 characters, without who it was. Kept on record.
        #[arg(long)]
        reason: String,
    },
    /// Erase what somebody wrote. What was decided on it stays.
    EraseText {
        /// The id of a rating, of evidence or of a grant, or the position of an entry: then all texts written in it.
        id: String,
        /// Why, in up to 2,000 characters, without the words themselves. Kept on record.
        #[arg(long)]
        reason: String,
    },
    /// Load a new edition of a framework, and the crosswalk to it from the edition before. What is wrong with either file is
    /// listed, and nothing is written; loading the same again changes nothing.
    LoadEdition {
        /// The edition, a TOML file like those of the frameworks that ship.
        edition: PathBuf,
        /// What becomes of each element of the edition before, a TOML file.
        #[arg(long)]
        crosswalk: Option<PathBuf>,
    },
    /// Recompute the ledger's chain, fold it again, and compare every row and text with it.
    Verify,
}

/// What a token calls somebody.
#[derive(clap::Args)]
struct Identity {
    /// What their tokens hold as `sub`.
    #[arg(long)]
    subject: String,
    /// What their tokens hold as `iss`; the issuer of this installation where it is left out.
    #[arg(long)]
    issuer: Option<String>,
}

impl Identity {
    fn of<'a>(&'a self, config: &'a Config) -> Who<'a> {
        Who { issuer: self.issuer.as_deref().unwrap_or(auth::issuer(config)), subject: &self.subject }
    }
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
        Command::LoadEdition { edition, crosswalk } => {
            load_edition(&config, &edition, crosswalk.as_deref()).await
        }
        Command::Schema => Ok(()),
        command => look_after_people(&config, command).await,
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

async fn look_after_people(config: &Config, command: Command) -> Result<(), Error> {
    if config.is_embedded() {
        start::migrate(config).await?;
    }
    let store = start::open(config, Clock::default(), start::mint()).await?;
    let done = on_people(config, &store, command).await;
    store.close().await;
    print(&done?)
}

/// What to tell whoever ran the command.
async fn on_people(config: &Config, store: &Store, command: Command) -> Result<String, Error> {
    match command {
        Command::Grant { who, name, service, role, on, from, to, reason } => {
            let appointment = Appointment {
                who: who.of(config),
                name: name.as_deref(),
                kind: if service { PersonKind::Service } else { PersonKind::Human },
                role,
                on: on.as_deref(),
                from: from.unwrap_or(store.clock().now().today),
                to,
                reason: &reason,
            };
            let grant = appointment.record(store).await?;
            let told = format!("{role} is given to {} of {}.", who.subject, who.of(config).issuer);
            let _ = writeln!(std::io::stderr(), "{told}");
            Ok(format!("{grant}\n"))
        }
        Command::Revoke { grant, reason } => {
            people::revoke(store, grant, &reason).await?;
            Ok("The role is taken back.\n".to_owned())
        }
        Command::AddIdentity { who, new_subject, new_issuer } => {
            let new = Identity { subject: new_subject, issuer: new_issuer };
            people::add_identity(store, who.of(config), new.of(config)).await?;
            Ok("Tokens of both identities are those of one person now.\n".to_owned())
        }
        Command::ErasePerson { who, reason } => {
            people::erase(store, who.of(config), &reason).await?;
            Ok("Erased. No token leads to this person any more.\n".to_owned())
        }
        Command::EraseText { id, reason } => {
            let texts = people::erase_text(store, &id, &reason).await?;
            Ok(format!("Erased; texts that were written there: {texts}.\n"))
        }
        Command::Serve
        | Command::Demo
        | Command::Migrate
        | Command::Schema
        | Command::Token { .. }
        | Command::LoadEdition { .. }
        | Command::Verify => Ok(String::new()),
    }
}

async fn load_edition(config: &Config, edition: &Path, crosswalk: Option<&Path>) -> Result<(), Error> {
    let read = |path: &Path| {
        let why = |error| Error::BadRequest(format!("{} cannot be read: {error}", path.display()));
        Ok::<_, Error>((path.display().to_string(), std::fs::read_to_string(path).map_err(why)?))
    };
    let (edition, crosswalk) = (read(edition)?, crosswalk.map(read).transpose()?);
    if config.is_embedded() {
        start::migrate(config).await?;
    }
    let store = start::open(config, Clock::default(), start::mint()).await?;
    let crosswalk = crosswalk.as_ref().map(|(name, text)| (name.as_str(), text.as_str()));
    let loaded = api::edition::load(&store, (&edition.0, &edition.1), crosswalk).await;
    store.close().await;
    print(&loaded?)
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
