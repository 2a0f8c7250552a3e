//! PostgreSQL's side of sealing: one statement for all entries.

use crate::audit::Placed;
use sqlx::{PgConnection, query};
use uuid::Uuid;

const PLACE: &str = "UPDATE audit_entries e
    SET position = t.position, salt = t.salt, mac = t.mac, unproven = t.unproven, proof = NULL
    FROM unnest($2::bigint[], $3::uuid[], $4::bigint[], $5::bytea[], $6::bytea[], $7::boolean[])
    AS t (at, id, position, salt, mac, unproven)
    WHERE e.workspace_id = $1 AND e.at = t.at AND e.id = t.id AND e.position IS NULL";

/// Gives entries their places; returns how many had none before.
pub(crate) async fn place(c: &mut PgConnection, workspace: Uuid, entries: &[Placed]) -> sqlx::Result<u64> {
    let done = query(PLACE)
        .bind(workspace)
        .bind(column(entries, |entry| entry.at))
        .bind(column(entries, |entry| entry.id))
        .bind(column(entries, |entry| entry.position))
        .bind(column(entries, |entry| entry.salt.to_vec()))
        .bind(column(entries, |entry| entry.mac.to_vec()))
        .bind(column(entries, |entry| entry.unproven))
        .execute(c)
        .await?;
    Ok(done.rows_affected())
}

/// One column of many rows, as `unnest` wants it.
fn column<T>(entries: &[Placed], cell: impl Fn(&Placed) -> T) -> Vec<T> {
    entries.iter().map(cell).collect()
}
