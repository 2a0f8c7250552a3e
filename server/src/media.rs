//! `GET /w/{slug}/media/{id}`: a file of a conversation, whole or in part. `?small` asks for a small picture of it.
//!
//! It comes from a stranger: it is served as what its content is, shown within a page only where it cannot carry scripts, and
//! under a policy that lets nothing in it run.

use std::ops::Range;

use axum::{
    Extension, Router,
    body::Body,
    extract::{OriginalUri, Path, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::{id::MediaId, media::disposition, workspace::Slug};
use services::{
    Error, Origin,
    accounts::SignedIn,
    media::{self, Opened, Part},
};
use uuid::Uuid;

use crate::{forms::login_for, layers::RequestId, web::Web};

/// Nothing in it runs, also where a browser shows it on its own.
const POLICY: &str =
    "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'";

pub fn router() -> Router<Web> {
    Router::new().route("/w/{slug}/media/{id}", get(file))
}

/// Who asks.
type Asking = (Option<Extension<SignedIn>>, Option<Extension<Origin>>, Option<Extension<RequestId>>);

async fn file(
    State(web): State<Web>,
    Path((slug, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    OriginalUri(uri): OriginalUri,
    (signed_in, origin, request): Asking,
    headers: HeaderMap,
) -> Response {
    let Some(Extension(SignedIn { user, .. })) = signed_in else {
        return login_for(uri.path()).into_response();
    };
    let (Ok(slug), Ok(id)) = (slug.parse::<Slug>(), id.parse::<Uuid>()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let origin = origin.map(|Extension(origin)| origin).unwrap_or_default();
    let part = if query.as_deref() == Some("small") { Part::Thumbnail } else { Part::Whole };
    let found = async {
        let ctx = web.services().ctx(user, &slug).await?.from(origin);
        let opened = media::open(&ctx, MediaId(id), part).await?;
        answer(&opened, &headers).await
    };
    found.await.unwrap_or_else(|error| refused(&error, request))
}

/// The file, or what of it was asked for.
pub async fn answer(file: &Opened, headers: &HeaderMap) -> Result<Response, Error> {
    let tag = format!("\"{}\"", file.tag);
    let says = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if says(header::IF_NONE_MATCH).is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        around(&mut response, file, &tag);
        return Ok(response);
    }
    // A part of what it was is no part of what it is.
    let same = says(header::IF_RANGE).is_none_or(|known| known == tag);
    let wanted = says(header::RANGE).filter(|_| same).zip(file.size).map(|(said, size)| range(said, size));
    let (range, status) = match wanted {
        None | Some(Asked::Whole) => (None, StatusCode::OK),
        Some(Asked::Part(range)) => (Some(range), StatusCode::PARTIAL_CONTENT),
        Some(Asked::Nothing) => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            if let Ok(value) = HeaderValue::try_from(format!("bytes */{}", file.size.unwrap_or_default())) {
                response.headers_mut().insert(header::CONTENT_RANGE, value);
            }
            return Ok(response);
        }
    };
    let mut response = (status, Body::from_stream(file.bytes(range.clone()).await?)).into_response();
    let length = range.as_ref().map(|range| range.end - range.start).or(file.size);
    let out = response.headers_mut();
    if let Some(length) = length {
        out.insert(header::CONTENT_LENGTH, length.into());
    }
    if let (Some(Range { start, end }), Some(size)) = (range, file.size)
        && let Ok(value) = HeaderValue::try_from(format!("bytes {start}-{}/{size}", end - 1))
    {
        out.insert(header::CONTENT_RANGE, value);
    }
    around(&mut response, file, &tag);
    Ok(response)
}

/// What is said with every answer.
fn around(response: &mut Response, file: &Opened, tag: &str) {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, &file.mime);
    set(header::CONTENT_DISPOSITION, &disposition(file.inline, &file.name));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::ETAG, tag);
    if file.size.is_some() {
        set(header::ACCEPT_RANGES, "bytes");
    }
    // Kept by the browser, and asked for each time: whoever may not see it any more gets it no more.
    set(header::CACHE_CONTROL, "private, no-cache");
}

/// What `Range` asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// It says nothing that is understood, or asks for several parts: the whole answers that too.
    Whole,
    Part(Range<u64>),
    /// It lies behind the end.
    Nothing,
}

fn range(said: &str, size: u64) -> Asked {
    let Some(spec) = said.trim().strip_prefix("bytes=").filter(|spec| !spec.contains(',')) else { return Asked::Whole };
    let Some((from, to)) = spec.split_once('-').map(|(from, to)| (from.trim(), to.trim())) else { return Asked::Whole };
    let number =
        |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u64>().unwrap_or(u64::MAX));
    match (from, to) {
        ("", "") => Asked::Whole,
        ("", last) => match number(last) {
            None => Asked::Whole,
            Some(0) => Asked::Nothing,
            Some(_) if size == 0 => Asked::Nothing,
            Some(last) => Asked::Part(size.saturating_sub(last)..size),
        },
        (from, "") => match number(from) {
            None => Asked::Whole,
            Some(from) if from >= size => Asked::Nothing,
            Some(from) => Asked::Part(from..size),
        },
        (from, to) => match (number(from), number(to)) {
            (Some(from), Some(to)) if from <= to && from < size => Asked::Part(from..to.saturating_add(1).min(size)),
            (Some(from), Some(to)) if from <= to => Asked::Nothing,
            _ => Asked::Whole,
        },
    }
}

fn refused(error: &Error, id: Option<Extension<RequestId>>) -> Response {
    match error {
        Error::Domain(domain::Error::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Error::Domain(wrong) => (StatusCode::FORBIDDEN, format!("{wrong}\n")).into_response(),
        Error::Gone(why) => (StatusCode::GONE, format!("{why}\n")).into_response(),
        Error::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
        error => {
            let id = id.map(|Extension(id)| id.0.to_string()).unwrap_or_default();
            tracing::error!(%error, "a file could not be served");
            let text = format!("Something went wrong on our side. If it stays, report this id: {id}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_what_was_asked_for() {
        for (said, asked) in [
            ("bytes=0-3", Asked::Part(0..4)),
            ("bytes=4-", Asked::Part(4..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-30", Asked::Part(0..10)),
            ("bytes=8-30", Asked::Part(8..10)),
            ("bytes=9-18446744073709551615", Asked::Part(9..10)),
            ("bytes=0-99999999999999999999999", Asked::Part(0..10)),
            ("bytes=10-", Asked::Nothing),
            ("bytes=10-12", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=3-2", Asked::Whole),
            ("bytes=0-1,4-5", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("bytes=+1-2", Asked::Whole),
            ("lines=0-1", Asked::Whole),
            ("bytes=-", Asked::Whole),
        ] {
            assert_eq!(range(said, 10), asked, "{said}");
        }
        assert_eq!((range("bytes=0-", 0), range("bytes=-1", 0)), (Asked::Nothing, Asked::Nothing));
    }
}
