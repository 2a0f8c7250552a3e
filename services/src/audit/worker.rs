use super::{check::check_now, daily, flush, seal::seal_round};
use crate::{Error, Services};
use domain::id::WorkspaceId;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(1);
/// Seconds between two writings of what strangers do.
const FLUSH: u64 = 60;
/// Seconds between two looks for a chain whose daily check is due.
const CHECK: u64 = 600;
/// A chain that cannot go on is tried again after this long, and checked again after the other.
const AGAIN: Duration = Duration::from_secs(60);
const CHECK_AGAIN: Duration = Duration::from_secs(3_600);

/// When sealing a workspace's entries last failed, and when its chain was last looked at for it.
struct Stuck {
    tried: Instant,
    checked: Instant,
}

/// Seals each second what was written, and once a day checks and purges each chain.
pub(crate) async fn worker(services: Services, stop: CancellationToken) {
    let mut stuck = HashMap::new();
    for second in 1_u64.. {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => break,
        }
        if second.is_multiple_of(FLUSH) {
            flush_or_log(&services).await;
        }
        seal_or_log(&services, &stop, &mut stuck).await;
        if second % CHECK == 1
            && let Err(error) = daily(&services).await
        {
            tracing::error!(%error, "the audit chains could not be checked; it is tried again");
        }
    }
    flush_or_log(&services).await;
    seal_or_log(&services, &stop, &mut stuck).await;
}

async fn flush_or_log(services: &Services) {
    if let Err(error) = flush(services).await {
        tracing::error!(%error, "refused webhooks and sign-ins could not be written to the audit trail; it is tried again");
    }
}

async fn seal_or_log(services: &Services, stop: &CancellationToken, stuck: &mut HashMap<WorkspaceId, Stuck>) {
    let waits = |workspace| stuck.get(&workspace).is_some_and(|stuck| stuck.tried.elapsed() < AGAIN);
    let failed = match seal_round(services, stop, waits).await {
        Ok((_, failed)) => failed,
        Err(error) => {
            return tracing::error!(%error, "audit entries could not be sealed; it is tried again in a second");
        }
    };
    for (workspace, error) in failed {
        // A database that is away says nothing about the chain.
        if matches!(error, Error::Unavailable) {
            tracing::warn!(%error, %workspace, "audit entries could not be sealed; it is tried again in a second");
            continue;
        }
        tracing::error!(%error, %workspace, "audit entries cannot be sealed; it is tried again in a minute");
        let now = Instant::now();
        let checked = stuck.get(&workspace).map(|stuck| stuck.checked).filter(|at| at.elapsed() < CHECK_AGAIN);
        stuck.insert(workspace, Stuck { tried: now, checked: checked.unwrap_or(now) });
        if checked.is_none()
            && let Err(error) = check_now(services, workspace).await
        {
            tracing::error!(%error, %workspace, "nor could the audit chain be checked");
        }
    }
}
