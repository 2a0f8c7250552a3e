//! How much waits beside deliveries and messages: of one workspace, or of all where none is given. Each statement walks what waits
//! and not what is done, so it names the workspace last: between an index of what waits and one of all that a workspace has, SQLite
//! would take the latter.

use crate::{db::Conn, sql};
use domain::time::Millis;
use uuid::Uuid;

const MEDIA_WAITING: &str =
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN lease_until > $2 THEN 1 ELSE 0 END), 0), MIN(created_at) FROM media
    WHERE state = 'wanted' AND removed_at IS NULL AND (workspace_id = $1 OR $1 IS NULL)";
const PUSHES_WAITING: &str =
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN lease_until > $2 THEN 1 ELSE 0 END), 0), MIN(wanted_at) FROM pushes
    WHERE workspace_id = $1 OR $1 IS NULL";
/// What is in hand, or is told once more, is due later.
const RECEIPTS_WAITING: &str = "SELECT COUNT(*), MIN(CASE WHEN due_at <= $2 THEN due_at END) FROM receipts
    WHERE due_at IS NOT NULL AND (workspace_id = $1 OR $1 IS NULL)";
/// Each account has a row for ever: those wait that are due.
const TEMPLATES_WAITING: &str = "SELECT COUNT(*), MIN(due_at) FROM template_syncs
    WHERE due_at <= $2 AND (workspace_id = $1 OR $1 IS NULL)";
const SEARCH_WAITING: &str = "SELECT COUNT(*) FROM (SELECT id FROM search_queue LIMIT $1) q";

/// Files to be fetched: how many, how many of them are being fetched, and since when the oldest waits.
pub async fn media_waiting(
    conn: Conn<'_>,
    workspace: Option<Uuid>,
    now: Millis,
) -> sqlx::Result<(i64, i64, Option<Millis>)> {
    sql!(one(i64, i64, Option<Millis>), conn, MEDIA_WAITING, workspace, now)
}

/// What browsers are to be told, in the same way.
pub async fn pushes_waiting(
    conn: Conn<'_>,
    workspace: Option<Uuid>,
    now: Millis,
) -> sqlx::Result<(i64, i64, Option<Millis>)> {
    sql!(one(i64, i64, Option<Millis>), conn, PUSHES_WAITING, workspace, now)
}

/// What Meta is to be told: how much, and since when the oldest of it is due.
pub async fn receipts_waiting(
    conn: Conn<'_>,
    workspace: Option<Uuid>,
    now: Millis,
) -> sqlx::Result<(i64, Option<Millis>)> {
    sql!(one(i64, Option<Millis>), conn, RECEIPTS_WAITING, workspace, now)
}

/// Lists of templates that are due, in the same way.
pub async fn templates_waiting(
    conn: Conn<'_>,
    workspace: Option<Uuid>,
    now: Millis,
) -> sqlx::Result<(i64, Option<Millis>)> {
    sql!(one(i64, Option<Millis>), conn, TEMPLATES_WAITING, workspace, now)
}

/// What is to be indexed, of all workspaces, counted up to a limit.
pub async fn search_waiting(conn: Conn<'_>, limit: i64) -> sqlx::Result<i64> {
    sql!(scalar i64, conn, SEARCH_WAITING, limit)
}
