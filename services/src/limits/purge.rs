use super::customers;
use crate::{Result, Services, db::system};
use domain::time::{DAY, HOUR, MINUTE};

/// Minutes that are over are of use to nobody; days are kept for a while.
const DAYS: i64 = 40;

/// Removes counts of times that are over.
///
/// # Errors
/// When the database fails.
pub async fn purge(services: &Services) -> Result<()> {
    let now = services.clock().now();
    let minute = (now - HOUR).div_euclid(MINUTE);
    let day = now.div_euclid(DAY) - DAYS;
    loop {
        let mut tx = services.db().begin().await?;
        let gone = system::purge_limits(tx.conn(), minute, day, now - MINUTE).await?;
        tx.commit().await?;
        if gone == 0 {
            break;
        }
    }
    let portfolios = {
        let mut read = services.db().read().await?;
        system::portfolios_with_old(read.conn(), now - DAY).await?
    };
    for (workspace, waba) in portfolios {
        while customers::forget(services, workspace, &waba, now).await? {}
    }
    Ok(())
}
