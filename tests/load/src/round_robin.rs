//! One run: databases, servers, and every question to every server in turn, several times over.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use api::auth::LocalKey;
use api::clock::Clock;
use api::local::LocalPerson;
use domain::grant::Role;
use reqwest::Client;
use sqlx::{Connection, Executor, PgConnection};

use crate::cluster::Cluster;
use crate::drive::{self, Body};
use crate::process::{self, Server};
use crate::questions::{By, QUESTIONS, Question};
use crate::report::{Measured, Results, Target, print, tell};
use crate::writes::{self, Write};
use crate::{Engine, Options, Result, fill, plain, told};

/// Different requests that oha draws from: many more than are answered in one measurement.
const LINES: u32 = 60_000;
/// Assessments that one measurement rates.
const WRITES_AT_ONCE: usize = 1_000;
const WRITING: &str = "W 24 ratings of one assessment";

pub(crate) async fn run(options: &Options) -> Result<()> {
    drive::install(options).await?;
    let folder = options.folder.clone().unwrap_or_else(|| std::env::temp_dir().join("sdpt-load"));
    fs::create_dir_all(&folder)?;
    let cluster = Cluster::start(&folder)?;
    let name = format!("sdpt_{}", options.ratings);
    make_postgres(&cluster, &name, options.ratings).await?;
    plain::prepare(&cluster.url(&name)).await?;
    let database = match options.database {
        Engine::Postgres => cluster.url(&name),
        Engine::Sqlite => make_sqlite(&folder.join(format!("{name}.sqlite")), options.ratings).await?,
    };
    // One that was filled earlier may be of an older schema.
    api::store::migrate(&database).await.map_err(|error| told(&error))?;
    if is_wanted(options, WRITING) {
        fill::start_more(&database, WRITES_AT_ONCE * options.times).await?;
    }
    let started = Instant::now();
    let service = serve(options, &folder, &database, &[]).await?;
    tell(&format!("sdpt was ready after {:.1} s\n", started.elapsed().as_secs_f64()));
    let forgetful = serve(options, &folder, &database, &[("SDPT_MAX_KEPT_ANSWER_BYTES", "1")]).await?;
    let key = LocalKey::in_folder(&folder).map_err(|error| told(&error))?;
    let tokens = Tokens { key, now: Clock::default().instant().0 / 1_000_000 };
    let mut run = Run {
        options,
        cluster: &cluster,
        service: &service,
        forgetful: &forgetful,
        national: tokens.of(Role::NationalTeam, None)?,
        reader: tokens.of(Role::Reader, None)?,
        client: Client::new(),
        folder: folder.clone(),
        results: Results::new(),
        asked: 1_000,
    };
    let answers = run.record_answers().await?;
    let bare = beside(&cluster.url(&name), &answers).await?;
    run.measure_all(&bare, &tokens).await?;
    print(&run.results, process::memory(service.id()));
    Ok(())
}

fn is_wanted(options: &Options, name: &str) -> bool {
    let only = &options.only;
    only.is_empty() || only.iter().any(|wanted| name.starts_with(wanted.as_str()))
}

struct Tokens {
    key: LocalKey,
    now: i64,
}

impl Tokens {
    fn of(&self, role: Role, on: Option<&str>) -> Result<String> {
        let subject = LocalPerson { role, on, called: None }.subject();
        self.key.sign(&subject, self.now, self.now + 6 * 3_600).map_err(|error| told(&error))
    }
}

async fn make_postgres(cluster: &Cluster, name: &str, ratings: u32) -> Result<()> {
    let mut admin = PgConnection::connect(&cluster.url("postgres")).await?;
    let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(name)
        .fetch_one(&mut admin)
        .await?;
    if !there {
        let filling = format!("{name}_filling");
        for statement in [format!("DROP DATABASE IF EXISTS {filling}"), format!("CREATE DATABASE {filling}")]
        {
            admin.execute(sqlx::AssertSqlSafe(statement)).await?;
        }
        filled(&cluster.url(&filling), ratings).await?;
        admin.execute(sqlx::AssertSqlSafe(format!("ALTER DATABASE {filling} RENAME TO {name}"))).await?;
    }
    admin.close().await?;
    Ok(())
}

async fn make_sqlite(file: &Path, ratings: u32) -> Result<String> {
    if !file.exists() {
        let filling = file.with_extension("filling");
        for left in ["filling", "filling-wal", "filling-shm"] {
            let _ = fs::remove_file(file.with_extension(left));
        }
        filled(&format!("sqlite://{}", filling.display()), ratings).await?;
        fs::rename(filling, file)?;
    }
    Ok(format!("sqlite://{}", file.display()))
}

