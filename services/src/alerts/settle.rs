use crate::{Result, db::Tx, sql};
use domain::{id::WorkspaceId, time::Millis};

const SETTLE: &str = "UPDATE alerts SET body = $3, first_read_at = $4, mail_due = FALSE, told = FALSE
    WHERE workspace_id = $1 AND key = $2 AND first_read_at IS NULL";
/// Also for those who read an older one of the same key: the row says which are not.
const READ: &str = "INSERT INTO alert_reads (workspace_id, alert_id, member_id, at)
    SELECT a.workspace_id, a.id, m.id, $3 FROM alerts a JOIN members m ON m.workspace_id = a.workspace_id
    WHERE a.workspace_id = $1 AND a.key = $2
    AND NOT EXISTS (SELECT 1 FROM alert_reads r
        WHERE r.workspace_id = a.workspace_id AND r.alert_id = a.id AND r.member_id = m.id)
    ON CONFLICT (alert_id, member_id) DO NOTHING";

/// Closes what was raised with a key, since there is nothing left to do: it waits for nobody any more, and says why. The same
/// happening again is a new alert.
///
/// # Errors
/// When the database cannot be written.
pub(crate) async fn settle(tx: &mut Tx, workspace: WorkspaceId, now: Millis, key: &str, why: &str) -> Result<()> {
    sql!(exec tx.conn(), SETTLE, workspace.0, key, why, now)?;
    sql!(exec tx.conn(), READ, workspace.0, key, now)?;
    Ok(())
}
