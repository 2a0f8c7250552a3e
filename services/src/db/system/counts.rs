//! How many workspaces there are, and what they hold.

use crate::{db::Conn, sql};
use uuid::Uuid;

const COUNT_MESSAGES: &str = "SELECT direction, status, COUNT(*) FROM messages GROUP BY direction, status";
const COUNT_OTHERS: &str = "SELECT (SELECT COUNT(*) FROM conversations), (SELECT COUNT(*) FROM contacts),
    (SELECT COUNT(*) FROM parked_statuses)";
const WORKSPACES: &str = "SELECT id FROM workspaces ORDER BY id";

/// Messages by direction and status.
pub async fn count_messages(conn: Conn<'_>) -> sqlx::Result<Vec<(String, String, i64)>> {
    sql!(all(String, String, i64), conn, COUNT_MESSAGES)
}

/// How many conversations, contacts and parked statuses there are.
pub async fn count_others(conn: Conn<'_>) -> sqlx::Result<(i64, i64, i64)> {
    sql!(one(i64, i64, i64), conn, COUNT_OTHERS)
}

/// Every workspace.
pub async fn workspaces(conn: Conn<'_>) -> sqlx::Result<Vec<Uuid>> {
    sql!(scalars Uuid, conn, WORKSPACES)
}