async fn filled(url: &str, ratings: u32) -> Result<()> {
    tell(&format!("filling a database with {ratings} ratings; it is kept for the next run\n"));
    let started = Instant::now();
    api::store::migrate(url).await.map_err(|error| told(&error))?;
    fill::fill(url, ratings).await?;
    tell(&format!("\nfilled in {:.0} s\n", started.elapsed().as_secs_f64()));
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The service with limits that no measurement reaches; everything else is as it comes.
async fn serve(options: &Options, folder: &Path, database: &str, set: &[(&str, &str)]) -> Result<Server> {
    let port = free_port()?;
    let mut sdpt = Command::new(&options.sdpt);
    sdpt.arg("serve").env("SDPT_LISTEN", format!("127.0.0.1:{port}")).env("SDPT_DATA", folder);
    sdpt.env("DATABASE_URL", database).env("RUST_LOG", "warn");
    for limit in ["REQUESTS_PER_SECOND", "REQUESTS_IN_A_BURST", "COST", "REQUESTS_AT_ONCE_PER_VIEWER"] {
        sdpt.env(format!("SDPT_MAX_{limit}"), "100000000");
    }
    sdpt.envs(set.iter().copied());
    Server::start(sdpt, format!("http://127.0.0.1:{port}"), "/readyz").await
}

async fn beside(database: &str, answers: &Path) -> Result<Server> {
    let port = free_port()?;
    let mut plain = Command::new(std::env::current_exe()?);
    plain.args(["plain", "--database", database, "--port", &port.to_string(), "--answers"]).arg(answers);
    Server::start(plain, format!("http://127.0.0.1:{port}"), "/health").await
}

struct Run<'a> {
    options: &'a Options,
    cluster: &'a Cluster,
    service: &'a Server,
    /// The same, keeping no answers.
    forgetful: &'a Server,
    national: String,
    reader: String,
    client: Client,
    folder: PathBuf,
    results: Results,
    /// How many different requests were made up so far.
    asked: u32,
}

impl Run<'_> {
    fn token(&self, by: By) -> &str {
        match by {
            By::Reader => &self.reader,
            By::National => &self.national,
        }
    }

    fn questions(&self) -> impl Iterator<Item = (usize, &'static Question)> + use<> {
        let wanted: Vec<_> = QUESTIONS
            .iter()
            .enumerate()
            .filter(|(_, question)| is_wanted(self.options, question.name))
            .collect();
        wanted.into_iter()
    }

    /// The bytes that the bare server sends are those that the service answered with.
    async fn record_answers(&self) -> Result<PathBuf> {
        let answers = self.folder.join("answers");
        fs::create_dir_all(&answers)?;
        for (index, question) in self.questions() {
            let url = format!("{}/graphql", self.service.url);
            let body = question.body(0)?;
            fs::write(self.folder.join(format!("same-{index}")), &body)?;
            let request = self.client.post(url).bearer_auth(self.token(question.by));
            let request =
                request.header("content-type", "application/json").header("accept", "application/json");
            let bytes = request.body(body).send().await?.bytes().await?;
            let told: serde_json::Value = serde_json::from_slice(&bytes)?;
            if let Some(errors) = told.get("errors") {
                return Err(format!("{}: {errors}", question.name).into());
            }
            fs::write(answers.join(index.to_string()), &bytes)?;
        }
        Ok(answers)
    }

    async fn measure_all(&mut self, plain: &Server, tokens: &Tokens) -> Result<()> {
        let mut waiting = Vec::new();
        if is_wanted(self.options, WRITING) {
            let url = format!("{}/graphql", self.service.url);
            let token = |code: &str| tokens.of(Role::SystemLead, Some(code));
            waiting = writes::waiting(&self.client, &url, &self.national, token).await?;
        }
        for time in 0..self.options.times {
            for (index, question) in self.questions() {
                for target in Target::ALL {
                    let measured = self.measure(plain, index, question, target).await?;
                    self.results.entry((question.name, target)).or_default().push(measured);
                }
            }
            tell(&format!("asked {} of {} times\n", time + 1, self.options.times));
        }
        // Last, so that all questions are asked at one position.
        for _ in 0..self.options.times {
            let some = waiting.split_off(waiting.len().saturating_sub(WRITES_AT_ONCE));
            if some.is_empty() {
                continue;
            }
            self.write(Target::Sql, plain, some.clone()).await?;
            self.write(Target::First, self.service, some).await?;
        }
        Ok(())
    }

    async fn measure(
        &mut self,
        plain: &Server,
        index: usize,
        question: &Question,
        target: Target,
    ) -> Result<Measured> {
        let (server, path) = match target {
            Target::Bare => (plain, format!("/bytes/{index}")),
            Target::Sql => (plain, question.sql.to_owned()),
            Target::Again => (self.service, "/graphql".to_owned()),
            Target::First => (self.forgetful, "/graphql".to_owned()),
        };
        let same = self.folder.join(format!("same-{index}"));
        let lines = self.folder.join("lines");
        let body = if target == Target::First {
            let mut all = String::new();
            for number in self.asked..self.asked + LINES {
                all.push_str(&question.body(number)?);
                all.push('\n');
            }
            self.asked += LINES;
            fs::write(&lines, all)?;
            Body::Lines(&lines)
        } else {
            Body::Same(&same)
        };
        let before = self.processor(server)?;
        let started = Instant::now();
        let token = self.token(question.by);
        let measured = drive::requests(self.options, &format!("{}{path}", server.url), token, body).await?;
        let answered = measured.per_second * started.elapsed().as_secs_f64().min(self.options.seconds);
        let processor = (self.processor(server)? - before) / answered * 1e6;
        Ok(Measured { processor, ..measured })
    }

    /// Seconds, those of its database included.
    fn processor(&self, server: &Server) -> Result<f64> {
        Ok(process::seconds(server.id(), false) + process::seconds(self.cluster.postmaster()?, true))
    }

    async fn write(&mut self, target: Target, server: &Server, writes: Vec<Write>) -> Result<()> {
        let path = if target == Target::Sql { "/write" } else { "/graphql" };
        let count = f64::from(u32::try_from(writes.len())?);
        let before = self.processor(server)?;
        let url = format!("{}{path}", server.url);
        let measured = writes::send(&self.client, &url, self.options.connections, writes).await?;
        let processor = (self.processor(server)? - before) / count * 1e6;
        self.results.entry((WRITING, target)).or_default().push(Measured { processor, ..measured });
        Ok(())
    }
}
