//! GraphQL over WebSockets: graphql-transport-ws. <https://github.com/enisdenis/graphql-ws/blob/master/PROTOCOL.md>

mod conversation;
mod message;
mod operation;

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use self::conversation::{Conversation, turn_away};
use super::media::Media;
use super::refusal::Refusal;
use super::request::sign_in;
use super::{App, REQUEST_ID};

const PROTOCOL: &str = "graphql-transport-ws";

/// Tokens come in the upgrade request or in the first message, never in a cookie; still, pages of others are kept out.
pub(super) async fn by_socket(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let refuse = |status, code, why| Media::Json.refuse(&Refusal::new(status, code, why), &headers);
    if !app.origins.allow(&headers) {
        let why = "pages of this origin may not ask here (SDPT_ALLOWED_ORIGINS)";
        return refuse(StatusCode::FORBIDDEN, "FORBIDDEN", why);
    }
    let Ok(upgrade) = upgrade else {
        let why = "this is for WebSockets of the protocol graphql-transport-ws: send an upgrade request";
        return refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", why);
    };
    if let Err(refusal) = app.is_folded() {
        return Media::Json.refuse(&refusal, &headers);
    }
    let known = if headers.contains_key(AUTHORIZATION) {
        match sign_in(&app, Media::Json, &headers).await {
            Ok(identity) => Some(identity),
            Err(refused) => return *refused,
        }
    } else {
        None
    };
    let bytes = app.limits.body_bytes.most;
    let upgrade = upgrade.max_message_size(bytes).max_frame_size(bytes).protocols([PROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return upgrade.on_upgrade(turn_away);
    }
    let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    upgrade.on_upgrade(move |socket| Conversation::new(Arc::unwrap_or_clone(app), socket, id, known).run())
}
