//! `/api/v1/dead-letters`

use axum::{Json, http::StatusCode};
use domain::dead::{self, Filter, Place};
use serde::{Deserialize, Serialize};
use services::dead::Retry;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    caller::Caller,
    page::{self, List, Slice},
    problem::Problem,
    read::{Body, Id, MaybeBody, Query},
};

/// In cursors.
const LIST: &str = "dead letter";
/// Characters in a search; the description repeats it.
const MAX_TEXT: usize = 200;

/// A delivery or a message that was given up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetter {
    id: Uuid,
    /// `delivery`: a webhook body from Meta. `send`: a message; its id is this one.
    #[schema(pattern = "^(delivery|send)$")]
    kind: &'static str,
    /// `unconfirmed`: Meta never said whether it went out.
    #[schema(pattern = "^(tries_used_up|unconfirmed|unreadable)$")]
    reason: &'static str,
    /// What went wrong, in words.
    error: String,
    /// Meta's code.
    code: Option<i64>,
    /// How often it was tried.
    attempts: i64,
    /// When it was written, or came in. Unix time in milliseconds.
    since: i64,
    died_at: i64,
    /// The business number.
    number: Option<Uuid>,
    number_name: Option<String>,
    /// Whom a message was for: their name, or their number; `null` without `contacts.read` for them.
    contact: Option<String>,
    /// `null` without `conversations.view` for it.
    conversation: Option<Uuid>,
    /// Whether it can be retried with other words: a text, a caption, or what stands above buttons or a list.
    editable: bool,
}

/// One dead letter with all that is known of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetterDetail {
    #[serde(flatten)]
    letter: DeadLetter,
    /// The first one first.
    tries: Vec<DeadLetterTry>,
    /// What was to be said; `null` also without `messages.view` for its conversation.
    text: Option<String>,
    /// What Meta sent, or was to get, as JSON text with secrets masked; `null` when it is not kept any more, or without
    /// `messages.view` for its conversation. What Meta sent needs `messages.view` and `contacts.read` for everybody.
    payload: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DeadLetterTry {
    /// From 1.
    nth: i64,
    started_at: i64,
    ended_at: i64,
    /// HTTP status of Meta's answer.
    http: Option<i64>,
    /// Meta's code.
    code: Option<i64>,
    said: String,
}

/// What came of many.
#[derive(Serialize, ToSchema)]
pub struct DeadLettersDone {
    done: Vec<Uuid>,
    refused: Vec<DeadLetterRefused>,
}

#[derive(Serialize, ToSchema)]
struct DeadLetterRefused {
    id: Uuid,
    /// Why it stays as it is.
    why: String,
}

impl From<dead::Letter> for DeadLetter {
    fn from(letter: dead::Letter) -> Self {
        Self {
            id: letter.id,
            kind: letter.kind.as_str(),
            reason: letter.reason.as_str(),
            error: letter.words,
            code: letter.code,
            attempts: letter.tries,
            since: letter.since,
            died_at: letter.died_at,
            number: letter.number.map(|id| id.0),
            number_name: letter.number_name,
            contact: letter.contact,
            conversation: letter.conversation.map(|id| id.0),
            editable: letter.editable.is_some(),
        }
    }
}

impl From<dead::Done> for DeadLettersDone {
    fn from(all: dead::Done) -> Self {
        let refused = all.refused.into_iter().map(|(id, why)| DeadLetterRefused { id, why }).collect();
        Self { done: all.done, refused }
    }
}

/// Which ones are wanted; what is not set does not narrow.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// `delivery` or `send`.
    kind: Option<String>,
    /// `tries_used_up`, `unconfirmed` or `unreadable`.
    reason: Option<String>,
    /// A part of the error, or of the name or number of a customer that the caller may see.
    #[param(max_length = 200)]
    text: Option<String>,
}

/// How one is retried.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct RetryDeadLetter {
    /// Other words: it goes out as a new message, and the old one is discarded. For a text (at most 4096 characters), below an
    /// image, a video or a document (at most 1024; an empty text sends the file alone), above buttons (at most 1024) or above a
    /// list (at most 4096). Files and choices stay. Anything else is refused: what a template says belongs to the template.
    #[schema(max_length = 4096)]
    text: Option<String>,
    /// The sender knows that a message which Meta never confirmed may arrive twice.
    may_arrive_twice: bool,
}

/// Which ones.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeveralDeadLetters {
    #[schema(min_items = 1, max_items = 500)]
    ids: Vec<Uuid>,
}

