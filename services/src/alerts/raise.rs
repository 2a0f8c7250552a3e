use crate::{Result, clock::new_id, db::Tx, sql};
use domain::{
    alert::{NewAlert, Severity},
    id::WorkspaceId,
    text::storable,
    time::Millis,
};

/// The unique index on keys that nobody has read decides whether it is a new alert or the same once more.
const RAISE: &str =
    "INSERT INTO alerts (workspace_id, id, kind, severity, title, body, link, key, times, first_at, last_at,
    mail_due, told) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9, $10, FALSE)
    ON CONFLICT (workspace_id, key) WHERE first_read_at IS NULL DO UPDATE SET
    times = alerts.times + 1, last_at = excluded.last_at, title = excluded.title, body = excluded.body,
    link = excluded.link, severity = excluded.severity, told = FALSE,
    mail_due = alerts.mail_due OR (excluded.mail_due AND alerts.severity <> 'high')";

/// Raises an alert together with what it is about. Call it late in the transaction: on PostgreSQL the same key raised at the
/// same time waits for the commit.
///
/// # Errors
/// When the database cannot be written.
pub async fn raise(tx: &mut Tx, workspace: WorkspaceId, now: Millis, alert: NewAlert) -> Result<()> {
    let title = cut(&alert.title, NewAlert::TITLE_LIMIT);
    let body = cut(&alert.body, NewAlert::BODY_LIMIT);
    let high = alert.severity == Severity::High;
    sql!(exec tx.conn(), RAISE, workspace.0, new_id(), alert.kind.as_str(), alert.severity.as_str(), title.as_str(),
        body.as_str(), alert.link.as_str(), alert.key.as_str(), now, high)?;
    Ok(())
}

fn cut(text: &str, limit: usize) -> String {
    storable(text).chars().take(limit).collect()
}
