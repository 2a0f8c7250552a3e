use crate::{Result, Services, db::system_told as system};
use domain::time::{DAY, Millis};

/// Notices are kept this long, read or not.
const KEPT: Millis = 90 * DAY;

/// Forgets old notices, in pieces, and browsers in which nobody is signed in any more.
///
/// # Errors
/// When the database fails.
pub async fn purge(services: &Services) -> Result<()> {
    loop {
        let mut tx = services.db().begin().await?;
        let gone = system::purge_notices(tx.conn(), services.clock().now() - KEPT).await?;
        tx.commit().await?;
        if gone == 0 {
            break;
        }
    }
    let mut tx = services.db().begin().await?;
    system::purge_browsers(tx.conn()).await?;
    Ok(tx.commit().await?)
}
