//! `/api/v1/contacts/{id}/consent`

use axum::{Json, http::StatusCode};
use domain::{
    id::{ConsentId, ContactId},
    opt_out::{self, Source, What},
};
use serde::{Deserialize, Serialize};
use services::consent;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    caller::Caller,
    contacts::Shown,
    page::{self, List, Slice},
    problem::Problem,
    read::{Body, Id, Query},
};

/// In cursors.
const LIST: &str = "consent";
/// Characters of a note.
const NOTE: usize = 200;

/// What a contact decided.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentWhat {
    OptedOut,
    OptedIn,
}

impl From<What> for ConsentWhat {
    fn from(what: What) -> Self {
        match what {
            What::OptedOut => Self::OptedOut,
            What::OptedIn => Self::OptedIn,
        }
    }
}

/// How it is known: by a message or button of theirs, by their setting in WhatsApp, by a refusal of WhatsApp's for it, or as
/// somebody recorded it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ConsentSource {
    Keyword,
    Button,
    Meta,
    Error,
    Member,
    Api,
    Import,
}

impl From<Source> for ConsentSource {
    fn from(source: Source) -> Self {
        match source {
            Source::Keyword => Self::Keyword,
            Source::Button => Self::Button,
            Source::Meta => Self::Meta,
            Source::Error => Self::Error,
            Source::Member => Self::Member,
            Source::Api => Self::Api,
            Source::Import => Self::Import,
        }
    }
}

/// A line of a contact's consent history.
#[derive(Serialize, ToSchema)]
pub struct Consent {
    id: Uuid,
    /// When they decided. Unix time in milliseconds.
    at: i64,
    what: ConsentWhat,
    source: ConsentSource,
    /// The message that said it, or that was refused.
    message: Option<Uuid>,
    /// Its words, for those who may read them, or the note of whoever recorded it.
    said: Option<String>,
    /// The member who recorded it.
    actor: Option<Uuid>,
}

impl From<opt_out::Consent> for Consent {
    fn from(line: opt_out::Consent) -> Self {
        Self {
            id: line.id.0,
            at: line.at,
            what: line.what.into(),
            source: line.source.into(),
            message: line.message.map(|id| id.0),
            said: line.said,
            actor: line.actor.map(|id| id.0),
        }
    }
}

/// What a contact decided elsewhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    what: ConsentWhat,
    /// Where and how, as proof.
    #[schema(max_length = 200, example = "On the phone, to Asha")]
    note: Option<String>,
}

/// What a contact decided so far
///
/// The newest first. Needs `contacts.read`.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}/consent", tag = "Contacts", operation_id = "listConsent",
    params(("id" = Uuid, Path, description = "Of the contact"), Slice),
    responses((status = 200, description = "A page of the history", body = List<Consent>)),
)]
pub async fn list(Caller(ctx): Caller, Id(id): Id, Query(slice): Query<Slice>) -> Result<Json<List<Consent>>, Problem> {
    let (limit, before) = (slice.limit()?, slice.before::<ConsentId>(LIST)?);
    let before = before.map(|(at, id)| opt_out::Cursor { at, id });
    let found = consent::history(&ctx, ContactId(id), before, limit).await?;
    Ok(Json(page::list(LIST, found, limit, opt_out::Consent::cursor, Consent::from)))
}

/// Record an opt-out or opt-in
///
/// What waits to be sent to somebody who opts out is withdrawn, and later messages are refused with `opted_out`. Nothing is sent
/// to the contact about it. What is recorded already changes nothing. Needs `contacts.consent`.
#[utoipa::path(
    post, path = "/api/v1/contacts/{id}/consent", tag = "Contacts", operation_id = "recordConsent",
    params(("id" = Uuid, Path, description = "Of the contact")), request_body = NewConsent,
    responses((status = 200, description = "The contact as it is now", body = Shown)),
)]
pub async fn record(
    Caller(ctx): Caller,
    Id(id): Id,
    Body(new): Body<NewConsent>,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    let what = match new.what {
        ConsentWhat::OptedOut => What::OptedOut,
        ConsentWhat::OptedIn => What::OptedIn,
    };
    if new.note.as_deref().is_some_and(|note| note.chars().count() > NOTE) {
        return Err(domain::Error::invalid("note", format!("expected at most {NOTE} characters")).into());
    }
    let after = consent::record(&ctx, ContactId(id), what, new.note.as_deref()).await?;
    Ok((StatusCode::OK, Json(after.into())))
}
