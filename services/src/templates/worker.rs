use super::sync_due;
use crate::{Result, Services, db::system};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often it is looked what is due: a webhook's word is at most this old when Meta is asked.
const EVERY: Duration = Duration::from_secs(2);
/// Looks between two searches for accounts that were connected behind our back.
const SEARCHES: u64 = 30;

/// Fetches lists of templates as they fall due, until `stop`.
pub(crate) async fn worker(services: Services, stop: CancellationToken) {
    for look in 0_u64.. {
        if look.is_multiple_of(SEARCHES)
            && let Err(error) = notice_accounts(&services).await
        {
            tracing::error!(%error, "new accounts could not be looked for; trying again in a minute");
        }
        if let Err(error) = sync_due(&services).await {
            tracing::error!(%error, "lists of templates could not be written; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

async fn notice_accounts(services: &Services) -> Result<()> {
    let mut tx = services.db().begin().await?;
    system::notice_template_accounts(tx.conn(), services.clock().now()).await?;
    tx.commit().await?;
    Ok(())
}
