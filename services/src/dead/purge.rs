use super::KEPT;
use crate::{Result, Services, db::system};

/// Forgets dead deliveries, and what was noted of tries, after [`KEPT`]. A message stays in its conversation and only leaves the
/// list.
///
/// # Errors
/// When the database fails.
pub async fn purge(services: &Services) -> Result<()> {
    let before = services.clock().now() - KEPT;
    loop {
        let mut journal = services.db().begin_journal().await?;
        let gone = system::purge_dead_deliveries(journal.conn(), before).await?;
        journal.commit().await?;
        if gone == 0 {
            break;
        }
    }
    loop {
        let mut tx = services.db().begin().await?;
        let gone = system::purge_dead_letters(tx.conn(), before).await?;
        tx.commit().await?;
        if gone == 0 {
            return Ok(());
        }
    }
}
