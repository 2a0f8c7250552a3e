use super::queue::{self, Shut};
use crate::{
    Result, Services,
    queues::{Flow, Queue},
    sql,
};
use domain::time::{DAY, HOUR, MINUTE, Millis};
use futures::{StreamExt, stream};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often the worker looks.
const EVERY: Duration = Duration::from_secs(2);
/// Taken at a time, and sent side by side.
const BATCH: i64 = 8;
const SIDE_BY_SIDE: usize = 4;
/// Longer than a batch takes at worst: two rounds of the mailer's patience.
const LEASE: Millis = 5 * MINUTE;
/// After the first failure, the second, …; then the mail is given up.
const AGAIN_AFTER: [Millis; 4] = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR];
/// A mail whose key is not here is looked at again so often; it uses up no try.
const KEY_AGAIN: Millis = MINUTE;
/// A mail that was given up is remembered this long, without its content.
const REMEMBERED: Millis = 30 * DAY;

/// What is left of a mail that was given up.
const NOTHING: &[u8] = &[];

const DUE: &str =
    "SELECT id, sealed, attempts FROM mails WHERE state = 'waiting' AND due_at <= $1 AND lease_until <= $1
    ORDER BY due_at, id LIMIT $2";
const TAKE: &str =
    "UPDATE mails SET lease_until = $3 WHERE id = $1 AND state = 'waiting' AND lease_until <= $2 AND attempts = $4";
const SENT: &str = "DELETE FROM mails WHERE id = $1";
const AGAIN: &str = "UPDATE mails SET attempts = attempts + 1, due_at = $2, lease_until = 0 WHERE id = $1";
const WAIT: &str = "UPDATE mails SET due_at = $2, lease_until = 0 WHERE id = $1";
const GIVE_UP: &str =
    "UPDATE mails SET state = 'failed', attempts = attempts + 1, sealed = $2, lease_until = 0 WHERE id = $1";
const PURGE: &str = "DELETE FROM mails WHERE state = 'failed' AND created_at < $1";

/// Sends what is due until `stop`. Where no mail server is configured there is nothing to do.
pub(crate) async fn worker(services: Services, stop: CancellationToken) {
    if services.mailer().is_none() {
        return;
    }
    loop {
        match deliver_due(&services).await {
            // There may be more.
            Ok(taken) if taken > 0 && !stop.is_cancelled() => continue,
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "mail could not be looked for; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Sends mails whose turn has come, a few at a time; returns how many were taken in hand.
///
/// # Errors
/// When the database fails. What a mail server says is noted with the mail.
pub async fn deliver_due(services: &Services) -> Result<usize> {
    let now = services.clock().now();
    let due: Vec<(Uuid, Vec<u8>, i64)> = {
        let mut read = services.db().read().await?;
        sql!(all(Uuid, Vec<u8>, i64), read.conn(), DUE, now, BATCH)?
    };
    let done: Vec<Result<bool>> =
        stream::iter(due).map(|mail| deliver(services, mail, now)).buffer_unordered(SIDE_BY_SIDE).collect().await;
    done.into_iter().try_fold(0, |taken, one| Ok(taken + usize::from(one?)))
}

/// `false` when another process was faster.
async fn deliver(services: &Services, (id, sealed, attempts): (Uuid, Vec<u8>, i64), now: Millis) -> Result<bool> {
    let Some(mailer) = services.mailer() else { return Ok(false) };
    let mut tx = services.db().begin().await?;
    let taken = sql!(exec tx.conn(), TAKE, id, now, now + LEASE, attempts)?;
    tx.commit().await?;
    if taken == 0 {
        return Ok(false);
    }
    let outcome = match queue::open(services, id, &sealed).await {
        Ok(mail) => mailer.send(&mail).await.map_err(|error| error.to_string()),
        Err(Shut::ForGood(why)) => Err(format!("the mail does not open: {why}")),
        Err(Shut::ForNow(why)) => {
            tracing::warn!(mail = %id, why, "a mail waits for the key that it is sealed with");
            let mut tx = services.db().begin().await?;
            sql!(exec tx.conn(), WAIT, id, services.clock().now() + KEY_AGAIN)?;
            tx.commit().await?;
            return Ok(true);
        }
    };
    services.tally().add(Queue::Mail, now, Flow::one(outcome.is_ok()));
    let mut tx = services.db().begin().await?;
    match outcome {
        Ok(()) => sql!(exec tx.conn(), SENT, id)?,
        Err(why) => match usize::try_from(attempts).ok().and_then(|nth| AGAIN_AFTER.get(nth)) {
            Some(wait) => {
                tracing::warn!(mail = %id, attempts = attempts + 1, why, "a mail was not sent; trying again later");
                sql!(exec tx.conn(), AGAIN, id, services.clock().now() + wait)?
            }
            None => {
                tracing::error!(mail = %id, attempts = attempts + 1, why, "a mail was given up");
                sql!(exec tx.conn(), GIVE_UP, id, NOTHING)?
            }
        },
    };
    tx.commit().await?;
    Ok(true)
}

/// Forgets mails that were given up long ago.
///
/// # Errors
/// When the database fails.
pub async fn purge(services: &Services) -> Result<u64> {
    let mut tx = services.db().begin().await?;
    let gone = sql!(exec tx.conn(), PURGE, services.clock().now() - REMEMBERED)?;
    tx.commit().await?;
    Ok(gone)
}
