use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::Limited;
use tokio::{sync::Semaphore, time::timeout};

/// A reply of 4,096 characters in its longest encoding fits several times.
const BODY: usize = 256 << 10;
/// From the request's head to the response's head; what streams after that takes as long as it takes.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// For a free place.
const WAIT: Duration = Duration::from_secs(5);

/// Bounds what a form or a server function reads.
pub(super) async fn body(request: Request, next: Next) -> Response {
    if request.body().size_hint().lower() > BODY as u64 {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    next.run(request.map(|body| Body::new(Limited::new(body, BODY)))).await
}

/// Bounds how much is worked on at a time, and for how long.
pub(super) async fn places(State(places): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(Ok(_place)) = timeout(WAIT, places.acquire()).await else {
        let mut response =
            (StatusCode::SERVICE_UNAVAILABLE, "Parlance is busy. Try again in a few seconds.\n").into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        return response;
    };
    match timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => (StatusCode::GATEWAY_TIMEOUT, "This took too long. Try again in a minute.\n").into_response(),
    }
}
