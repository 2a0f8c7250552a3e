//! PostgreSQL's side of putting labels on: one that is deleted meanwhile waits. On SQLite a writing transaction is alone.

use sqlx::{PgConnection, query_scalar};
use uuid::Uuid;

const KEEP_LABELS: &str = "SELECT id FROM labels WHERE workspace_id = $1 AND deleted_at IS NULL ORDER BY id FOR SHARE";

/// A workspace's labels, none of which is changed or deleted before the transaction ends.
pub async fn keep_labels(c: &mut PgConnection, workspace: Uuid) -> sqlx::Result<Vec<Uuid>> {
    query_scalar(KEEP_LABELS).bind(workspace).fetch_all(c).await
}
