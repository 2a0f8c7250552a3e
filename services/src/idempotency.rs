//! Requests that are sent twice and done once: whoever names a request with a key of their own gets the first answer again.

use crate::{Ctx, Result, ctx::Actor, sql};
use domain::time::{DAY, MINUTE, Millis};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// An answer is kept this long.
pub const KEPT: Millis = DAY;
/// A request that was begun or renewed so long ago and has no answer was cut off: the next one with its key takes its place.
pub const CUT_OFF: Millis = MINUTE;

/// Takes the key unless it is in use. The key of a request that was cut off is free for the same request only.
const BEGIN: &str =
    "INSERT INTO api_requests (workspace_id, caller_id, key, request_hash, started_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (workspace_id, caller_id, key) DO UPDATE
        SET request_hash = $4, status = NULL, body = NULL, started_at = $5
        WHERE api_requests.started_at <= $6
            OR (api_requests.status IS NULL AND api_requests.started_at <= $7 AND api_requests.request_hash = $4)";

const KNOWN: &str = "SELECT request_hash, status, body FROM api_requests
    WHERE workspace_id = $1 AND caller_id = $2 AND key = $3";

/// Only by whoever began it.
const ANSWERED: &str = "UPDATE api_requests SET status = $5, body = $6
    WHERE workspace_id = $1 AND caller_id = $2 AND key = $3 AND started_at = $4 AND status IS NULL";

/// It is being worked on still. Only by whoever began it.
const RENEW: &str = "UPDATE api_requests SET started_at = $5
    WHERE workspace_id = $1 AND caller_id = $2 AND key = $3 AND started_at = $4 AND status IS NULL";

const FREE: &str = "DELETE FROM api_requests
    WHERE workspace_id = $1 AND caller_id = $2 AND key = $3 AND started_at = $4 AND status IS NULL";

/// Digest of the request, status and body of the answer.
type Known = (Vec<u8>, Option<i64>, Option<Vec<u8>>);

/// What is known of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is new: do it, then call [`Ticket::answered`] or [`Ticket::failed`].
    New(Ticket),
    /// It was done; this is what was answered.
    Done { status: u16, body: Vec<u8> },
    /// The same request is being worked on.
    Running,
    /// The key belongs to another request.
    Other,
}

/// The right to answer a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Ticket {
    key: String,
    started_at: Millis,
}

/// Whether a request is to be done. `request` is a digest of all that it asks for. What the caller may do belongs to it: an answer
/// is not given again to somebody who may do less, or more, than when it was made.
///
/// # Errors
/// When the database cannot be written.
pub async fn begin(ctx: &Ctx, key: &str, request: &[u8; 32]) -> Result<Begun> {
    let asked = digest(ctx, request)?;
    let (now, caller, request) = (ctx.now(), caller(ctx), asked.as_slice());
    let mut tx = ctx.begin().await?;
    let (old, cut_off) = (now - KEPT, now - CUT_OFF);
    if sql!(exec tx.conn(), BEGIN, ctx.ws(), caller, key, request, now, old, cut_off)? == 1 {
        tx.commit().await?;
        return Ok(Begun::New(Ticket { key: key.to_owned(), started_at: now }));
    }
    let known: Option<Known> =
        sql!(opt(Vec<u8>, Option<i64>, Option<Vec<u8>>), tx.conn(), KNOWN, ctx.ws(), caller, key)?;
    Ok(match known {
        Some((hash, ..)) if hash != request => Begun::Other,
        Some((_, Some(status), body)) => {
            Begun::Done { status: u16::try_from(status).unwrap_or(200), body: body.unwrap_or_default() }
        }
        // It was freed between the two statements: whoever asks again is let in.
        Some((_, None, _)) | None => Begun::Running,
    })
}

/// What is asked for, and with what permissions.
fn digest(ctx: &Ctx, request: &[u8; 32]) -> Result<[u8; 32]> {
    let access = serde_json::to_vec(ctx.access()).map_err(|e| crate::Error::Internal(e.to_string()))?;
    Ok(Sha256::new().chain_update(request).chain_update(access).finalize().into())
}

impl Ticket {
    /// Holds the key while the request is worked on; to be called more often than each [`CUT_OFF`]. `false` when it was too late
    /// and another request has the key: the work must end without an effect.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn renew(&mut self, ctx: &Ctx) -> Result<bool> {
        let now = ctx.now();
        let mut tx = ctx.begin().await?;
        let held = sql!(exec tx.conn(), RENEW, ctx.ws(), caller(ctx), self.key.as_str(), self.started_at, now)? == 1;
        tx.commit().await?;
        if held {
            self.started_at = now;
        }
        Ok(held)
    }

    /// Keeps the answer for whoever asks again.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn answered(self, ctx: &Ctx, status: u16, body: &[u8]) -> Result<()> {
        let mut tx = ctx.begin().await?;
        let (key, status) = (self.key.as_str(), i64::from(status));
        sql!(exec tx.conn(), ANSWERED, ctx.ws(), caller(ctx), key, self.started_at, status, body)?;
        Ok(tx.commit().await?)
    }

    /// Nothing was done: the key is free again.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn failed(self, ctx: &Ctx) -> Result<()> {
        let mut tx = ctx.begin().await?;
        sql!(exec tx.conn(), FREE, ctx.ws(), caller(ctx), self.key.as_str(), self.started_at)?;
        Ok(tx.commit().await?)
    }
}

/// Whose keys they are: a token's, or a member's.
fn caller(ctx: &Ctx) -> Uuid {
    match ctx.actor() {
        Actor::Token { token, .. } => token.0,
        Actor::Member(_) | Actor::System => ctx.me().id.0,
    }
}
