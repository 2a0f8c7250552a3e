use super::{fetch::fetch, row::MediaRecord};
use crate::{Result, Services, db::system_media as system, sql};
use domain::time::{DAY, Millis};
use futures::{StreamExt, stream};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often it is looked what is due, should nobody wake the worker.
const EVERY: Duration = Duration::from_secs(1);
/// Files that are fetched at once.
const AT_ONCE: usize = 4;
/// How many are looked at in a round.
const ROUND: i64 = 50;
/// An upload that was not sent by then is forgotten.
const UNSENT: Millis = DAY;

const ROW: &str = super::row::ROW;
const EMPTIED: &str = "UPDATE media SET stored = FALSE WHERE workspace_id = $1 AND id = $2";
/// Its bytes may be there without the row knowing: the process may have ended between the two.
const FORGET: &str = "UPDATE media SET removed_at = $3, stored = TRUE
    WHERE workspace_id = $1 AND id = $2 AND message_id IS NULL AND removed_at IS NULL";

/// Fetches files as they fall due and removes what nobody may see any more, until `stop`.
pub(crate) async fn worker(services: Services, stop: CancellationToken) {
    match services.media_store().sweep(services.clock().now()).await {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "what was left of uploads that broke off is removed"),
        Err(error) => tracing::warn!(%error, "the folder of files could not be looked through for what broke off"),
    }
    loop {
        match round(&services, &stop).await {
            // There may be more.
            Ok(true) if !stop.is_cancelled() => continue,
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "files could not be looked after; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// True when a whole round was due.
async fn round(services: &Services, stop: &CancellationToken) -> Result<bool> {
    let now = services.clock().now();
    let (due, removed, unsent) = {
        let mut read = services.db().read().await?;
        let due = system::due_media(read.conn(), now, ROUND).await?;
        let removed = system::removed_media(read.conn(), ROUND).await?;
        (due, removed, system::unsent_media(read.conn(), now - UNSENT, ROUND).await?)
    };
    let whole = due.len() as i64 == ROUND;
    let mut fetches = stream::iter(due)
        .map(|(workspace, id)| async move { fetch(services, workspace, id).await })
        .buffer_unordered(AT_ONCE);
    while let Some(fetched) = fetches.next().await {
        fetched?;
        if stop.is_cancelled() {
            // What is broken off is fetched again when its lease ends.
            return Ok(false);
        }
    }
    for (workspace, id) in unsent {
        let mut tx = services.db().begin().await?;
        sql!(exec tx.conn(), FORGET, workspace, id, now)?;
        tx.commit().await?;
    }
    for (workspace, id) in removed {
        empty(services, workspace, id).await?;
    }
    Ok(whole)
}

async fn empty(services: &Services, workspace: Uuid, id: Uuid) -> Result<()> {
    let record = {
        let mut read = services.db().read().await?;
        sql!(opt MediaRecord, read.conn(), ROW, workspace, id)?
    };
    if let Some(record) = record {
        services.media_store().remove(record.key()).await?;
        let mut tx = services.db().begin().await?;
        sql!(exec tx.conn(), EMPTIED, workspace, id)?;
        tx.commit().await?;
    }
    Ok(())
}
