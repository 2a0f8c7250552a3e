use super::watch;
use crate::{Result, Services, db::system, idempotency};
use domain::time::{DAY, HOUR, MINUTE};

/// An hour of the day counts as known this long.
pub(super) const HOURS_KEPT: i64 = 14 * DAY / HOUR;
/// Networks count within an hour.
pub(super) const MINUTES_KEPT: i64 = HOUR / MINUTE;

/// Writes down what was counted, and removes what has served its time: uses, and answers to repeated requests.
///
/// # Errors
/// When the database cannot be written.
pub async fn purge(services: &Services) -> Result<()> {
    watch::save(services).await?;
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    let (minute, hour) = (now / MINUTE - MINUTES_KEPT, now / HOUR - HOURS_KEPT);
    system::purge_api(tx.conn(), minute, hour, now - idempotency::KEPT).await?;
    Ok(tx.commit().await?)
}
