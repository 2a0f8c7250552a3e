//! The statements on notices and pushes that serve all workspaces; see [`super::system`].

use super::Conn;
use crate::sql;
use domain::time::Millis;
use uuid::Uuid;

const PURGE_NOTICES: &str = "DELETE FROM notices WHERE workspace_id IS NOT NULL AND id IN
    (SELECT id FROM notices WHERE at < $1 ORDER BY at LIMIT 1000)";
const PURGE_BROWSERS: &str = "DELETE FROM push_subscriptions WHERE workspace_id IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM sessions z WHERE z.id_hash = push_subscriptions.session_hash)";
const DUE: &str = "SELECT workspace_id, id FROM pushes WHERE due_at <= $1 AND lease_until <= $1
    ORDER BY due_at, id LIMIT $2";
const FORGET_PUSHES: &str = "DELETE FROM pushes WHERE workspace_id IS NOT NULL";
/// The browser belongs to whoever asked last, in whichever workspace.
const OTHERS_BROWSER: &str = "DELETE FROM push_subscriptions WHERE workspace_id IS NOT NULL AND endpoint_hash = $1
    AND member_id IN (SELECT id FROM members WHERE user_id <> $2)";
const SEALED: &str = "SELECT id, sealed FROM push_subscriptions WHERE workspace_id IS NOT NULL AND id > $1
    ORDER BY id LIMIT $2";
const REPLACE_SEALED: &str = "UPDATE push_subscriptions SET sealed = $2
    WHERE workspace_id IS NOT NULL AND id = $1 AND sealed = $3";

/// Removes some old notices; returns how many.
pub async fn purge_notices(conn: Conn<'_>, before: Millis) -> sqlx::Result<u64> {
    sql!(exec conn, PURGE_NOTICES, before)
}

/// Forgets browsers in which nobody is signed in any more; returns how many.
pub async fn purge_browsers(conn: Conn<'_>) -> sqlx::Result<u64> {
    sql!(exec conn, PURGE_BROWSERS)
}

/// What is to be pushed now, by workspace and id.
pub async fn due_pushes(conn: Conn<'_>, now: Millis, limit: i64) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, DUE, now, limit)
}

/// Nothing is to be pushed any more.
pub async fn forget_pushes(conn: Conn<'_>) -> sqlx::Result<u64> {
    sql!(exec conn, FORGET_PUSHES)
}

/// A browser tells its former person nothing any more.
pub async fn forget_others_browser(conn: Conn<'_>, endpoint_hash: &[u8], user: Uuid) -> sqlx::Result<u64> {
    sql!(exec conn, OTHERS_BROWSER, endpoint_hash, user)
}

/// Stored subscriptions in the order of their ids.
pub async fn sealed_subscriptions(conn: Conn<'_>, after: Uuid, limit: i64) -> sqlx::Result<Vec<(Uuid, Vec<u8>)>> {
    sql!(all(Uuid, Vec<u8>), conn, SEALED, after, limit)
}

/// Replaces a sealed value where it still stands; returns how many rows that was.
pub async fn replace_subscription(conn: Conn<'_>, id: Uuid, new: &[u8], old: &[u8]) -> sqlx::Result<u64> {
    sql!(exec conn, REPLACE_SEALED, id, new, old)
}
