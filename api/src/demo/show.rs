//! What `sdpt demo` does around the filling: a database to fill once, a progress bar, and a greeting with things to try.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;

use domain::ledger::{Position, Via};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::queries::{PEOPLE, QUERIES, Question};
use super::{Progress, fill, mint, start};
use crate::auth::{LocalKey, SignIn};
use crate::clock::Clock;
use crate::config::Config;
use crate::error::Error;
use crate::local::LocalPerson;
use crate::start::Server;
use crate::store::{self, Store};

/// Makes sure that there is data: an empty database is filled, any other stays as it is.
pub async fn prepare(config: &Config) -> Result<(), Error> {
    let Some(file) = config.embedded_file() else {
        store::migrate(&config.database_url).await?;
        return fill_where_empty(&config.database_url).await;
    };
    crate::start::make_folder(config)?;
    if !file.exists() {
        // Filled under another name first: whoever stops it half-way finds no half-filled database.
        let half_way = file.with_extension("filling");
        remove(&half_way)?;
        let url = format!("sqlite://{}", half_way.display());
        store::migrate(&url).await?;
        fill_where_empty(&url).await?;
        let why = |error| Error::Internal(format!("{} cannot be made: {error}", file.display()));
        std::fs::rename(&half_way, &file).map_err(why)?;
    }
    crate::start::migrate(config).await
}

fn remove(file: &Path) -> Result<(), Error> {
    for suffix in ["", "-wal", "-shm"] {
        let leftover = format!("{}{suffix}", file.display());
        match std::fs::remove_file(&leftover) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::Internal(format!("{leftover} cannot be removed: {error}")));
            }
            _ => {}
        }
    }
    Ok(())
}

async fn fill_where_empty(url: &str) -> Result<(), Error> {
    let store = Store::open(url, Clock::by_hand(start()), mint()).await?;
    let filled = if store.snapshot().history.head() == Position(0) {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("synthetic ratings {bar:30} {pos}/{len} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        if !std::io::stderr().is_terminal() {
            let _ = writeln!(std::io::stderr(), "writing synthetic ratings …");
        }
        let show = |Progress { done, total, doing }| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
            bar.set_message(doing);
        };
        let filled = fill(&store, &show).await;
        bar.finish_and_clear();
        filled
    } else {
        Ok(())
    };
    store.close().await;
    filled
}

/// Prints where it is served, a token a role, and what to try.
pub async fn greet(server: &Server) -> Result<(), Error> {
    let SignIn::Local(key) = server.sign_in.as_ref() else {
        return Err(Error::BadRequest(
            "the demonstration makes local tokens, which are not taken here".to_owned(),
        ));
    };
    server.store.folded().await?;
    let now = server.store.clock().now();
    let mut tokens = Vec::new();
    for person in PEOPLE {
        person.record(&server.store, Via::CommandLine, now.today).await?;
        tokens.push((person, token(key, person, now.instant.0 / 1_000_000)?));
    }
    let text = greeting(server.address, &tokens);
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Error::Internal(format!("standard output: {error}")))
}

fn token(key: &LocalKey, person: LocalPerson<'_>, now: i64) -> Result<String, Error> {
    key.sign(&person.subject(), now, now + 12 * 3600)
}

fn greeting(address: SocketAddr, tokens: &[(LocalPerson<'_>, String)]) -> String {
    let mut text = format!(
        "\nsdpt serves http://{address}/graphql. The ratings are SYNTHETIC: made up, and reported by nobody.\n\nTokens, for 12 hours:\n"
    );
    for (person, token) in tokens {
        let on = person.on.map(|on| format!(" on {on}")).unwrap_or_default();
        let _ = write!(text, "\n  {}{on}\n  {token}\n", person.role);
    }
    for Question { title, by, query } in QUERIES {
        let query = query.split_whitespace().collect::<Vec<_>>().join(" ");
        let body = serde_json::json!({ "query": query });
        let _ = write!(
            text,
            "\n{title}\n\ncurl -s http://{address}/graphql -H 'content-type: application/json' -H 'authorization: Bearer {}' -d '{body}'\n",
            tokens[by].1
        );
    }
    text.push('\n');
    text
}
