//! Throw-away databases: a file for `SQLite`; for `PostgreSQL` a clone of a migrated template, in one cluster
//! per test run. The first test to need the cluster starts it; a watchdog stops it when the runner has gone.

use std::fmt::Display;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};
use std::{env, thread};

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbErr};
use tempfile::TempDir;
use tokio::sync::OnceCell;

const NOT_FOUND: &str = "PostgreSQL's server binaries were not found: install them (Debian: apt-get install \
    postgresql), or put initdb on PATH";
// PostgreSQL refuses to run as root. This is "nobody".
const UNPRIVILEGED: u32 = 65534;
const SETTINGS: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off \
    -c wal_level=minimal -c max_wal_senders=0 -c max_connections=300 -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories=";
// In the background of a shell that ends at once, so that no test has it for a child.
const WATCHDOG: &str = r#"(trap '' HUP INT TERM; runner=$1 folder=$2; shift 2
    while kill -0 "$runner"; do sleep 0.2; done; "$@"; rm -rf "$folder") &"#;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// An empty database of its own; it goes when this is dropped.
#[derive(Debug)]
pub(crate) struct Database {
    url: String,
    on_server: Option<(&'static Server, String)>,
    _folder: Option<TempDir>,
}

impl Database {
    /// With the schema of today.
    pub(crate) async fn new(engine: Engine) -> Self {
        static MIGRATED_FILE: OnceCell<Vec<u8>> = OnceCell::const_new();
        if engine == Engine::Postgres {
            return Self::postgres(true).await;
        }
        let bytes = MIGRATED_FILE.get_or_init(async || {
            let (database, file) = Self::sqlite();
            migrate(&database.url).await.unwrap();
            fs::read(file).unwrap()
        });
        let (database, file) = Self::sqlite();
        fs::write(file, bytes.await).unwrap();
        database
    }

    pub(crate) async fn unmigrated(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::sqlite().0,
            Engine::Postgres => Self::postgres(false).await,
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn sqlite() -> (Self, PathBuf) {
        let folder = tempfile::Builder::new().prefix("sdpt-").tempdir().unwrap();
        let file = folder.path().join("sdpt.sqlite");
        let url = format!("sqlite://{}?mode=rwc", file.display());
        (Self { url, on_server: None, _folder: Some(folder) }, file)
    }

    async fn postgres(migrated: bool) -> Self {
        static SERVER: OnceCell<Result<Server, String>> = OnceCell::const_new();
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = SERVER.get_or_init(server).await.as_ref().unwrap_or_else(|why| panic!("{why}"));
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_micros();
        let name = format!("t_{now}_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let database =
            Self { url: server.url_of(&name), on_server: Some((server, name.clone())), _folder: None };
        let options = match (server.lasting, migrated) {
            (false, true) => "TEMPLATE template_sdpt STRATEGY FILE_COPY",
            (false, false) => "TEMPLATE template0 STRATEGY FILE_COPY",
            (true, _) => "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'",
        };
        server.create(&name, options).await.unwrap();
        if server.lasting && migrated {
            migrate(&database.url).await.unwrap();
        }
        database
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some((server, name)) = self.on_server.take() else { return };
        // A thread, because a runtime cannot be blocked on from within a test's own.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(server.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")))
        });
        if server.lasting {
            let _ = dropping.join();
        }
    }
}

#[derive(Debug)]
struct Server {
    admin_url: String,
    /// Given by `TEST_POSTGRES_URL`: nothing of ours may stay on it, so there is no template either.
    lasting: bool,
}

impl Server {
    fn url_of(&self, database: &str) -> String {
        let (address, query) = self.admin_url.split_once('?').unwrap_or((&self.admin_url, ""));
        let (scheme, rest) = address.split_once("://").expect("TEST_POSTGRES_URL is no URL");
        let authority = rest.split('/').next().unwrap_or_default();
        format!("{scheme}://{authority}/{database}{}{query}", if query.is_empty() { "" } else { "?" })
    }

