//! Configuration: the environment, read once into one value; every problem is reported together.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::auth::{LEEWAY, Trusted, is_an_issuer};
use crate::error::Error;
use crate::http::Origins;
use crate::limits::Limits;
use crate::store::embedded_file;

/// Of seconds by which clocks may differ.
const MOST_LEEWAY: i64 = 60;

pub struct Config {
    pub listen: SocketAddr,
    /// The folder of the embedded database and of the local key.
    pub data: PathBuf,
    /// Of the database; may hold a password.
    pub database_url: String,
    pub log_json: bool,
    /// Who makes the tokens; none for trying out with local keys.
    pub issuer: Option<Trusted>,
    /// Seconds by which clocks may differ.
    pub leeway: i64,
    /// Whether readers may ask for the schema.
    pub introspection: bool,
    /// Web pages that may ask from a browser.
    pub origins: Origins,
    pub limits: Limits,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("data", &self.data)
            .field("database", &self.database())
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Config {
    pub fn from_environment() -> Result<Self, Error> {
        // What is no text is set all the same, and reported where it is no value.
        Self::read(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
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
        let leeway = variable("SDPT_LEEWAY_SECONDS").map_or(Some(LEEWAY), |seconds| seconds.parse().ok());
        let leeway = leeway.filter(|seconds| (0..=MOST_LEEWAY).contains(seconds)).unwrap_or_else(|| {
            problems.push(format!("SDPT_LEEWAY_SECONDS must be a whole number from 0 to {MOST_LEEWAY}"));
            LEEWAY
        });
        let (issuer, audience) = (variable("SDPT_ISSUER"), variable("SDPT_AUDIENCE"));
        let issuer = trusted(issuer, audience, leeway, &mut problems);
        let introspection = match variable("SDPT_INTROSPECTION").as_deref() {
            None => issuer.is_none(),
            Some(set @ ("on" | "off")) => set == "on",
            Some(_) => {
                problems.push("SDPT_INTROSPECTION must be on or off".to_owned());
                false
            }
        };
        let origins = variable("SDPT_ALLOWED_ORIGINS").unwrap_or_default();
        let origins = Origins::read(&origins).unwrap_or_else(|why| {
            problems.push(format!("SDPT_ALLOWED_ORIGINS: {why}"));
            Origins::default()
        });
        let limits = Limits::read(variable, &mut problems);
        match listen {
            Ok(listen) if problems.is_empty() => Ok(Self {
                listen,
                data,
                database_url,
                log_json,
                issuer,
                leeway,
                introspection,
                origins,
                limits,
            }),
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

    /// Local keys are for trying out. Where people sign in elsewhere, nobody may come in with a token that this machine made.
    pub fn takes_local_keys(&self) -> Result<(), Error> {
        let Some(Trusted { issuer, .. }) = &self.issuer else { return Ok(()) };
        Err(Error::BadRequest(format!(
            "SDPT_ISSUER is set, so only tokens of {issuer} are taken: get one there, or unset SDPT_ISSUER and \
             SDPT_AUDIENCE to try out with local tokens"
        )))
    }

    /// The database without what only its owner should know.
    pub fn database(&self) -> &str {
        if self.is_embedded() { &self.database_url } else { "PostgreSQL" }
    }
}

fn trusted(
    issuer: Option<String>,
    audience: Option<String>,
    leeway: i64,
    problems: &mut Vec<String>,
) -> Option<Trusted> {
    if let Some(issuer) = &issuer
        && !is_an_issuer(issuer)
    {
        let why = "SDPT_ISSUER must be the address in the issuer's tokens (iss): https://… without a query, or http://127.0.0.1…";
        problems.push(why.to_owned());
    }
    match (issuer, audience) {
        (Some(issuer), Some(audience)) => Some(Trusted { issuer, audience, leeway }),
        (None, None) => None,
        (Some(_), None) => {
            let why =
                "SDPT_ISSUER needs SDPT_AUDIENCE: what the issuer's tokens for this service bear as aud";
            problems.push(why.to_owned());
            None
        }
        (None, Some(_)) => {
            let why = "SDPT_AUDIENCE needs SDPT_ISSUER: without an issuer, local tokens would be taken";
            problems.push(why.to_owned());
            None
        }
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

    fn with(variables: &[(&str, &str)]) -> Result<Config, String> {
        let value = |wanted: &str| variables.iter().find(|(name, _)| *name == wanted);
        let read = Config::read(|name| value(name).map(|(_, value)| (*value).to_owned()));
        read.map_err(|error| error.explain())
    }

    #[test]
    fn an_issuer_needs_an_address_and_an_audience() {
        let local = with(&[]).expect("a good configuration");
        assert_eq!((local.issuer.is_none(), local.leeway, local.takes_local_keys().is_ok()), (true, 5, true));
        let address = "https://id.example.org/realms/nhs";
        let set = [("SDPT_ISSUER", address), ("SDPT_AUDIENCE", "sdpt"), ("SDPT_LEEWAY_SECONDS", "60")];
        let config = with(&set).expect("a good configuration");
        let trusted = Trusted { issuer: address.to_owned(), audience: "sdpt".to_owned(), leeway: 60 };
        assert_eq!(config.issuer.as_ref(), Some(&trusted));
        let why = config.takes_local_keys().map_err(|error| error.explain()).expect_err("local keys");
        assert!(why.contains("unset SDPT_ISSUER"), "{why}");
        for (variables, named) in [
            (&[("SDPT_ISSUER", address)][..], "SDPT_ISSUER needs SDPT_AUDIENCE"),
            (&[("SDPT_AUDIENCE", "sdpt")], "SDPT_AUDIENCE needs SDPT_ISSUER"),
            (&[("SDPT_ISSUER", "http://id.example.org"), ("SDPT_AUDIENCE", "sdpt")], "SDPT_ISSUER must be"),
            (&[("SDPT_ISSUER", "sdpt-local"), ("SDPT_AUDIENCE", "sdpt")], "SDPT_ISSUER must be"),
            (&[("SDPT_LEEWAY_SECONDS", "61")], "SDPT_LEEWAY_SECONDS must be"),
            (&[("SDPT_LEEWAY_SECONDS", "-1")], "SDPT_LEEWAY_SECONDS must be"),
            (&[("SDPT_LEEWAY_SECONDS", "5.5")], "SDPT_LEEWAY_SECONDS must be"),
        ] {
            let why = with(variables).expect_err("a bad configuration");
            assert!(why.starts_with(named) && !why.contains('\n'), "{why}");
        }
        let all = with(&[("SDPT_LISTEN", "here"), ("SDPT_ISSUER", "there"), ("SDPT_LEEWAY_SECONDS", "now")]);
        assert_eq!(all.expect_err("a bad configuration").lines().count(), 4);
    }
}
