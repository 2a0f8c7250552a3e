use crate::{
    Result, Services, accounts, alerts, contacts, conversations, db::system, dead, labels, limits, mail, notices,
    numbers, team, tokens, vault,
};
use domain::time::{DAY, Millis};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Raw bodies stay this long after they were processed.
pub const BODIES: Millis = 7 * DAY;
/// A repeated body is recognised this long: Meta redelivers for up to seven days.
pub const KEYS: Millis = 8 * DAY;
/// Events stay this long for screens that come back.
pub const EVENTS: Millis = DAY;

const EVERY: Duration = Duration::from_secs(60);
/// Minutes between two purges.
const PURGES: u64 = 15;

/// Once a minute brings back what was snoozed until now, lets deliveries go whose number was connected just while they were put aside; every quarter of an hour removes
/// what has served its time.
pub(super) async fn worker(services: Services, stop: CancellationToken) {
    for minute in 0_u64.. {
        if let Err(error) = numbers::release_stranded(&services).await {
            tracing::error!(%error, "waiting deliveries could not be looked at; trying again in a minute");
        }
        if let Err(error) = alerts::mail_due(&services).await {
            tracing::error!(%error, "alerts could not be mailed; trying again in a minute");
        }
        if let Err(error) = team::resume_handovers(&services).await {
            tracing::error!(%error, "what removed members left could not be moved; trying again in a minute");
        }
        if let Err(error) = conversations::wake_due(&services).await {
            tracing::error!(%error, "snoozed conversations could not be brought back; trying again in a minute");
        }
        if let Err(error) = labels::take_off(&services).await {
            tracing::error!(%error, "deleted labels could not be taken off; trying again in a minute");
        }
        if let Err(error) = contacts::fold_names(&services).await {
            tracing::error!(%error, "names could not be made searchable; trying again in a minute");
        }
        if let Err(error) = contacts::fields::sweep(&services).await {
            tracing::error!(%error, "values of removed fields could not be erased; trying again in a minute");
        }
        if minute.is_multiple_of(PURGES)
            && let Err(error) = purge(&services).await
        {
            tracing::error!(%error, "what has expired could not be removed; trying again later");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Removes what has served its time.
///
/// # Errors
/// When the database fails.
pub async fn purge(services: &Services) -> Result<()> {
    let now = services.clock().now();
    // In small pieces: nobody waits long for the writer.
    loop {
        let mut tx = services.db().begin().await?;
        let gone = system::purge_expired(tx.conn(), now - EVENTS, now).await?;
        tx.commit().await?;
        if gone == 0 {
            break;
        }
    }
    loop {
        let mut journal = services.db().begin_journal().await?;
        let gone = system::purge_deliveries(journal.conn(), now - BODIES, now - KEYS).await?;
        journal.commit().await?;
        if gone == 0 {
            break;
        }
    }
    accounts::purge(services).await?;
    tokens::purge(services).await?;
    vault::purge(services).await?;
    alerts::purge(services).await?;
    dead::purge(services).await?;
    mail::purge(services).await?;
    limits::purge(services).await?;
    team::invitations::purge(services).await?;
    contacts::import::purge(services).await?;
    notices::purge(services).await?;
    conversations::purge_drafts(services).await?;
    Ok(())
}
