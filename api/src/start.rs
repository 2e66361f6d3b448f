//! Starting: what every command does before its own work, and serving until told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use domain::command::Command;
use domain::framework::LoadEdition;
use domain::ledger::{Position, Via};
use domain::link::LoadLinks;
use domain::mint::Mint;
use domain::register::LoadRegister;
use rand::TryRngCore;
use rand::rngs::OsRng;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::auth::{Issuer, LOCAL_ISSUER, LocalKey, SignIn, make_private};
use crate::catalogue;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::Error;
use crate::http::{self, App, Origins};
use crate::limits::Limits;
use crate::store::{self, Actor, Store};

/// Ids and salts from the operating system's randomness.
pub fn mint() -> Mint {
    Mint::new(|bytes| OsRng.try_fill_bytes(bytes).expect("the operating system has randomness"))
}

/// Opens a database that is up to date.
pub async fn open(config: &Config, clock: Clock, mint: Mint) -> Result<Store, Error> {
    make_folder(config)?;
    Store::open(&config.database_url, clock, mint).await
}

/// The key of this installation, where its tokens are taken.
pub fn local_key(config: &Config) -> Result<LocalKey, Error> {
    config.takes_local_keys()?;
    Ok(LocalKey::in_folder(&config.data)?.with_leeway(config.leeway))
}

/// Makes the folder of the embedded database and the local key.
pub fn make_folder(config: &Config) -> Result<(), Error> {
    let why = |error| Error::Internal(format!("{} cannot be made: {error}", config.data.display()));
    make_private(&config.data).map_err(why)
}

/// Brings the database up to date, and the catalogue in it.
pub async fn migrate(config: &Config) -> Result<(), Error> {
    make_folder(config)?;
    store::migrate(&config.database_url).await?;
    // What the catalogue says is held against tables: the ledger need not be folded for it.
    let store = Store::start(&config.database_url, Clock::default(), mint()).await?;
    let recorded = record_catalogue(&store, Via::CommandLine).await;
    store.close().await;
    recorded.map(drop)
}

/// Records what the catalogue says and the ledger does not. Loading again changes nothing.
pub async fn load_catalogue(store: &Store, via: Via) -> Result<(), Error> {
    let head = record_catalogue(store, via).await?;
    store.snapshot_at(head).await;
    Ok(())
}

async fn record_catalogue(store: &Store, via: Via) -> Result<Position, Error> {
    let bad = |problems: catalogue::Problems| Error::BadRequest(problems.to_string());
    let definitions = catalogue::definitions().map_err(bad)?;
    let links = catalogue::links(&definitions).map_err(bad)?;
    for definition in definitions {
        let command = Command::LoadEdition(Box::new(LoadEdition { definition }));
        store.write(Actor::Installation, via, command).await.outcome?;
    }
    let command = Command::LoadLinks(Box::new(LoadLinks { links }));
    store.write(Actor::Installation, via, command).await.outcome?;
    let register = catalogue::register().map_err(bad)?;
    let command = Command::LoadRegister(Box::new(LoadRegister { register }));
    let answer = store.write(Actor::Installation, via, command).await;
    answer.outcome?;
    Ok(answer.head)
}

/// A service that listens and does not answer yet. It folds the ledger meanwhile.
pub struct Server {
    pub store: Arc<Store>,
    pub sign_in: Arc<SignIn>,
    pub limits: Limits,
    origins: Origins,
    pub address: SocketAddr,
    introspection: bool,
    listener: TcpListener,
}

/// Opens the database and the address.
pub async fn listen(config: &Config) -> Result<Server, Error> {
    let (sign_in, issuer) = match &config.issuer {
        Some(trusted) => (SignIn::Issuer(Issuer::start(trusted.clone())?), trusted.issuer.as_str()),
        None => (SignIn::Local(local_key(config)?), LOCAL_ISSUER),
    };
    make_folder(config)?;
    let store = Arc::new(Store::start(&config.database_url, Clock::default(), mint()).await?);
    let why = |error| Error::Internal(format!("cannot listen on {}: {error}", config.listen));
    let listener = TcpListener::bind(config.listen).await.map_err(why)?;
    let address = listener.local_addr().map_err(why)?;
    if config.issuer.is_none() {
        tracing::warn!("tokens of the local key are taken, which is for trying out; set SDPT_ISSUER");
    }
    tracing::info!(%address, database = config.database(), issuer, "serving GraphQL at /graphql");
    Ok(Server {
        store,
        sign_in: Arc::new(sign_in),
        limits: config.limits,
        origins: config.origins.clone(),
        address,
        introspection: config.introspection,
        listener,
    })
}

impl Server {
    /// Serves until the process is told to stop, or the ledger turns out not to fold; then lets requests finish and closes
    /// the database.
    pub async fn run(self) -> Result<(), Error> {
        let app = App::new(self.store.clone(), self.sign_in, self.limits);
        let app = app.with_introspection(self.introspection).allowing(self.origins);
        let mut ended = Ok(());
        let stop = async {
            tokio::select! {
                () = told_to_stop() => {}
                error = does_not_fold(&self.store) => ended = Err(error),
            }
        };
        http::serve(self.listener, app, stop).await;
        self.store.close().await;
        tracing::info!("stopped");
        ended
    }
}

/// Says when all is folded, and returns only where it cannot be.
async fn does_not_fold(store: &Store) -> Error {
    match store.folded().await {
        Ok(()) => {
            tracing::info!(position = store.snapshot().history.head().0, "the ledger is folded");
            std::future::pending().await
        }
        Err(error) => error,
    }
}

async fn told_to_stop() {
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be listened to");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
