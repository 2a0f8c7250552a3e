//! `POST /w/{slug}/contacts/imports?name=…`: a file of contacts, as it is. It goes into the database piece by piece and is never
//! whole in memory.

use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{id::ImportId, workspace::Slug};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use services::{Ctx, Error, Origin, accounts::SignedIn, contacts::import::Upload};

use crate::{export::refused, layers::RequestId, web::Web};

pub fn router() -> Router<Web> {
    Router::new().route("/w/{slug}/contacts/imports", post(upload))
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

#[derive(Serialize)]
struct Made {
    id: ImportId,
}

async fn upload(
    State(web): State<Web>,
    Path(slug): Path<String>,
    Query(named): Query<Named>,
    signed_in: Option<Extension<SignedIn>>,
    origin: Option<Extension<Origin>>,
    id: Option<Extension<RequestId>>,
    body: Body,
) -> Response {
    let Some(Extension(SignedIn { user, .. })) = signed_in else {
        return (StatusCode::UNAUTHORIZED, "Sign in to continue.\n").into_response();
    };
    let Ok(slug) = slug.parse::<Slug>() else { return StatusCode::NOT_FOUND.into_response() };
    let origin = origin.map(|Extension(origin)| origin).unwrap_or_default();
    let done = async {
        let ctx = web.services().ctx(user, &slug).await?.from(origin);
        take(&ctx, &named.name, body).await
    };
    match done.await {
        Ok(id) => (StatusCode::CREATED, Json(Made { id })).into_response(),
        Err(error) => refused(&error, id),
    }
}

async fn take(ctx: &Ctx, name: &str, body: Body) -> Result<ImportId, Error> {
    let upload = Upload::begin(ctx, name).await?;
    let id = upload.id();
    let done = receive(upload, body).await;
    if done.is_err()
        && let Err(error) = Upload::give_up(ctx, id).await
    {
        tracing::warn!(%error, "what came of a file could not be removed; it goes in a week");
    }
    done
}

async fn receive(mut upload: Upload, mut body: Body) -> Result<ImportId, Error> {
    while let Some(frame) = body.frame().await {
        let broken = |_| domain::Error::invalid("file", "the file broke off on the way: choose it again");
        if let Ok(bytes) = frame.map_err(broken)?.into_data() {
            upload.put(&bytes).await?;
        }
    }
    upload.finish().await
}
