//! Takes one file from Meta.

use super::{
    again::tell,
    describe::{HEAD, describe, sniff},
    private,
    row::{MediaRecord, state},
    store::Writing,
};
use crate::{
    Result, Services,
    db::{Tx, dialect},
    queues::{Flow, Queue},
    sql,
    vault::{self, Kind, LoadError, Purpose},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use domain::{
    content::{MediaBrief, MediaState},
    id::{MediaId, WorkspaceId},
    media::{INBOUND_KEPT, INBOUND_LIMIT, essence, size, wait},
    meta::{
        codes::{self, Class},
        send::{Failure, GraphError},
    },
    time::{MINUTE, Millis},
};
use futures::stream;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::time::Duration;
use url::Url;
use uuid::Uuid;

/// Longer than the largest file may take.
const LEASE: Millis = 12 * MINUTE;
/// Tries after which people are told why a file is not here yet.
const TOLD_AFTER: i64 = 3;
const TIMEOUT: Duration = Duration::from_secs(600);
/// Meta's code of a thing that is not there.
const NO_SUCH_THING: i64 = 100;

const CLAIM: &str = "UPDATE media SET lease_until = $4, tries = tries + 1 WHERE workspace_id = $1 AND id = $2
    AND state = 'wanted' AND removed_at IS NULL AND due_at <= $3 AND lease_until <= $3 RETURNING *";
const PHONE: &str = "SELECT phone_number_id FROM numbers WHERE workspace_id = $1 AND id = $2";
const AGAIN: &str = "UPDATE media SET due_at = $4, lease_until = 0, reason = $5
    WHERE workspace_id = $1 AND id = $2 AND lease_until = $3 AND state = 'wanted'";
const DONE: &str = "UPDATE media SET state = $4, reason = $5, mime = $6, size = $7, sha256 = $8, thumbnail = $9,
    stored = $10, lease_until = 0
    WHERE workspace_id = $1 AND id = $2 AND lease_until = $3 AND state = 'wanted' AND removed_at IS NULL";
const CONVERSATION: &str = "SELECT conversation_id FROM messages WHERE workspace_id = $1 AND id = $2";

/// Where Graph says that a file is.
#[derive(Debug, Deserialize)]
struct Place {
    url: String,
    mime_type: Option<String>,
    sha256: Option<String>,
    file_size: Option<u64>,
}

/// A file that is in the store.
struct Found {
    mime: &'static str,
    size: u64,
    sha256: String,
}

/// Why it is not.
enum Trouble {
    /// Trying again may help.
    Passing(String),
    /// Meta says that there is no such file; it may be wrong, until it is too old.
    Missing,
    /// It is not taken, now or later.
    Refused(String),
}

impl From<LoadError> for Trouble {
    fn from(_: LoadError) -> Self {
        Self::Passing("The number's access token does not open.".to_owned())
    }
}

/// Fetches a file unless somebody else is at it; true when it was its turn.
///
/// # Errors
/// When the database fails. What Meta does wrong is noted with the file and tried again.
pub(super) async fn fetch(services: &Services, workspace: Uuid, id: Uuid) -> Result<bool> {
    let now = services.clock().now();
    let lease = now + LEASE;
    let mut tx = services.db().begin().await?;
    let claimed = sql!(opt MediaRecord, tx.conn(), CLAIM, workspace, id, now, lease)?;
    tx.commit().await?;
    let Some(file) = claimed else { return Ok(false) };
    let outcome = take(services, &file).await;
    let now = services.clock().now();
    services.tally().add(Queue::Media, now, Flow::one(outcome.is_ok()));
    match outcome {
        Ok(found) => {
            let brief = describe(services.media_store(), file.key(), found.mime, found.size).await;
            if !finish(services, &file, lease, brief, Some(&found), now).await? {
                services.media_store().remove(file.key()).await?;
            }
        }
        Err(trouble) => give_up_or_wait(services, &file, lease, trouble, now).await?,
    }
    Ok(true)
}

async fn give_up_or_wait(
    services: &Services,
    file: &MediaRecord,
    lease: Millis,
    trouble: Trouble,
    now: Millis,
) -> Result<()> {
    let age = now - file.created_at;
    let tries = u32::try_from(file.tries).unwrap_or(u32::MAX);
    let (wanted, why) = match trouble {
        Trouble::Refused(why) => (MediaState::Refused, why),
        Trouble::Missing if age >= INBOUND_KEPT => (MediaState::Gone, GONE.to_owned()),
        Trouble::Missing | Trouble::Passing(_) => {
            let missing = matches!(trouble, Trouble::Missing);
            let why = if let Trouble::Passing(why) = trouble { why } else { "WhatsApp does not find it.".to_owned() };
            if let Some(wait) = wait(tries, age) {
                tracing::warn!(media = %file.id, tries, %why, "a file could not be fetched; trying again");
                return later(services, file, (lease, now + wait), why, now).await;
            }
            if missing { (MediaState::Gone, GONE.to_owned()) } else { (MediaState::Failed, why) }
        }
    };
    tracing::warn!(media = %file.id, state = state(wanted), %why, "a file will not be fetched");
    let brief = MediaBrief {
        state: wanted,
        reason: Some(why),
        ..MediaBrief::wanted(MediaId(file.id), file.claimed_mime.clone())
    };
    finish(services, file, lease, brief, None, now).await?;
    Ok(())
}

/// It is tried again; once that takes a while, people are told why.
async fn later(
    services: &Services,
    file: &MediaRecord,
    (lease, due_at): (Millis, Millis),
    why: String,
    now: Millis,
) -> Result<()> {
    let ws = file.workspace_id;
    let mut tx = services.db().begin().await?;
    let conversation = lock(&mut tx, file).await?;
    let waits = sql!(exec tx.conn(), AGAIN, ws, file.id, lease, due_at, &why)?;
    let seq = match (conversation, file.message_id) {
        (Some(_), Some(message)) if waits > 0 && file.tries >= TOLD_AFTER => {
            let brief =
                MediaBrief { reason: Some(why), ..MediaBrief::wanted(MediaId(file.id), file.claimed_mime.clone()) };
            tell(&mut tx, ws, message, brief, now).await?
        }
        _ => None,
    };
    tx.commit().await?;
    services.bus().publish(ws, seq);
    Ok(())
}

/// Keeps others off the message of a file; returns its conversation.
async fn lock(tx: &mut Tx, file: &MediaRecord) -> Result<Option<Uuid>> {
    let ws = file.workspace_id;
    let Some(message) = file.message_id else { return Ok(None) };
    let conversation = sql!(scalar_opt Uuid, tx.conn(), CONVERSATION, ws, message)?;
    if let (Tx::Postgres(tx), Some(conversation)) = (tx, conversation) {
        dialect::postgres::lock_conversation(tx, ws, conversation).await?;
        dialect::postgres::lock_message(tx, ws, message).await?;
    }
    Ok(conversation)
}

const GONE: &str =
    "WhatsApp keeps files for 7 days, and this one could not be fetched in time. Ask the customer to send it again.";

/// Writes what became of a file, and tells everybody who sees its message; false when that is not wanted any more.
async fn finish(
    services: &Services,
    file: &MediaRecord,
    lease: Millis,
    brief: MediaBrief,
    found: Option<&Found>,
    now: Millis,
) -> Result<bool> {
    let ws = file.workspace_id;
    let mut tx = services.db().begin().await?;
    let conversation = lock(&mut tx, file).await?;
    let bytes = found.map(|found| i64::try_from(found.size).unwrap_or(i64::MAX));
    let (mime, sha256) = (found.map(|found| found.mime), found.map(|found| found.sha256.as_str()));
    let written = sql!(exec tx.conn(), DONE, ws, file.id, lease, state(brief.state), brief.reason.as_deref(), mime, bytes,
        sha256, brief.thumbnail, found.is_some())?;
    if written == 0 {
        return Ok(false);
    }
    let seq = match (conversation, file.message_id) {
        (Some(_), Some(message)) => tell(&mut tx, ws, message, brief, now).await?,
        _ => None,
    };
    tx.commit().await?;
    services.bus().publish(ws, seq);
    Ok(true)
}

async fn take(services: &Services, file: &MediaRecord) -> Result<Found, Trouble> {
    let passing = |why: &str| Trouble::Passing(why.to_owned());
    let token = token(services, file.workspace_id, file.number_id).await?;
    let phone = {
        let database = |_| passing("The database did not answer.");
        let mut read = services.db().read().await.map_err(database)?;
        sql!(scalar_opt String, read.conn(), PHONE, file.workspace_id, file.number_id).map_err(database)?
    };
    let phone = phone.ok_or_else(|| passing("The number is not connected."))?;
    let id = file.meta_id.as_deref().ok_or(Trouble::Missing)?;
    let place = place(services, &token, id, &phone).await?;
    if place.file_size.is_some_and(|bytes| bytes > INBOUND_LIMIT) {
        return Err(too_large(place.file_size));
    }
    let url = Url::parse(&place.url).map_err(|_| Trouble::Refused(ELSEWHERE.to_owned()))?;
    let client = if services.graph().is_home_of(&url) {
        services.graph().client()
    } else if private::allowed(&url, services.media_hosts()) {
        services.media_client().ok_or_else(|| passing("The client for files could not be made."))?
    } else {
        tracing::error!(host = url.host_str(), "Meta names a host for files that is not allowed; see MEDIA_HOSTS");
        return Err(Trouble::Refused(ELSEWHERE.to_owned()));
    };
    let request = client.get(url).bearer_auth(token.expose_secret()).timeout(TIMEOUT);
    let response = request.send().await.map_err(|_| passing("WhatsApp's file server could not be reached."))?;
    if !response.status().is_success() {
        return Err(Trouble::Passing(format!("WhatsApp's file server answered {}.", response.status().as_u16())));
    }
    if response.content_length().is_some_and(|bytes| bytes > INBOUND_LIMIT) {
        return Err(too_large(response.content_length()));
    }
    let mut seen = Seen::default();
    let pieces = stream::unfold((response, &mut seen), async |(mut response, seen)| {
        let piece = match response.chunk().await {
            Ok(Some(piece)) => seen.see(piece),
            Ok(None) => return None,
            Err(_) => Err(Trouble::Passing("WhatsApp's file server broke off.".to_owned())),
        };
        Some((piece, (response, seen)))
    });
    let written = services.media_store().write(file.key(), Box::pin(pieces)).await;
    match written {
        Ok(()) => {}
        Err(Writing::Source(trouble)) => return Err(trouble),
        Err(Writing::Store(error)) => {
            tracing::error!(%error, "a file cannot be kept");
            return Err(passing("It could not be stored: `parlance doctor` tells why."));
        }
    }
    let Seen { head, size, hash } = seen;
    let digest = hash.finalize();
    let is = |said: &str| said.eq_ignore_ascii_case(&hex::encode(digest)) || said == BASE64_STANDARD.encode(digest);
    let right = place.sha256.as_deref().is_none_or(is) && place.file_size.is_none_or(|said| said == size);
    if !right {
        if let Err(error) = services.media_store().remove(file.key()).await {
            tracing::error!(%error, "a damaged file could not be removed");
        }
        return Err(passing("It arrived damaged."));
    }
    let mime = sniff(&head);
    let said = place.mime_type.or_else(|| file.claimed_mime.clone());
    if said.as_deref().is_some_and(|said| essence(said) != mime) {
        tracing::debug!(media = %file.id, said, mime, "a file is not of the type that it is said to be");
    }
    Ok(Found { mime, size, sha256: hex::encode(digest) })
}

const ELSEWHERE: &str = "WhatsApp named a place for it that Parlance does not trust.";

fn too_large(bytes: Option<u64>) -> Trouble {
    let has = bytes.map(|bytes| format!(" It has {}.", size(bytes))).unwrap_or_default();
    Trouble::Refused(format!("Files of more than {} are not fetched.{has}", size(INBOUND_LIMIT)))
}

/// What went by.
#[derive(Default)]
struct Seen {
    head: Vec<u8>,
    size: u64,
    hash: Sha256,
}

impl Seen {
    fn see(&mut self, piece: Bytes) -> Result<Bytes, Trouble> {
        self.size += piece.len() as u64;
        if self.size > INBOUND_LIMIT {
            return Err(too_large(None));
        }
        let missing = HEAD.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(piece.get(..missing).unwrap_or_default());
        self.hash.update(&piece);
        Ok(piece)
    }
}

pub(super) async fn token(services: &Services, workspace: Uuid, number: Uuid) -> Result<SecretString, LoadError> {
    vault::load(services, WorkspaceId(workspace), Kind::AccessToken, number, Purpose::Media).await
}

/// `GET /{media-id}`: the only address that is believed.
async fn place(services: &Services, token: &SecretString, id: &str, phone: &str) -> Result<Place, Trouble> {
    let passing = |why: &str| Trouble::Passing(why.to_owned());
    let mut url = services.graph().url(&[id]);
    url.query_pairs_mut().append_pair("phone_number_id", phone);
    let request = services.graph().client().get(url).bearer_auth(token.expose_secret());
    let response = request.send().await.map_err(|_| passing("WhatsApp could not be reached."))?;
    let (status, body) = (response.status(), response.bytes().await);
    let body = body.map_err(|_| passing("WhatsApp's answer was lost."))?;
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|_| passing("WhatsApp's answer was unreadable."));
    }
    let error = serde_json::from_slice::<Failure>(&body).map(|failure| failure.error).unwrap_or_default();
    let GraphError { code, is_transient, .. } = error;
    match codes::classify(code, status.as_u16(), is_transient) {
        _ if code == NO_SUCH_THING => Err(Trouble::Missing),
        Class::Token => Err(passing("WhatsApp does not take the number's access token.")),
        _ => Err(Trouble::Passing(codes::explain(code, Some(&error.message)))),
    }
}
