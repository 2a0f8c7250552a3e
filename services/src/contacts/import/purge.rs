use crate::{Result, Services, db::system};
use domain::time::DAY;

/// Drafts that nobody starts.
const DRAFTS: i64 = 7 * DAY;
/// Reports stay this long.
const REPORTS: i64 = 30 * DAY;

/// Removes files that are read, drafts of a week ago and reports of a month ago.
///
/// # Errors
/// When the database fails.
pub async fn purge(services: &Services) -> Result<()> {
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    system::end_old_drafts(tx.conn(), now - DRAFTS, now).await?;
    tx.commit().await?;
    // In small pieces: nobody waits long for the writer.
    loop {
        let mut tx = services.db().begin().await?;
        let gone = system::purge_imports(tx.conn(), now - REPORTS).await?;
        tx.commit().await?;
        if gone == 0 {
            return Ok(());
        }
    }
}
