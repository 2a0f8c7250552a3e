use super::facts::Facts;
use crate::{Error, Result, db::Tx, sql};
use domain::{
    limits::{Limit, Limited},
    time::{DAY, Millis},
};
use uuid::Uuid;

/// Also locks the row: one at a time counts.
const COUNTED: &str = "INSERT INTO portfolios (workspace_id, waba_id, contacts) VALUES ($1, $2, 0)
    ON CONFLICT (workspace_id, waba_id) DO UPDATE SET contacts = portfolios.contacts RETURNING contacts";
const OVER: &str = "DELETE FROM portfolio_contacts WHERE workspace_id = $1 AND waba_id = $2 AND at <= $3";
const AGAIN: &str =
    "UPDATE portfolio_contacts SET at = $4 WHERE workspace_id = $1 AND waba_id = $2 AND contact_id = $3";
const NEW: &str = "INSERT INTO portfolio_contacts (workspace_id, waba_id, contact_id, at) VALUES ($1, $2, $3, $4)";
const COUNT: &str = "UPDATE portfolios SET contacts = $3 WHERE workspace_id = $1 AND waba_id = $2";
const FIRST: &str = "SELECT CAST(COALESCE(MIN(at), $3) AS BIGINT) FROM portfolio_contacts
    WHERE workspace_id = $1 AND waba_id = $2";

/// Counts a customer who is written to outside of a window, once in 24 rolling hours. The limit is the portfolio's; it is kept
/// for each WhatsApp Business Account, since nobody tells us which of them form a portfolio.
///
/// # Errors
/// `Limited` when so many others were written to that there is no room for this one.
pub(super) async fn take(tx: &mut Tx, workspace: Uuid, contact: Uuid, facts: &Facts, now: Millis) -> Result<()> {
    let waba = facts.waba.as_str();
    let counted: i64 = sql!(scalar i64, tx.conn(), COUNTED, workspace, waba)?;
    let over = sql!(exec tx.conn(), OVER, workspace, waba, now - DAY)?;
    let mut counted = counted - i64::try_from(over).unwrap_or(0);
    if sql!(exec tx.conn(), AGAIN, workspace, waba, contact, now)? == 0 {
        if let Some(limit) = facts.customers().filter(|limit| counted >= i64::from(*limit)) {
            let first: i64 = sql!(scalar i64, tx.conn(), FIRST, workspace, waba, now)?;
            let (which, plan, reset_at) = (Limit::Portfolio, facts.plan, first + DAY);
            let wait = reset_at - now;
            return Err(Error::Limited(Limited { which, plan, limit, remaining: 0, reset_at, wait }));
        }
        sql!(exec tx.conn(), NEW, workspace, waba, contact, now)?;
        counted += 1;
    }
    sql!(exec tx.conn(), COUNT, workspace, waba, counted)?;
    Ok(())
}
