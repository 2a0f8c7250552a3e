use crate::{Result, Services, sql};

const PURGE: &str = "DELETE FROM password_resets WHERE expires_at <= $1";

/// Removes links that have run out.
pub async fn purge(services: &Services) -> Result<u64> {
    let mut tx = services.db().begin().await?;
    let gone = sql!(exec tx.conn(), PURGE, services.clock().now())?;
    tx.commit().await?;
    Ok(gone)
}
