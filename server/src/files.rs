//! `POST /w/{slug}/conversations/{id}/files`: a file that a member is about to send, as the body. Bytes go on as they come.

use app::inbox::attach::Attached;
use axum::{
    Json, Router,
    body::{Body, BodyDataStream},
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{delete, post},
};
use domain::{
    id::{ConversationId, MediaId},
    outgoing::UPLOAD_LIMIT,
};
use futures::StreamExt;
use serde::Deserialize;
use services::{
    Error,
    media::{self, Upload},
};
use uuid::Uuid;

use crate::{forms::Ask, web::Web};

pub fn router() -> Router<Web> {
    Router::new()
        .route("/w/{slug}/conversations/{id}/files", post(upload))
        .route("/w/{slug}/files/{id}", delete(forget))
}

/// What is told of it.
#[derive(Deserialize)]
struct About {
    /// Made by the browser.
    id: Uuid,
    #[serde(default)]
    name: String,
    #[serde(default)]
    voice: bool,
}

async fn upload(ask: Ask, State(_): State<Web>, Query(about): Query<About>, body: Body) -> Response {
    let upload = Upload {
        id: MediaId(about.id),
        conversation: ConversationId(ask.id),
        name: Some(about.name).filter(|name| !name.is_empty()),
        voice: about.voice,
    };
    let ctx = match ask.ctx().await {
        Ok(ctx) => ctx,
        Err(error) => return refused(&ask, &error),
    };
    let mut bytes = body.into_data_stream();
    let done = media::upload(&ctx, upload, &mut bytes).await;
    read_on(bytes).await;
    match done {
        Ok(uploaded) => Json(Attached { kind: uploaded.kind, media: uploaded.media }).into_response(),
        Err(error) => refused(&ask, &error),
    }
}

/// An answer that comes before the whole body was read is one that the browser never sees: the line is cut under it. Only members
/// are listened to that long.
async fn read_on(mut bytes: BodyDataStream) {
    let mut left = UPLOAD_LIMIT;
    while left > 0 {
        let Some(Ok(piece)) = bytes.next().await else { return };
        left = left.saturating_sub(piece.len() as u64);
    }
}

/// It will not be sent after all.
async fn forget(ask: Ask) -> Response {
    let done = async { media::forget(&ask.ctx().await?, MediaId(ask.id)).await };
    match done.await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refused(&ask, &error),
    }
}

/// In words for whoever chose the file.
fn refused(ask: &Ask, error: &Error) -> Response {
    let status = match error {
        Error::SignedOut => StatusCode::UNAUTHORIZED,
        Error::Domain(domain::Error::NotFound) => StatusCode::NOT_FOUND,
        Error::Domain(domain::Error::Forbidden { .. } | domain::Error::SecondFactor) => StatusCode::FORBIDDEN,
        Error::Domain(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::Gone(_) => StatusCode::GONE,
        Error::Limited(_) => StatusCode::TOO_MANY_REQUESTS,
        Error::Upstream(_) => StatusCode::BAD_GATEWAY,
        Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => {
            tracing::error!(%error, "an upload failed");
            let text = format!("Something went wrong on our side. If it stays, report this id: {}\n", ask.request_id());
            return (StatusCode::INTERNAL_SERVER_ERROR, text).into_response();
        }
    };
    (status, format!("{error}\n")).into_response()
}
