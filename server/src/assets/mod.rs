//! What the browser loads, out of the binary: precompressed, under names that change with the content.
//!
//! `cargo xtask build` puts the files in (see `server/build.rs`); a plain `cargo build` leaves the table empty.

mod encoding;
mod table;

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use table::{FILES, File};

/// The address of each thing that a page links to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssetUrls {
    /// The module that loads [`AssetUrls::wasm`]; its default export is the loader.
    pub js: &'static str,
    /// The WebAssembly.
    pub wasm: &'static str,
    /// The style sheet; absent when the build found none.
    pub css: Option<&'static str>,
}

/// The addresses; `None` in a binary that was built without assets.
pub fn manifest() -> Option<AssetUrls> {
    Some(AssetUrls { js: by_role("js")?.url, wasm: by_role("wasm")?.url, css: by_role("css").map(|file| file.url) })
}

/// The address of a file of `public/`, by its path there: `url("favicon.svg")`.
pub fn url(public_path: &str) -> Option<&'static str> {
    public(public_path).map(|file| file.url)
}

/// A file of `public/` at an address that cannot carry a hash, such as `/favicon.ico`; asked for again after a day.
pub fn serve_public(public_path: &str, request: &HeaderMap) -> Response {
    match public(public_path) {
        Some(file) => respond(file, request, "public, max-age=86400"),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /assets/{name}`. Every other address below `/assets/` is not found, without a page.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{*name}", get(serve))
}

async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match FILES.iter().find(|file| file.url.strip_prefix("/assets/") == Some(name.as_str())) {
        Some(file) => respond(file, &headers, "public, max-age=31536000, immutable"),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn by_role(role: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.role == role)
}

fn public(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.role.strip_prefix("public:") == Some(path))
}

fn respond(file: &'static File, request: &HeaderMap, cache: &'static str) -> Response {
    let (encoding, body) = encoding::best(file, request);
    let common = [
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::ETAG, HeaderValue::from_static(file.etag)),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
        (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff")),
    ];
    if is_known(file, request) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let mut response = (common, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(file.url)));
    if let Some(name) = encoding.header() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    response
}

/// Weak comparison, as RFC 9110 wants it for If-None-Match: a proxy may have marked our ETag weak.
fn is_known(file: &File, request: &HeaderMap) -> bool {
    let sent = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    sent.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == file.etag)
}

fn content_type(url: &str) -> &'static str {
    match url.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "wav" => "audio/wav",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
