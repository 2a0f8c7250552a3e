use crate::{Result, Services, db::system};
use domain::time::{DAY, Millis};

/// An invitation that was accepted, was revoked or has run out is remembered this long: shorter than what became of its mail.
const REMEMBERED: Millis = 14 * DAY;

/// Forgets old invitations, and with them the addresses of people who never came.
///
/// # Errors
/// When the database fails.
pub async fn purge(services: &Services) -> Result<u64> {
    let mut tx = services.db().begin().await?;
    let gone = system::purge_invitations(tx.conn(), services.clock().now() - REMEMBERED).await?;
    tx.commit().await?;
    Ok(gone)
}
