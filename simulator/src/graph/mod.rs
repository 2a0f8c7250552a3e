//! The Graph endpoints the product uses.

pub(crate) mod error;
mod kinds;
pub(crate) mod media;
mod messages;
mod nodes;
pub(crate) mod send;
pub(crate) mod templates;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Uri};

use crate::config::Number;
use crate::inner::Inner;
use error::GraphError;

/// Bytes of an upload with what stands around them.
const UPLOAD: usize = 101 * 1_024 * 1_024;

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/{version}/debug_token", get(nodes::debug_token))
        .route("/{version}/oauth/access_token", get(tokens::exchange))
        .route("/{version}/{id}", get(nodes::node))
        .route("/{version}/{id}/messages", post(messages::send))
        .route("/{version}/{id}/media", post(media::upload).layer(DefaultBodyLimit::max(UPLOAD)))
        .route("/{version}/{id}/message_templates", get(templates::list))
        .route("/{version}/{id}/phone_numbers", get(nodes::phone_numbers))
        .route(
            "/{version}/{id}/subscribed_apps",
            get(nodes::subscribed_apps).post(nodes::subscribe).delete(nodes::unsubscribe),
        )
        .route("/{version}/{id}/subscriptions", get(nodes::subscriptions))
        .method_not_allowed_fallback(unsupported)
        .route_layer(middleware::from_fn_with_state(inner.clone(), count))
        .route(media::BYTES, get(media::bytes))
        .fallback(unknown)
        .with_state(inner)
}

async fn unknown(uri: Uri) -> GraphError {
    GraphError::unknown_path(uri.path())
}

async fn unsupported(method: http::Method, uri: Uri) -> GraphError {
    let id = uri.path().split('/').filter(|part| !part.is_empty()).nth(1).unwrap_or_default();
    GraphError::no_object(&method, id)
}

/// Graph's version header, and the count of refusals.
async fn count(
    State(inner): State<Arc<Inner>>,
    Path(version): Path<Version>,
    request: Request,
    next: Next,
) -> Response {
    if let Err(error) = check_version(&inner, &version.version) {
        return axum::response::IntoResponse::into_response(error);
    }
    let mut response = next.run(request).await;
    if response.status().is_client_error() {
        inner.state().counters.refused += 1;
    }
    if let Ok(value) = version.version.parse() {
        response.headers_mut().insert("facebook-api-version", value);
    }
    response
}

#[derive(serde::Deserialize)]
struct Version {
    version: String,
}

fn check_version(inner: &Inner, version: &str) -> Result<(), GraphError> {
    let known = match &inner.config.graph_version {
        Some(only) => version == only,
        None => version.strip_prefix('v').and_then(|rest| rest.split_once('.')).is_some_and(|(major, minor)| {
            [major, minor].iter().all(|n| !n.is_empty() && n.len() <= 3 && n.bytes().all(|b| b.is_ascii_digit()))
        }),
    };
    if known { Ok(()) } else { Err(GraphError::unknown_path(&format!("/{version}"))) }
}

/// The token of a request, from the header or, as Graph also takes it, from the query.
fn token<'a>(headers: &'a HeaderMap, query: &'a Params) -> Result<&'a str, GraphError> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = header
        .and_then(|value| value.split_once(' '))
        .and_then(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()));
    bearer.or(query.access_token.as_deref()).filter(|token| !token.is_empty()).ok_or_else(GraphError::no_token)
}

/// The numbers a request's token may use; never empty. `node` is what the request is about: a number whose token is dead
/// is out of reach, also where another number shares the token.
fn authorize<'a>(
    inner: &'a Inner,
    headers: &HeaderMap,
    query: &Params,
    node: &str,
) -> Result<Vec<&'a Number>, GraphError> {
    let token = token(headers, query)?;
    let held = tokens::read(inner, token);
    let numbers: Vec<_> = inner.config.numbers.iter().filter(|n| n.token == held.root).collect();
    if numbers.is_empty() {
        return Err(GraphError::bad_token());
    }
    if held.is_over(inner.now()) {
        return Err(GraphError::ended_token());
    }
    let dead = {
        let faults = &inner.state().faults;
        faults.token_revoked || faults.dead_tokens.iter().any(|dead| dead == node)
    };
    if dead {
        return Err(GraphError::revoked_token());
    }
    Ok(numbers)
}

/// Query parameters any endpoint may carry.
#[derive(serde::Deserialize)]
pub(crate) struct Params {
    access_token: Option<String>,
    fields: Option<String>,
    input_token: Option<String>,
}
