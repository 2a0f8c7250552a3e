//! Sends what is to be told, each a bounded number of times.

use super::{encrypt, keys, message::message, subscribe, want::Kind};
use crate::{
    Result, Services,
    db::system_told as system,
    queues::{Flow, Queue},
    sql,
    vault::OpenError,
};
use domain::{
    id::ConversationId,
    time::{HOUR, MINUTE, Millis, SECOND},
};
use futures::{StreamExt, stream};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often the worker looks.
const EVERY: Duration = Duration::from_secs(1);
/// Taken at a time, and sent side by side.
const BATCH: i64 = 32;
const SIDE_BY_SIDE: usize = 8;
/// Longer than a batch takes at worst.
const LEASE: Millis = 2 * MINUTE;
/// After the first failure, the second, …; then it is given up: it is old by then.
const AGAIN_AFTER: [Millis; 3] = [30 * SECOND, 2 * MINUTE, 10 * MINUTE];
/// What waits for a key that is not here is looked at again so often; it uses up no try.
const KEY_AGAIN: Millis = MINUTE;
/// A browser that is away this long need not be told any more.
const HOLDS: Millis = 4 * HOUR;

const TAKE: &str = "UPDATE pushes SET lease_until = $4, attempts = attempts + 1
    WHERE workspace_id = $1 AND id = $2 AND due_at <= $3 AND lease_until <= $3
    RETURNING subscription_id, conversation_id, kind, wanted_at, attempts";
const DONE: &str = "DELETE FROM pushes WHERE workspace_id = $1 AND id = $2 AND wanted_at = $3";
// Also of what was wanted once more while it was sent.
const AGAIN: &str = "UPDATE pushes SET attempts = $4, due_at = $3, lease_until = 0 WHERE workspace_id = $1 AND id = $2";
const NOBODY: &str = "DELETE FROM push_subscriptions WHERE workspace_id = $1 AND id = $2";

#[derive(sqlx::FromRow)]
struct Taken {
    subscription_id: Uuid,
    conversation_id: Uuid,
    kind: String,
    wanted_at: Millis,
    attempts: i64,
}

/// What became of one.
enum Outcome {
    /// Told, or there is nothing to tell any more.
    Done,
    /// The browser does not want it any more.
    Gone,
    /// Trying again would not help.
    Refused(String),
    Failed(String),
    /// The key is away.
    Locked(String),
}

