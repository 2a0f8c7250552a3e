//! Conversations of all workspaces: who comes back, what moves, what is to be indexed, what nobody can ask for any
//! more.

use crate::{db::Conn, sql};
use domain::time::Millis;
use uuid::Uuid;

const PURGE_EVENTS: &str = "DELETE FROM events WHERE (workspace_id, seq) IN
    (SELECT workspace_id, seq FROM events WHERE at < $1 LIMIT 1000)";
const PURGE_PARKED: &str = "DELETE FROM parked_statuses WHERE expires_at < $1";
const PURGE_DRAFTS: &str = "DELETE FROM drafts WHERE (workspace_id, member_id, conversation_id, kind) IN
    (SELECT workspace_id, member_id, conversation_id, kind FROM drafts WHERE at < $1 ORDER BY at LIMIT 1000)";
const DUE_SNOOZES: &str = "SELECT workspace_id, id FROM conversations WHERE snoozed_until <= $1
    ORDER BY workspace_id, id LIMIT $2";
const DELETED_LABELS: &str =
    "SELECT workspace_id, id FROM labels WHERE deleted_at IS NOT NULL ORDER BY deleted_at, id LIMIT 100";
const HANDOVERS: &str = "SELECT workspace_id, member_id FROM handovers ORDER BY created_at LIMIT 100";
const SEARCH_WAITS: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT id FROM search_queue LIMIT 1) q";
const SEARCH_QUEUE: &str = "SELECT q.id, q.workspace_id, q.what, q.item_id, m.at, m.kind, m.body,
    c.profile_name, c.username, c.wa_id, c.created_at, COALESCE(dm.place, dc.place) AS place
    FROM (SELECT id, workspace_id, what, item_id FROM search_queue ORDER BY id LIMIT $1) q
    LEFT JOIN messages m ON q.what = 'message' AND m.id = q.item_id
    LEFT JOIN contacts c ON q.what = 'contact' AND c.id = q.item_id
    LEFT JOIN search_messages dm ON q.what = 'message' AND dm.message_id = q.item_id
    LEFT JOIN search_contacts dc ON q.what = 'contact' AND dc.contact_id = q.item_id
    ORDER BY q.id";

/// Conversations that are to come back now, by workspace and id.
pub async fn due_snoozes(conn: Conn<'_>, now: Millis, limit: i64) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, DUE_SNOOZES, now, limit)
}

/// Labels that were deleted and may still be on conversations, with their workspaces.
pub async fn deleted_labels(conn: Conn<'_>) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, DELETED_LABELS)
}

/// Removes a thousand events, and the parked statuses, that nobody can ask for any more; returns how many went.
pub async fn purge_expired(mut conn: Conn<'_>, events_before: Millis, now: Millis) -> sqlx::Result<u64> {
    Ok(sql!(exec conn.again(), PURGE_EVENTS, events_before)? + sql!(exec conn, PURGE_PARKED, now)?)
}

/// Removes a thousand drafts that nobody touched since; returns how many went.
pub async fn purge_drafts(conn: Conn<'_>, before: Millis) -> sqlx::Result<u64> {
    sql!(exec conn, PURGE_DRAFTS, before)
}

/// Members who were removed and whose conversations still have to move, as (workspace, member).
pub async fn handovers(conn: Conn<'_>) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, HANDOVERS)
}

/// What is to be indexed, as it is now; without a body and a name it is gone.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Unindexed {
    pub id: i64,
    pub workspace_id: Uuid,
    pub what: String,
    pub item_id: Uuid,
    /// Of a message.
    pub at: Option<Millis>,
    pub kind: Option<String>,
    pub body: Option<String>,
    /// Of a contact.
    pub profile_name: Option<String>,
    pub username: Option<String>,
    pub wa_id: Option<String>,
    pub created_at: Option<Millis>,
    /// Where it stands in the index, if it does.
    pub place: Option<i64>,
}

/// Whether anything is to be indexed.
pub async fn search_waits(conn: Conn<'_>) -> sqlx::Result<bool> {
    Ok(sql!(scalar i64, conn, SEARCH_WAITS)? > 0)
}

/// What was noted first for the index of the search.
pub async fn search_queue(conn: Conn<'_>, limit: i64) -> sqlx::Result<Vec<Unindexed>> {
    sql!(all Unindexed, conn, SEARCH_QUEUE, limit)
}
