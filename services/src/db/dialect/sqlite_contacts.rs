//! SQLite's side of contacts: what lists show of many.

use crate::contacts::Thread;
use domain::time::Millis;
use sqlx::{SqliteConnection, query_as};
use uuid::Uuid;

// Whose: 1 everybody's, 2 own and nobody's, 3 own.
const THREADS: &str = "SELECT contact_id, last_message_at, labels FROM conversations INDEXED BY conversations_contact
    WHERE workspace_id = $1 AND contact_id IN (SELECT unhex(value) FROM json_each($2))
    AND (CAST($3 AS BIGINT) = 1 OR assignee_id = $4 OR (CAST($3 AS BIGINT) = 2 AND assignee_id IS NULL))
    ORDER BY contact_id, last_message_at DESC, id DESC";
const AGREED: &str = "SELECT contact_id, MAX(at) FROM consent_events INDEXED BY consent_events_contact
    WHERE workspace_id = $1 AND contact_id IN (SELECT unhex(value) FROM json_each($2)) AND what = 'opted_in'
    GROUP BY contact_id";

/// Conversations of these contacts.
pub async fn threads(
    c: &mut SqliteConnection,
    workspace: Uuid,
    contacts: &[Uuid],
    (whose, me): (i64, Uuid),
) -> sqlx::Result<Vec<Thread>> {
    query_as(THREADS).bind(workspace).bind(list(contacts)).bind(whose).bind(me).fetch_all(c).await
}

/// When they last opted in.
pub async fn agreed(c: &mut SqliteConnection, workspace: Uuid, contacts: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Millis)>> {
    query_as(AGREED).bind(workspace).bind(list(contacts)).fetch_all(c).await
}

/// As `json_each` reads it.
fn list(ids: &[Uuid]) -> String {
    serde_json::Value::from_iter(ids.iter().map(|id| id.simple().to_string())).to_string()
}
