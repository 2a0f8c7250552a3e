use super::facts::{Facts, When};
use crate::{Error, Result, db::Tx, sql};
use domain::{
    limits::{Limit, Limited},
    time::{DAY, Millis},
};
use uuid::Uuid;

/// Days ahead within which a message waits.
const AHEAD: i64 = 7;

const TAKE: &str = "INSERT INTO number_days (workspace_id, number_id, day, sent) VALUES ($1, $2, $3, $4)
    ON CONFLICT (number_id, day) DO UPDATE SET sent = number_days.sent + excluded.sent
    WHERE number_days.sent + excluded.sent <= $5";
const LOCK: &str = "INSERT INTO number_days (workspace_id, number_id, day, sent) VALUES ($1, $2, $3, 0)
    ON CONFLICT (number_id, day) DO UPDATE SET sent = number_days.sent";
const SENT: &str = "SELECT sent FROM number_days WHERE workspace_id = $1 AND number_id = $2 AND day = $3";

/// Keeps others from counting messages of these numbers until the transaction ends. Whoever queues messages of several numbers
/// in one transaction does so first: another one that holds one of the days may wait for what comes after, as the minute.
pub(crate) async fn lock_days(tx: &mut Tx, workspace: Uuid, mut numbers: Vec<Uuid>, now: Millis) -> Result<()> {
    // One order for all, so that two writers cannot wait for each other.
    numbers.sort_unstable();
    numbers.dedup();
    for number in numbers {
        sql!(exec tx.conn(), LOCK, workspace, number, now.div_euclid(DAY))?;
    }
    Ok(())
}

/// Counts `many` messages of a number in today's UTC day, or in the first later one that has room for them if they may wait.
/// Returns when they are due: now, or when that day begins.
///
/// # Errors
/// `Limited` when the day's messages are used up and nobody waits.
pub(super) async fn take(
    tx: &mut Tx,
    workspace: Uuid,
    number: Uuid,
    facts: &Facts,
    now: Millis,
    many: u32,
    when: When,
) -> Result<Millis> {
    let today = now.div_euclid(DAY);
    let last = if when != When::Refuse { today + AHEAD } else { today };
    for day in today..=last {
        let at = now.max(day * DAY);
        let limit = facts.per_day(at);
        if limit.is_some_and(|limit| many > limit) {
            continue;
        }
        let most = limit.map_or(i64::MAX, i64::from);
        if sql!(exec tx.conn(), TAKE, workspace, number, day, i64::from(many), most)? == 1 {
            return Ok(at);
        }
    }
    let sent: Option<i64> = sql!(scalar_opt i64, tx.conn(), SENT, workspace, number, today)?;
    let limit = facts.per_day(now).unwrap_or(u32::MAX);
    let remaining = limit.saturating_sub(u32::try_from(sent.unwrap_or(0)).unwrap_or(u32::MAX));
    let reset_at = (today + 1) * DAY;
    let (which, plan, wait) = (Limit::Day, facts.plan, reset_at - now);
    Err(Error::Limited(Limited { which, plan, limit, remaining, reset_at, wait }))
}
