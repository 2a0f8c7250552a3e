//! `POST /api/v1/media`: a file that is about to be sent. Its bytes go on as they come.
//! `GET /api/v1/media/{id}`: a file of a message, whole or in part.

use axum::{
    Json,
    extract::{
        Multipart,
        multipart::{Field, MultipartError, MultipartRejection},
    },
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use domain::{
    Error as Wrong,
    id::{ConversationId, MediaId},
    time::DAY,
};
use serde::{Deserialize, Serialize};
use services::{
    Ctx,
    clock::new_id,
    media::{self, Known, Part, Upload, Uploaded},
};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    caller::Caller,
    messages::{MessageKind, addressee::conversation_of},
    once,
    problem::{self, Problem},
    read::{self, Query},
};

/// Where it is.
pub const PATH: &str = "/api/v1/media";
/// Bytes of a field that is no file.
const FIELD: usize = 200;
/// Requests with one key that failed before: the next one begins anew.
const ANEW: u32 = 16;

/// A form of these parts, `file` as the last one.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read part by part")]
pub struct NewMedia {
    /// The conversation that it will be sent to.
    #[schema(rename = "conversationId")]
    conversation_id: Option<Uuid>,
    /// Instead of it: a phone number with its country code, or the id of a contact.
    to: Option<String>,
    /// `true` for a recording in Opus, in OGG or WebM, that is to be heard as a voice message.
    voice: Option<bool>,
    /// The bytes, and in its `filename` what a document is called.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// An upload that waits to be sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Media {
    /// For `POST /api/v1/messages`.
    id: Uuid,
    /// As what it is sent.
    #[serde(rename = "type")]
    #[schema(inline)]
    kind: MessageKind,
    /// By its content.
    mime_type: Option<String>,
    /// Bytes.
    size: Option<u64>,
    /// What is not sent by then is forgotten. Unix time in milliseconds.
    expires_at: i64,
}

/// Hand in a file
///
/// It is checked against WhatsApp's limits and handed in there; `POST /api/v1/messages` sends it by its id, once, within a day, to
/// the conversation that it was handed in for. Needs `messages.send`, and a customer-service window that is open. With an
/// `Idempotency-Key` it is handed in once: the same file that comes again with the key is answered like the first time, another one
/// is `key_reused`.
#[utoipa::path(
    post, path = "/api/v1/media", tag = "Messages", operation_id = "uploadMedia",
    request_body(content = NewMedia, content_type = "multipart/form-data"),
    responses((status = 201, description = "The upload", body = Media)),
)]
pub async fn upload(
    Caller(ctx): Caller,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let mut form = form.map_err(|wrong| Problem::new(problem::MALFORMED, wrong.body_text()))?;
    let id = id(&ctx, &headers).await?;
    let (mut to, mut conversation, mut voice) = (None, None, false);
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        match field.name().unwrap_or_default() {
            "to" => to = Some(short(field).await?),
            "conversationId" => {
                let text = short(field).await?;
                conversation = Some(text.parse().map_err(|_| Wrong::invalid("conversationId", "expected an id"))?);
            }
            "voice" => {
                let text = short(field).await?;
                voice = text.parse().map_err(|_| Wrong::invalid("voice", "expected true or false"))?;
            }
            "file" => {
                let conversation: ConversationId = conversation_of(&ctx, to, conversation).await?;
                let name = field.file_name().filter(|name| !name.is_empty()).map(str::to_owned);
                let (Id::New(known) | Id::Done(known)) = id;
                let upload = Upload { id: known, conversation, name, voice };
                if let Id::New(_) = id {
                    let uploaded = media::upload(&ctx, upload, field).await?;
                    return Ok(answer(&ctx, known, uploaded).into_response());
                }
                let first = media::repeated(&ctx, &upload, field).await?.ok_or_else(another)?;
                let replayed = (HeaderName::from_static(once::REPLAYED), HeaderValue::from_static("true"));
                return Ok(([replayed], answer(&ctx, known, first)).into_response());
            }
            other => return Err(Wrong::invalid("form", format!("there is no part {other:?}")).into()),
        }
    }
    Err(Wrong::invalid("file", "send one, as the last part of the form").into())
}

/// What of a file is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FileWanted {
    /// A small JPEG of a large picture; of others the whole.
    #[serde(default)]
    small: bool,
}

/// The bytes of a file, as what they are.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "says what is streamed")]
pub struct FileBytes(Vec<u8>);

/// Read a file
///
/// Of a message, or one that the caller handed in. `Range` asks for a part of it, `If-None-Match` with its `ETag`
/// whether it is still the same. `gone` while it is not here: the message says why. It comes from a stranger: treat it
/// so. Needs `messages.view`.
#[utoipa::path(
    get, path = "/api/v1/media/{id}", tag = "Messages", operation_id = "getMedia",
    params(("id" = Uuid, Path, description = "Of the file"), FileWanted),
    responses(
        (status = 200, description = "The file", body = FileBytes, content_type = "*/*"),
        (status = 206, description = "The part that was asked for", body = FileBytes, content_type = "*/*"),
        (status = 304, description = "It is the same"),
    ),
)]
pub async fn file(
    Caller(ctx): Caller,
    read::Id(id): read::Id,
    Query(wanted): Query<FileWanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let part = if wanted.small { Part::Thumbnail } else { Part::Whole };
    let opened = media::open(&ctx, MediaId(id), part).await?;
    Ok(crate::media::answer(&opened, &headers).await?)
}

enum Id {
    New(MediaId),
    /// A file came with this key; what comes now must be the same.
    Done(MediaId),
}

/// By the key of the request, where it has one.
async fn id(ctx: &Ctx, headers: &HeaderMap) -> Result<Id, Problem> {
    for nth in 0..ANEW {
        let Some(id) = once::key_of(ctx, headers, &format!("media {nth}"))? else { break };
        match media::known(ctx, MediaId(id)).await? {
            Known::Nothing => return Ok(Id::New(MediaId(id))),
            Known::Here => return Ok(Id::Done(MediaId(id))),
            Known::Coming => return Err(once::in_progress()),
            Known::Gone => {}
        }
    }
    match headers.contains_key(once::KEY) {
        false => Ok(Id::New(MediaId(new_id()))),
        true => Err(Problem::new(problem::KEY_REUSED, "Too many files failed with this key. Use a new one.")),
    }
}

fn another() -> Problem {
    Problem::new(problem::KEY_REUSED, "Another file came with this key. Use a new key for a new file.")
}

fn answer(ctx: &Ctx, id: MediaId, Uploaded { kind, media }: Uploaded) -> (StatusCode, Json<Media>) {
    let expires_at = ctx.now() + DAY;
    let media = Media { id: id.0, kind: kind.into(), mime_type: media.mime, size: media.size, expires_at };
    (StatusCode::CREATED, Json(media))
}

/// A part that is no file.
async fn short(mut field: Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|error| broken(&error))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > FIELD {
            return Err(Wrong::invalid("form", format!("parts before the file have at most {FIELD} bytes")).into());
        }
    }
    String::from_utf8(bytes).map_err(|_| Wrong::invalid("form", "parts before the file are text").into())
}

fn broken(error: &MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE),
        _ => Problem::new(problem::MALFORMED, error.body_text()),
    }
}
