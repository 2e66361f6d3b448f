//! Tokens that this installation makes for itself, for trying out.

use std::fmt;
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, encode};
use rand::TryRngCore;
use rand::rngs::OsRng;
use serde::Serialize;

use super::taken::Taken;
use super::token::{Expected, Token};
use super::{Identity, Unverified, refused};
use crate::error::Error;

/// Of tokens that this installation makes for itself.
pub const LOCAL_ISSUER: &str = "sdpt-local";
const AUDIENCE: &str = "sdpt";
const ALGORITHM: Algorithm = Algorithm::HS256;
/// Seconds by which clocks may differ, where nothing else is configured.
pub const LEEWAY: i64 = 5;

/// The key of this installation. Never printed.
pub struct LocalKey {
    secret: [u8; 32],
    leeway: i64,
    taken: Taken,
}

impl fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalKey(…)")
    }
}

#[derive(Serialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: i64,
    nbf: i64,
}

impl LocalKey {
    /// The key in this folder; made at first start, readable by its owner only.
    pub fn in_folder(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("local.key");
        let failed = |what: &str, error: &dyn fmt::Display| {
            Error::Internal(format!("the local key {} cannot be {what}: {error}", path.display()))
        };
        make_private(folder).map_err(|error| failed("made", &error))?;
        let mut secret = [0; 32];
        OsRng.try_fill_bytes(&mut secret).map_err(|error| failed("made", &error))?;
        match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                let written = file.write_all(&secret).and_then(|()| file.sync_all());
                written.map_err(|error| failed("written", &error))?;
                Ok(Self::from_secret(secret))
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let bytes = fs::read(&path).map_err(|error| failed("read", &error))?;
                let secret = bytes.try_into().map_err(|_| failed("read", &"it has not 32 bytes"))?;
                Ok(Self::from_secret(secret))
            }
            Err(error) => Err(failed("made", &error)),
        }
    }

    pub fn from_secret(secret: [u8; 32]) -> Self {
        Self { secret, leeway: LEEWAY, taken: Taken::default() }
    }

    #[must_use]
    pub fn with_leeway(self, leeway: i64) -> Self {
        Self { leeway, ..self }
    }

    /// A token for this subject from one instant to another, in seconds since 1970.
    pub fn sign(&self, subject: &str, from: i64, to: i64) -> Result<String, Error> {
        let (iss, aud) = (LOCAL_ISSUER.to_owned(), AUDIENCE.to_owned());
        let claims = Claims { iss, aud, sub: subject.to_owned(), exp: to, nbf: from };
        let key = EncodingKey::from_secret(&self.secret);
        encode(&Header::new(ALGORITHM), &claims, &key)
            .map_err(|error| Error::Internal(format!("the token cannot be signed: {error}")))
    }

    /// Refuses a token unless it is ours, whole, for us, and in force now.
    pub fn verify(&self, text: &str) -> Result<Identity, Unverified> {
        if let Some(again) = self.taken.again(text, self.leeway) {
            return again.map_err(refused);
        }
        let (issuer, audience) = (LOCAL_ISSUER.to_owned(), AUDIENCE.to_owned());
        let token = Token::read(text, &[ALGORITHM]).map_err(refused)?;
        token.check(&Expected { issuer, audience, leeway: self.leeway }).map_err(refused)?;
        if !token.is_signed_by(&DecodingKey::from_secret(&self.secret)) {
            return Err(refused("forged or damaged"));
        }
        Ok(self.taken.take(text, token))
    }
}

/// Makes a folder that only its owner may look into. One that is there stays as it is.
pub fn make_private(folder: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
