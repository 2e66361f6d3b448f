//! The public keys that an issuer signs with (RFC 7517), and which of them signed a token.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use super::taken::Taken;
use super::token::Token;

/// A longer list is not an issuer's.
const MOST_KEYS: usize = 100;
/// Of an RSA key.
const FEWEST_BITS: usize = 2048;
const MOST_BITS: usize = 8192;

/// Those of an issuer's keys that can be used here.
pub(super) struct Keys {
    usable: Vec<Key>,
    pub taken: Taken,
}

struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

/// Whether one of the keys signed a token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Signed {
    Yes,
    No,
    /// By none that is here. One that the issuer has added since might have.
    Unknown,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    used_for: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Keys {
    /// The keys of a set that can be used here; others are passed over.
    pub fn read(set: &[u8]) -> Result<Self, String> {
        let Set { keys } = serde_json::from_slice(set).map_err(|_| "the key set is no JSON Web Key Set")?;
        if keys.len() > MOST_KEYS {
            return Err(format!("the key set has more than {MOST_KEYS} keys"));
        }
        let usable = keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok()?.usable());
        let usable: Vec<Key> = usable.collect();
        if usable.is_empty() {
            return Err("the key set has no key for RS256, ES256 or EdDSA".to_owned());
        }
        Ok(Self { usable, taken: Taken::default() })
    }

    pub fn len(&self) -> usize {
        self.usable.len()
    }

    /// A token names its key; one that does not is taken where there is no choice.
    pub fn judge(&self, token: &Token<'_>) -> Signed {
        let fits = |key: &&Key| key.algorithm == token.algorithm;
        let signed = |key: &Key| token.is_signed_by(&key.key);
        let Some(id) = &token.key_id else {
            let mut fitting = self.usable.iter().filter(fits);
            return match (fitting.next(), fitting.next()) {
                (Some(only), None) if signed(only) => Signed::Yes,
                (Some(_), Some(_)) => Signed::No,
                _ => Signed::Unknown,
            };
        };
        let mut named = self.usable.iter().filter(|key| key.id.as_ref() == Some(id)).peekable();
        if named.peek().is_none() {
            return Signed::Unknown;
        }
        if named.filter(fits).any(signed) { Signed::Yes } else { Signed::No }
    }
}

impl Jwk {
    fn usable(self) -> Option<Key> {
        let for_signatures = self.used_for.as_deref().is_none_or(|used_for| used_for == "sig");
        let for_verifying = self.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        let (name, algorithm, key) = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => ("RS256", Algorithm::RS256, self.rsa()?),
            ("EC", Some("P-256")) => ("ES256", Algorithm::ES256, self.elliptic()?),
            ("OKP", Some("Ed25519")) => ("EdDSA", Algorithm::EdDSA, self.edwards()?),
            _ => return None,
        };
        let for_this = self.alg.as_deref().is_none_or(|alg| alg == name);
        (for_signatures && for_verifying && for_this).then_some(Key { id: self.kid, algorithm, key })
    }

    fn rsa(&self) -> Option<DecodingKey> {
        let (modulus, exponent) = (number(self.n.as_ref()?)?, number(self.e.as_ref()?)?);
        let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
        let odd = exponent.last()? % 2 == 1;
        let sound =
            (FEWEST_BITS..=MOST_BITS).contains(&bits) && odd && exponent != [1] && exponent.len() <= 4;
        sound.then(|| DecodingKey::from_rsa_raw_components(&modulus, &exponent))
    }

    fn elliptic(&self) -> Option<DecodingKey> {
        let (x, y) = (self.x.as_ref()?, self.y.as_ref()?);
        let whole = [x, y].into_iter().all(|coordinate| has_32_bytes(coordinate));
        whole.then(|| DecodingKey::from_ec_components(x, y).ok())?
    }

    fn edwards(&self) -> Option<DecodingKey> {
        let x = self.x.as_ref()?;
        has_32_bytes(x).then(|| DecodingKey::from_ed_components(x).ok())?
    }
}

/// The bytes of a number, without zeros in front.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    Some(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
}

