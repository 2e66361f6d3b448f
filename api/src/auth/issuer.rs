//! Tokens of an issuer elsewhere, verified with the keys that it publishes. See docs/decisions.

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::Algorithm;

use super::discovery::Source;
use super::keys::{Keys, Signed};
use super::ring::{Pace, Ring};
use super::token::{Expected, Token};
use super::{Identity, Unverified, refused};
use crate::error::Error;

/// With a private key only: what verifies a token cannot make one.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// Who makes tokens for this service, as the configuration names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted {
    /// As in `iss`, letter by letter.
    pub issuer: String,
    /// As in `aud`.
    pub audience: String,
    /// Seconds by which clocks may differ.
    pub leeway: i64,
}

/// An issuer, and the keys it was last known to have.
pub struct Issuer {
    expected: Expected,
    ring: Ring,
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("expected", &self.expected).finish_non_exhaustive()
    }
}

impl Issuer {
    /// Begins to get the issuer's keys; does not wait for them.
    pub fn start(trusted: Trusted) -> Result<Self, Error> {
        Self::start_at(trusted, Pace::default())
    }

    /// At a pace of one's own.
    pub fn start_at(trusted: Trusted, pace: Pace) -> Result<Self, Error> {
        let Trusted { issuer, audience, leeway } = trusted;
        let ring = Ring::start(Source::new(&issuer)?, pace);
        Ok(Self { expected: Expected { issuer, audience, leeway }, ring })
    }

    /// As in `iss`, letter by letter.
    pub fn name(&self) -> &str {
        &self.expected.issuer
    }

    pub async fn verify(&self, text: &str) -> Result<Identity, Unverified> {
        let mut keys = self.ring.keys();
        let again = keys.as_ref().and_then(|keys| keys.taken.again(text, self.expected.leeway));
        if let Some(again) = again {
            return again.map_err(refused);
        }
        let token = Token::read(text, &ALGORITHMS).map_err(refused)?;
        // What could not be taken anyway asks for no keys.
        token.check(&self.expected).map_err(refused)?;
        let judge = |keys: &Arc<Keys>| keys.judge(&token);
        let mut signed = keys.as_ref().map(judge);
        if matches!(signed, None | Some(Signed::Unknown)) {
            keys = self.ring.renewed().await;
            signed = keys.as_ref().map(judge);
        }
        match (signed, keys) {
            (Some(Signed::Yes), Some(keys)) => Ok(keys.taken.take(text, token)),
            (Some(Signed::No), _) => Err(refused("forged or damaged")),
            (Some(_), _) => Err(refused("of an unknown key")),
            (None, _) => Err(Unverified::Unavailable),
        }
    }

    /// Whether there are keys; if not, why nobody can sign in.
    pub fn readiness(&self) -> Result<(), String> {
        match self.ring.keys() {
            Some(_) => Ok(()),
            None => Err("nobody can sign in: the issuer's keys could not be had yet".to_owned()),
        }
    }
}
