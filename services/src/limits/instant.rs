use super::facts::Facts;
use crate::{Error, Result, db::Tx, sql};
use domain::{
    limits::{Limit, Limited},
    time::{Millis, SECOND},
};
use uuid::Uuid;

const OVER: &str = "DELETE FROM number_instants WHERE workspace_id = $1 AND number_id = $2 AND at <= $3";
const IN_A_SECOND: &str = "SELECT CAST(COALESCE(SUM(sent), 0) AS BIGINT), CAST(COALESCE(MIN(at), $3) AS BIGINT)
    FROM number_instants WHERE workspace_id = $1 AND number_id = $2 AND at > $4";
const NOTE: &str = "INSERT INTO number_instants (workspace_id, number_id, at, sent) VALUES ($1, $2, $3, $4)
    ON CONFLICT (number_id, at) DO UPDATE SET sent = number_instants.sent + excluded.sent";

/// Counts `many` messages that a program sends through a number: in no second of any process more than its rate. The row of
/// the number's day is locked by the transaction before, so one at a time counts.
///
/// # Errors
/// `Limited` when the second is used up.
pub(super) async fn take(
    tx: &mut Tx,
    workspace: Uuid,
    number: Uuid,
    facts: &Facts,
    now: Millis,
    many: u32,
) -> Result<()> {
    let before = now - SECOND;
    sql!(exec tx.conn(), OVER, workspace, number, before)?;
    let (sent, first) = sql!(one(i64, i64), tx.conn(), IN_A_SECOND, workspace, number, now, before)?;
    let (limit, many) = (facts.per_second, i64::from(many));
    if sent + many > i64::from(limit) {
        let remaining = u32::try_from(i64::from(limit) - sent).unwrap_or(0);
        // The clocks of two processes may differ a little.
        let reset_at = (first + SECOND).max(now + 1);
        let (which, plan, wait) = (Limit::Second, facts.plan, reset_at - now);
        return Err(Error::Limited(Limited { which, plan, limit, remaining, reset_at, wait }));
    }
    sql!(exec tx.conn(), NOTE, workspace, number, now, many)?;
    Ok(())
}