/// Dead letters
///
/// Deliveries and messages that used up their tries, or that no try could help; the latest first, kept for 30 days. Needs
/// `operations.view`.
#[utoipa::path(
    get, path = "/api/v1/dead-letters", tag = "Operations", operation_id = "listDeadLetters", params(Wanted, Slice),
    responses((status = 200, description = "A page of dead letters", body = List<DeadLetter>)),
)]
pub async fn list(
    Caller(ctx): Caller,
    Query(wanted): Query<Wanted>,
    Query(slice): Query<Slice>,
) -> Result<Json<List<DeadLetter>>, Problem> {
    let (limit, before) = (slice.limit()?, slice.before::<Uuid>(LIST)?);
    let before = before.map(|(at, id)| Place { at, id });
    if wanted.text.as_ref().is_some_and(|text| text.chars().count() > MAX_TEXT) {
        return Err(domain::Error::invalid("text", format!("use at most {MAX_TEXT} characters")).into());
    }
    let filter = Filter {
        kind: wanted.kind.map(|kind| kind.parse()).transpose()?,
        reason: wanted.reason.map(|reason| reason.parse()).transpose()?,
        text: wanted.text,
    };
    let found = services::dead::list(&ctx, &filter, before, limit).await?;
    Ok(Json(page::list(LIST, found, limit, dead::Letter::place, DeadLetter::from)))
}

/// A dead letter
///
/// With its tries and its payload. Needs `operations.view`.
#[utoipa::path(
    get, path = "/api/v1/dead-letters/{id}", tag = "Operations", operation_id = "getDeadLetter",
    params(("id" = Uuid, Path, description = "Of the dead letter")),
    responses((status = 200, description = "The dead letter", body = DeadLetterDetail)),
)]
pub async fn get(Caller(ctx): Caller, Id(id): Id) -> Result<Json<DeadLetterDetail>, Problem> {
    let dead::Detail { letter, attempts, text, payload } = services::dead::get(&ctx, id).await?;
    let shown = |one: dead::Attempt| {
        let dead::Attempt { nth, started_at, ended_at, http, code, said } = one;
        DeadLetterTry { nth, started_at, ended_at, http, code, said }
    };
    let tries = attempts.into_iter().map(shown).collect();
    Ok(Json(DeadLetterDetail { letter: letter.into(), tries, text, payload }))
}

/// Retry a dead letter
///
/// It gets all its tries again. Needs `operations.manage`, for a message also `messages.retry`, with other words also
/// `messages.send`.
#[utoipa::path(
    post, path = "/api/v1/dead-letters/{id}/retry", tag = "Operations", operation_id = "retryDeadLetter",
    params(("id" = Uuid, Path, description = "Of the dead letter")), request_body(content = Option<RetryDeadLetter>),
    responses((status = 204, description = "It is queued again")),
)]
pub async fn retry(
    Caller(ctx): Caller,
    Id(id): Id,
    MaybeBody(how): MaybeBody<RetryDeadLetter>,
) -> Result<StatusCode, Problem> {
    let RetryDeadLetter { text, may_arrive_twice } = how.unwrap_or_default();
    let how = if may_arrive_twice { Retry::MayArriveTwice } else { Retry::Once };
    match text {
        Some(text) => services::dead::retry_with_edit(&ctx, id, &text, how).await?,
        None => services::dead::retry(&ctx, id, how).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Discard a dead letter
///
/// Nothing more is tried. Needs `operations.manage`, for a message also `messages.retry`.
#[utoipa::path(
    delete, path = "/api/v1/dead-letters/{id}", tag = "Operations", operation_id = "discardDeadLetter",
    params(("id" = Uuid, Path, description = "Of the dead letter")),
    responses((status = 204, description = "It is discarded")),
)]
pub async fn discard(Caller(ctx): Caller, Id(id): Id) -> Result<StatusCode, Problem> {
    services::dead::discard(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Retry several dead letters
///
/// Each by itself: one that is refused keeps no other back. What may have gone out is refused. Needs `operations.manage`.
#[utoipa::path(
    post, path = "/api/v1/dead-letters/retry", tag = "Operations", operation_id = "retryDeadLetters",
    request_body = SeveralDeadLetters, responses((status = 200, description = "What came of it", body = DeadLettersDone)),
)]
pub async fn retry_many(
    Caller(ctx): Caller,
    Body(which): Body<SeveralDeadLetters>,
) -> Result<Json<DeadLettersDone>, Problem> {
    Ok(Json(services::dead::retry_many(&ctx, &which.ids).await?.into()))
}

/// Discard several dead letters
///
/// Each by itself. Needs `operations.manage`.
#[utoipa::path(
    post, path = "/api/v1/dead-letters/discard", tag = "Operations", operation_id = "discardDeadLetters",
    request_body = SeveralDeadLetters, responses((status = 200, description = "What came of it", body = DeadLettersDone)),
)]
pub async fn discard_many(
    Caller(ctx): Caller,
    Body(which): Body<SeveralDeadLetters>,
) -> Result<Json<DeadLettersDone>, Problem> {
    Ok(Json(services::dead::discard_many(&ctx, &which.ids).await?.into()))
}
