//! Changes are asked for by our own pages only.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::web::Web;

/// Refuses every request that could change something unless a browser vouches that our own page sent it. A caller with a
/// bearer token is no browser that somebody tricked: browsers never add one by themselves.
pub(super) async fn same_origin(State(web): State<Web>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if request.method().is_safe() || has_bearer(headers) || is_ours(headers, web.public_url().origin()) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "This change was asked for by another site, or by a program that does not say which.\n")
        .into_response()
}

/// Sec-Fetch-Site where the browser sends it, else Origin. `none` is what the person did in the browser itself.
fn is_ours(headers: &HeaderMap, public_origin: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()) else { return false };
    if origin.eq_ignore_ascii_case(public_origin) {
        return true;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    match (origin.split_once("://"), host) {
        (Some((_, theirs)), Some(ours)) => theirs.eq_ignore_ascii_case(ours),
        _ => false,
    }
}

fn has_bearer(headers: &HeaderMap) -> bool {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.get(..7))
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "))
}

/// In demo mode a request must name this machine, so that no site can point its own name at it (DNS rebinding).
pub(super) async fn loopback_host(State(web): State<Web>, request: Request, next: Next) -> Response {
    let port = web.demo().map(|demo| demo.port);
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    match (host, port) {
        (Some(host), Some(port)) if is_loopback(host, port) => next.run(request).await,
        _ => (StatusCode::MISDIRECTED_REQUEST, "The demo answers to 127.0.0.1 and localhost only.\n").into_response(),
    }
}

fn is_loopback(host: &str, port: u16) -> bool {
    let Some((name, theirs)) = host.rsplit_once(':') else { return false };
    theirs.parse() == Ok(port) && (name.eq_ignore_ascii_case("localhost") || matches!(name, "127.0.0.1" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        list.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn who_counts_as_our_own_page() {
        let ours = "https://chat.example.com";
        for (list, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site"), ("origin", ours)], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", ours)], false),
            (&[("origin", ours)], true),
            (&[("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:3000")], true),
            (&[("origin", "http://evil.example"), ("host", "127.0.0.1:3000")], false),
            (&[("origin", "https://chat.example.com.evil.example"), ("host", "chat.example.com")], false),
            (&[("origin", "null"), ("host", "null")], false),
            (&[("host", "127.0.0.1:3000")], false),
            (&[], false),
        ] {
            assert_eq!(is_ours(&headers(list), ours), expected, "{list:?}");
        }
    }

    #[test]
    fn who_is_this_machine() {
        for (host, expected) in [
            ("127.0.0.1:3000", true),
            ("localhost:3000", true),
            ("LOCALHOST:3000", true),
            ("[::1]:3000", true),
            ("localhost", false),
            ("localhost:3001", false),
            ("127.0.0.1.evil.example:3000", false),
            ("evil.example:3000", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host, 3000), expected, "{host}");
        }
    }
}
