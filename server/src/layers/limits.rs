use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::Limited;
use tokio::{sync::Semaphore, time::timeout};

/// A reply of 4,096 characters in its longest encoding fits several times.
const BODY: usize = 256 << 10;
/// From the request's head to the response's head; what streams after that takes as long as it takes.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// A file of contacts, which goes on to the database as it comes in; what is larger is refused there, in words.
const FILE: usize = 201 << 20;
/// For such a file on a slow line.
const FILE_WITHIN: Duration = Duration::from_secs(15 * 60);
/// For a free place.
const WAIT: Duration = Duration::from_secs(5);

/// Files on their way to customers.
const UPLOAD: usize = domain::outgoing::UPLOAD_LIMIT as usize;
/// What a form has around a file.
const FORM: usize = 64 << 10;
const UPLOAD_WITHIN: Duration = Duration::from_secs(1_200);

/// What a request may bring, and how long it may take: forms and server functions little, a file what it needs.
fn bounds(request: &Request) -> (usize, Duration) {
    let path = request.uri().path();
    let file = request.method() == Method::POST && path.starts_with("/w/");
    if request.method() == Method::POST && path == crate::api::media::PATH {
        (UPLOAD + FORM, UPLOAD_WITHIN)
    } else if file && path.ends_with("/contacts/imports") {
        (FILE, FILE_WITHIN)
    } else if file && path.contains("/conversations/") && path.ends_with("/files") {
        (UPLOAD, UPLOAD_WITHIN)
    } else {
        (BODY, ANSWER_WITHIN)
    }
}

/// Bounds what is read of a request.
pub(super) async fn body(request: Request, next: Next) -> Response {
    let (most, _) = bounds(&request);
    if request.body().size_hint().lower() > most as u64 {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    next.run(request.map(|body| Body::new(Limited::new(body, most)))).await
}

/// Bounds how much is worked on at a time, and for how long.
pub(super) async fn places(State(places): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(Ok(_place)) = timeout(WAIT, places.acquire()).await else {
        let mut response =
            (StatusCode::SERVICE_UNAVAILABLE, "Parlance is busy. Try again in a few seconds.\n").into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        return response;
    };
    let (_, within) = bounds(&request);
    match timeout(within, next.run(request)).await {
        Ok(response) => response,
        Err(_) => (StatusCode::GATEWAY_TIMEOUT, "This took too long. Try again in a minute.\n").into_response(),
    }
}
