use crate::{Result, Services, sql};

const FLAG: &str = "SELECT value FROM settings WHERE key = 'demo'";

const ANY: &str = "SELECT COUNT(*) FROM workspaces";

const MARK: &str =
    "INSERT INTO settings (key, value) VALUES ('demo', 'true') ON CONFLICT (key) DO UPDATE SET value = 'true'";

/// Whether the database holds a demo: `Some(false)` when it holds real workspaces, `None` when it is still neither.
///
/// # Errors
/// When the database cannot be asked.
pub async fn demo_flag(services: &Services) -> Result<Option<bool>> {
    let mut read = services.db().read().await?;
    if sql!(scalar_opt String, read.conn(), FLAG)?.as_deref() == Some("true") {
        return Ok(Some(true));
    }
    let workspaces = sql!(scalar i64, read.conn(), ANY)?;
    Ok((workspaces > 0).then_some(false))
}

/// Marks the database as a demo, for ever: real customers must never get into one.
///
/// # Errors
/// `Conflict` when it holds real workspaces already.
pub async fn mark_demo(services: &Services) -> Result<()> {
    if demo_flag(services).await? == Some(false) {
        let text =
            "This database holds real workspaces and cannot become a demo. Give the demo a DATABASE_URL of its own.";
        return Err(crate::Error::Conflict(text.to_owned()));
    }
    let mut tx = services.db().begin().await?;
    sql!(exec tx.conn(), MARK)?;
    Ok(tx.commit().await?)
}
