use crate::{
    Result, Services,
    db::system_receipts::{self as system, Due},
    queues::{Flow, Queue},
    send::SendError,
    sql,
    vault::{self, Kind, Purpose},
};
use domain::{
    meta::{codes::Class, send::read_receipt},
    time::{MINUTE, Millis, SECOND},
};
use futures::{StreamExt, stream};
use std::{collections::BTreeMap, time::Duration};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How many are looked at in a round.
const ROUND: i64 = 64;
/// Numbers that are told for at once.
const AT_ONCE: usize = 4;
/// From one to the next of the same number, at least.
const PACE: Duration = Duration::from_millis(100);
/// Tries of one, and the wait from one to the next.
const TRIES: i64 = 3;
const AGAIN: Millis = 30 * SECOND;
/// Whoever holds one for longer is gone.
const LEASE: Millis = MINUTE;
/// Whoever typed that long ago has stopped, or has answered.
const TYPES: Millis = 10 * SECOND;

const CLAIM: &str = "UPDATE receipts SET due_at = $4, tries = tries + 1
    WHERE workspace_id = $1 AND conversation_id = $2 AND due_at = $3";
const DONE: &str = "UPDATE receipts SET told = TRUE, due_at = NULL
    WHERE workspace_id = $1 AND conversation_id = $2 AND due_at = $3";
const LATER: &str = "UPDATE receipts SET due_at = $4 WHERE workspace_id = $1 AND conversation_id = $2 AND due_at = $3";

/// What becomes of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Told, or nothing that is tried again.
    Done,
    /// The number, or Meta, has trouble: this one is tried again, and others of the number wait as well.
    Later,
}

/// Tells what is due until `stop`.
pub(crate) async fn worker(services: Services, stop: CancellationToken) {
    loop {
        match round(&services, &stop).await {
            Ok(true) if !stop.is_cancelled() => continue,
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "what Meta is to be told was not looked after; trying again"),
        }
        tokio::select! {
            () = services.wakes().receipts() => {}
            () = stop.cancelled() => return,
        }
    }
}

/// True when a whole round was due.
async fn round(services: &Services, stop: &CancellationToken) -> Result<bool> {
    let due = {
        let mut read = services.db().read().await?;
        system::due_receipts(read.conn(), services.clock().now(), ROUND).await?
    };
    let whole = due.len() as i64 == ROUND;
    let mut numbers: BTreeMap<Uuid, Vec<Due>> = BTreeMap::new();
    for one in due {
        numbers.entry(one.number_id).or_default().push(one);
    }
    let mut all = stream::iter(numbers.into_values())
        .map(|due| async move { of_number(services, due, stop).await })
        .buffer_unordered(AT_ONCE);
    while let Some(done) = all.next().await {
        done?;
    }
    Ok(whole)
}

/// One number's, one after the other.
async fn of_number(services: &Services, due: Vec<Due>, stop: &CancellationToken) -> Result<()> {
    let mut trouble = false;
    for (nth, one) in due.iter().enumerate() {
        if stop.is_cancelled() {
            return Ok(());
        }
        let now = services.clock().now();
        if trouble {
            write(services, LATER, one, one.due_at, Some(now + AGAIN)).await?;
            continue;
        }
        if nth > 0 {
            tokio::time::sleep(PACE).await;
        }
        trouble = tell(services, one, now).await? == Fate::Later;
    }
    Ok(())
}

async fn tell(services: &Services, one: &Due, now: Millis) -> Result<Fate> {
    let typing = one.typing_at.is_some_and(|at| at > now - TYPES);
    if one.silent || (one.told && !typing) {
        write(services, DONE, one, one.due_at, None).await?;
        return Ok(Fate::Done);
    }
    let lease = now + LEASE;
    if write(services, CLAIM, one, one.due_at, Some(lease)).await? == 0 {
        // Another process was faster, or somebody read on.
        return Ok(Fate::Done);
    }
    let _in_hand = services.tally().hold(Queue::Receipts, 1);
    let fate = match ask(services, one, typing).await {
        Fate::Later if one.tries + 1 >= TRIES => Fate::Done,
        fate => fate,
    };
    match fate {
        Fate::Done => write(services, DONE, one, lease, None).await?,
        Fate::Later => write(services, LATER, one, lease, Some(services.clock().now() + AGAIN)).await?,
    };
    Ok(fate)
}

async fn ask(services: &Services, one: &Due, typing: bool) -> Fate {
    let (workspace, number) = (one.workspace_id.into(), one.number_id);
    let Ok(token) = vault::load(services, workspace, Kind::AccessToken, number, Purpose::Send).await else {
        count(services, false);
        return Fate::Done;
    };
    let body = read_receipt(&one.wamid, typing);
    let answer = services.graph().tell(&one.phone_number_id, &token, &body).await;
    count(services, answer.is_ok());
    match answer {
        Ok(()) => Fate::Done,
        Err(SendError::Refused(refusal)) => match refusal.class() {
            Class::NotTaken { .. } | Class::RefusedForNow => Fate::Later,
            // Whoever sends next learns of it, and says so to people.
            Class::Token | Class::Blocked(_) | Class::Permanent => {
                tracing::debug!(%number, code = refusal.error.code, "Meta does not take that a message was read");
                Fate::Done
            }
        },
        Err(error) => {
            tracing::debug!(%number, %error, "Meta could not be told that a message was read");
            Fate::Later
        }
    }
}

fn count(services: &Services, told: bool) {
    services.tally().add(Queue::Receipts, services.clock().now(), Flow::one(told));
}

/// Whether the row was still as it was: due at `was`.
async fn write(services: &Services, sql: &'static str, one: &Due, was: Millis, due_at: Option<Millis>) -> Result<u64> {
    let mut tx = services.db().begin().await?;
    let written = match due_at {
        Some(due_at) => sql!(exec tx.conn(), sql, one.workspace_id, one.conversation_id, was, due_at)?,
        None => sql!(exec tx.conn(), sql, one.workspace_id, one.conversation_id, was)?,
    };
    tx.commit().await?;
    Ok(written)
}
