//! Open pages are told that there is something new for the bell.

use crate::{Result, Services, db::system, live, sql};
use domain::{alert::Kind, inbox::Event};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// One process tells.
const TAKE: &str = "UPDATE alerts SET told = TRUE WHERE workspace_id = $1 AND id = $2 AND NOT told RETURNING kind";

const EVERY: Duration = Duration::from_secs(1);
const BATCH: i64 = 100;

/// Looks once a second.
pub(crate) async fn worker(services: Services, stop: CancellationToken) {
    loop {
        if let Err(error) = tell_due(&services).await {
            tracing::error!(%error, "open pages could not be told of alerts; trying again soon");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Tells the pages of those who may see them that alerts were raised or settled. Apart from the transaction that did it: the
/// number of an event is taken last, and that transaction goes on.
///
/// # Errors
/// When the database fails.
pub async fn tell_due(services: &Services) -> Result<()> {
    let due = {
        let mut read = services.db().read().await?;
        system::alerts_to_tell(read.conn(), BATCH).await?
    };
    for (workspace, alert) in due {
        let mut tx = services.db().begin().await?;
        let kind = sql!(scalar_opt String, tx.conn(), TAKE, workspace, alert)?;
        let about = kind.as_deref().and_then(Kind::parse);
        let events: Vec<Event> = about.into_iter().map(|about| Event::Alert { about }).collect();
        let seq = live::record(&mut tx, workspace, &events, services.clock().now()).await?;
        tx.commit().await?;
        services.bus().publish(workspace, seq);
    }
    Ok(())
}
