//! The statement on receipts that serves all workspaces; see [`super::system`].

use super::Conn;
use crate::sql;
use domain::time::Millis;
use uuid::Uuid;

/// Silent: the number is not connected, or stands still.
const DUE: &str =
    "SELECT r.workspace_id, r.conversation_id, r.number_id, n.phone_number_id, r.wamid, r.told, r.typing_at,
    r.due_at, r.tries, (n.state <> 'active' OR n.token_locked_at IS NOT NULL OR EXISTS
        (SELECT 1 FROM parks p WHERE p.number_id = r.number_id AND p.scope IN ('token', 'number'))) AS silent
    FROM receipts r JOIN numbers n ON n.id = r.number_id WHERE r.due_at <= $1 ORDER BY r.due_at LIMIT $2";

/// Something that Meta is to be told now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Due {
    pub workspace_id: Uuid,
    pub conversation_id: Uuid,
    pub number_id: Uuid,
    pub phone_number_id: String,
    pub wamid: String,
    pub told: bool,
    pub typing_at: Option<Millis>,
    pub due_at: Millis,
    pub tries: i64,
    /// It is not told.
    pub silent: bool,
}

/// What is due, the longest first.
pub async fn due_receipts(conn: Conn<'_>, now: Millis, limit: i64) -> sqlx::Result<Vec<Due>> {
    sql!(all Due, conn, DUE, now, limit)
}
