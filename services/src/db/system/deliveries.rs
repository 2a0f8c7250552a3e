//! Deliveries, which belong to no workspace before they are read.

use crate::{
    db::{Conn, dialect},
    sql,
};
use domain::time::Millis;

const PURGE_BODIES: &str = "UPDATE deliveries SET body = NULL WHERE id IN
    (SELECT id FROM deliveries WHERE finished_at < $1 AND body IS NOT NULL AND state = 'done' LIMIT 1000)";
const PURGE_KEYS: &str = "DELETE FROM deliveries WHERE id IN
    (SELECT id FROM deliveries WHERE finished_at < $1 AND received_at < $1 AND state = 'done' LIMIT 1000)";
const COUNT_DELIVERIES: &str = "SELECT state, COUNT(*) FROM deliveries GROUP BY state";
const WAITING_DELIVERIES: &str = "SELECT COALESCE(waits_for, ''), COUNT(*) FROM deliveries WHERE state = 'waiting'
    GROUP BY waits_for ORDER BY COUNT(*) DESC, COALESCE(waits_for, '') LIMIT 20";
const DEAD_DELIVERIES: &str = "SELECT COALESCE(reason, ''), COUNT(*) FROM deliveries WHERE state = 'dead'
    GROUP BY reason ORDER BY COUNT(*) DESC, COALESCE(reason, '') LIMIT 20";
const OLDEST_PENDING: &str = "SELECT MIN(received_at), COUNT(*) FROM deliveries WHERE state = 'pending'";
const LAST_DELIVERY: &str = "SELECT received_at FROM deliveries ORDER BY id DESC LIMIT 1";
const DEAD_LETTERS_OF: &str = "SELECT COUNT(*) FROM dead_letters WHERE delivery_id = $1";
const PURGE_DEAD_DELIVERIES: &str = "DELETE FROM deliveries WHERE id IN
    (SELECT id FROM deliveries WHERE finished_at < $1 AND state = 'dead' LIMIT 1000)";
const PURGE_DEAD_LETTERS: &str = "DELETE FROM dead_letters WHERE id IN
    (SELECT id FROM dead_letters WHERE died_at < $1 ORDER BY died_at LIMIT 1000)";
const PURGE_DELIVERY_TRIES: &str = "DELETE FROM delivery_tries WHERE (workspace_id, delivery_id, nth) IN
    (SELECT workspace_id, delivery_id, nth FROM delivery_tries WHERE at < $1 ORDER BY at LIMIT 1000)";
const COUNT_DEAD_DELIVERIES: &str = "SELECT COUNT(*) FROM deliveries WHERE state = 'dead' AND finished_at IS NOT NULL";
const NAMED_DELIVERY: &str = "SELECT MAX(named.id) FROM (SELECT MAX(delivery_id) AS id FROM dead_letters
    UNION ALL SELECT MAX(delivery_id) FROM delivery_tries) AS named";
const DEAD_DELIVERY_IDS: &str =
    "SELECT id FROM deliveries WHERE state = 'dead' AND body IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";
const REVIVE_DELIVERY: &str = "UPDATE deliveries SET state = 'pending', attempts = 0, due_at = $2, reason = NULL,
    finished_at = NULL WHERE id = $1 AND state = 'dead'";

/// Removes a thousand raw bodies and, later, the keys by which a repeated body is recognised; returns how many went.
pub async fn purge_deliveries(mut conn: Conn<'_>, bodies_before: Millis, keys_before: Millis) -> sqlx::Result<u64> {
    Ok(sql!(exec conn.again(), PURGE_BODIES, bodies_before)? + sql!(exec conn, PURGE_KEYS, keys_before)?)
}

/// Deliveries by state.
pub async fn count_deliveries(conn: Conn<'_>) -> sqlx::Result<Vec<(String, i64)>> {
    sql!(all(String, i64), conn, COUNT_DELIVERIES)
}

/// What deliveries wait for, most first.
pub async fn waiting_deliveries(conn: Conn<'_>) -> sqlx::Result<Vec<(String, i64)>> {
    sql!(all(String, i64), conn, WAITING_DELIVERIES)
}

/// Why deliveries were given up, most first.
pub async fn dead_deliveries(conn: Conn<'_>) -> sqlx::Result<Vec<(String, i64)>> {
    sql!(all(String, i64), conn, DEAD_DELIVERIES)
}

/// When the last delivery came.
pub async fn last_delivery(conn: Conn<'_>) -> sqlx::Result<Option<Millis>> {
    sql!(scalar_opt Millis, conn, LAST_DELIVERY)
}

/// When the oldest delivery that waits for its turn came, and how many there are.
pub async fn oldest_pending(conn: Conn<'_>) -> sqlx::Result<(Option<Millis>, i64)> {
    sql!(one(Option<Millis>, i64), conn, OLDEST_PENDING)
}

/// Whether a delivery that came until then has not been read yet. One that failed once does not count: those of a batch that
/// fails are tried one by one, so it fails by itself, and most probably will for the quarter of an hour until it is given up.
/// As long nothing that Meta refused would go again, of any number.
pub async fn unread_since(conn: Conn<'_>, until: Millis) -> sqlx::Result<bool> {
    match conn {
        Conn::Sqlite(c) => dialect::sqlite_deliveries::unread_since(c, until).await,
        Conn::Postgres(c) => dialect::postgres_deliveries::unread_since(c, until).await,
    }
}

/// How many workspaces still have a dead delivery before them.
pub async fn dead_letters_of(conn: Conn<'_>, delivery: i64) -> sqlx::Result<i64> {
    sql!(scalar i64, conn, DEAD_LETTERS_OF, delivery)
}

/// Removes a thousand deliveries that died before; returns how many went.
pub async fn purge_dead_deliveries(conn: Conn<'_>, before: Millis) -> sqlx::Result<u64> {
    sql!(exec conn, PURGE_DEAD_DELIVERIES, before)
}

/// Removes a thousand dead letters, and what was noted of tries, from before; returns how many went.
pub async fn purge_dead_letters(mut conn: Conn<'_>, before: Millis) -> sqlx::Result<u64> {
    Ok(sql!(exec conn.again(), PURGE_DEAD_LETTERS, before)? + sql!(exec conn, PURGE_DELIVERY_TRIES, before)?)
}

/// Deliveries that were given up.
pub async fn count_dead_deliveries(conn: Conn<'_>) -> sqlx::Result<i64> {
    sql!(scalar i64, conn, COUNT_DEAD_DELIVERIES)
}

/// The highest delivery that a dead letter, or a note of a failed try, names.
pub async fn named_delivery(conn: Conn<'_>) -> sqlx::Result<Option<i64>> {
    sql!(scalar Option<i64>, conn, NAMED_DELIVERY)
}

/// Deliveries that were given up and are kept, by id.
pub async fn dead_delivery_ids(conn: Conn<'_>, after: i64, limit: i64) -> sqlx::Result<Vec<i64>> {
    sql!(scalars i64, conn, DEAD_DELIVERY_IDS, after, limit)
}

/// Gives a delivery that was given up all its tries again.
pub async fn revive_delivery(conn: Conn<'_>, id: i64, now: Millis) -> sqlx::Result<()> {
    sql!(exec conn, REVIVE_DELIVERY, id, now).map(drop)
}
