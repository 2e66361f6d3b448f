//! What the two sides say to each other.

use std::borrow::Cow;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use crate::http::parameters::Parameters;
use crate::http::request::token_of;

type Object = Map<String, serde_json::Value>;

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said {
    ConnectionInit {
        payload: Option<Object>,
    },
    Ping {
        payload: Option<Object>,
    },
    Pong {
        #[serde(rename = "payload")]
        _payload: Option<Object>,
    },
    Subscribe {
        id: String,
        payload: Parameters,
    },
    Complete {
        id: String,
    },
}

impl Said {
    /// None where the protocol knows no such message.
    pub(super) fn read(text: &str) -> Option<Self> {
        let said = serde_json::from_str(text).ok()?;
        match &said {
            Self::Subscribe { id, .. } | Self::Complete { id } if id.is_empty() => None,
            _ => Some(said),
        }
    }
}

/// The token in the payload of the first message: `{ "authorization": "Bearer …" }`, the name in any case. What is there
/// and is no such thing is a token that nobody takes.
pub(super) fn token(payload: Option<&Object>) -> Option<&str> {
    let said = payload?.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    Some(said?.1.as_str().and_then(token_of).unwrap_or_default())
}

/// What the service says about an operation, or about the connection where there is no id.
#[derive(Serialize)]
pub(super) struct Told<'a, Payload> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'a str>,
    pub(super) r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<Payload>,
}

impl<Payload: Serialize> Told<'_, Payload> {
    pub(super) fn text(&self) -> Utf8Bytes {
        serde_json::to_string(self).unwrap_or_else(|_| json!({ "type": "pong" }).to_string()).into()
    }
}

pub(super) fn connection_ack() -> Message {
    Message::Text(Told::<()> { id: None, r#type: "connection_ack", payload: None }.text())
}

pub(super) fn pong(payload: Option<Object>) -> Message {
    Message::Text(Told { id: None, r#type: "pong", payload }.text())
}

/// Why the service ends a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With a close frame: code and reason.
    Close(u16, Cow<'static, str>),
    /// The client went, or takes nothing any more.
    Gone,
}

impl End {
    pub(super) const EXPIRED: Self = Self::because(4401, "the token is not in force any more");
    pub(super) const STOPPING: Self = Self::because(1001, "the service is stopping");

    pub(super) const fn because(code: u16, why: &'static str) -> Self {
        Self::Close(code, Cow::Borrowed(why))
    }

    pub(super) fn code(&self) -> Option<u16> {
        match self {
            Self::Close(code, _) => Some(*code),
            Self::Gone => None,
        }
    }

    /// A reason has at most 123 bytes.
    pub(super) fn frame(&self) -> Option<Message> {
        let Self::Close(code, why) = self else { return None };
        let end = (0..=why.len().min(123)).rev().find(|end| why.is_char_boundary(*end)).unwrap_or(0);
        Some(Message::Close(Some(CloseFrame { code: *code, reason: Utf8Bytes::from(&why[..end]) })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_cut_between_letters() {
        let long = End::Close(4409, "é".repeat(100).into());
        let Some(Message::Close(Some(frame))) = long.frame() else { panic!("no close frame") };
        assert_eq!(frame.reason.as_str(), "é".repeat(61));
    }
}
