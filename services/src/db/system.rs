//! The few statements that serve all workspaces: routing, claiming, purging. They return no content of a workspace to anyone
//! outside of it, and are the only exception of the test that wants `workspace_id` in every statement.

use super::Conn;
use crate::sql;
use domain::time::Millis;
use uuid::Uuid;

const ACTIVE_NUMBERS: &str =
    "SELECT id, workspace_id, phone_number_id, waba_id, display_number, name FROM numbers WHERE state = 'active'
    ORDER BY created_at DESC, id DESC";
const PURGE_EVENTS: &str = "DELETE FROM events WHERE (workspace_id, seq) IN
    (SELECT workspace_id, seq FROM events WHERE at < $1 LIMIT 1000)";
const PURGE_PARKED: &str = "DELETE FROM parked_statuses WHERE expires_at < $1";
const PURGE_BODIES: &str = "UPDATE deliveries SET body = NULL WHERE id IN
    (SELECT id FROM deliveries WHERE finished_at < $1 AND body IS NOT NULL AND state = 'done' LIMIT 1000)";
const PURGE_KEYS: &str = "DELETE FROM deliveries WHERE id IN
    (SELECT id FROM deliveries WHERE finished_at < $1 AND received_at < $1 AND state = 'done' LIMIT 1000)";
const DUE_MESSAGES: &str = "SELECT o.message_id, o.workspace_id FROM outbox o
    WHERE o.due_at <= $1 AND o.lease_until <= $1 AND NOT EXISTS (SELECT 1 FROM outbox e
        WHERE e.conversation_id = o.conversation_id
        AND (e.queued_at < o.queued_at OR (e.queued_at = o.queued_at AND e.message_id < o.message_id)))
    ORDER BY o.due_at, o.message_id LIMIT $2";
const LEASE: &str = "UPDATE outbox SET leased_by = $2, lease_until = $3 WHERE message_id = $1 AND lease_until <= $4";
const RELEASE_LEASES: &str = "UPDATE outbox SET leased_by = NULL, lease_until = 0 WHERE lease_until > 0";

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

/// Removes a thousand events, and the parked statuses, that nobody can ask for any more; returns how many went.
pub async fn purge_expired(mut conn: Conn<'_>, events_before: Millis, now: Millis) -> sqlx::Result<u64> {
    Ok(sql!(exec conn.again(), PURGE_EVENTS, events_before)? + sql!(exec conn, PURGE_PARKED, now)?)
}

/// Removes a thousand raw bodies and, later, the keys by which a repeated body is recognised; returns how many went.
pub async fn purge_deliveries(mut conn: Conn<'_>, bodies_before: Millis, keys_before: Millis) -> sqlx::Result<u64> {
    Ok(sql!(exec conn.again(), PURGE_BODIES, bodies_before)? + sql!(exec conn, PURGE_KEYS, keys_before)?)
}

/// Messages whose turn it is: due, not leased, first of their conversation.
pub async fn due_messages(conn: Conn<'_>, now: Millis, limit: i64) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, DUE_MESSAGES, now, limit)
}

/// Leases one message; `false` when another worker was faster.
pub async fn lease(conn: Conn<'_>, message: Uuid, by: &str, until: Millis, now: Millis) -> sqlx::Result<bool> {
    sql!(exec conn, LEASE, message, by, until, now).map(|rows| rows == 1)
}

const COUNT_DELIVERIES: &str = "SELECT state, COUNT(*) FROM deliveries GROUP BY state";
const COUNT_MESSAGES: &str = "SELECT direction, status, COUNT(*) FROM messages GROUP BY direction, status";
const COUNT_OTHERS: &str = "SELECT (SELECT COUNT(*) FROM conversations), (SELECT COUNT(*) FROM contacts),
    (SELECT COUNT(*) FROM parked_statuses)";
const WAITING_DELIVERIES: &str = "SELECT COALESCE(waits_for, ''), COUNT(*) FROM deliveries WHERE state = 'waiting'
    GROUP BY waits_for ORDER BY COUNT(*) DESC, COALESCE(waits_for, '') LIMIT 20";
const DEAD_DELIVERIES: &str = "SELECT COALESCE(reason, ''), COUNT(*) FROM deliveries WHERE state = 'dead'
    GROUP BY reason ORDER BY COUNT(*) DESC, COALESCE(reason, '') LIMIT 20";
const OLDEST_PENDING: &str = "SELECT MIN(received_at), COUNT(*) FROM deliveries WHERE state = 'pending'";

/// Deliveries by state.
pub async fn count_deliveries(conn: Conn<'_>) -> sqlx::Result<Vec<(String, i64)>> {
    sql!(all(String, i64), conn, COUNT_DELIVERIES)
}

/// Messages by direction and status.
pub async fn count_messages(conn: Conn<'_>) -> sqlx::Result<Vec<(String, String, i64)>> {
    sql!(all(String, String, i64), conn, COUNT_MESSAGES)
}

/// How many conversations, contacts and parked statuses there are.
pub async fn count_others(conn: Conn<'_>) -> sqlx::Result<(i64, i64, i64)> {
    sql!(one(i64, i64, i64), conn, COUNT_OTHERS)
}

/// What deliveries wait for, most first.
pub async fn waiting_deliveries(conn: Conn<'_>) -> sqlx::Result<Vec<(String, i64)>> {
    sql!(all(String, i64), conn, WAITING_DELIVERIES)
}

/// Why deliveries were given up, most first.
pub async fn dead_deliveries(conn: Conn<'_>) -> sqlx::Result<Vec<(String, i64)>> {
    sql!(all(String, i64), conn, DEAD_DELIVERIES)
}

/// When the oldest delivery that waits for its turn came, and how many there are.
pub async fn oldest_pending(conn: Conn<'_>) -> sqlx::Result<(Option<Millis>, i64)> {
    sql!(one(Option<Millis>, i64), conn, OLDEST_PENDING)
}

const NUMBERS_HEALTH: &str = "SELECT id, workspace_id, phone_number_id, display_number, token_problem FROM numbers
    WHERE state = 'active' ORDER BY created_at, id";

/// A connected number and what is wrong with its token.
#[derive(sqlx::FromRow)]
pub struct NumberHealth {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub phone_number_id: String,
    pub display_number: String,
    pub token_problem: Option<String>,
}

/// Every connected number, for `doctor`.
pub async fn numbers_health(conn: Conn<'_>) -> sqlx::Result<Vec<NumberHealth>> {
    sql!(all NumberHealth, conn, NUMBERS_HEALTH)
}

/// Lets go of every lease. Only where no other process can hold one: on SQLite, at start.
pub async fn release_leases(conn: Conn<'_>) -> sqlx::Result<u64> {
    sql!(exec conn, RELEASE_LEASES)
}
