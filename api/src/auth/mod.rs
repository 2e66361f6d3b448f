//! Signing in: a bearer token says who, never what they may. The only place where a token becomes a viewer.

mod local;

use chrono::NaiveDate;
use domain::access::Viewer;

pub use self::local::{LOCAL_ISSUER, LocalKey, make_private};
use crate::store::Snapshot;

/// Whose tokens are taken: of one issuer only.
#[derive(Debug)]
pub enum SignIn {
    /// Of this installation's own key, for trying out.
    Local(LocalKey),
}

/// Who a token says its bearer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
    /// Seconds since 1970.
    pub expires_at: i64,
}

/// A token that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unverified {
    /// Forged, damaged, not for us, or not in force now.
    Invalid,
    /// Nobody can tell yet: the issuer's keys could not be had.
    Unavailable,
}

impl SignIn {
    pub async fn verify(&self, token: &str) -> Result<Identity, Unverified> {
        match self {
            Self::Local(key) => key.verify(token).ok_or(Unverified::Invalid),
        }
    }
}

/// The viewer behind an identity, with the grants that hold today.
#[expect(clippy::disallowed_methods, reason = "an identity exists only where a token was valid")]
pub fn viewer(snapshot: &Snapshot, identity: &Identity, today: NaiveDate) -> Viewer {
    let person = snapshot.people.person(&identity.issuer, &identity.subject);
    snapshot.history.viewer(person, today)
}
