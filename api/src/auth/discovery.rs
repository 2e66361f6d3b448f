//! Asking an issuer for its keys, as OpenID Connect Discovery says.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;

use super::keys::Keys;
use crate::error::Error;

const DOCUMENT: &str = "/.well-known/openid-configuration";
/// Of any one answer.
const MOST_BYTES: usize = 1024 * 1024;

/// Where an issuer's keys come from.
pub(super) struct Source {
    issuer: String,
    client: Client,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

/// Whether this can be the name of an issuer: the address that its tokens bear, letter by letter.
pub fn is_an_issuer(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.ends_with(DOCUMENT);
    plain && address(text).is_some_and(|url| url.query().is_none() && url.fragment().is_none())
}

/// An address to get keys from: what comes without TLS comes from this machine.
fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_here(&url));
    (safe && url.username().is_empty() && url.password().is_none()).then_some(url)
}

fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Source {
    pub fn new(issuer: &str) -> Result<Self, Error> {
        let url = address(issuer).ok_or_else(|| Error::BadRequest(format!("{issuer} is no issuer")))?;
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(3))
            .user_agent(concat!("sdpt/", env!("CARGO_PKG_VERSION")));
        // An issuer on this machine needs neither a proxy nor anybody's certificate.
        let plain = url.scheme() == "http";
        let client = if plain { client.no_proxy().tls_certs_only(Vec::new()) } else { client };
        let client = client.build().map_err(|error| {
            let why = in_full(&error);
            Error::Internal(format!(
                "the issuer cannot be asked: {why}; are the system's root certificates there?"
            ))
        })?;
        Ok(Self { issuer: issuer.to_owned(), client })
    }

    /// The keys that the issuer publishes now, or why there are none, in words for the log.
    pub async fn keys(&self) -> Result<Keys, String> {
        let base = self.issuer.strip_suffix('/').unwrap_or(&self.issuer);
        let document = address(&format!("{base}{DOCUMENT}")).ok_or("its address is wrong")?;
        let plain = document.scheme() == "http";
        let metadata = self.get(document).await?;
        let metadata: Metadata =
            serde_json::from_slice(&metadata).map_err(|_| "its openid-configuration is damaged")?;
        if metadata.issuer != self.issuer {
            return Err("its openid-configuration is of another issuer".to_owned());
        }
        let keys = address(&metadata.jwks_uri).filter(|url| plain == (url.scheme() == "http"));
        let keys = keys.ok_or("its jwks_uri is not https")?;
        Keys::read(&self.get(keys).await?)
    }

    async fn get(&self, url: Url) -> Result<Vec<u8>, String> {
        let path = url.path().to_owned();
        let failed = |error: reqwest::Error| format!("{path}: {}", in_full(&error.without_url()));
        let request = self.client.get(url).header(ACCEPT, "application/json");
        let mut response = request.send().await.map_err(failed)?;
        if response.status() != StatusCode::OK {
            return Err(format!("{path}: status {}", response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(format!("{path}: more than {MOST_BYTES} bytes"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// An error with what led to it: a certificate that is not trusted, say.
fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_an_https_address_or_on_this_machine() {
        for good in [
            "https://id.example.org",
            "https://id.example.org/",
            "https://id.example.org:8443/realms/nhs",
            "http://127.0.0.1:9000",
            "http://[::1]:9000/a",
            "http://localhost:9000",
        ] {
            assert!(is_an_issuer(good), "{good}");
        }
        for bad in [
            "",
            "id.example.org",
            "http://id.example.org",
            "http://127.0.0.1.example.org",
            "http://localhost.example.org",
            "ftp://id.example.org",
            "file:///etc/passwd",
            "https://",
            "https://id.example.org?tenant=1",
            "https://id.example.org#a",
            "https://user@id.example.org",
            "https://user:secret@id.example.org",
            " https://id.example.org",
            "https://id.example.org\n",
            "https://id.example.org/.well-known/openid-configuration",
            "sdpt-local",
        ] {
            assert!(!is_an_issuer(bad), "{bad}");
        }
    }

    #[test]
    fn a_client_is_made_without_a_provider_being_installed_first() {
        assert!(Source::new("http://127.0.0.1:9").is_ok());
        let client = Client::builder().tls_certs_only(Vec::new()).build();
        assert!(client.is_ok());
    }
}
