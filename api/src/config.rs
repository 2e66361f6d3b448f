//! Configuration: the environment, read once into one value; every problem is reported together.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::error::Error;
use crate::limits::Limits;
use crate::store::embedded_file;

pub struct Config {
    pub listen: SocketAddr,
    /// The folder of the embedded database and of the local key.
    pub data: PathBuf,
    /// Of the database; may hold a password.
    pub database_url: String,
    pub log_json: bool,
    pub limits: Limits,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("data", &self.data)
            .field("database", &self.database())
            .finish_non_exhaustive()
    }
}

impl Config {
    pub fn from_environment() -> Result<Self, Error> {
        Self::read(|name| std::env::var(name).ok())
    }

    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let mut problems = Vec::new();
        let listen = variable("SDPT_LISTEN").unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let listen = listen.parse::<SocketAddr>();
        if listen.is_err() {
            problems.push("SDPT_LISTEN must be an address and a port, such as 127.0.0.1:8080".to_owned());
        }
        let data = PathBuf::from(variable("SDPT_DATA").unwrap_or_else(|| "./sdpt-data".to_owned()));
        let embedded = || format!("sqlite://{}", data.join("sdpt.sqlite").display());
        let database_url = variable("DATABASE_URL").unwrap_or_else(embedded);
        let known = ["sqlite:", "postgres:", "postgresql:"];
        if !known.iter().any(|scheme| database_url.starts_with(scheme)) {
            problems.push("DATABASE_URL must begin with postgres:// (or sqlite:// for a file)".to_owned());
        }
        let log_json = match variable("SDPT_LOG_FORMAT").as_deref() {
            None | Some("text") => false,
            Some("json") => true,
            Some(_) => {
                problems.push("SDPT_LOG_FORMAT must be text or json".to_owned());
                false
            }
        };
        let limits = Limits::read(variable, &mut problems);
        match listen {
            Ok(listen) if problems.is_empty() => Ok(Self { listen, data, database_url, log_json, limits }),
            _ => Err(Error::BadRequest(problems.join("\n"))),
        }
    }

    pub fn is_embedded(&self) -> bool {
        self.embedded_file().is_some()
    }

    /// The file of the embedded database; none where the database is a server.
    pub fn embedded_file(&self) -> Option<PathBuf> {
        embedded_file(&self.database_url)
    }

    /// The database without what only its owner should know.
    pub fn database(&self) -> &str {
        if self.is_embedded() { &self.database_url } else { "PostgreSQL" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_reported_at_once_and_a_password_is_never_shown() {
        let bad = Config::read(|name| match name {
            "SDPT_LISTEN" => Some("here".to_owned()),
            "DATABASE_URL" => Some("mysql://x".to_owned()),
            _ => None,
        });
        let why = bad.err().map(|error| error.explain()).unwrap_or_default();
        assert!(why.contains("SDPT_LISTEN") && why.contains("DATABASE_URL"), "{why}");
        let postgres = |name: &str| (name == "DATABASE_URL").then(|| "postgres://u:secret@h/d".to_owned());
        let config = Config::read(postgres).expect("a good configuration");
        assert!(!format!("{config:?}").contains("secret"));
        assert!(!config.is_embedded());
    }
}
