//! The statements on files that serve all workspaces; see [`super::system`].

use super::Conn;
use crate::sql;
use domain::time::Millis;
use uuid::Uuid;

const DUE: &str = "SELECT workspace_id, id FROM media WHERE state = 'wanted' AND due_at <= $1 AND lease_until <= $1
    AND removed_at IS NULL ORDER BY due_at, id LIMIT $2";
const REMOVED: &str = "SELECT workspace_id, id FROM media WHERE removed_at IS NOT NULL AND stored
    ORDER BY removed_at, id LIMIT $1";
const UNSENT: &str =
    "SELECT workspace_id, id FROM media WHERE message_id IS NULL AND removed_at IS NULL AND created_at < $1
    ORDER BY created_at, id LIMIT $2";

/// Files to be fetched now, by workspace and id.
pub async fn due_media(conn: Conn<'_>, now: Millis, limit: i64) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, DUE, now, limit)
}

/// Files that nobody may see any more and whose bytes are still there.
pub async fn removed_media(conn: Conn<'_>, limit: i64) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, REMOVED, limit)
}

/// Uploads from before `before` that were never sent.
pub async fn unsent_media(conn: Conn<'_>, before: Millis, limit: i64) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, UNSENT, before, limit)
}
