use std::{panic::AssertUnwindSafe, time::Instant};

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use futures::FutureExt;
use services::clock::new_id;
use tracing::{Instrument, debug, error, info_span};
use uuid::Uuid;

/// Whatever is below them is a secret.
const LINKS: [&str; 2] = ["/invite/", "/reset/"];

/// What a person can name when something went wrong; the log has the same.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub Uuid);

/// Gives the request its id, its place in the log, and a page should the code behind it panic. Neither query strings nor
/// headers are logged: they may hold what is nobody's business.
pub(super) async fn observe(mut request: Request, next: Next) -> Response {
    let id = RequestId(new_id());
    request.extensions_mut().insert(id);
    let span = info_span!("request", id = %id.0, method = %request.method(), path = shown(request.uri().path()));
    async move {
        let started = Instant::now();
        let mut response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
            Ok(response) => response,
            Err(panic) => {
                let what = panic
                    .downcast_ref::<&str>()
                    .copied()
                    .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
                    .unwrap_or("something that is no text");
                error!(what, "the code behind this request panicked");
                apology(id)
            }
        };
        debug!(status = response.status().as_u16(), ms = started.elapsed().as_millis(), "answered");
        if let Ok(value) = HeaderValue::try_from(id.0.to_string()) {
            response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
        }
        response
    }
    .instrument(span)
    .await
}

/// The path without what opens a door by itself: the links of invitations and the like.
fn shown(path: &str) -> &str {
    let link = LINKS.iter().find(|link| path.starts_with(**link));
    link.map_or(path, |link| link.trim_end_matches('/'))
}

/// Stands on its own feet: whatever draws the other pages may be what failed.
pub fn apology(RequestId(id): RequestId) -> Response {
    let page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Something went wrong · Parlance</title><h1>Something went wrong on our side</h1>\
         <p>Nothing you did was lost on purpose. Go back and try again; if it stays, tell whoever runs this installation \
         this id:</p><p><code>{id}</code></p><p><a href='/'>Back to the inbox</a></p>"
    );
    (StatusCode::INTERNAL_SERVER_ERROR, Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware, routing::get};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    #[test]
    fn no_link_that_opens_something_is_logged() {
        for (path, expected) in [
            ("/invite/0123abcd", "/invite"),
            ("/invite/0123abcd/sign-out", "/invite"),
            ("/reset/0123abcd", "/reset"),
            ("/w/acme/inbox", "/w/acme/inbox"),
        ] {
            assert_eq!(shown(path), expected);
        }
    }

    async fn broken() {
        panic!("the secret is 1234");
    }

    #[tokio::test]
    async fn a_panic_becomes_a_page_that_names_the_id_and_nothing_else() {
        let router: Router = Router::new().route("/", get(broken)).layer(middleware::from_fn(observe));
        let response = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        let page = response.into_body().collect().await.unwrap().to_bytes();
        let page = std::str::from_utf8(&page).unwrap();
        assert!(page.contains(&id) && !page.contains("1234"), "{page}");
    }
}
