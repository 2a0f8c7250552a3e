//! Lanes, outboxes and limits of all workspaces.

use crate::{db::Conn, sql};
use domain::time::Millis;
use uuid::Uuid;

/// Numbers for which something is due, with what decides whether this process sends for them. Not `EXISTS`: for two of them
/// PostgreSQL would read the whole outbox.
const DUE_LANES: &str = "SELECT n.id, n.workspace_id, n.phone_number_id, n.state, n.token_locked_at, n.throughput,
    n.coexistence, w.plan, l.holder, l.lease_until, l.slowed_to, l.slowed_at,
    EXISTS (SELECT 1 FROM parks p WHERE p.number_id = n.id AND p.scope IN ('token', 'number')) AS parked
    FROM numbers n JOIN workspaces w ON w.id = n.workspace_id LEFT JOIN lanes l ON l.number_id = n.id
    WHERE (SELECT 1 FROM outbox o WHERE o.number_id = n.id AND o.bulk = FALSE AND o.due_at <= $1 AND o.lease_until <= $1
        ORDER BY o.due_at LIMIT 1) = 1
    OR (SELECT 1 FROM outbox o WHERE o.number_id = n.id AND o.bulk = TRUE AND o.due_at <= $1 AND o.lease_until <= $1
        ORDER BY o.due_at LIMIT 1) = 1";
/// Messages whose process is gone, and those whose answer did not come in time.
const OPEN_ENDS: &str =
    "SELECT o.workspace_id, o.message_id FROM outbox o WHERE o.lease_until > 0 AND o.lease_until <= $1
    UNION SELECT o.workspace_id, o.message_id FROM messages m JOIN outbox o ON o.message_id = m.id
    WHERE m.status = 'unconfirmed' AND m.next_try_at <= $1 AND o.due_at <= $1 LIMIT 200";
/// At the beginning of time: when they were claimed is not known any more.
const END_LEASES: &str = "UPDATE outbox SET lease_until = 1 WHERE lease_until > 0";
const END_LANES: &str = "UPDATE lanes SET lease_until = $1 WHERE lease_until > $1";
const LEAVE_LANES: &str = "UPDATE lanes SET lease_until = $2 WHERE holder = $1 AND lease_until > $2";
const PURGE_LEASES: &str = "DELETE FROM send_leases WHERE (workspace_id, minute, holder) IN
    (SELECT workspace_id, minute, holder FROM send_leases WHERE minute < $1 LIMIT 1000)";
const PURGE_MINUTES: &str = "DELETE FROM send_minutes WHERE (workspace_id, minute) IN
    (SELECT workspace_id, minute FROM send_minutes WHERE minute < $1 LIMIT 1000)";
const PURGE_DAYS: &str = "DELETE FROM number_days WHERE (number_id, day) IN
    (SELECT number_id, day FROM number_days WHERE day < $1 LIMIT 1000)";
const PURGE_INSTANTS: &str = "DELETE FROM number_instants WHERE (number_id, at) IN
    (SELECT number_id, at FROM number_instants WHERE at < $1 LIMIT 1000)";
const OLD_PORTFOLIOS: &str = "SELECT p.workspace_id, p.waba_id FROM portfolios p WHERE EXISTS (SELECT 1
    FROM portfolio_contacts c WHERE c.workspace_id = p.workspace_id AND c.waba_id = p.waba_id AND c.at <= $1)
    ORDER BY p.workspace_id, p.waba_id LIMIT 1000";
const LANE_DEPTHS: &str = "SELECT number_id, COUNT(*), COALESCE(SUM(CASE WHEN lease_until > $1 THEN 1 ELSE 0 END), 0),
    MIN(queued_at) FROM outbox GROUP BY number_id ORDER BY COUNT(*) DESC, number_id LIMIT 1000";
const COUNT_DEAD_MESSAGES: &str = "SELECT COUNT(*) FROM messages WHERE status = 'dead'";
const WAITING_MESSAGES: &str =
    "SELECT message_id FROM outbox WHERE workspace_id = $1 AND message_id > $2 ORDER BY message_id LIMIT $3";

/// A number for which something is due.
#[derive(Debug, sqlx::FromRow)]
pub struct DueLane {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub phone_number_id: String,
    pub state: String,
    /// Since when its token does not open.
    pub token_locked_at: Option<Millis>,
    /// Messages per second, as Graph says.
    pub throughput: Option<i64>,
    pub coexistence: bool,
    pub plan: String,
    /// Who sends for it, and until when.
    pub holder: Option<String>,
    pub lease_until: Option<Millis>,
    pub slowed_to: Option<i64>,
    pub slowed_at: Option<Millis>,
    /// All of it stands still.
    pub parked: bool,
}

impl DueLane {
    /// Nothing leaves until somebody has acted. (Of a number that is not active everything is parked one by one.)
    pub fn stands(&self) -> bool {
        self.parked && self.state == "active"
    }
}

/// Numbers for which something is due.
pub async fn due_lanes(conn: Conn<'_>, now: Millis) -> sqlx::Result<Vec<DueLane>> {
    sql!(all DueLane, conn, DUE_LANES, now)
}

/// Messages that nobody waits for any more, as (workspace, message): their process is gone, or Meta never confirmed them.
pub async fn open_ends(conn: Conn<'_>, now: Millis) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, OPEN_ENDS, now)
}

/// Ends every lease. Only where no other process can hold one: on SQLite at start, and after a restore.
pub async fn end_leases(mut conn: Conn<'_>, now: Millis) -> sqlx::Result<()> {
    sql!(exec conn.again(), END_LEASES)?;
    sql!(exec conn, END_LANES, now).map(drop)
}

/// Leaves the numbers that `holder` sent for to other processes.
pub async fn leave_lanes(conn: Conn<'_>, holder: &str, now: Millis) -> sqlx::Result<()> {
    sql!(exec conn, LEAVE_LANES, holder, now).map(drop)
}

/// Forgets some thousand counts of minutes, days and seconds that are over; returns how many went.
pub async fn purge_limits(mut conn: Conn<'_>, minute: i64, day: i64, at: Millis) -> sqlx::Result<u64> {
    let mut gone = sql!(exec conn.again(), PURGE_LEASES, minute)?;
    gone += sql!(exec conn.again(), PURGE_MINUTES, minute)?;
    gone += sql!(exec conn.again(), PURGE_DAYS, day)?;
    gone += sql!(exec conn, PURGE_INSTANTS, at)?;
    Ok(gone)
}

/// Portfolios, as (workspace, account), with customers who were last written to until then.
pub async fn portfolios_with_old(conn: Conn<'_>, until: Millis) -> sqlx::Result<Vec<(Uuid, String)>> {
    sql!(all(Uuid, String), conn, OLD_PORTFOLIOS, until)
}

/// The longest thousand outboxes as (number, messages, in hand, since when the oldest waits).
pub async fn lane_depths(conn: Conn<'_>, now: Millis) -> sqlx::Result<Vec<(Uuid, i64, i64, Option<Millis>)>> {
    sql!(all(Uuid, i64, i64, Option<Millis>), conn, LANE_DEPTHS, now)
}

/// Messages that were given up.
pub async fn count_dead_messages(conn: Conn<'_>) -> sqlx::Result<i64> {
    sql!(scalar i64, conn, COUNT_DEAD_MESSAGES)
}

/// What of a workspace has a place in the outbox, by id. Reads all of it: for a restore.
pub async fn waiting_messages(conn: Conn<'_>, workspace: Uuid, after: Uuid, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sql!(scalars Uuid, conn, WAITING_MESSAGES, workspace, after, limit)
}
