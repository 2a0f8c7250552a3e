//! PostgreSQL's side of changes of one contact: rows are locked in one order. On SQLite a writing transaction is alone.

use sqlx::{PgConnection, query};
use uuid::Uuid;

const LOCK_CONVERSATIONS: &str =
    "SELECT id FROM conversations WHERE workspace_id = $1 AND contact_id = $2 ORDER BY id FOR UPDATE";

/// Keeps other writers off a contact's conversations until the transaction ends.
pub async fn lock_conversations(c: &mut PgConnection, workspace: Uuid, contact: Uuid) -> sqlx::Result<()> {
    query(LOCK_CONVERSATIONS).bind(workspace).bind(contact).execute(c).await.map(drop)
}
