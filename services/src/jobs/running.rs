use super::{Lane, purge};
use crate::{
    Services, alerts, audit, contacts,
    db::{Db, system},
    ingest, limits, live, mail, media, push, receipts, search, send, templates, vault,
};
use apalis::layers::WorkerBuilderExt;
use apalis::prelude::{BoxDynError, Data, WorkerBuilder};
use futures::FutureExt;
use std::{panic::AssertUnwindSafe, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Which workers this process runs.
#[derive(Clone, Copy, Debug)]
pub struct Which {
    /// Deliveries from Meta into conversations.
    pub ingest: bool,
    /// Queued messages to Meta.
    pub outbox: bool,
}

/// The workers of this process.
pub struct Running(JoinSet<()>);

impl Running {
    /// Returns when every worker has finished what it had in hand, after the token was cancelled.
    pub async fn finished(mut self) {
        while self.0.join_next().await.is_some() {}
    }
}

/// Starts the workers; they end when `stop` is cancelled and nothing is in their hands any more.
pub fn start(services: &Services, which: Which, stop: CancellationToken) -> Running {
    let mut workers = JoinSet::new();
    live::start_remote(services, &stop);
    let here = services.clone();
    keep(&mut workers, "vault", &stop, move |stop| vault::worker(here.clone(), which.outbox, stop));
    let here = services.clone();
    keep(&mut workers, "alerts", &stop, move |stop| alerts::worker(here.clone(), stop));
    let here = services.clone();
    keep(&mut workers, "limits", &stop, move |stop| limits::news_worker(here.clone(), stop));
    if which.ingest {
        // SQLite has one writer, so a second worker would only wait.
        let parallel = if matches!(services.db(), Db::Sqlite(_)) { 1 } else { 2 };
        for nth in 0..parallel {
            workers.spawn(ingest_worker(services.clone(), nth, stop.clone()));
        }
        let here = services.clone();
        keep(&mut workers, "purge", &stop, move |stop| purge::worker(here.clone(), stop));
        let here = services.clone();
        keep(&mut workers, "audit", &stop, move |stop| audit::worker(here.clone(), stop));
        let here = services.clone();
        keep(&mut workers, "search", &stop, move |stop| search::worker(here.clone(), stop));
        let here = services.clone();
        keep(&mut workers, "imports", &stop, move |stop| contacts::import::worker(here.clone(), stop));
    }
    if which.outbox {
        let here = services.clone();
        keep(&mut workers, "numbers", &stop, move |stop| limits::graph_worker(here.clone(), stop));
        let here = services.clone();
        keep(&mut workers, "templates", &stop, move |stop| templates::worker(here.clone(), stop));
        let here = services.clone();
        keep(&mut workers, "mail", &stop, move |stop| mail::worker(here.clone(), stop));
        let here = services.clone();
        keep(&mut workers, "media", &stop, move |stop| media::worker(here.clone(), stop));
        let here = services.clone();
        keep(&mut workers, "receipts", &stop, move |stop| receipts::worker(here.clone(), stop));
        let here = services.clone();
        keep(&mut workers, "pushes", &stop, move |stop| push::worker(here.clone(), stop));
        workers.spawn(outbox_worker(services.clone(), stop));
    }
    Running(workers)
}

async fn ingest_worker(services: Services, nth: usize, stop: CancellationToken) {
    restarting(&stop, || {
        WorkerBuilder::new(format!("ingest-{nth}-{}", crate::clock::new_id()))
            .backend(Lane::new(ingest::batches(services.clone())))
            .data(services.clone())
            .concurrency(1)
            .build(ingest_batch)
            .run_until(stopped(&stop))
    })
    .await;
}

async fn outbox_worker(services: Services, stop: CancellationToken) {
    if let Err(error) = forget_the_dead(&services).await {
        tracing::error!(%error, "leases of the last run could not be ended; they run out by themselves");
    }
    restarting(&stop, || async {
        let (engine, claimed) = send::Engine::start(&services, &stop);
        let ended = WorkerBuilder::new(format!("outbox-{}", crate::clock::new_id()))
            .backend(Lane::new(claimed))
            .data(services.clone())
            .concurrency(send::IN_FLIGHT)
            .build(send_message)
            .run_until(stopped(&stop))
            .await;
        engine.finish().await;
        ended
    })
    .await;
}

/// On SQLite there is no other process: whatever is leased was in the hands of a run that has ended.
async fn forget_the_dead(services: &Services) -> crate::Result<()> {
    if matches!(services.db(), Db::Sqlite(_)) {
        let mut tx = services.db().begin().await?;
        system::end_leases(tx.conn(), services.clock().now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn ingest_batch(batch: ingest::Batch, services: Data<Services>) -> Result<(), BoxDynError> {
    match AssertUnwindSafe(ingest::process(&services, batch)).catch_unwind().await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "a batch of deliveries could not be finished; it is claimed again"),
        Err(_) => tracing::error!("a batch of deliveries made the worker panic; it is claimed again"),
    }
    Ok(())
}

async fn send_message(claimed: send::Claimed, services: Data<Services>) -> Result<(), BoxDynError> {
    let message = claimed.message();
    // A panic in one handler would end the worker, and with it all sending.
    if AssertUnwindSafe(send::depart(&services, claimed)).catch_unwind().await.is_err() {
        tracing::error!(%message, "sending a message panicked");
    }
    Ok(())
}

/// Runs a worker until `stop`, and again after a panic: none of them is missed before it is needed.
fn keep<F>(
    workers: &mut JoinSet<()>,
    name: &'static str,
    stop: &CancellationToken,
    worker: impl Fn(CancellationToken) -> F + Send + 'static,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let stop = stop.clone();
    workers.spawn(async move {
        while AssertUnwindSafe(worker(stop.clone())).catch_unwind().await.is_err() && !stop.is_cancelled() {
            tracing::error!(worker = name, "a worker panicked; starting it again");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
}

/// Runs a worker again should it ever end by itself.
async fn restarting<F, E>(stop: &CancellationToken, mut worker: impl FnMut() -> F)
where
    F: Future<Output = Result<(), E>>,
    E: std::fmt::Display,
{
    while !stop.is_cancelled() {
        if let Err(error) = worker().await {
            tracing::error!(%error, "a worker ended; starting it again");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

fn stopped(stop: &CancellationToken) -> impl Future<Output = std::io::Result<()>> + Send + 'static {
    let stop = stop.clone();
    async move {
        stop.cancelled().await;
        Ok(())
    }
}
