//! SQLite's side of the journal: keeping, claiming and finishing deliveries.

use crate::ingest::Outcome;
use domain::time::Millis;
use sqlx::{SqliteConnection, query, query_as};

// One statement takes a whole group of deliveries: each costs two hops between threads, whatever it carries.
const PUT_4: &str = "INSERT INTO deliveries (body_hash, body, received_at, state, attempts, due_at)
    SELECT column1, column2, $1, 'pending', 0, $1 FROM (VALUES
    ($2, $3), ($4, $5), ($6, $7), ($8, $9)) WHERE column1 IS NOT NULL";
const PUT_16: &str = "INSERT INTO deliveries (body_hash, body, received_at, state, attempts, due_at)
    SELECT column1, column2, $1, 'pending', 0, $1 FROM (VALUES
    ($2, $3), ($4, $5), ($6, $7), ($8, $9), ($10, $11), ($12, $13), ($14, $15), ($16, $17),
    ($18, $19), ($20, $21), ($22, $23), ($24, $25), ($26, $27), ($28, $29), ($30, $31), ($32, $33)) WHERE column1 IS NOT NULL";
const PUT_64: &str = "INSERT INTO deliveries (body_hash, body, received_at, state, attempts, due_at)
    SELECT column1, column2, $1, 'pending', 0, $1 FROM (VALUES
    ($2, $3), ($4, $5), ($6, $7), ($8, $9), ($10, $11), ($12, $13), ($14, $15), ($16, $17),
    ($18, $19), ($20, $21), ($22, $23), ($24, $25), ($26, $27), ($28, $29), ($30, $31), ($32, $33),
    ($34, $35), ($36, $37), ($38, $39), ($40, $41), ($42, $43), ($44, $45), ($46, $47), ($48, $49),
    ($50, $51), ($52, $53), ($54, $55), ($56, $57), ($58, $59), ($60, $61), ($62, $63), ($64, $65),
    ($66, $67), ($68, $69), ($70, $71), ($72, $73), ($74, $75), ($76, $77), ($78, $79), ($80, $81),
    ($82, $83), ($84, $85), ($86, $87), ($88, $89), ($90, $91), ($92, $93), ($94, $95), ($96, $97),
    ($98, $99), ($100, $101), ($102, $103), ($104, $105), ($106, $107), ($108, $109), ($110, $111), ($112, $113),
    ($114, $115), ($116, $117), ($118, $119), ($120, $121), ($122, $123), ($124, $125), ($126, $127), ($128, $129)) WHERE column1 IS NOT NULL";
const DONE: &str = "UPDATE OR IGNORE deliveries SET state = 'done', finished_at = $2, reason = NULL, waits_for = NULL
    WHERE id IN (SELECT value FROM json_each($1))";
const REPEATED: &str = "DELETE FROM deliveries WHERE state = 'pending' AND id IN (SELECT value FROM json_each($1))";
const FINISH: &str =
    "UPDATE OR IGNORE deliveries SET state = $2, reason = $3, waits_for = $4, attempts = attempts + $5,
    due_at = coalesce($6, due_at), finished_at = $7 WHERE id = $1";
const FRESH: &str = "SELECT id, length(body) FROM deliveries
    WHERE state = 'pending' AND id > $1 AND due_at <= $2 ORDER BY id LIMIT $3";
const BODIES: &str = "SELECT id, body, received_at, attempts FROM deliveries
    WHERE state = 'pending' AND id BETWEEN $1 AND $2 ORDER BY id";
const DUE_AGAIN: &str = "SELECT id, length(body) FROM deliveries
    WHERE state = 'pending' AND id <= $1 AND due_at <= $2 ORDER BY id LIMIT $3";

// In the order of the index: the first one answers.
const UNREAD_SINCE: &str = "SELECT id FROM deliveries WHERE state = 'pending' AND attempts = 0 AND received_at <= $1
    ORDER BY id LIMIT 1";

/// How many bodies one statement takes; more need several, and a transaction around them.
pub const PUT_AT_ONCE: usize = 64;

/// Keeps bodies.
pub async fn put_deliveries(c: &mut SqliteConnection, bodies: &[(&[u8], &[u8])], now: Millis) -> sqlx::Result<()> {
    for group in bodies.chunks(PUT_AT_ONCE) {
        let (sql, rows) = match group.len() {
            0..=4 => (PUT_4, 4),
            5..=16 => (PUT_16, 16),
            _ => (PUT_64, PUT_AT_ONCE),
        };
        let mut statement = query(sql).bind(now);
        for (hash, body) in group {
            statement = statement.bind(*hash).bind(*body);
        }
        // Rows that are not needed are empty, and passed over.
        for _ in group.len()..rows {
            statement = statement.bind(None::<&[u8]>).bind(None::<&[u8]>);
        }
        statement.execute(&mut *c).await?;
    }
    Ok(())
}

/// Writes what became of deliveries. One whose body was seen before goes: it has changed nothing.
pub async fn finish_deliveries(c: &mut SqliteConnection, outcomes: &[(i64, Outcome)], now: Millis) -> sqlx::Result<()> {
    let ids = |wanted: fn(&Outcome) -> bool| {
        let ids: Vec<String> = outcomes.iter().filter(|(_, o)| wanted(o)).map(|(id, _)| id.to_string()).collect();
        (!ids.is_empty()).then(|| format!("[{}]", ids.join(",")))
    };
    if let Some(done) = ids(|outcome| *outcome == Outcome::Done) {
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
    if let Some(settled) = ids(|outcome| outcome.state() != "pending") {
        query(REPEATED).bind(settled).execute(&mut *c).await?;
    }
    Ok(())
}

/// A delivery as it is claimed: id, body, received, failed tries.
pub type Delivery = (i64, Vec<u8>, Millis, i64);

/// Deliveries behind `cursor` that are due, with their sizes.
pub async fn fresh(c: &mut SqliteConnection, cursor: i64, now: Millis, limit: i64) -> sqlx::Result<Vec<(i64, i64)>> {
    query_as(FRESH).bind(cursor).bind(now).bind(limit).fetch_all(c).await
}

/// Pending deliveries from `first` to `last`.
pub async fn bodies(c: &mut SqliteConnection, first: i64, last: i64) -> sqlx::Result<Vec<Delivery>> {
    query_as(BODIES).bind(first).bind(last).fetch_all(c).await
}

/// Deliveries up to `cursor` whose next try is due, with their sizes.
pub async fn due_again(
    c: &mut SqliteConnection,
    cursor: i64,
    now: Millis,
    limit: i64,
) -> sqlx::Result<Vec<(i64, i64)>> {
    query_as(DUE_AGAIN).bind(cursor).bind(now).bind(limit).fetch_all(c).await
}

/// Whether a delivery that came until then was not read yet, and has not failed.
pub async fn unread_since(c: &mut SqliteConnection, until: Millis) -> sqlx::Result<bool> {
    let found: Option<i64> = sqlx::query_scalar(UNREAD_SINCE).bind(until).fetch_optional(c).await?;
    Ok(found.is_some())
}
