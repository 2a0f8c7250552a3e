//! Secrets of all workspaces, sealed.

use crate::{db::Conn, sql};
use domain::time::Millis;
use uuid::Uuid;

const SEALED_SECRETS: &str = "SELECT id, workspace_id, kind, subject_id, version, sealed FROM secrets WHERE id > $1
    ORDER BY id LIMIT $2";
const REPLACE_SEALED: &str = "UPDATE secrets SET sealed = $2 WHERE id = $1 AND sealed = $3";
const NUMBERS_TO_UNLOCK: &str = "SELECT workspace_id, id FROM numbers
    WHERE state = 'active' AND (token_locked_at IS NOT NULL OR $1) ORDER BY created_at, id";
const TOKENS_BEFORE: &str = "SELECT n.workspace_id, n.id, n.phone_number_id, n.name, s.created_at, s.expires_at,
    s.renew_refused FROM secrets s
    JOIN numbers n ON n.workspace_id = s.workspace_id AND n.id = s.subject_id AND n.state = 'active'
    WHERE s.kind = 'access_token' AND (s.created_at < $1 OR (s.expires_at <> 0 AND s.expires_at < $2))
    ORDER BY s.created_at, s.id";
const TOKENS_TO_RENEW: &str =
    "SELECT s.workspace_id, s.id, s.subject_id AS number_id, s.created_at, s.expires_at, s.renew_at
    FROM secrets s
    JOIN numbers n ON n.workspace_id = s.workspace_id AND n.id = s.subject_id AND n.state = 'active'
    WHERE s.kind = 'access_token' AND s.renew_at <= $1 ORDER BY s.renew_at, s.id LIMIT $2";
const PURGE_SECRET_ACCESS: &str =
    "DELETE FROM secret_access WHERE (workspace_id, kind, subject_id, purpose, minute, outcome) IN
    (SELECT workspace_id, kind, subject_id, purpose, minute, outcome FROM secret_access WHERE minute < $1 LIMIT 1000)";

/// A secret as it is stored, whosever it is.
#[derive(sqlx::FromRow)]
pub struct SealedSecret {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub kind: String,
    pub subject_id: Uuid,
    pub version: i64,
    pub sealed: Vec<u8>,
}

/// Stored secrets in the order of their ids.
pub async fn sealed_secrets(conn: Conn<'_>, after: Uuid, limit: i64) -> sqlx::Result<Vec<SealedSecret>> {
    sql!(all SealedSecret, conn, SEALED_SECRETS, after, limit)
}

/// Replaces a sealed value where it still stands; returns how many rows that was.
pub async fn replace_sealed(conn: Conn<'_>, id: Uuid, new: &[u8], old: &[u8]) -> sqlx::Result<u64> {
    sql!(exec conn, REPLACE_SEALED, id, new, old)
}

/// Connected numbers whose token did not open, or all, as (workspace, number).
pub async fn numbers_to_unlock(conn: Conn<'_>, all: bool) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, NUMBERS_TO_UNLOCK, all)
}

/// A connected number and since when its token has been in use.
#[derive(sqlx::FromRow)]
pub struct TokenAge {
    pub workspace_id: Uuid,
    pub id: Uuid,
    pub phone_number_id: String,
    pub name: String,
    pub created_at: Millis,
    /// 0 for ever.
    pub expires_at: Option<Millis>,
    /// What Meta said when it would not renew it.
    pub renew_refused: Option<String>,
}

/// Tokens of connected numbers that were stored before, or end before.
pub async fn tokens_before(conn: Conn<'_>, stored: Millis, ends: Millis) -> sqlx::Result<Vec<TokenAge>> {
    sql!(all TokenAge, conn, TOKENS_BEFORE, stored, ends)
}

/// The token of a connected number about which Meta is to be asked.
#[derive(Default, sqlx::FromRow)]
pub struct ToRenew {
    pub workspace_id: Uuid,
    pub id: Uuid,
    pub number_id: Uuid,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
    pub renew_at: Millis,
}

/// Those that are due.
pub async fn tokens_to_renew(conn: Conn<'_>, now: Millis, limit: i64) -> sqlx::Result<Vec<ToRenew>> {
    sql!(all ToRenew, conn, TOKENS_TO_RENEW, now, limit)
}

/// Forgets a thousand old openings of secrets; returns how many went.
pub async fn purge_secret_access(conn: Conn<'_>, before: Millis) -> sqlx::Result<u64> {
    sql!(exec conn, PURGE_SECRET_ACCESS, before)
}
