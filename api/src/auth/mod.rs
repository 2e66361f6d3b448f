//! Signing in: a bearer token says who, never what they may. The only place where a token becomes a viewer.

mod discovery;
mod issuer;
mod keys;
mod local;
mod ring;
mod taken;
mod token;

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use domain::access::Viewer;

pub use self::discovery::is_an_issuer;
pub use self::issuer::{Issuer, Trusted};
pub use self::local::{LEEWAY, LOCAL_ISSUER, LocalKey, make_private};
pub use self::ring::Pace;
use crate::config::Config;
use crate::store::Snapshot;

/// Whose tokens are taken: of one issuer only.
#[derive(Debug)]
pub enum SignIn {
    /// Of this installation's own key, for trying out.
    Local(LocalKey),
    /// Of an issuer elsewhere: people and services sign in there.
    Issuer(Issuer),
}

/// Who a token says its bearer is.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    pub issuer: Arc<str>,
    pub subject: Arc<str>,
    /// Seconds since 1970.
    pub expires_at: i64,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// A token that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unverified {
    /// Forged, damaged, not for us, or not in force now.
    Invalid,
    /// Nobody can tell yet: the issuer's keys could not be had.
    Unavailable,
}

/// The issuer whose tokens an installation takes, by its configuration.
pub fn issuer(config: &Config) -> &str {
    config.issuer.as_ref().map_or(LOCAL_ISSUER, |trusted| &trusted.issuer)
}

impl SignIn {
    /// The issuer whose tokens are taken.
    pub fn issuer(&self) -> &str {
        match self {
            Self::Local(_) => LOCAL_ISSUER,
            Self::Issuer(issuer) => issuer.name(),
        }
    }

    pub async fn verify(&self, token: &str) -> Result<Identity, Unverified> {
        match self {
            Self::Local(key) => key.verify(token),
            Self::Issuer(issuer) => issuer.verify(token).await,
        }
    }

    /// Whether anybody can sign in; if not, why.
    pub fn readiness(&self) -> Result<(), String> {
        match self {
            Self::Local(_) => Ok(()),
            Self::Issuer(issuer) => issuer.readiness(),
        }
    }
}

/// All that a log may learn of a token that is not taken.
fn refused(reason: token::Why) -> Unverified {
    tracing::debug!(reason, "a token was not taken");
    Unverified::Invalid
}

/// The viewer behind an identity, with the grants that hold today.
#[expect(clippy::disallowed_methods, reason = "an identity exists only where a token was valid")]
pub fn viewer(snapshot: &Snapshot, identity: &Identity, today: NaiveDate) -> Viewer {
    let person = snapshot.people.person(&identity.issuer, &identity.subject);
    snapshot.history.viewer(person, today)
}
