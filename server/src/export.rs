//! `GET /w/{slug}/audit/export.csv` and `.jsonl`: the audit trail as a file, of any size in the same memory. The next entries
//! are fetched when the connection has taken the ones before. Consent histories and contacts go out the same way.

mod consent;
mod contacts;
mod csv;

use std::{fmt::Write, io};

use app::{audit::Asked, ui::when::iso};
use axum::{
    Extension, Router,
    body::{Body, Bytes},
    extract::{OriginalUri, Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::{audit::EntryView, workspace::Slug};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use services::{Error, Origin, accounts::SignedIn, audit};

use crate::{forms::login_for, layers::RequestId, web::Web};

/// Entries in one piece of the body.
const AT_ONCE: usize = 250;

pub fn router() -> Router<Web> {
    Router::new()
        .route("/w/{slug}/audit/export.csv", get(as_csv))
        .route("/w/{slug}/audit/export.jsonl", get(as_jsonl))
        .merge(consent::router())
        .merge(contacts::router())
}

/// How entries are written.
#[derive(Clone, Copy)]
enum Format {
    Csv,
    JsonLines,
}

impl Format {
    const fn ending(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::JsonLines => "jsonl",
        }
    }

    const fn media_type(self) -> HeaderValue {
        match self {
            Format::Csv => HeaderValue::from_static("text/csv; charset=utf-8; header=present"),
            Format::JsonLines => HeaderValue::from_static("application/jsonl; charset=utf-8"),
        }
    }

    /// What stands before the first entry.
    fn head(self) -> String {
        match self {
            Format::Csv => csv::head(),
            Format::JsonLines => String::new(),
        }
    }

    fn lines(self, entries: &[EntryView]) -> io::Result<Bytes> {
        let mut text = String::new();
        for entry in entries {
            match self {
                Format::Csv => csv::line(&mut text, entry),
                Format::JsonLines => {
                    let json = serde_json::to_string(entry)?;
                    writeln!(text, "{json}").map_err(io::Error::other)?;
                }
            }
        }
        Ok(text.into())
    }
}

async fn as_csv(request: Wanted) -> Response {
    answer(request, Format::Csv).await
}

async fn as_jsonl(request: Wanted) -> Response {
    answer(request, Format::JsonLines).await
}

/// What both routes are told.
type Wanted = (
    State<Web>,
    Path<String>,
    Query<Asked>,
    OriginalUri,
    Option<Extension<SignedIn>>,
    Option<Extension<Origin>>,
    Option<Extension<RequestId>>,
);

async fn answer(request: Wanted, format: Format) -> Response {
    let (State(web), Path(slug), Query(asked), OriginalUri(uri), signed_in, origin, id) = request;
    let Some(Extension(SignedIn { user, .. })) = signed_in else {
        return login_for(uri.path_and_query().map_or("/", |wanted| wanted.as_str())).into_response();
    };
    let Ok(slug) = slug.parse::<Slug>() else { return StatusCode::NOT_FOUND.into_response() };
    let origin = origin.map(|Extension(origin)| origin).unwrap_or_default();
    let entries = async {
        let ctx = web.services().ctx(user, &slug).await?.from(origin);
        let name = format!("audit-{slug}-{}.{}", iso(ctx.now()).get(..10).unwrap_or_default(), format.ending());
        Ok((name, audit::export(&ctx, asked.filter()).await?))
    };
    let (name, entries) = match entries.await {
        Ok(found) => found,
        Err(error) => return refused(&error, id),
    };
    let mut response = Body::from_stream(body(format, entries)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, format.media_type());
    // A slug holds nothing that would have to be quoted.
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// A piece is made when the one before it was taken. When the database fails the connection breaks off, so that a file that
/// is not whole is not taken for one that is.
fn body(
    format: Format,
    entries: impl Stream<Item = services::Result<EntryView>> + Send,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let pieces = entries.try_chunks(AT_ONCE).map(move |piece| match piece {
        Ok(entries) => format.lines(&entries),
        Err(failed) => {
            tracing::error!(error = %failed.1, "an export breaks off");
            Err(io::Error::other("the export breaks off"))
        }
    });
    let head = Some(format.head()).filter(|head| !head.is_empty());
    stream::iter(head.map(|head| Ok(head.into()))).chain(pieces).into_stream()
}

pub fn refused(error: &Error, id: Option<Extension<RequestId>>) -> Response {
    match error {
        Error::Domain(domain::Error::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Error::Domain(wrong @ (domain::Error::Forbidden { .. } | domain::Error::SecondFactor)) => {
            (StatusCode::FORBIDDEN, format!("{wrong}\n")).into_response()
        }
        Error::Domain(wrong) => (StatusCode::UNPROCESSABLE_ENTITY, format!("{wrong}\n")).into_response(),
        Error::Conflict(why) => (StatusCode::CONFLICT, format!("{why}\n")).into_response(),
        Error::Limited(_) => (StatusCode::TOO_MANY_REQUESTS, format!("{error}\n")).into_response(),
        Error::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
        error => {
            let id = id.map(|Extension(id)| id.0.to_string()).unwrap_or_default();
            tracing::error!(%error, "a file could not be handed over");
            let text = format!("Something went wrong on our side. If it stays, report this id: {id}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
        }
    }
}