fn has_32_bytes(text: &str) -> bool {
    BASE64URL_NOPAD.decode(text.as_bytes()).is_ok_and(|bytes| bytes.len() == 32)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn usable(key: Value) -> bool {
        serde_json::from_value::<Jwk>(key).ok().and_then(Jwk::usable).is_some()
    }

    fn rsa(bytes: usize, exponent: &[u8]) -> Value {
        let (n, e) = (BASE64URL_NOPAD.encode(&vec![0xff; bytes]), BASE64URL_NOPAD.encode(exponent));
        json!({ "kty": "RSA", "n": n, "e": e })
    }

    fn with(mut key: Value, name: &str, value: Value) -> Value {
        key[name] = value;
        key
    }

    #[test]
    fn only_keys_for_verifying_with_an_allowed_algorithm_are_used() {
        let coordinate = BASE64URL_NOPAD.encode(&[7; 32]);
        let short = BASE64URL_NOPAD.encode(&[7; 31]);
        let elliptic = json!({ "kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate });
        let edwards = json!({ "kty": "OKP", "crv": "Ed25519", "x": coordinate });
        for (key, used) in [
            (rsa(256, &[1, 0, 1]), true),
            (rsa(512, &[3]), true),
            (rsa(255, &[1, 0, 1]), false),
            (rsa(128, &[1, 0, 1]), false),
            (rsa(1025, &[1, 0, 1]), false),
            (rsa(0, &[1, 0, 1]), false),
            (rsa(256, &[1]), false),
            (rsa(256, &[0, 1]), false),
            (rsa(256, &[2]), false),
            (rsa(256, &[]), false),
            (rsa(256, &[1; 5]), false),
            (with(rsa(256, &[3]), "alg", json!("RS256")), true),
            (with(rsa(256, &[3]), "alg", json!("RS512")), false),
            (with(rsa(256, &[3]), "alg", json!("PS256")), false),
            (with(rsa(256, &[3]), "alg", json!("HS256")), false),
            (with(rsa(256, &[3]), "use", json!("sig")), true),
            (with(rsa(256, &[3]), "use", json!("enc")), false),
            (with(rsa(256, &[3]), "key_ops", json!(["verify"])), true),
            (with(rsa(256, &[3]), "key_ops", json!(["encrypt"])), false),
            (with(rsa(256, &[3]), "key_ops", json!([])), false),
            (with(rsa(256, &[3]), "n", json!("not base64!")), false),
            (with(rsa(256, &[3]), "kid", json!(5)), false),
            (elliptic.clone(), true),
            (with(elliptic.clone(), "crv", json!("P-384")), false),
            (with(elliptic.clone(), "crv", json!("secp256k1")), false),
            (with(elliptic.clone(), "alg", json!("RS256")), false),
            (with(elliptic, "y", json!(short)), false),
            (edwards.clone(), true),
            (with(edwards.clone(), "crv", json!("X25519")), false),
            (with(edwards, "x", json!(short)), false),
            (json!({ "kty": "oct", "k": coordinate, "alg": "HS256" }), false),
            (json!({ "kty": "oct", "k": coordinate }), false),
            (json!({ "kty": "RSA" }), false),
            (json!({}), false),
            (json!("RSA"), false),
        ] {
            assert_eq!(usable(key.clone()), used, "{key}");
        }
    }

    #[test]
    fn a_set_is_bounded_and_passes_over_what_it_cannot_use() {
        let set = |keys: Vec<Value>| Keys::read(json!({ "keys": keys }).to_string().as_bytes());
        assert_eq!(
            set(vec![json!(5), rsa(256, &[3]), json!({ "kty": "new" })]).map(|keys| keys.len()),
            Ok(1)
        );
        assert_eq!(set(vec![rsa(256, &[3]); MOST_KEYS]).map(|keys| keys.len()), Ok(MOST_KEYS));
        for rubbish in [set(vec![rsa(256, &[3]); MOST_KEYS + 1]), set(vec![]), Keys::read(b"<html>")] {
            assert!(rubbish.is_err());
        }
    }
}
