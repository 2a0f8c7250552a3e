//! `GET /w/{slug}/contacts/consent.csv`: what contacts decided, as a file; with `?contact=` of one of them.

use std::io;

use app::ui::when::iso;
use axum::{
    Extension, Router,
    body::{Body, Bytes},
    extract::{OriginalUri, Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::{id::ContactId, workspace::Slug};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use services::{Origin, accounts::SignedIn, consent};

use super::{AT_ONCE, Format, csv, refused};
use crate::{forms::login_for, layers::RequestId, web::Web};

const COLUMNS: [&str; 12] = [
    "id",
    "time",
    "what",
    "source",
    "contact_id",
    "contact",
    "phone",
    "user_id",
    "message_id",
    "said",
    "actor",
    "actor_id",
];

pub fn router() -> Router<Web> {
    Router::new().route("/w/{slug}/contacts/consent.csv", get(as_csv))
}

#[derive(Deserialize)]
struct Asked {
    contact: Option<ContactId>,
}

type Wanted = (
    State<Web>,
    Path<String>,
    Query<Asked>,
    OriginalUri,
    Option<Extension<SignedIn>>,
    Option<Extension<Origin>>,
    Option<Extension<RequestId>>,
);

async fn as_csv(request: Wanted) -> Response {
    let (State(web), Path(slug), Query(asked), OriginalUri(uri), signed_in, origin, id) = request;
    let Some(Extension(SignedIn { user, .. })) = signed_in else {
        return login_for(uri.path_and_query().map_or("/", |wanted| wanted.as_str())).into_response();
    };
    let Ok(slug) = slug.parse::<Slug>() else { return StatusCode::NOT_FOUND.into_response() };
    let origin = origin.map(|Extension(origin)| origin).unwrap_or_default();
    let lines = async {
        let ctx = web.services().ctx(user, &slug).await?.from(origin);
        let name = format!("consent-{slug}-{}.csv", iso(ctx.now()).get(..10).unwrap_or_default());
        Ok((name, consent::export(&ctx, asked.contact).await?))
    };
    let (name, lines) = match lines.await {
        Ok(found) => found,
        Err(error) => return refused(&error, id),
    };
    let mut response = Body::from_stream(body(lines)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, Format::Csv.media_type());
    // A slug holds nothing that would have to be quoted.
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// As in the other exports: a piece is made when the one before it was taken, and a file that is not whole breaks off.
fn body(
    lines: impl Stream<Item = services::Result<consent::Line>> + Send,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let pieces = lines.try_chunks(AT_ONCE).map(|piece| match piece {
        Ok(lines) => {
            let mut text = String::new();
            lines.into_iter().for_each(|line| put(&mut text, line));
            Ok(text.into())
        }
        Err(failed) => {
            tracing::error!(error = %failed.1, "an export breaks off");
            Err(io::Error::other("the export breaks off"))
        }
    });
    stream::iter([Ok(csv::head_of(COLUMNS).into())]).chain(pieces).into_stream()
}

fn put(out: &mut String, line: consent::Line) {
    let consent = line.consent;
    let fields = [
        consent.id.to_string(),
        csv::moment(consent.at),
        consent.what.as_str().to_owned(),
        consent.source.as_str().to_owned(),
        line.contact.to_string(),
        line.name,
        line.phone.unwrap_or_default(),
        line.user_id.unwrap_or_default(),
        consent.message.map(|id| id.to_string()).unwrap_or_default(),
        consent.said.unwrap_or_default(),
        consent.actor_name.unwrap_or_default(),
        consent.actor.map(|id| id.to_string()).unwrap_or_default(),
    ];
    csv::put_line(out, fields);
}
