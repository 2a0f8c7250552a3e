//! `GET /w/{slug}/contacts/export.csv`: the contacts that are looked for, with `?q=`, `?show=opted-out` and `?label=` as in the
//! list, and with `POST` those whose ids are named; and `GET /w/{slug}/contacts/imports/{id}/report.csv`: what became of the
//! lines of a file.

use std::io;

use app::ui::when::iso;
use axum::{
    Extension, Form, Router,
    body::{Body, Bytes},
    extract::{OriginalUri, Path, Query, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::{
    contact::{Contact, Search},
    field::Field,
    id::ContactId,
    workspace::Slug,
};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use services::{
    Ctx, Error, Origin,
    accounts::SignedIn,
    contacts::{self, import},
};

use super::{AT_ONCE, Format, csv, refused};
use crate::{forms::login_for, layers::RequestId, web::Web};

const COLUMNS: [&str; 9] =
    ["id", "name", "phone", "user_id", "username", "opted_out_at", "note", "created_at", "updated_at"];
const REPORT: [&str; 3] = ["line", "what", "why"];

pub fn router() -> Router<Web> {
    Router::new()
        .route("/w/{slug}/contacts/export.csv", get(all).post(chosen))
        .route("/w/{slug}/contacts/imports/{id}/report.csv", get(report))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    show: String,
    #[serde(default)]
    label: String,
}

#[derive(Deserialize)]
struct Chosen {
    /// With commas between them.
    ids: String,
}

/// Who asks, for what, and the id under which a fault is logged.
type Wanted =
    (State<Web>, OriginalUri, Option<Extension<SignedIn>>, Option<Extension<Origin>>, Option<Extension<RequestId>>);

async fn all(Path(slug): Path<String>, Query(asked): Query<Asked>, wanted: Wanted) -> Response {
    let search = Search { text: asked.q, opted_out: asked.show == "opted-out", label: asked.label.parse().ok() };
    answer(wanted, &slug, async |ctx| {
        let (fields, contacts) = contacts::export(&ctx, search).await?;
        Ok(file(&ctx, fields, contacts))
    })
    .await
}

async fn chosen(Path(slug): Path<String>, wanted: Wanted, Form(Chosen { ids }): Form<Chosen>) -> Response {
    let (_, OriginalUri(uri), signed_in, ..) = &wanted;
    if signed_in.is_none() {
        // Asked for by its address, the file would hold everybody.
        return login_for(uri.path().trim_end_matches("/export.csv")).into_response();
    }
    let ids: Result<Vec<ContactId>, _> = ids.split(',').map(str::parse).collect();
    answer(wanted, &slug, async |ctx| {
        let ids = ids.map_err(|_| domain::Error::invalid("ids", "the contacts that were chosen are not named"))?;
        let (fields, contacts) = contacts::export_chosen(&ctx, &ids).await?;
        Ok(file(&ctx, fields, stream::iter(contacts.into_iter().map(Ok))))
    })
    .await
}

/// Its name and what is in it.
fn file(
    ctx: &Ctx,
    fields: Vec<Field>,
    contacts: impl Stream<Item = services::Result<Contact>> + Send + 'static,
) -> (String, Body) {
    let name = format!("contacts-{}-{}.csv", ctx.workspace().slug, today(ctx));
    let head = csv::head_of(COLUMNS.iter().copied().chain(fields.iter().map(|field| field.name.as_str())));
    let lines = move |contact: &Contact, out: &mut String| put(out, contact, &fields);
    (name, Body::from_stream(body(head, contacts, lines)))
}

async fn report(Path((slug, id)): Path<(String, String)>, wanted: Wanted) -> Response {
    answer(wanted, &slug, async |ctx| {
        let id = id.parse().map_err(|_| domain::Error::NotFound)?;
        let (import, lines) = import::report(&ctx, id).await?;
        let name =
            format!("import-{}-{}.csv", ctx.workspace().slug, iso(import.created_at).get(..10).unwrap_or_default());
        let put = |(line, what, why): &import::Reported, out: &mut String| {
            csv::put_line(out, [line.to_string().as_str(), what.as_str(), why]);
        };
        Ok((name, Body::from_stream(body(csv::head_of(REPORT), lines, put))))
    })
    .await
}

async fn answer(
    (State(web), OriginalUri(uri), signed_in, origin, id): Wanted,
    slug: &str,
    make: impl AsyncFnOnce(Ctx) -> Result<(String, Body), Error>,
) -> Response {
    let Some(Extension(SignedIn { user, .. })) = signed_in else {
        return login_for(uri.path_and_query().map_or("/", |wanted| wanted.as_str())).into_response();
    };
    let Ok(slug) = slug.parse::<Slug>() else { return StatusCode::NOT_FOUND.into_response() };
    let origin = origin.map(|Extension(origin)| origin).unwrap_or_default();
    let made = async {
        let ctx = web.services().ctx(user, &slug).await?.from(origin);
        make(ctx).await
    };
    let (name, body) = match made.await {
        Ok(made) => made,
        Err(error) => return refused(&error, id),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, Format::Csv.media_type());
    // A slug holds nothing that would have to be quoted.
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

fn today(ctx: &Ctx) -> String {
    iso(ctx.now()).get(..10).unwrap_or_default().to_owned()
}

/// As in the other exports: a piece is made when the one before it was taken, and a file that is not whole breaks off.
fn body<T: Send>(
    head: String,
    lines: impl Stream<Item = services::Result<T>> + Send,
    put: impl Fn(&T, &mut String) + Send,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let pieces = lines.try_chunks(AT_ONCE).map(move |piece| match piece {
        Ok(lines) => {
            let mut text = String::new();
            lines.iter().for_each(|line| put(line, &mut text));
            Ok(text.into())
        }
        Err(failed) => {
            tracing::error!(error = %failed.1, "an export breaks off");
            Err(io::Error::other("the export breaks off"))
        }
    });
    stream::iter([Ok(head.into())]).chain(pieces).into_stream()
}

fn put(out: &mut String, contact: &Contact, fields: &[Field]) {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let own = [
        contact.id.to_string(),
        contact.name.clone(),
        text(&contact.phone),
        text(&contact.user_id),
        text(&contact.username),
        contact.opted_out_at.map(csv::moment).unwrap_or_default(),
        contact.note.clone(),
        csv::moment(contact.created_at),
        csv::moment(contact.updated_at),
    ];
    let values = fields.iter().map(|field| contact.fields.get(&field.id).cloned().unwrap_or_default());
    csv::put_line(out, own.into_iter().chain(values));
}
