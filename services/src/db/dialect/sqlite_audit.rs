//! SQLite's side of sealing: sixteen entries a statement.

use crate::audit::Placed;
use sqlx::{SqliteConnection, query};
use uuid::Uuid;

const PLACE_ONE: &str = "UPDATE audit_entries SET position = $4, salt = $5, mac = $6, unproven = $7, proof = NULL
    WHERE workspace_id = $1 AND at = $2 AND id = $3 AND position IS NULL";
const PLACE_SIXTEEN: &str = "WITH t (at, id, position, salt, mac, unproven) AS (VALUES
    ($2, $3, $4, $5, $6, $7),
    ($8, $9, $10, $11, $12, $13),
    ($14, $15, $16, $17, $18, $19),
    ($20, $21, $22, $23, $24, $25),
    ($26, $27, $28, $29, $30, $31),
    ($32, $33, $34, $35, $36, $37),
    ($38, $39, $40, $41, $42, $43),
    ($44, $45, $46, $47, $48, $49),
    ($50, $51, $52, $53, $54, $55),
    ($56, $57, $58, $59, $60, $61),
    ($62, $63, $64, $65, $66, $67),
    ($68, $69, $70, $71, $72, $73),
    ($74, $75, $76, $77, $78, $79),
    ($80, $81, $82, $83, $84, $85),
    ($86, $87, $88, $89, $90, $91),
    ($92, $93, $94, $95, $96, $97))
    UPDATE audit_entries SET position = t.position, salt = t.salt, mac = t.mac, unproven = t.unproven, proof = NULL
    FROM t WHERE audit_entries.workspace_id = $1 AND audit_entries.at = t.at AND audit_entries.id = t.id
    AND audit_entries.position IS NULL";

/// Gives entries their places; returns how many had none before.
pub(crate) async fn place(c: &mut SqliteConnection, workspace: Uuid, entries: &[Placed]) -> sqlx::Result<u64> {
    let mut placed = 0;
    for group in entries.chunks(16) {
        let (sql, times) = if group.len() == 1 { (PLACE_ONE, 1) } else { (PLACE_SIXTEEN, 16) };
        let mut statement = query(sql).bind(workspace);
        // What is missing to sixteen is filled up with the first, which is written once all the same.
        for entry in group.iter().chain(std::iter::repeat(&group[0])).take(times) {
            statement = statement
                .bind(entry.at)
                .bind(entry.id)
                .bind(entry.position)
                .bind(entry.salt.as_slice())
                .bind(entry.mac.as_slice())
                .bind(entry.unproven);
        }
        placed += statement.execute(&mut *c).await?.rows_affected();
    }
    Ok(placed)
}
