//! A token taken apart, and what it says of itself. Nothing of it is believed before its signature is.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};

use super::Identity;
use crate::clock::Clock;

/// Longer ones are not looked at.
const MOST_BYTES: usize = 16 * 1024;
/// As OpenID Connect bounds a subject.
const MOST_CHARS_OF_SUBJECT: usize = 255;
/// The end of the year 9999, in seconds since 1970: no token is meant to hold longer.
const END_OF_TIME: i64 = 253_402_300_799;

/// Why a token is not taken, in words that hold nothing of it.
pub(super) type Why = &'static str;

/// What a token must say.
#[derive(Debug)]
pub(super) struct Expected {
    pub issuer: String,
    pub audience: String,
    /// Seconds by which clocks may differ.
    pub leeway: i64,
}

/// A token that is well-formed and of an allowed algorithm. It may still be forged.
pub(super) struct Token<'a> {
    pub algorithm: Algorithm,
    pub key_id: Option<String>,
    message: &'a str,
    signature: &'a str,
    claims: Claims,
}

/// Keys and addresses of keys that a header may hold (`jwk`, `jku`, `x5u`, `x5c`) are left out: they are never followed.
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default, deserialize_with = "stated")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "stated")]
    typ: Option<String>,
    #[serde(default, deserialize_with = "stated")]
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    exp: i64,
    #[serde(default, deserialize_with = "stated")]
    nbf: Option<i64>,
}

/// From when until when a token holds, in seconds since 1970.
#[derive(Clone, Copy)]
pub(super) struct Times {
    exp: i64,
    nbf: Option<i64>,
}

impl Times {
    /// Whether they are now, give or take so many seconds.
    pub fn check(self, leeway: i64) -> Result<(), Why> {
        let Self { exp, nbf } = self;
        let now = Clock::default().instant().0 / 1_000_000;
        let absurd = |time: &i64| !(0..=END_OF_TIME).contains(time);
        if absurd(&exp) || nbf.as_ref().is_some_and(absurd) {
            return Err("an absurd time");
        }
        if now >= exp.saturating_add(leeway) {
            return Err("expired");
        }
        if nbf.is_some_and(|nbf| now + leeway < nbf) { Err("not yet in force") } else { Ok(()) }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// What may be left out, and is not `null` where it is stated.
fn stated<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl<'a> Token<'a> {
    /// Takes a token apart. Its algorithm is decided before anything else.
    pub fn read(text: &'a str, allowed: &[Algorithm]) -> Result<Self, Why> {
        if text.len() > MOST_BYTES {
            return Err("too long");
        }
        let (message, signature) = text.rsplit_once('.').ok_or("not three parts")?;
        let (header, payload) = message.split_once('.').ok_or("not three parts")?;
        let header: Header = object(header).ok_or("the header is damaged")?;
        let algorithm = header.alg.parse().ok().filter(|algorithm| allowed.contains(algorithm));
        let algorithm = algorithm.ok_or("of an algorithm that is not taken")?;
        if header.crit.is_some() {
            return Err("a critical header");
        }
        if !header.typ.as_deref().is_none_or(is_a_token) {
            return Err("of another type");
        }
        let claims = object(payload).ok_or("the claims are damaged or incomplete")?;
        Ok(Self { algorithm, key_id: header.kid, message, signature, claims })
    }

    /// Whether the claims are what they must be, now.
    pub fn check(&self, expected: &Expected) -> Result<(), Why> {
        let Claims { iss, aud, sub, exp, nbf } = &self.claims;
        let times = Times { exp: *exp, nbf: *nbf };
        let for_us = match aud {
            Audience::One(audience) => *audience == expected.audience,
            Audience::Many(audiences) => audiences.contains(&expected.audience),
        };
        let nobody = sub.is_empty() || sub.chars().count() > MOST_CHARS_OF_SUBJECT;
        let problems = [
            (*iss != expected.issuer, "of another issuer"),
            (!for_us, "for another audience"),
            (nobody, "for no subject"),
        ];
        let problem = problems.into_iter().find(|(wrong, _)| *wrong);
        problem.map_or_else(|| times.check(expected.leeway), |(_, why)| Err(why))
    }

    pub fn is_signed_by(&self, key: &DecodingKey) -> bool {
        let message = self.message.as_bytes();
        jsonwebtoken::crypto::verify(self.signature, message, key, self.algorithm).unwrap_or(false)
    }

    pub fn identity(self) -> (Identity, Times) {
        let Claims { iss, sub, exp, nbf, .. } = self.claims;
        (Identity { issuer: iss.into(), subject: sub.into(), expires_at: exp }, Times { exp, nbf })
    }
}

/// The JSON object in a part. Members that count may not be there twice.
fn object<T: DeserializeOwned>(part: &str) -> Option<T> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).ok()?;
    // serde would read the members of a struct from a list as well.
    bytes.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(&bytes).ok())?
}

fn is_a_token(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
}
