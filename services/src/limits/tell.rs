use super::usage::read_usage;
use crate::{Result, Services, live, sql};
use domain::{
    inbox::Event,
    time::{Millis, SECOND},
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const EVERY: Duration = Duration::from_secs(1);

/// One process a second tells; the others find that it was done, and look again a second later.
const TURN: &str = "INSERT INTO limit_news (workspace_id, told_at, seq) VALUES ($1, $2, 0)
    ON CONFLICT (workspace_id) DO UPDATE SET told_at = excluded.told_at
    WHERE limit_news.told_at <= excluded.told_at - $3 OR limit_news.told_at > excluded.told_at RETURNING seq";
const LATEST: &str = "UPDATE limit_news SET seq = $2 WHERE workspace_id = $1";
/// Only the newest is of use to a screen that comes back.
const REPLACED: &str = "DELETE FROM events WHERE workspace_id = $1 AND seq = $2";

/// Tells screens once a second how far the limits are used, where anything was sent.
pub async fn worker(services: Services, stop: CancellationToken) {
    loop {
        if let Err(error) = tell(&services).await {
            tracing::error!(%error, "screens could not be told how far the limits are used");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Tells of every workspace in which something was sent since it was last told of.
///
/// # Errors
/// When the database fails.
pub async fn tell(services: &Services) -> Result<()> {
    let mut outcome = Ok(());
    for workspace in services.limits().news() {
        match tell_of(services, workspace).await {
            Ok(true) => {}
            Ok(false) => services.limits().changed([workspace]),
            Err(error) => {
                services.limits().changed([workspace]);
                outcome = Err(error);
            }
        }
    }
    outcome
}

/// False when somebody has told less than a second ago.
async fn tell_of(services: &Services, workspace: Uuid) -> Result<bool> {
    let now: Millis = services.clock().now();
    let mut tx = services.db().begin().await?;
    let before: Option<i64> = sql!(scalar_opt i64, tx.conn(), TURN, workspace, now, SECOND)?;
    let Some(before) = before else { return Ok(false) };
    let usage = read_usage(tx.conn(), workspace, now).await?;
    sql!(exec tx.conn(), REPLACED, workspace, before)?;
    let seq = live::record(&mut tx, workspace, &[Event::Limits { usage }], now).await?;
    if let Some(seq) = seq {
        sql!(exec tx.conn(), LATEST, workspace, seq)?;
    }
    tx.commit().await?;
    services.bus().publish(workspace, seq);
    Ok(true)
}
