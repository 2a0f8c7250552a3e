//! Between processes on PostgreSQL: LISTEN/NOTIFY, coalesced, outside of the transactions that do the work. A lost
//! notification costs at most a poll interval, never an event.

use super::{bus::Topic, presence};
use crate::{
    Services,
    db::{Db, dialect},
};
use sqlx::{PgPool, postgres::PgListener};
use std::{sync::PoisonError, time::Duration};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const CHANNEL: &str = "parlance";
/// News of this long are told together.
const COALESCE: Duration = Duration::from_millis(5);
/// A payload of PostgreSQL's has at most 8,000 bytes.
const WORDS: usize = 35;

/// Tells other processes and listens to them until `stop`. On SQLite there is only one process and nothing to do.
pub(crate) fn start(services: &Services, stop: &CancellationToken) {
    if let Db::Postgres(pool) = services.db() {
        let (tell, listen) = (services.clone(), services.clone());
        let (pool, other, stop, stop2) = (pool.clone(), pool.clone(), stop.clone(), stop.clone());
        tokio::spawn(async move { stop.run_until_cancelled(speak(tell, pool)).await });
        tokio::spawn(async move { stop2.run_until_cancelled(hear(listen, other)).await });
    }
}

async fn speak(services: Services, pool: PgPool) {
    let outbound = &services.bus().outbound;
    loop {
        outbound.wake.notified().await;
        tokio::time::sleep(COALESCE).await;
        let topics = std::mem::take(&mut *outbound.topics.lock().unwrap_or_else(PoisonError::into_inner));
        let words: Vec<String> = topics.into_iter().filter_map(|(topic, said)| word(topic).or(said)).collect();
        for some in words.chunks(WORDS) {
            if let Err(error) = dialect::postgres::notify(&pool, &some.join(",")).await {
                tracing::warn!(%error, "other processes could not be told; they find it by polling");
            }
        }
    }
}

/// `None` where the word stands beside it.
fn word(topic: Topic) -> Option<String> {
    match topic {
        Topic::Live(workspace) => Some(workspace.to_string()),
        Topic::Outbox => Some("outbox".to_owned()),
        Topic::Ingest => Some("ingest".to_owned()),
        Topic::Present { .. } => None,
    }
}

async fn hear(services: Services, pool: PgPool) {
    loop {
        if let Err(error) = hear_until_lost(&services, &pool).await {
            tracing::warn!(%error, "the connection that listens for other processes was lost; connecting again");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn hear_until_lost(services: &Services, pool: &PgPool) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        let notification = listener.recv().await?;
        for word in notification.payload().split(',') {
            match word.parse::<Uuid>() {
                Ok(workspace) => services.bus().wake(workspace),
                Err(_) if word == "outbox" => services.wakes().wake_outbox(),
                Err(_) if word == "ingest" => services.wakes().wake_ingest(),
                Err(_) => {
                    if let Some((workspace, seen)) = presence::read(word, services.bus().process) {
                        services.bus().present_elsewhere(workspace, seen, services.clock().now());
                    }
                }
            }
        }
    }
}