/// Sends what is due until `stop`.
pub(crate) async fn worker(services: Services, stop: CancellationToken) {
    if services.push_road().is_none() {
        return;
    }
    if let Err(error) = keys::public_key(&services).await {
        tracing::warn!(%error, "there is no key for pushes yet; it is made when somebody asks for it");
    }
    loop {
        match deliver_due(&services).await {
            // There may be more.
            Ok(taken) if taken > 0 && !stop.is_cancelled() => continue,
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "pushes could not be looked for; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Sends what is due, some at a time; returns how many were taken in hand.
///
/// # Errors
/// When the database fails. What a push service says is noted.
pub async fn deliver_due(services: &Services) -> Result<usize> {
    let now = services.clock().now();
    let due = {
        let mut read = services.db().read().await?;
        system::due_pushes(read.conn(), now, BATCH).await?
    };
    let done: Vec<Result<bool>> = stream::iter(due)
        .map(|(workspace, id)| deliver(services, workspace, id, now))
        .buffer_unordered(SIDE_BY_SIDE)
        .collect()
        .await;
    done.into_iter().try_fold(0, |taken, one| Ok(taken + usize::from(one?)))
}

/// `false` when another process was faster.
async fn deliver(services: &Services, workspace: Uuid, id: Uuid, now: Millis) -> Result<bool> {
    let mut tx = services.db().begin().await?;
    let taken = sql!(opt Taken, tx.conn(), TAKE, workspace, id, now, now + LEASE)?;
    tx.commit().await?;
    let Some(taken) = taken else { return Ok(false) };
    let outcome = send(services, workspace, &taken).await?;
    let now = services.clock().now();
    match &outcome {
        Outcome::Done | Outcome::Gone => services.tally().add(Queue::Pushes, now, Flow::one(true)),
        Outcome::Refused(_) | Outcome::Failed(_) => services.tally().add(Queue::Pushes, now, Flow::one(false)),
        // It used up no try.
        Outcome::Locked(_) => {}
    }
    let mut tx = services.db().begin().await?;
    let wait = usize::try_from(taken.attempts - 1).ok().and_then(|nth| AGAIN_AFTER.get(nth));
    match (outcome, wait) {
        (Outcome::Gone, _) => {
            tracing::info!(browser = %taken.subscription_id, "a browser does not want to be told any more");
            sql!(exec tx.conn(), NOBODY, workspace, taken.subscription_id)?;
        }
        (Outcome::Locked(why), _) => {
            tracing::warn!(push = %id, why, "a push waits for the key that it is sealed with");
            sql!(exec tx.conn(), AGAIN, workspace, id, now + KEY_AGAIN, taken.attempts - 1)?;
        }
        (Outcome::Failed(why), Some(wait)) => {
            tracing::warn!(push = %id, attempts = taken.attempts, why, "a push did not leave; trying again later");
            sql!(exec tx.conn(), AGAIN, workspace, id, now + *wait, taken.attempts)?;
        }
        (outcome, _) => {
            if let Outcome::Failed(why) | Outcome::Refused(why) = outcome {
                tracing::error!(push = %id, attempts = taken.attempts, why, "a push was given up");
            }
            // Wanted once more meanwhile: that is another one.
            if sql!(exec tx.conn(), DONE, workspace, id, taken.wanted_at)? == 0 {
                sql!(exec tx.conn(), AGAIN, workspace, id, now, 0_i64)?;
            }
        }
    }
    tx.commit().await?;
    Ok(true)
}

async fn send(services: &Services, workspace: Uuid, taken: &Taken) -> Result<Outcome> {
    let Some(road) = services.push_road() else { return Ok(Outcome::Failed("nothing is pushed here".to_owned())) };
    let Some(kind) = Kind::parse(&taken.kind) else { return Ok(Outcome::Done) };
    let about = (ConversationId(taken.conversation_id), kind);
    let Some(message) = message(services, workspace, taken.subscription_id, about).await? else {
        return Ok(Outcome::Done);
    };
    let (url, reader) = match subscribe::open(services, taken.subscription_id, &message.sealed).await {
        Ok(Some(open)) => open,
        Ok(None) => return Ok(Outcome::Refused("it is no subscription".to_owned())),
        Err(error @ (OpenError::OtherKey(_) | OpenError::Unavailable(_))) => {
            return Ok(Outcome::Locked(error.to_string()));
        }
        Err(error) => return Ok(Outcome::Refused(error.to_string())),
    };
    if !road.leads_to(&url) {
        return Ok(Outcome::Refused("the push service's address is not gone to".to_owned()));
    }
    let Ok(body) = encrypt::encrypt(&reader, message.json.as_bytes()) else {
        return Ok(Outcome::Refused("it cannot be encrypted for this browser".to_owned()));
    };
    let authorization = match keys::authorization(services, &url, road.contact()).await {
        Ok(authorization) => authorization,
        Err(error) => return Ok(Outcome::Locked(error.to_string())),
    };
    let request = road
        .post(&url)
        .header("authorization", authorization)
        .header("content-encoding", "aes128gcm")
        .header("content-type", "application/octet-stream")
        .header("ttl", (HOLDS / SECOND).to_string())
        .header("urgency", "high")
        // What still waits about this conversation is replaced.
        .header("topic", taken.conversation_id.simple().to_string());
    Ok(match request.body(body).send().await {
        Ok(response) => judge(response.status().as_u16()),
        // The address is a secret: whoever knows it reaches the browser.
        Err(error) => Outcome::Failed(error.without_url().to_string()),
    })
}

/// What the answer of a push service means.
fn judge(status: u16) -> Outcome {
    match status {
        200..=299 => Outcome::Done,
        404 | 410 => Outcome::Gone,
        408 | 429 | 500.. => Outcome::Failed(format!("the push service answers {status}")),
        _ => Outcome::Refused(format!("the push service answers {status}")),
    }
}
