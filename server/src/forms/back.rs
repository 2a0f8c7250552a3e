use axum::{
    http::{HeaderMap, header},
    response::Redirect,
};
use url::{Position, Url};

use crate::config::PublicUrl;

/// A path of this installation, never an address somewhere else.
pub fn local(path: &str) -> Option<&str> {
    let fine = path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 1_024
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    fine.then_some(path)
}

/// Path and query of the page that the form stood on.
pub fn page(headers: &HeaderMap, public_url: &PublicUrl) -> Option<String> {
    let referer = Url::parse(headers.get(header::REFERER)?.to_str().ok()?).ok()?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let ours = referer.origin().ascii_serialization() == public_url.origin()
        || host.is_some_and(|host| &referer[Position::BeforeHost..Position::AfterPort] == host);
    let path = &referer[Position::BeforePath..Position::AfterQuery];
    local(path).filter(|_| ours).map(str::to_owned)
}

/// 303 to a path that [`local`] has let through or that was put together from checked parts.
pub fn to(path: &str) -> Redirect {
    Redirect::to(local(path).unwrap_or("/"))
}

/// 303 to the sign-in page, and from there to `page`.
pub fn login_for(page: &str) -> Redirect {
    let next = percent_encoding::utf8_percent_encode(page, percent_encoding::NON_ALPHANUMERIC);
    Redirect::to(&format!("/login?next={next}"))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    #[test]
    fn only_paths_of_ours() {
        for fine in ["/", "/w/acme/inbox?view=mine", "/w/acme/inbox/1#end"] {
            assert_eq!(local(fine), Some(fine));
        }
        for bad in [
            "",
            "w/acme",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nSet-Cookie: x=y",
            "/ä",
            "/a b",
        ] {
            assert_eq!(local(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_page_comes_from_our_own_referer() {
        let public = PublicUrl::of(SocketAddr::from(([127, 0, 0, 1], 3000)));
        for (referer, expected) in [
            ("http://127.0.0.1:3000/w/a/inbox/1?view=mine#x", Some("/w/a/inbox/1?view=mine")),
            ("http://chat.lan/w/a/inbox", Some("/w/a/inbox")),
            ("http://evil.example/w/a/inbox", None),
            ("nonsense", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::REFERER, referer.parse().unwrap());
            headers.insert(header::HOST, "chat.lan".parse().unwrap());
            assert_eq!(page(&headers, &public).as_deref(), expected, "{referer}");
        }
    }
}
