use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

use domain::audit::Action;
use services::{Origin, audit};

use super::{
    Webhooks,
    body::{self, NotRead},
    signature::Claimed,
};
use crate::layers;

/// Meta calls it: the MAC over the raw bytes.
const SIGNATURE: &str = "x-hub-signature-256";

/// Takes one delivery: size, signature, journal, 200. Nothing is parsed here.
pub(super) async fn deliver(State(webhooks): State<Arc<Webhooks>>, request: Request) -> Response {
    let status = take(&webhooks, request).await;
    let mut response = status.into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

async fn take(webhooks: &Webhooks, request: Request) -> StatusCode {
    let announced = axum::body::HttpBody::size_hint(request.body()).lower();
    if announced > webhooks.limits.body as u64 {
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    let (parts, body) = request.into_parts();
    let Some(claimed) = parts.headers.get(SIGNATURE).and_then(|value| Claimed::read(value.as_bytes())) else {
        webhooks.refusals.missing();
        audited(webhooks, &parts, "no signature");
        return StatusCode::UNAUTHORIZED;
    };
    let mut share = webhooks.in_flight.share();
    let body = match body::read(body, &webhooks.limits, &mut share).await {
        Ok(body) => body,
        Err(NotRead::TooLarge) => return StatusCode::PAYLOAD_TOO_LARGE,
        Err(NotRead::Busy) => return StatusCode::SERVICE_UNAVAILABLE,
        Err(NotRead::Slow) => return StatusCode::REQUEST_TIMEOUT,
        Err(NotRead::Broken) => return StatusCode::BAD_REQUEST,
    };
    if !webhooks.keys.signed(&body, &claimed) {
        webhooks.refusals.wrong();
        audited(webhooks, &parts, "wrong signature");
        return StatusCode::UNAUTHORIZED;
    }
    match webhooks.services.journal().put(body).await {
        Ok(()) => StatusCode::OK,
        // Meta redelivers what is not answered with 200. The journal has logged why.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Strangers at this door stand in the trail of the installation, counted together by network and minute.
fn audited(webhooks: &Webhooks, parts: &Parts, why: &str) {
    let address = layers::address_of(&parts.extensions, &parts.headers, &webhooks.trusted_proxies);
    let origin = Origin { address: Some(address), agent: None };
    audit::system_event(&webhooks.services, Action::WebhookRefused, &origin, why);
}
