//! Invitations and tokens, which are known by a digest before it is known of which workspace they are.

use crate::{db::Conn, sql};
use domain::time::Millis;
use uuid::Uuid;

const INVITATION_BY_HASH: &str = "SELECT workspace_id, id FROM invitations WHERE token_hash = $1";
const PURGE_INVITATIONS: &str = "DELETE FROM invitations WHERE closed_at < $1 OR expires_at < $1";
const TOKEN_BY_HASH: &str =
    "SELECT t.id, m.user_id, w.slug, t.name, t.permissions, t.any_address, t.expires_at, t.ended_at,
    t.last_used_at, t.last_address
    FROM api_tokens t JOIN members m ON m.id = t.member_id JOIN workspaces w ON w.id = t.workspace_id
    WHERE t.hash = $1";
const PURGE_TOKEN_MINUTES: &str = "DELETE FROM api_token_uses WHERE minute < $1";
const PURGE_TOKEN_HOURS: &str = "DELETE FROM api_token_hours WHERE hour < $1";
const PURGE_REQUESTS: &str = "DELETE FROM api_requests WHERE started_at < $1";

/// The invitation whose link has this digest, as (workspace, invitation); also one that was used.
pub async fn invitation_by_hash(conn: Conn<'_>, hash: &[u8; 32]) -> sqlx::Result<Option<(Uuid, Uuid)>> {
    sql!(opt(Uuid, Uuid), conn, INVITATION_BY_HASH, hash.as_slice())
}

/// Removes invitations that were closed, or ran out, before; returns how many went.
pub async fn purge_invitations(conn: Conn<'_>, before: Millis) -> sqlx::Result<u64> {
    sql!(exec conn, PURGE_INVITATIONS, before)
}

/// A token of the REST API, whosever it is.
#[derive(sqlx::FromRow)]
pub struct KnownToken {
    pub id: Uuid,
    pub user_id: Uuid,
    pub slug: String,
    pub name: String,
    pub permissions: String,
    pub any_address: bool,
    pub expires_at: Option<Millis>,
    pub ended_at: Option<Millis>,
    pub last_used_at: Option<Millis>,
    pub last_address: Option<String>,
}

/// The token with this digest.
pub async fn token_by_hash(conn: Conn<'_>, hash: &[u8; 32]) -> sqlx::Result<Option<KnownToken>> {
    sql!(opt KnownToken, conn, TOKEN_BY_HASH, hash.as_slice())
}

/// Removes what the watch over tokens needs no more, and answers that nobody can ask for again.
pub async fn purge_api(mut conn: Conn<'_>, minute: i64, hour: i64, requests_before: Millis) -> sqlx::Result<u64> {
    let uses = sql!(exec conn.again(), PURGE_TOKEN_MINUTES, minute)?;
    let hours = sql!(exec conn.again(), PURGE_TOKEN_HOURS, hour)?;
    Ok(uses + hours + sql!(exec conn, PURGE_REQUESTS, requests_before)?)
}
