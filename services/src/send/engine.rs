use super::{
    claims::Claims,
    depart::Claimed,
    dispatch::{Dispatcher, IN_FLIGHT},
    outcome::Outcome,
    settle,
};
use crate::{Services, clock::new_id, db::system};
use futures::Stream;
use std::sync::Arc;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// What stands on both sides of the workers: one task claims what they send, another writes what came of it.
pub struct Engine {
    services: Services,
    holder: Arc<str>,
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

impl Engine {
    /// Starts both tasks. The stream is what the workers send with [`super::depart`]; it ends with `stop`.
    pub fn start(services: &Services, stop: &CancellationToken) -> (Self, impl Stream<Item = Claimed> + Send + use<>) {
        // Unique per start, so that a lease tells which run of which process holds it.
        let holder: Arc<str> = format!("send-{}", new_id()).into();
        let stop = stop.child_token();
        let (out, mut claimed) = mpsc::unbounded_channel::<Claimed>();
        let (settle, outcomes) = mpsc::unbounded_channel::<Outcome>();
        let mut tasks = JoinSet::new();
        let room = Arc::new(Semaphore::new(IN_FLIGHT));
        let (holding, stopping) = (holder.clone(), stop.clone());
        let claims = Claims { services: services.clone(), holder: holding, room, out, settle, stop: stopping };
        tasks.spawn(Dispatcher::new(claims).run());
        tasks.spawn(settle::run(services.clone(), outcomes));
        let engine = Self { services: services.clone(), holder, tasks, stop };
        (engine, futures::stream::poll_fn(move |cx| claimed.poll_recv(cx)))
    }

    /// Ends the claiming, writes what is still to be written, and leaves the lanes to others. The stream must be gone.
    pub async fn finish(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a part of the sender ended by itself");
            }
        }
        if let Err(error) = self.leave().await {
            tracing::warn!(%error, "the lanes of this process could not be left to others; they run out by themselves");
        }
    }

    async fn leave(&self) -> crate::Result<()> {
        let mut tx = self.services.db().begin().await?;
        system::leave_lanes(tx.conn(), &self.holder, self.services.clock().now()).await?;
        Ok(tx.commit().await?)
    }
}
