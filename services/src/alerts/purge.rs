use crate::{Result, Services, db::system};
use domain::time::{DAY, Millis};

/// Alerts are kept this long after they last happened, read or not.
pub const KEPT: Millis = 90 * DAY;

/// Forgets old alerts, and who read them.
///
/// # Errors
/// When the database fails.
pub async fn purge(services: &Services) -> Result<()> {
    let before = services.clock().now() - KEPT;
    loop {
        let mut tx = services.db().begin().await?;
        let gone = system::purge_alerts(tx.conn(), before).await?;
        tx.commit().await?;
        if gone == 0 {
            return Ok(());
        }
    }
}
