//! Which web pages of other hosts may ask: those on a list, and by default none.

use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use tower_http::cors::{CorsLayer, Vary};

use super::REQUEST_ID;

/// For so long a browser remembers what it may send.
const MAX_AGE: Duration = Duration::from_mins(10);

/// Origins of web pages that may ask from a browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(Vec<HeaderValue>);

impl Origins {
    /// Reads a list with commas. Says of the first that is none what an origin is.
    pub fn read(list: &str) -> Result<Self, String> {
        let origin = |text: &str| {
            let uri = text.parse::<Uri>().ok()?;
            let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
            let host = uri.host().filter(|host| !host.is_empty() && !host.contains('*'))?;
            let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
            let whole = format!("{}://{host}{port}", uri.scheme_str()?);
            (is_web && whole == text && text == text.to_ascii_lowercase()).then_some(())?;
            HeaderValue::from_str(text).ok()
        };
        let parts = list.split(',').map(str::trim).filter(|part| !part.is_empty());
        let wrong = |part: &str| format!("{part:?} is no origin: write https://host or https://host:port");
        parts.map(|part| origin(part).ok_or_else(|| wrong(part))).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a request comes from no web page, from one of our own host, or from one on the list.
    pub(super) fn allow(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else { return true };
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let own = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
        let is_own = own.zip(host).is_some_and(|((_, of), host)| of.eq_ignore_ascii_case(host));
        is_own || self.0.contains(origin)
    }

    /// None where nobody is on the list: then browsers are told nothing, and keep pages of others away.
    pub(super) fn layer(&self) -> Option<CorsLayer> {
        let layer = CorsLayer::new()
            .allow_origin(self.0.clone())
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([AUTHORIZATION, CONTENT_TYPE, REQUEST_ID])
            .expose_headers([REQUEST_ID, RETRY_AFTER])
            .max_age(MAX_AGE)
            .vary(Vary::list([]));
        (!self.0.is_empty()).then_some(layer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_origins_are_on_the_list() {
        let two = Origins::read("https://a.nhs.uk, http://localhost:3000,").unwrap();
        assert_eq!(two.0, ["https://a.nhs.uk", "http://localhost:3000"]);
        assert_eq!(Origins::read(""), Ok(Origins::default()));
        for wrong in [
            "*",
            "null",
            "a.nhs.uk",
            "https://*.nhs.uk",
            "https://a.nhs.uk/",
            "https://a.nhs.uk/path",
            "https://A.nhs.uk",
            "https://me@a.nhs.uk",
            "ftp://a.nhs.uk",
            "https://",
        ] {
            assert!(Origins::read(wrong).is_err(), "{wrong}");
        }
    }
}
