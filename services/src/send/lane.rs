use super::graph::TIMEOUT;
use crate::{Services, clock::new_id, db::system};
use domain::time::Millis;
use futures::Stream;
use std::{collections::VecDeque, sync::Arc, time::Duration};
use uuid::Uuid;

/// Messages claimed at a time: no more than are sent at a time, since a lease runs while its message waits.
const BATCH: i64 = crate::jobs::SENDS as i64;
/// A worker that is gone for this long has crashed: longer than Meta may take to answer.
pub(super) const LEASE: Millis = TIMEOUT.as_millis() as Millis + 10_000;

/// A message whose turn it is, leased to this worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub message: Uuid,
    pub workspace: Uuid,
    /// Whose lease it is: a worker that was overtaken must not send.
    pub holder: Arc<str>,
}

/// An endless stream of messages to send: per conversation one at a time, in the order they were written.
pub fn due(services: Services) -> impl Stream<Item = Due> + Send + 'static {
    // Unique per start, so that a lease tells which run of which process holds it.
    let holder: Arc<str> = format!("send-{}", new_id()).into();
    let state = (services, holder, VecDeque::new());
    futures::stream::unfold(state, |(services, holder, mut claimed)| async move {
        loop {
            if let Some(due) = claimed.pop_front() {
                return Some((due, (services, holder, claimed)));
            }
            match claim(&services, &holder).await {
                Ok(found) if found.is_empty() => services.wakes().outbox().await,
                Ok(found) => claimed.extend(found),
                Err(error) => {
                    tracing::error!(%error, "messages to send cannot be claimed; trying again");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    })
}

async fn claim(services: &Services, holder: &Arc<str>) -> sqlx::Result<Vec<Due>> {
    let now = services.clock().now();
    {
        let mut read = services.db().read().await?;
        if system::due_messages(read.conn(), now, 1).await?.is_empty() {
            return Ok(Vec::new());
        }
    }
    let mut tx = services.db().begin().await?;
    let mut leased = Vec::new();
    for (message, workspace) in system::due_messages(tx.conn(), now, BATCH).await? {
        if system::lease(tx.conn(), message, holder, now + LEASE, now).await? {
            leased.push(Due { message, workspace, holder: holder.clone() });
        }
    }
    tx.commit().await?;
    Ok(leased)
}
