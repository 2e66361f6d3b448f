//! Tokens that are good but for one thing, each with the words for it.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};

use super::{SUBJECT, with, without};
use crate::harness::issuer::{AUDIENCE, Signer, TestIssuer, encoded, now, sign_with_secret};

type Tokens = Vec<(String, String)>;

/// `rsa` and `elliptic` are keys of the issuer's.
pub(super) fn tokens(issuer: &TestIssuer, rsa: &Signer, elliptic: &Signer) -> Tokens {
    let claims = issuer.claims(SUBJECT);
    let mut all = of_other_algorithms(rsa, elliptic, &claims);
    all.extend(of_other_keys(rsa, elliptic, &claims));
    all.extend(with_other_headers(rsa, &claims));
    all.extend(of_another_form(rsa, &claims));
    all.extend(with_other_claims(rsa, &claims, &issuer.url));
    all
}

fn list<const N: usize>(tokens: [(&str, String); N]) -> Tokens {
    tokens.map(|(what, token)| (what.to_owned(), token)).into()
}

fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

fn of_other_algorithms(rsa: &Signer, elliptic: &Signer, claims: &Value) -> Tokens {
    let token = rsa.token(claims);
    let [header, payload, signature] = parts(&token);
    let curved = elliptic.token(claims);
    let (signed, _) = curved.rsplit_once('.').unwrap();
    let secretly = |secret: &[u8]| {
        sign_with_secret(secret, &json!({ "alg": "HS256", "typ": "JWT", "kid": rsa.id }), claims)
    };
    let base64 = BASE64.encode(&rsa.public_der);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"));
    let modulus = BASE64URL_NOPAD.decode(rsa.jwk()["n"].as_str().unwrap().as_bytes()).unwrap();
    let none = encoded(r#"{"alg":"none","typ":"JWT"}"#);
    let of = |algorithm: &str| rsa.sign(&with(rsa.header(), "alg", algorithm), claims);
    list([
        ("of none", format!("{none}.{payload}.")),
        ("of none, signed", format!("{none}.{payload}.{signature}")),
        ("of None", format!("{}.{payload}.", encoded(r#"{"alg":"None"}"#))),
        ("of no algorithm", format!("{}.{payload}.", encoded(r#"{"typ":"JWT"}"#))),
        ("of two algorithms", format!("{}.{payload}.", encoded(r#"{"alg":["RS256","none"]}"#))),
        ("of a secret that is the public key in PEM", secretly(pem.as_bytes())),
        ("of a secret that is it in PEM, without an end of line", secretly(pem.trim_end().as_bytes())),
        ("of a secret that is it in DER", secretly(&rsa.public_der)),
        ("of a secret that is it in JSON", secretly(rsa.jwk().to_string().as_bytes())),
        ("of a secret that is its modulus", secretly(&modulus)),
        ("of an empty secret", secretly(b"")),
        ("of the local secret", secretly(&[7; 32])),
        ("said to be of RS512", of("RS512")),
        ("said to be of PS256", of("PS256")),
        ("said to be of ES256", of("ES256")),
        ("said to be of EdDSA", of("EdDSA")),
        ("said to be of rs256", of("rs256")),
        ("said to be of an empty algorithm", of("")),
        ("ES256 of zeros", format!("{signed}.{}", encoded([0; 64]))),
        ("ES256 of ones", format!("{signed}.{}", encoded([0xff; 64]))),
        ("ES256 of too little", format!("{signed}.{}", encoded([0; 8]))),
        ("ES256 in DER", format!("{signed}.{}", encoded([0x30, 6, 2, 1, 0, 2, 1, 0]))),
        ("RS256 of zeros", format!("{header}.{payload}.{}", encoded([0; 256]))),
    ])
}

fn of_other_keys(rsa: &Signer, elliptic: &Signer, claims: &Value) -> Tokens {
    let (same, other) = (Signer::rsa(&rsa.id), Signer::p256("theirs"));
    let theirs = with(claims.clone(), "iss", "https://theirs.example.org");
    let offering = |name: &str, value: Value| other.sign(&with(other.header(), name, value), claims);
    let offered = with(other.named(&elliptic.id).header(), "jwk", other.jwk());
    list([
        ("of another key than it says", rsa.named(&elliptic.id).token(claims)),
        ("of a stranger's key with the same id", same.token(claims)),
        ("of another issuer's key with the same id", same.token(&theirs)),
        ("of another issuer, with a key of ours", rsa.token(&theirs)),
        ("of a stranger's key without an id", same.sign(&without(rsa.header(), "kid"), claims)),
        ("of a stranger's key", other.token(claims)),
        ("with its own key in it", offering("jwk", other.jwk())),
        ("with its own key under an id of ours", other.sign(&offered, claims)),
        ("with its own key set", offering("jku", json!("http://127.0.0.1:9/jwks"))),
        ("with its own certificate", offering("x5c", json!(["MIIB"]))),
        ("with its own certificate elsewhere", offering("x5u", json!("http://127.0.0.1:9/x"))),
    ])
}

fn with_other_headers(rsa: &Signer, claims: &Value) -> Tokens {
    let a = |name: &str, value: Value| rsa.sign(&with(rsa.header(), name, value), claims);
    let text = |header: &str| rsa.sign_text(header, &claims.to_string());
    list([
        ("with a critical header", a("crit", json!(["exp"]))),
        ("with a critical header that is not encoded", a("crit", json!(["b64"]))),
        ("with no critical headers", a("crit", json!([]))),
        ("with null critical headers", a("crit", Value::Null)),
        ("of another type", a("typ", json!("logout+jwt"))),
        ("of an empty type", a("typ", json!(""))),
        ("of a type that is no text", a("typ", json!(5))),
        ("with a kid that is no text", a("kid", json!(5))),
        ("with a null kid", a("kid", Value::Null)),
        ("with an empty kid", a("kid", json!(""))),
        ("with a kid that is a path", a("kid", json!("../../../dev/null"))),
        ("with a kid that is SQL", a("kid", json!("' OR 1=1 --\0"))),
        ("with a huge kid", a("kid", json!("k".repeat(9000)))),
        ("with a header that is a list", text(r#"["RS256","r"]"#)),
        ("with a header that is no JSON", text("{")),
        ("with an empty header", text("{}")),
        ("with two algorithms", text(r#"{"alg":"none","alg":"RS256","kid":"r"}"#)),
        ("with two kids", text(r#"{"alg":"RS256","kid":"x","kid":"r"}"#)),
    ])
}

fn of_another_form(rsa: &Signer, claims: &Value) -> Tokens {
    let token = rsa.token(claims);
    let [header, payload, signature] = parts(&token);
    let swapped = encoded(with(claims.clone(), "sub", "national-team").to_string());
    let another = encoded(with(rsa.header(), "typ", "JWT").to_string());
    let saying = |claims: &str| rsa.sign_text(&rsa.header().to_string(), claims);
    list([
        ("unsigned", format!("{header}.{payload}.")),
        ("without a signature", format!("{header}.{payload}")),
        ("cut short", token[..token.len() - 1].to_owned()),
        ("with swapped claims", format!("{header}.{swapped}.{signature}")),
        ("with a swapped header", format!("{another}.{payload}.{signature}")),
        ("with claims that are no JSON", saying("{")),
        (
            "with claims that are a list",
            saying(&json!([claims["iss"], AUDIENCE, SUBJECT, claims["exp"]]).to_string()),
        ),
        ("with claims that are null", saying("null")),
        ("with deep claims", saying(&"[".repeat(5000))),
        ("with deep claims in an object", saying(&r#"{"a":"#.repeat(1000))),
        ("encrypted, in five parts", format!("{token}.{payload}.{signature}")),
        ("in four parts", format!("{token}.{signature}")),
        ("in empty parts", "..".to_owned()),
        ("in empty parts, many", ".".repeat(5000)),
        ("with a dot in front", format!(".{token}")),
        ("with white space in it", format!("{header}. {payload}.{signature}")),
        ("with a tab in it", format!("{header}.{payload}\t.{signature}")),
        ("with padding", format!("{token}=")),
        ("twice", format!("{token} {token}")),
        ("too long", rsa.token(&with(claims.clone(), "padding", "p".repeat(13_000)))),
        ("far too long", "a".repeat(200_000)),
        ("garbage", "garbage".to_owned()),
        ("empty", String::new()),
    ])
}

fn with_other_claims(rsa: &Signer, claims: &Value, issuer: &str) -> Tokens {
    let mut all = Vec::new();
    let saying = |claims: &str| rsa.sign_text(&rsa.header().to_string(), claims);
    for claim in ["iss", "aud", "sub", "exp"] {
        let twice = claims.to_string().replacen('{', &format!("{{{}:{},", json!(claim), claims[claim]), 1);
        all.push((format!("without {claim}"), rsa.token(&without(claims.clone(), claim))));
        all.push((format!("with {claim} twice"), saying(&twice)));
    }
    let far = |seconds: i64| json!(now() + seconds);
    let (nothing, fraction) = (Value::Null, json!(300.5 + f64::from(u32::try_from(now()).unwrap())));
    for (claim, values) in [
        (
            "iss",
            [format!("{issuer}/"), issuer.to_uppercase(), "sdpt-local".to_owned(), String::new()]
                .map(Value::from)
                .into_iter()
                .chain([json!([issuer]), nothing.clone()])
                .collect::<Vec<_>>(),
        ),
        (
            "aud",
            vec![
                json!("other"),
                json!(""),
                json!([]),
                json!(["other"]),
                json!([AUDIENCE, 5]),
                json!([[AUDIENCE]]),
                json!({ AUDIENCE: 1 }),
                json!(format!("{AUDIENCE} other")),
                nothing.clone(),
            ],
        ),
        ("sub", vec![json!(""), json!(5), json!("s".repeat(256)), json!([SUBJECT]), nothing.clone()]),
        ("nbf", vec![far(60), json!("now"), json!(-5), json!(1.5), json!(u64::MAX), nothing.clone()]),
        ("exp", vec![far(-10), json!(0), json!(-1), json!(i64::MIN), json!(i64::MAX), json!(u64::MAX)]),
        ("exp", vec![json!(1e300), json!((now() + 300) * 1000), json!((now() + 300).to_string()), fraction]),
        ("exp", vec![json!(true), json!([now() + 300]), json!({}), nothing]),
    ] {
        for value in values {
            let what = format!("with {claim} {value:.60}");
            all.push((what, rsa.token(&with(claims.clone(), claim, value))));
        }
    }
    let endless = with(claims.clone(), "exp", "FAR").to_string();
    all.extend(
        ["1e400", "-1e400", "99999999999999999999999999"]
            .map(|number| (format!("with exp {number}"), saying(&endless.replace("\"FAR\"", number)))),
    );
    all
}
