//! Contacts of all workspaces: names to fold, fields to erase, files on their way in.

use crate::{db::Conn, sql};
use domain::time::Millis;
use uuid::Uuid;

const UNFOLDED_NAMES: &str = "SELECT id, profile_name FROM contacts WHERE name_key IS NULL ORDER BY id LIMIT $1";
const FOLD_NAME: &str = "UPDATE contacts SET name_key = $3 WHERE id = $1 AND profile_name = $2 AND name_key IS NULL";
const GONE_FIELDS: &str =
    "SELECT workspace_id, id FROM contact_fields WHERE gone_at IS NOT NULL ORDER BY gone_at LIMIT 100";
/// One of those that no worker has.
const CLAIM_IMPORT: &str = "UPDATE imports SET lease_until = $2 WHERE id = (SELECT id FROM imports
        WHERE state = 'running' AND lease_until <= $1 ORDER BY lease_until, id LIMIT 1)
    AND state = 'running' AND lease_until <= $1
    RETURNING workspace_id, id, member_id";
const IMPORTER: &str = "SELECT m.user_id, w.slug FROM members m JOIN workspaces w ON w.id = m.workspace_id
    WHERE m.id = $1";
const END_OLD_DRAFTS: &str = "UPDATE imports SET state = 'cancelled', ended_at = $2
    WHERE state IN ('uploading', 'draft') AND created_at < $1";
const PURGE_CHUNKS: &str = "DELETE FROM import_chunks WHERE (import_id, nth) IN (SELECT c.import_id, c.nth
    FROM import_chunks c JOIN imports i ON i.id = c.import_id
    WHERE i.state NOT IN ('uploading', 'draft', 'running') LIMIT 16)";
const PURGE_REPORTS: &str = "DELETE FROM import_reports WHERE (import_id, nth) IN (SELECT r.import_id, r.nth
    FROM import_reports r JOIN imports i ON i.id = r.import_id WHERE i.ended_at < $1 LIMIT 64)";
const PURGE_IMPORTS: &str = "DELETE FROM imports WHERE id IN (SELECT i.id FROM imports i WHERE i.ended_at < $1
    AND NOT EXISTS (SELECT 1 FROM import_chunks c WHERE c.import_id = i.id)
    AND NOT EXISTS (SELECT 1 FROM import_reports r WHERE r.import_id = i.id) LIMIT 100)";

/// Contacts whose name cannot be searched yet.
pub async fn unfolded_names(conn: Conn<'_>, limit: i64) -> sqlx::Result<Vec<(Uuid, String)>> {
    sql!(all(Uuid, String), conn, UNFOLDED_NAMES, limit)
}

/// Makes a name searchable, unless it is another one by now.
pub async fn fold_name(conn: Conn<'_>, contact: Uuid, name: &str, key: &str) -> sqlx::Result<()> {
    sql!(exec conn, FOLD_NAME, contact, name, key).map(drop)
}

/// Custom fields whose values are to be erased, with their workspaces.
pub async fn gone_fields(conn: Conn<'_>) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, GONE_FIELDS)
}

/// An import that waits for a worker, until `lease_until` this one's: workspace, import, the member who imports.
pub async fn claim_import(
    conn: Conn<'_>,
    now: Millis,
    lease_until: Millis,
) -> sqlx::Result<Option<(Uuid, Uuid, Uuid)>> {
    sql!(opt(Uuid, Uuid, Uuid), conn, CLAIM_IMPORT, now, lease_until)
}

/// Who a member is, and the slug of their workspace.
pub async fn importer(conn: Conn<'_>, member: Uuid) -> sqlx::Result<(Uuid, String)> {
    sql!(one(Uuid, String), conn, IMPORTER, member)
}

/// Drafts that nobody came back to, up to `created`.
pub async fn end_old_drafts(conn: Conn<'_>, created: Millis, now: Millis) -> sqlx::Result<()> {
    sql!(exec conn, END_OLD_DRAFTS, created, now).map(drop)
}

/// Some pieces of files that nobody needs any more, and of reports of imports that ended before `ended`; how many.
pub async fn purge_imports(mut conn: Conn<'_>, ended: Millis) -> sqlx::Result<u64> {
    let mut gone = sql!(exec conn.again(), PURGE_CHUNKS)?;
    gone += sql!(exec conn.again(), PURGE_REPORTS, ended)?;
    gone += sql!(exec conn, PURGE_IMPORTS, ended)?;
    Ok(gone)
}
