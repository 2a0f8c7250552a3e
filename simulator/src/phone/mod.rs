//! The phone page, its API and its guard.

mod api;
mod guard;
pub(crate) mod live;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::inner::Inner;

const PAGE: &str = include_str!("page.html");
const SCRIPT: &str = include_str!("app.js");
const FAULTS: &str = include_str!("faults.js");
const STYLE: &str = include_str!("app.css");

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    let api = Router::new()
        .route("/state", get(api::state))
        .route("/chat", get(api::chat))
        .route("/events", get(api::events))
        .route("/say", post(api::say))
        .route("/read", post(api::read))
        .route("/customers", post(api::add_customer))
        .route("/faults", get(api::faults).post(api::set_faults))
        .route("/press", post(api::press))
        .route("/send", post(api::send))
        .route("/mark", post(api::mark))
        .route("/preference", post(api::prefer))
        .route("/limits", get(api::limits).post(api::set_limits))
        .route("/paces", get(api::paces))
        .route("/ledger", get(api::ledger))
        .route("/counters", get(api::counters))
        .route("/file/{id}", get(api::file))
        .layer(DefaultBodyLimit::max(256 * 1_024))
        .with_state(inner);
    Router::new()
        .route("/simulator", get(async || asset(PAGE, "text/html; charset=utf-8")))
        .route("/simulator/app.js", get(async || asset(SCRIPT, "text/javascript; charset=utf-8")))
        .route("/simulator/faults.js", get(async || asset(FAULTS, "text/javascript; charset=utf-8")))
        .route("/simulator/app.css", get(async || asset(STYLE, "text/css; charset=utf-8")))
        .nest("/simulator/api", api)
        .layer(middleware::from_fn(guard::same_origin))
        .layer(middleware::map_response(guard::headers))
}

fn asset(text: &'static str, kind: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text).into_response()
}
