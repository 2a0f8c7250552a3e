//! PostgreSQL's side of the journal: keeping, claiming and finishing deliveries.

use crate::ingest::Outcome;
use domain::time::Millis;
use sqlx::{PgConnection, query, query_as};

const PUT_DELIVERIES: &str = "INSERT INTO deliveries (body_hash, body, received_at, state, attempts, due_at)
    SELECT hash, body, $3, 'pending', 0, $3 FROM unnest($1::bytea[], $2::bytea[]) AS t (hash, body)";
// The first of several bodies that are the same stays, and every one that was seen before goes.
const REPEATED: &str = "DELETE FROM deliveries d WHERE d.id = ANY($1)
    AND (EXISTS (SELECT 1 FROM deliveries e WHERE e.body_hash = d.body_hash AND e.state <> 'pending')
    OR d.id NOT IN (SELECT MIN(e.id) FROM deliveries e WHERE e.id = ANY($1) GROUP BY e.body_hash))";
const DONE: &str = "UPDATE deliveries SET state = 'done', finished_at = $2, reason = NULL, waits_for = NULL
    WHERE id = ANY($1)";
const FINISH: &str = "UPDATE deliveries SET state = $2, reason = $3, waits_for = $4, attempts = attempts + $5,
    due_at = coalesce($6, due_at), finished_at = $7 WHERE id = $1";
const CLAIM: &str = "SELECT id, CAST(length(body) AS BIGINT) FROM deliveries
    WHERE state = 'pending' AND due_at <= $1 ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED";
// In the order of the index: by any other it would read all that is done, to find nothing.
const UNREAD_SINCE: &str = "SELECT id FROM deliveries WHERE state = 'pending' AND attempts = 0 AND received_at <= $1
    ORDER BY due_at, id LIMIT 1";
const BODIES: &str = "SELECT id, body, received_at, attempts FROM deliveries WHERE id = ANY($1) ORDER BY id";

/// Keeps bodies.
pub async fn put_deliveries(
    c: &mut PgConnection,
    hashes: Vec<Vec<u8>>,
    bodies: Vec<Vec<u8>>,
    now: Millis,
) -> sqlx::Result<()> {
    query(PUT_DELIVERIES).bind(hashes).bind(bodies).bind(now).execute(c).await.map(drop)
}

/// Writes what became of deliveries. One whose body was seen before goes: it has changed nothing.
pub async fn finish_deliveries(c: &mut PgConnection, outcomes: &[(i64, Outcome)], now: Millis) -> sqlx::Result<()> {
    let settled: Vec<i64> =
        outcomes.iter().filter(|(_, outcome)| outcome.state() != "pending").map(|(id, _)| *id).collect();
    query(REPEATED).bind(settled).execute(&mut *c).await?;
    let done: Vec<i64> = outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Done).map(|(id, _)| *id).collect();
    if !done.is_empty() {
        query(DONE).bind(done).bind(now).execute(&mut *c).await?;
    }
    for (id, outcome) in outcomes.iter().filter(|(_, outcome)| *outcome != Outcome::Done) {
        query(FINISH)
            .bind(id)
            .bind(outcome.state())
            .bind(outcome.reason())
            .bind(outcome.waits_for())
            .bind(outcome.tries())
            .bind(outcome.due_at())
            .bind(outcome.is_final().then_some(now))
            .execute(&mut *c)
            .await?;
    }
    Ok(())
}

/// Claims due deliveries for the life of the transaction, with their sizes: a process that dies lets go of them at once.
pub async fn claim(c: &mut PgConnection, now: Millis, limit: i64) -> sqlx::Result<Vec<(i64, i64)>> {
    query_as(CLAIM).bind(now).bind(limit).fetch_all(c).await
}

/// Claimed deliveries: id, body, received, failed tries.
pub async fn bodies(c: &mut PgConnection, ids: Vec<i64>) -> sqlx::Result<Vec<(i64, Vec<u8>, Millis, i64)>> {
    query_as(BODIES).bind(ids).fetch_all(c).await
}

/// Whether a delivery that came until then was not read yet, and has not failed.
pub async fn unread_since(c: &mut PgConnection, until: Millis) -> sqlx::Result<bool> {
    let found: Option<i64> = sqlx::query_scalar(UNREAD_SINCE).bind(until).fetch_optional(c).await?;
    Ok(found.is_some())
}
