//! Blocks of a workspace's minute for the processes that share it. SQLite has one process and needs none.

use sqlx::{PgPool, query_scalar};
use uuid::Uuid;

/// What is asked for, and half of what may lie unused in all processes together; never more than is left of the minute. Of
/// what is in hand somewhere only committed messages count as used.
const LEASE: &str = "INSERT INTO send_minutes AS m (workspace_id, minute, taken, granted)
    VALUES ($1, $2, LEAST($3 + CAST($5 AS BIGINT) / 2, $4), LEAST($3 + CAST($5 AS BIGINT) / 2, $4))
    ON CONFLICT (workspace_id, minute) DO UPDATE SET
    taken = m.taken + GREATEST(0, LEAST($4 - m.taken, $3 + GREATEST(0, $5 - m.taken + (SELECT COALESCE(CAST(SUM(l.used) AS BIGINT), 0)
        FROM send_leases l WHERE l.workspace_id = $1 AND l.minute = $2)) / 2)),
    granted = GREATEST(0, LEAST($4 - m.taken, $3 + GREATEST(0, $5 - m.taken + (SELECT COALESCE(CAST(SUM(l.used) AS BIGINT), 0)
        FROM send_leases l WHERE l.workspace_id = $1 AND l.minute = $2)) / 2))
    RETURNING CAST(granted AS BIGINT)";

/// Takes a block of a minute: at least `need` while there are as many, and some more, so that at most `idle` lie unused in all
/// processes together. At most `limit` are ever given. Returns how many were.
pub async fn lease(pool: &PgPool, workspace: Uuid, minute: i64, need: i64, limit: i64, idle: i64) -> sqlx::Result<i64> {
    query_scalar(LEASE).bind(workspace).bind(minute).bind(need).bind(limit).bind(idle).fetch_one(pool).await
}
