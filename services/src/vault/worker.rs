use super::{flush, look_again, raise_stale, renew_due};
use crate::Services;
use domain::time::{DAY, MINUTE};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const EVERY: Duration = Duration::from_secs(60);
/// Minutes between two looks at the age of tokens.
const STALE: u64 = (DAY / MINUTE).unsigned_abs();

/// Once a minute writes who opened what, tries locked numbers again, and keeps a data key at hand; once a day looks for tokens
/// that have become too old. Each token is renewed in time where Meta allows it. `sends` is set in processes that send: only they must hold the keys.
pub(crate) async fn worker(services: Services, sends: bool, stop: CancellationToken) {
    for minute in 0_u64.. {
        if let Err(error) = services.vault().renew().await {
            tracing::error!(%error, "no new data key could be had; the last one stays in use");
        }
        // At start each number is looked at, so that a wrong key shows before somebody writes.
        if sends && let Err(error) = look_again(&services, minute == 0).await {
            tracing::error!(%error, "access tokens could not be looked at; trying again in a minute");
        }
        if sends && let Err(error) = renew_due(&services).await {
            tracing::error!(%error, "access tokens could not be renewed; trying again in a minute");
        }
        if sends
            && minute.is_multiple_of(STALE)
            && let Err(error) = raise_stale(&services).await
        {
            tracing::error!(%error, "the age of access tokens could not be looked at; trying again tomorrow");
        }
        if let Err(error) = flush(&services).await {
            tracing::error!(%error, "who opened secrets could not be written; trying again in a minute");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}
