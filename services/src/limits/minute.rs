use super::{
    held::{Answer, Block, Gauge, Reserved},
    wait,
};
use crate::{
    Error, Result, Services,
    db::{Db, Tx, dialect},
    sql,
};
use domain::{
    limits::{Limit, Limited},
    plan::Plan,
    time::{MINUTE, Millis},
};
use std::sync::Arc;
use uuid::Uuid;

/// Of a plan's minute at most one in so many lies unused in processes that have leased it.
const IDLE: u32 = 20;

const USED: &str =
    "SELECT CAST(COALESCE(SUM(used), 0) AS BIGINT) FROM send_leases WHERE workspace_id = $1 AND minute = $2";
const COUNT: &str = "INSERT INTO send_leases (workspace_id, minute, holder, used) VALUES ($1, $2, $3, $4)
    ON CONFLICT (workspace_id, minute, holder) DO UPDATE SET used = send_leases.used + excluded.used";

/// Takes `many` messages of the workspace's present minute, in memory while a block is in hand. On SQLite `tx`, the caller's
/// transaction if there is one, is asked once a minute.
///
/// # Errors
/// `Limited` when the minute is used up.
pub async fn reserve(
    services: &Services,
    tx: Option<&mut Tx>,
    workspace: Uuid,
    plan: Plan,
    now: Millis,
    many: u32,
) -> Result<Reserved> {
    let limits = services.limits();
    let gauge = limits.gauge(workspace);
    let minute = now.div_euclid(MINUTE);
    let answer = match gauge.take(minute, many) {
        Answer::Missing(_) => more(services, tx, workspace, plan, (&gauge, minute, many)).await?,
        answer => answer,
    };
    if let (Answer::Taken(minute), Db::Postgres(_)) = (answer, services.db())
        && gauge.runs_low(minute)
    {
        tokio::spawn(more_in_time(services.clone(), workspace, plan, gauge.clone(), minute));
    }
    match answer {
        Answer::Taken(minute) => Ok(limits.reserved(workspace, Some(gauge), minute, many)),
        Answer::Full(remaining) | Answer::Missing(remaining) => Err(refused(plan, remaining, now)),
    }
}

/// As [`reserve`], for a transaction that holds many conversations and has nothing left to lock but its events. A block is leased
/// on another connection: that one would wait for the rows of this very transaction, or for somebody who waits for one of its
/// conversations, and no database could see that circle. So what is not in hand is taken in the transaction itself.
///
/// # Errors
/// `Limited` when the minute is used up.
pub(super) async fn among(
    services: &Services,
    tx: &mut Tx,
    workspace: Uuid,
    plan: Plan,
    now: Millis,
    many: u32,
) -> Result<Reserved> {
    if let Db::Sqlite(_) = services.db() {
        return reserve(services, Some(tx), workspace, plan, now, many).await;
    }
    let (limits, minute) = (services.limits(), now.div_euclid(MINUTE));
    let gauge = limits.gauge(workspace);
    match gauge.take(minute, many) {
        Answer::Taken(minute) => Ok(limits.reserved(workspace, Some(gauge), minute, many)),
        Answer::Full(remaining) => Err(refused(plan, remaining, now)),
        Answer::Missing(_) => match wait::take(tx, workspace, plan, minute, many).await? {
            true => Ok(limits.reserved(workspace, None, minute, many)),
            false => Err(refused(plan, 0, now)),
        },
    }
}

pub(super) fn refused(plan: Plan, remaining: u32, now: Millis) -> Error {
    let (limit, reset_at) = (plan.per_minute(), (now.div_euclid(MINUTE) + 1) * MINUTE);
    Error::Limited(Limited { which: Limit::Minute, plan, limit, remaining, reset_at, wait: reset_at - now })
}

/// Asks for another block before the one in hand is used up, so that nobody waits for it.
async fn more_in_time(services: Services, workspace: Uuid, plan: Plan, gauge: Arc<Gauge>, minute: i64) {
    let _turn = gauge.asking.lock().await;
    // Another minute may have begun: then this one needs no more.
    let granted = match lease(&services, workspace, plan, minute, 0).await {
        _ if gauge.block().minute != minute => return,
        Ok(granted) => granted,
        // Whoever finds the block used up asks again, and is told.
        Err(_) => 0,
    };
    gauge.put(minute, granted, 0);
}

/// A block from the database that processes share.
async fn lease(services: &Services, workspace: Uuid, plan: Plan, minute: i64, need: u32) -> Result<u32> {
    let Some(pool) = services.lease_pool() else { return Ok(0) };
    let (limit, idle) = (i64::from(plan.per_minute()), i64::from(plan.per_minute() / IDLE));
    let granted = dialect::postgres_limits::lease(pool, workspace, minute, i64::from(need), limit, idle).await?;
    Ok(u32::try_from(granted).unwrap_or(0))
}

/// What is in hand does not do.
async fn more(
    services: &Services,
    tx: Option<&mut Tx>,
    workspace: Uuid,
    plan: Plan,
    (gauge, minute, many): (&Gauge, i64, u32),
) -> Result<Answer> {
    let _turn = gauge.asking.lock().await;
    // Meanwhile somebody else may have asked.
    let missing = match gauge.take(minute, many) {
        Answer::Missing(missing) => missing,
        answer => return Ok(answer),
    };
    // The next minute may have begun for others.
    let minute = gauge.minute_for(minute);
    let limit = plan.per_minute();
    match services.db() {
        Db::Sqlite(_) => {
            // There is no other process: the whole minute is in hand, but for what was counted before a restart or promised.
            let used: i64 = match tx {
                Some(tx) => sql!(scalar i64, tx.conn(), USED, workspace, minute)?,
                None => {
                    let mut read = services.db().read().await?;
                    sql!(scalar i64, read.conn(), USED, workspace, minute)?
                }
            };
            let used = u32::try_from(used).unwrap_or(u32::MAX);
            *gauge.block() = Block { minute, taken: limit, used, last: true, ..Block::default() };
        }
        Db::Postgres(_) => {
            let granted = lease(services, workspace, plan, minute, missing).await?;
            gauge.put(minute, granted, missing);
        }
    }
    Ok(gauge.take(minute, many))
}

/// Counts in the transaction what it admits.
///
/// # Errors
/// Those of the database.
pub async fn count(services: &Services, tx: &mut Tx, workspace: Uuid, reserved: &Reserved, many: u32) -> Result<()> {
    let (holder, many) = (services.limits().holder.as_str(), i64::from(many));
    sql!(exec tx.conn(), COUNT, workspace, reserved.minute, holder, many)?;
    Ok(())
}
