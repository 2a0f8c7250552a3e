//! Numbers of all workspaces, and the templates of their accounts.

use crate::{db::Conn, sql};
use domain::time::Millis;
use uuid::Uuid;

const ACTIVE_NUMBERS: &str =
    "SELECT id, workspace_id, phone_number_id, waba_id, display_number, name FROM numbers WHERE state = 'active'
    ORDER BY created_at DESC, id DESC";
const DUE_TEMPLATE_SYNCS: &str =
    "SELECT workspace_id, waba_id FROM template_syncs WHERE due_at <= $1 ORDER BY due_at, waba_id LIMIT $2";
const NOTICE_TEMPLATE_ACCOUNTS: &str = "INSERT INTO template_syncs (workspace_id, waba_id, due_at)
    SELECT DISTINCT workspace_id, waba_id, CAST($1 AS BIGINT) FROM numbers WHERE state = 'active'
    ON CONFLICT (workspace_id, waba_id) DO NOTHING";
const NUMBERS_HEALTH: &str =
    "SELECT id, workspace_id, phone_number_id, waba_id, display_number, token_problem, coexistence FROM numbers
    WHERE state = 'active' ORDER BY created_at, id";
const NUMBERS_TO_ASK: &str = "SELECT workspace_id, id, phone_number_id FROM numbers
    WHERE state = 'active' AND (asked_at IS NULL OR asked_at < $1) ORDER BY created_at, id LIMIT 100";

/// Accounts whose list of templates is due, with their workspaces.
pub async fn due_template_syncs(conn: Conn<'_>, now: Millis, limit: i64) -> sqlx::Result<Vec<(Uuid, String)>> {
    sql!(all(Uuid, String), conn, DUE_TEMPLATE_SYNCS, now, limit)
}

/// Accounts of connected numbers whose list of templates was never asked for.
pub async fn notice_template_accounts(conn: Conn<'_>, now: Millis) -> sqlx::Result<u64> {
    sql!(exec conn, NOTICE_TEMPLATE_ACCOUNTS, now)
}

/// A connected number, whosever it is.
#[derive(sqlx::FromRow)]
pub struct ActiveNumber {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub phone_number_id: String,
    pub waba_id: String,
    pub display_number: String,
    pub name: String,
}

/// Every connected number of the installation.
pub async fn active_numbers(conn: Conn<'_>) -> sqlx::Result<Vec<ActiveNumber>> {
    sql!(all ActiveNumber, conn, ACTIVE_NUMBERS)
}

/// A connected number and what is wrong with its token.
#[derive(sqlx::FromRow)]
pub struct NumberHealth {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub phone_number_id: String,
    pub waba_id: String,
    pub display_number: String,
    pub token_problem: Option<String>,
    /// Whether it was in use in the WhatsApp Business app too when Graph was last asked.
    pub coexistence: bool,
}

/// Every connected number, for `doctor`.
pub async fn numbers_health(conn: Conn<'_>) -> sqlx::Result<Vec<NumberHealth>> {
    sql!(all NumberHealth, conn, NUMBERS_HEALTH)
}

/// Connected numbers of which Graph was not asked since, as (workspace, number, Meta's id of it).
pub async fn numbers_to_ask(conn: Conn<'_>, since: Millis) -> sqlx::Result<Vec<(Uuid, Uuid, String)>> {
    sql!(all(Uuid, Uuid, String), conn, NUMBERS_TO_ASK, since)
}
