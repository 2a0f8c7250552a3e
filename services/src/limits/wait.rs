use super::{held::Reserved, minute::refused};
use crate::{Result, Services, db::Tx, sql};
use domain::{plan::Plan, time::Millis};
use uuid::Uuid;

/// Minutes ahead within which a message waits: a day.
const AHEAD: i64 = 24 * 60;

const PROMISED: &str = "SELECT minute, taken FROM send_minutes
    WHERE workspace_id = $1 AND minute >= $2 AND minute < $3 ORDER BY minute";
const PROMISE: &str = "INSERT INTO send_minutes (workspace_id, minute, taken) VALUES ($1, $2, $3)
    ON CONFLICT (workspace_id, minute) DO UPDATE SET taken = send_minutes.taken + excluded.taken
    WHERE send_minutes.taken + excluded.taken <= $4";

/// Takes `many` messages of the first minute from `from` on that has not begun and has room. It is promised in the
/// transaction, so that whoever admits in that minute finds it taken.
///
/// # Errors
/// `Limited` when no minute of a whole day has room.
pub(super) async fn promise(
    services: &Services,
    tx: &mut Tx,
    workspace: Uuid,
    plan: Plan,
    from: i64,
    many: u32,
    now: Millis,
) -> Result<Reserved> {
    let limit = plan.per_minute();
    let until = from + AHEAD;
    let promised: Vec<(i64, i64)> = sql!(all(i64, i64), tx.conn(), PROMISED, workspace, from, until)?;
    let mut minute = from;
    for (taken_in, taken) in promised {
        if taken_in > minute || taken + i64::from(many) <= i64::from(limit) {
            break;
        }
        minute += 1;
    }
    while minute < until && many <= limit {
        if take(tx, workspace, plan, minute, many).await? {
            return Ok(services.limits().reserved(workspace, None, minute, many));
        }
        minute += 1;
    }
    Err(refused(plan, 0, now))
}

/// Takes `many` messages of a minute in the transaction, if it has room for all of them.
///
/// # Errors
/// Those of the database.
pub(super) async fn take(tx: &mut Tx, workspace: Uuid, plan: Plan, minute: i64, many: u32) -> Result<bool> {
    let limit = plan.per_minute();
    Ok(many <= limit && sql!(exec tx.conn(), PROMISE, workspace, minute, i64::from(many), i64::from(limit))? == 1)
}
