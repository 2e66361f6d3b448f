//! Tokens whose signature was verified, so that each is verified once. They are kept beside the keys that signed them and go
//! with these, and only as digests.

use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use super::Identity;
use super::token::{Times, Token, Why};

/// Those that were sent least lately are verified again.
const MOST: usize = 10_000;

pub(super) struct Taken(Cache<[u8; 32], (Identity, Times)>);

impl Default for Taken {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl Taken {
    /// The identity in a token that was taken before, where it is still in force.
    pub fn again(&self, token: &str, leeway: i64) -> Option<Result<Identity, Why>> {
        let (identity, times) = self.0.get(&digest(token))?;
        Some(times.check(leeway).map(|()| identity))
    }

    /// Remembers a token that was checked and is signed by the key beside.
    pub fn take(&self, text: &str, token: Token<'_>) -> Identity {
        let (identity, times) = token.identity();
        self.0.insert(digest(text), (identity.clone(), times));
        identity
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
