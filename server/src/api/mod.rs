//! The REST API: `/api/v1`, its description, and a page that shows it.
//!
//! Each route is thin: it reads the request, calls the use case that the pages call, and writes the answer. What may be done
//! is decided there.

mod audit;
mod browse;
mod caller;
mod consent;
mod contacts;
mod conversations;
mod dead_letters;
mod describe;
mod health;
mod labels;
mod limits;
pub mod media;
mod members;
mod messages;
mod numbers;
mod once;
mod page;
mod permissions;
mod problem;
mod queues;
mod read;
mod search;
mod templates;
mod tokens;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::{any, delete, get, post, put},
};
use serde_json::Value;

use crate::{assets, web::Web};
use problem::Problem;

/// Of the page: our own style sheet and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

pub fn router(web: &Web) -> Router<Web> {
    let locked = Router::new()
        .route("/api/v1/contacts", get(contacts::list).post(contacts::create))
        .route("/api/v1/contacts/{id}", get(contacts::get).patch(contacts::update))
        .route("/api/v1/contacts/{id}/assignee", put(contacts::assign))
        .route("/api/v1/contacts/{id}/merge", post(contacts::merge))
        .route("/api/v1/contact-fields", get(contacts::fields))
        .route("/api/v1/contacts/{id}/consent", get(consent::list).post(consent::record))
        .route("/api/v1/search", get(search::find))
        .route("/api/v1/conversations", get(conversations::list))
        .route("/api/v1/conversations/{id}", get(conversations::get))
        .route("/api/v1/conversations/{id}/assignee", put(conversations::assign))
        .route("/api/v1/conversations/{id}/close", post(conversations::close))
        .route("/api/v1/conversations/{id}/reopen", post(conversations::reopen))
        .route("/api/v1/conversations/{id}/messages", get(messages::list).post(messages::send))
        .route("/api/v1/conversations/{id}/labels", put(conversations::label))
        .route("/api/v1/labels", get(labels::list))
        .route("/api/v1/dead-letters", get(dead_letters::list))
        .route("/api/v1/dead-letters/retry", post(dead_letters::retry_many))
        .route("/api/v1/dead-letters/discard", post(dead_letters::discard_many))
        .route("/api/v1/dead-letters/{id}", get(dead_letters::get).delete(dead_letters::discard))
        .route("/api/v1/dead-letters/{id}/retry", post(dead_letters::retry))
        .route("/api/v1/queues/status", get(queues::status))
        .route("/api/v1/numbers/{id}/pause", post(numbers::pause))
        .route("/api/v1/numbers/{id}/resume", post(numbers::resume))
        .route("/api/v1/limits", get(limits::limits))
        .route("/api/v1/messages", post(messages::outgoing::send_to))
        // What it may bring is bounded by the layer around all routes.
        .route("/api/v1/media", post(media::upload).layer(DefaultBodyLimit::disable()))
        .route("/api/v1/media/{id}", get(media::file))
        .route("/api/v1/messages/{id}/retry", post(messages::retry))
        .route("/api/v1/templates", get(templates::list))
        .route("/api/v1/tokens", get(tokens::list).post(tokens::create))
        .route("/api/v1/tokens/{id}", get(tokens::get).delete(tokens::revoke))
        .route("/api/v1/admin/team/members", get(members::list))
        .route("/api/v1/admin/team/members/{id}", delete(members::remove))
        .route("/api/v1/admin/team/members/{id}/role", put(members::set_role))
        .route("/api/v1/admin/team/invite", post(members::invite))
        .route("/api/v1/admin/team/permissions", get(permissions::table))
        .route("/api/v1/admin/audit", get(audit::list))
        .route("/api/v1/admin/health", get(health::health))
        // The last one is the outermost. Neither stands around a method that a route does not take.
        .route_layer(middleware::from_fn(once::once))
        .route_layer(middleware::from_fn_with_state(web.clone(), caller::enter));
    Router::new()
        .merge(locked)
        .route("/api", get(browse))
        .route("/api/v1/openapi.json", get(description))
        .route("/api/{*rest}", any(unknown))
        .method_not_allowed_fallback(refuse_method)
}

/// Gives what the layers around the API refuse, and what breaks, the shape of its own answers.
pub async fn shaped(request: Request, next: Next) -> Response {
    let ours = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    let status = response.status();
    let is_problem = || {
        let kind = response.headers().get(header::CONTENT_TYPE);
        kind.is_some_and(|kind| kind.as_bytes().starts_with(problem::MEDIA_TYPE.as_bytes()))
    };
    if !ours || !(status.is_client_error() || status.is_server_error()) || is_problem() {
        return response;
    }
    let mut shaped = Problem::of_status(status).into_response();
    *shaped.status_mut() = status;
    for (name, value) in response.headers() {
        if *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH {
            shaped.headers_mut().insert(name, value.clone());
        }
    }
    shaped
}

async fn unknown() -> Problem {
    Problem::new(problem::NOT_FOUND, "There is nothing at this address. What there is stands at /api.")
}

/// The header Allow is put there by the router.
async fn refuse_method() -> Problem {
    Problem::of_status(StatusCode::METHOD_NOT_ALLOWED)
}

async fn description() -> Json<&'static Value> {
    Json(&*describe::DESCRIPTION)
}

async fn browse(headers: HeaderMap) -> Response {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).map(str::trim);
    let theme = pairs.find_map(|pair| pair.strip_prefix("theme=")).filter(|theme| matches!(*theme, "light" | "dark"));
    let css = assets::manifest().and_then(|urls| urls.css);
    let mut response = Html(browse::page(css, theme)).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
