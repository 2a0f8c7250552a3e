use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use super::Webhooks;

/// Meta asks once, when the address is entered on the app dashboard: who knows the token gets the challenge back.
pub(super) async fn handshake(State(webhooks): State<Arc<Webhooks>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let (mut mode, mut token, mut challenge) = (None, None, None);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "hub.mode" => mode = Some(value),
            "hub.verify_token" => token = Some(value),
            "hub.challenge" => challenge = Some(value),
            _ => {}
        }
    }
    let known = match (&webhooks.verify_token, &token) {
        (Some(ours), Some(theirs)) => bool::from(ours.expose_secret().as_bytes().ct_eq(theirs.as_bytes())),
        _ => false,
    };
    match challenge {
        Some(challenge) if known && mode.as_deref() == Some("subscribe") => {
            let headers = [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
                (header::CACHE_CONTROL, "no-store"),
                (HeaderName::from_static("x-content-type-options"), "nosniff"),
            ];
            (headers, challenge.into_owned()).into_response()
        }
        _ => StatusCode::FORBIDDEN.into_response(),
    }
}
