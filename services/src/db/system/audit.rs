//! Audit chains and alerts of all workspaces.

use crate::{db::Conn, sql};
use domain::time::Millis;
use uuid::Uuid;

const ALERTS_TO_MAIL: &str =
    "SELECT workspace_id, id FROM alerts WHERE mail_due AND last_at > $1 ORDER BY last_at LIMIT $2";
const PURGE_ALERT_READS: &str = "DELETE FROM alert_reads WHERE alert_id IN
    (SELECT id FROM alerts WHERE last_at < $1 ORDER BY last_at, id LIMIT 1000)";
const PURGE_ALERTS: &str = "DELETE FROM alerts WHERE id IN
    (SELECT id FROM alerts WHERE last_at < $1 ORDER BY last_at, id LIMIT 1000)";
const UNSEALED_WORKSPACES: &str = "SELECT workspace_id FROM audit_entries WHERE position IS NULL
    UNION SELECT workspace_id FROM audit_unbegun";
/// A chain that lost its end, its key or its entries is still one.
const AUDITED_WORKSPACES: &str = "SELECT c.workspace_id, w.slug FROM
    (SELECT id AS workspace_id FROM workspaces UNION SELECT workspace_id FROM audit_heads UNION
        SELECT workspace_id FROM secrets WHERE kind = 'audit_key') c
    LEFT JOIN workspaces w ON w.id = c.workspace_id
    WHERE c.workspace_id <> $1 ORDER BY CASE WHEN w.slug IS NULL THEN 1 ELSE 0 END, w.slug, c.workspace_id";
const UNSEALED_PROOFS: &str = "SELECT id, workspace_id, at, proof FROM audit_entries
    WHERE position IS NULL AND proof IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";
const ALERTS_TO_TELL: &str = "SELECT workspace_id, id FROM alerts WHERE NOT told ORDER BY last_at, id LIMIT $1";

/// Alerts whose mails are still to be written, with their workspaces; the oldest first.
pub async fn alerts_to_mail(conn: Conn<'_>, after: Millis, limit: i64) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, ALERTS_TO_MAIL, after, limit)
}

/// Removes a thousand alerts that last happened long ago, and who read them; returns how many went.
pub async fn purge_alerts(mut conn: Conn<'_>, before: Millis) -> sqlx::Result<u64> {
    sql!(exec conn.again(), PURGE_ALERT_READS, before)?;
    sql!(exec conn, PURGE_ALERTS, before)
}

/// Workspaces with audit entries that are not in their chain yet, or whose chain is still to begin; zeros stand for the
/// installation itself.
pub async fn unsealed_workspaces(conn: Conn<'_>) -> sqlx::Result<Vec<Uuid>> {
    sql!(scalars Uuid, conn, UNSEALED_WORKSPACES)
}

/// A workspace and its audit chain; without a name it is gone, or the installation itself.
#[derive(sqlx::FromRow)]
pub struct Audited {
    pub workspace_id: Uuid,
    pub slug: Option<String>,
}

/// Every audit chain there is or ought to be, the installation's own at the end.
pub async fn audited_workspaces(conn: Conn<'_>, installation: Uuid) -> sqlx::Result<Vec<Audited>> {
    let mut all = sql!(all Audited, conn, AUDITED_WORKSPACES, installation)?;
    all.push(Audited { workspace_id: installation, slug: None });
    Ok(all)
}

/// What proves an audit entry that is not in its chain yet.
#[derive(sqlx::FromRow)]
pub struct UnsealedProof {
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub at: Millis,
    pub proof: Vec<u8>,
}

/// Proofs that somebody needs still, in the order of the entries' ids.
pub async fn unsealed_proofs(conn: Conn<'_>, after: Uuid, limit: i64) -> sqlx::Result<Vec<UnsealedProof>> {
    sql!(all UnsealedProof, conn, UNSEALED_PROOFS, after, limit)
}

/// Alerts that open pages have not been told of.
pub async fn alerts_to_tell(conn: Conn<'_>, limit: i64) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), conn, ALERTS_TO_TELL, limit)
}