    async fn create(&self, name: &str, options: &str) -> Result<(), DbErr> {
        let sql = format!("CREATE DATABASE {name} {options}");
        for _ in 0..50 {
            match self.execute(&sql).await {
                Err(error) if error.to_string().contains("being accessed by other users") => {}
                outcome => return outcome,
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.execute(&sql).await
    }

    /// A connection per call: one belongs to the runtime that opened it, and every test has its own.
    async fn execute(&self, sql: &str) -> Result<(), DbErr> {
        let connection = connect(&self.admin_url).await?;
        let outcome = connection.execute_unprepared(sql).await;
        connection.close().await?;
        outcome.map(drop)
    }
}

pub(super) async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await
}

async fn migrate(url: &str) -> Result<(), DbErr> {
    let connection = connect(url).await?;
    Migrator::up(&connection, None).await?;
    connection.close().await
}

async fn server() -> Result<Server, String> {
    if let Some(admin_url) = env::var("TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty()) {
        return Ok(Server { admin_url, lasting: true });
    }
    let binaries = binaries().ok_or(NOT_FOUND)?;
    let own = process::id();
    let (run, runner) =
        env::var("NEXTEST_RUN_ID").map_or_else(|_| (own.to_string(), own), |run| (run, parent_id()));
    let folder = env::temp_dir().join(format!("sdpt-pg-{run}"));
    if runner == own && folder.exists() {
        // Left by a process of the same id, when the machine went down.
        fs::remove_dir_all(&folder).map_err(text)?;
    }
    fs::create_dir_all(&folder).map_err(text)?;
    // Held until this function ends: under nextest every test is a process and all of them come here.
    let lock = File::create(folder.join("lock")).map_err(text)?;
    lock.lock().map_err(text)?;
    if let Ok(admin_url) = fs::read_to_string(folder.join("url")) {
        return Ok(Server { admin_url, lasting: false });
    }
    let is_root = lock.metadata().map_err(text)?.uid() == 0;
    let server = Server { admin_url: start(&binaries, &folder, is_root, runner)?, lasting: false };
    server.create("template_sdpt", "").await.map_err(text)?;
    migrate(&server.url_of("template_sdpt")).await.map_err(text)?;
    fs::write(folder.join("url"), &server.admin_url).map_err(text)?;
    Ok(server)
}

fn start(binaries: &Path, folder: &Path, is_root: bool, runner: u32) -> Result<String, String> {
    if is_root {
        chown(folder, Some(UNPRIVILEGED), Some(UNPRIVILEGED)).map_err(text)?;
    }
    let data = folder.join(format!("data-{}", process::id()));
    let tool = |name: &str| {
        let mut command = Command::new(if is_root { "setpriv" } else { "env" });
        if is_root {
            let (user, group) = (format!("--reuid={UNPRIVILEGED}"), format!("--regid={UNPRIVILEGED}"));
            command.args([&user, &group, "--clear-groups"]);
        }
        command.arg(binaries.join(name)).arg("-D").arg(&data).current_dir(folder);
        command
    };
    let mut stop = tool("pg_ctl");
    stop.args(["-m", "immediate", "stop"]);
    let mut watchdog = Command::new("sh");
    watchdog.args(["-c", WATCHDOG, "watchdog", &runner.to_string()]).arg(folder);
    watchdog.arg(stop.get_program()).args(stop.get_args()).current_dir("/").process_group(0);
    // A stream of the test's own, kept open, would keep its reader waiting.
    watchdog.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().map_err(text)?;

    run(tool("initdb").args(["-N", "-A", "trust", "--locale=C", "-E", "UTF8", "-U", "postgres"]))?;
    let mut failure = String::new();
    for _ in 0..5 {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).map_err(text)?;
        let options = format!("-p {} {SETTINGS}", free.port());
        match run(tool("pg_ctl").args(["-w", "-l", "log", "-o", &options, "start"])) {
            Ok(()) => return Ok(format!("postgres://postgres@{free}/postgres")),
            Err(why) => failure = why,
        }
    }
    Err(failure + &fs::read_to_string(folder.join("log")).unwrap_or_default())
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {complaint}")) }
}

fn binaries() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    // What is on PATH may be a link, with pg_ctl only beside the file it points to.
    let initdbs = env::split_paths(&path).filter_map(|folder| folder.join("initdb").canonicalize().ok());
    let mut folders: Vec<PathBuf> = initdbs.filter_map(|initdb| Some(initdb.parent()?.into())).collect();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(String::from_utf8_lossy(&output.stdout).trim().into());
    }
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let versions = installed.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    folders.extend(versions.max().map(|newest| format!("/usr/lib/postgresql/{newest}/bin").into()));
    folders.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file())
}

fn text(error: impl Display) -> String {
    error.to_string()
}
