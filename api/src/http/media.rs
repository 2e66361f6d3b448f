//! The media types of requests and answers, and the statuses of answers.

use axum::body::Bytes;
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use super::REQUEST_ID;
use super::answer::Body;
use super::kept::Kept;
use super::refusal::Refusal;

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    GraphqlResponse,
    Json,
}

/// A media type or a range of them, with what stands beside it.
struct Range<'a> {
    essence: String,
    parameters: Vec<(String, &'a str)>,
}

impl<'a> Range<'a> {
    fn read(text: &'a str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        let parameters = parts.filter_map(|part| part.split_once('='));
        let parameters = parameters
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"')))
            .collect();
        Self { essence, parameters }
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    /// Answers and requests are in UTF-8, of which ASCII is a part only when it is read.
    fn is_utf8(&self) -> bool {
        self.parameter("charset").is_none_or(|charset| {
            ["utf-8", "utf8", "*"].iter().any(|known| charset.eq_ignore_ascii_case(known))
        })
    }

    /// From 0, not acceptable, to 1000; none where it is not a number that the header may hold.
    fn quality(&self) -> Option<u16> {
        let Some(text) = self.parameter("q") else { return Some(1000) };
        let quality: f32 = text.parse().ok().filter(|quality| (0.0..=1.0).contains(quality))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 1000")]
        Some((quality * 1000.0).round() as u16)
    }

    /// How closely it means a media type: 0 where it does not.
    fn closeness(&self, media: Media) -> u8 {
        match self.essence.as_str() {
            essence if essence == media.essence() => 3,
            "application/*" => 2,
            "*/*" => 1,
            _ => 0,
        }
    }
}

/// The body is sent as JSON in UTF-8.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return false };
    let range = Range::read(only.to_str().unwrap_or_default());
    range.essence == "application/json" && range.is_utf8()
}

pub(super) fn request_id(headers: &HeaderMap) -> &str {
    headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default()
}

/// Named, and not with a quality of 0.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut ranges = accepts.flat_map(|accept| accept.split(',')).map(Range::read);
    ranges.any(|range| range.essence == "gzip" && range.quality().is_some_and(|quality| quality > 0))
}

impl Media {
    /// The best that the client accepts; `None` where it accepts neither.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let accepts = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges: Vec<_> = accepts.flat_map(|accept| accept.split(',')).map(str::trim).collect();
        let ranges: Vec<_> = ranges.into_iter().filter(|range| !range.is_empty()).map(Range::read).collect();
        if ranges.is_empty() {
            return headers.get_all(ACCEPT).iter().all(HeaderValue::is_empty).then_some(Self::Json);
        }
        let liked = [Self::Json, Self::GraphqlResponse].into_iter().filter_map(|media| {
            let fitting = ranges.iter().enumerate().filter(|(_, range)| range.is_utf8());
            let fitting = fitting.filter_map(|(place, range)| Some((place, range, range.quality()?)));
            // The closest range decides, of several as close the one that likes it best.
            let (place, range, quality) =
                fitting.filter(|(_, range, _)| range.closeness(media) > 0).max_by_key(
                    |(place, range, quality)| (range.closeness(media), *quality, std::cmp::Reverse(*place)),
                )?;
            (quality > 0).then(|| (media, quality, range.closeness(media), place))
        });
        // As well liked: what is named goes before what a wildcard takes in, then what is named first, then plain JSON.
        let best = liked.reduce(|best, other| {
            let rank = |(_, quality, closeness, place): (Self, u16, u8, usize)| {
                (
                    quality,
                    closeness == 3,
                    if closeness == 3 { std::cmp::Reverse(place) } else { std::cmp::Reverse(0) },
                )
            };
            if rank(other) > rank(best) { other } else { best }
        });
        best.map(|(media, ..)| media)
    }

    const fn essence(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json",
            Self::Json => "application/json",
        }
    }

    const fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }

    /// The answer to a request that was executed.
    pub(super) fn send(self, answer: &Kept, headers: &HeaderMap) -> Response<Bytes> {
        let is_packed = answer.is_worth_packing() && takes_gzip(headers);
        let mut response = Response::new(if is_packed { answer.packed() } else { answer.text() });
        let told = response.headers_mut();
        told.insert(CONTENT_TYPE, self.content_type());
        if is_packed {
            told.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }

    /// A document that cannot be executed is, as application/json, well answered.
    pub(super) fn refuse(self, refusal: &Refusal, headers: &HeaderMap) -> Response {
        self.refusal(refusal, headers).map(axum::body::Body::from)
    }

    /// The same, where its bytes are sent as answers are.
    pub(super) fn refusal(self, refusal: &Refusal, headers: &HeaderMap) -> Response<Bytes> {
        let well_answered = self == Self::Json && refusal.is_of_the_document();
        let body = Body::refused(refusal, request_id(headers)).text();
        let mut response = Response::new(body.into());
        *response.status_mut() = if well_answered { StatusCode::OK } else { refusal.status };
        let told = response.headers_mut();
        told.insert(CONTENT_TYPE, self.content_type());
        if let Some(seconds) = refusal.retry_after {
            told.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(accept: &str) -> Option<Media> {
        let value = HeaderValue::from_str(accept).expect("a header");
        Media::negotiate(&HeaderMap::from_iter([(ACCEPT, value)]))
    }

    #[test]
    fn the_best_of_what_is_accepted_is_sent() {
        let (json, graphql) = (Some(Media::Json), Some(Media::GraphqlResponse));
        for (accept, expected) in [
            ("", json),
            ("*/*", json),
            ("application/*", json),
            ("application/*;q=0.1, */*;q=0", json),
            ("application/json", json),
            ("APPLICATION/JSON ; Charset=\"UTF-8\"", json),
            ("application/graphql-response+json", graphql),
            ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", graphql),
            ("application/json, application/graphql-response+json", json),
            ("application/json;q=0.5, application/graphql-response+json;q=0.9", graphql),
            ("application/graphql-response+json;q=0.5, application/json;q=0.9", json),
            ("application/graphql-response+json, */*", graphql),
            ("*/*, application/graphql-response+json", graphql),
            ("application/json;q=0, */*", graphql),
            ("application/graphql-response+json;q=0, application/*", json),
            ("application/json;q=0.2, */*;q=0.8", graphql),
            ("text/html, application/json;q=0.001", json),
            ("application/json;version=1", json),
            ("application/json;charset=iso-8859-1, application/graphql-response+json;q=0.1", graphql),
            ("application/json;charset=utf-16", None),
            ("text/html", None),
            ("application/json;q=0", None),
            ("*/*;q=0", None),
            ("image/*", None),
            ("application/json;q=high", None),
            ("application/json;q=2", None),
            ("application/json;q=NaN", None),
            ("json", None),
            (";;;=", None),
            (",", None),
        ] {
            assert_eq!(negotiated(accept), expected, "{accept}");
        }
    }

    #[test]
    fn without_a_wish_plain_json_is_sent() {
        assert_eq!(Media::negotiate(&HeaderMap::new()), Some(Media::Json));
    }
}
