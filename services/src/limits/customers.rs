use super::facts::Facts;
use crate::{Error, Result, Services, db::Tx, sql};
use domain::{
    limits::{Limit, Limited},
    time::{DAY, Millis},
};
use uuid::Uuid;

/// Also locks the row: one at a time counts.
const COUNTED: &str = "INSERT INTO portfolios (workspace_id, waba_id, contacts) VALUES ($1, $2, 0)
    ON CONFLICT (workspace_id, waba_id) DO UPDATE SET contacts = portfolios.contacts RETURNING contacts";
const OVER: &str = "DELETE FROM portfolio_contacts WHERE workspace_id = $1 AND waba_id = $2 AND contact_id IN
    (SELECT contact_id FROM portfolio_contacts WHERE workspace_id = $1 AND waba_id = $2 AND at <= $3 ORDER BY at LIMIT 500)";
const AGAIN: &str =
    "UPDATE portfolio_contacts SET at = $4 WHERE workspace_id = $1 AND waba_id = $2 AND contact_id = $3";
const NEW: &str = "INSERT INTO portfolio_contacts (workspace_id, waba_id, contact_id, at) VALUES ($1, $2, $3, $4)";
const COUNT: &str = "UPDATE portfolios SET contacts = $3 WHERE workspace_id = $1 AND waba_id = $2";
const FIRST: &str = "SELECT CAST(COALESCE(MIN(at), $3) AS BIGINT) FROM portfolio_contacts
    WHERE workspace_id = $1 AND waba_id = $2";

const ACCOUNTS: &str = "SELECT waba_id FROM portfolios WHERE workspace_id = $1 ORDER BY waba_id";
const MOVE: &str = "UPDATE portfolio_contacts SET contact_id = $4 WHERE workspace_id = $1 AND waba_id = $2 AND contact_id = $3
    AND NOT EXISTS (SELECT 1 FROM portfolio_contacts k WHERE k.workspace_id = $1 AND k.waba_id = $2 AND k.contact_id = $4)";
const LATER: &str = "UPDATE portfolio_contacts SET at = (SELECT MAX(b.at) FROM portfolio_contacts b
        WHERE b.workspace_id = $1 AND b.waba_id = $2 AND b.contact_id IN ($3, $4))
    WHERE workspace_id = $1 AND waba_id = $2 AND contact_id = $4";
const DROP: &str = "DELETE FROM portfolio_contacts WHERE workspace_id = $1 AND waba_id = $2 AND contact_id = $3";

/// Rows that [`OVER`] removes at once.
const BATCH: u64 = 500;

/// Counts a customer who is written to outside of a window, once in 24 rolling hours. The limit is the portfolio's; it is kept
/// for each WhatsApp Business Account, since nobody tells us which of them form a portfolio.
///
/// Whoever is refused cannot wait for a place: it is free when the customer of longest ago was not written to for a day, and
/// until then each message to that customer puts it off.
///
/// # Errors
/// `Limited` when so many others were written to that there is no room for this one.
pub(super) async fn take(tx: &mut Tx, workspace: Uuid, contact: Uuid, facts: &Facts, now: Millis) -> Result<()> {
    let waba = facts.waba.as_str();
    let counted: i64 = sql!(scalar i64, tx.conn(), COUNTED, workspace, waba)?;
    let limit = facts.customers();
    let mut counted = counted;
    loop {
        let over = sql!(exec tx.conn(), OVER, workspace, waba, now - DAY)?;
        counted -= i64::try_from(over).unwrap_or(0);
        // After a quiet day there are thousands: a few each time, and more where they take the room.
        if over < BATCH || limit.is_none_or(|limit| counted < i64::from(limit)) {
            break;
        }
    }
    if sql!(exec tx.conn(), AGAIN, workspace, waba, contact, now)? == 0 {
        if let Some(limit) = limit.filter(|limit| counted >= i64::from(*limit)) {
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

/// Two customers are one from now on: whoever was written to as both counts once.
pub(crate) async fn join(tx: &mut Tx, workspace: Uuid, from: Uuid, into: Uuid) -> Result<()> {
    let accounts: Vec<String> = sql!(scalars String, tx.conn(), ACCOUNTS, workspace)?;
    for waba in &accounts {
        let counted: i64 = sql!(scalar i64, tx.conn(), COUNTED, workspace, waba)?;
        if sql!(exec tx.conn(), MOVE, workspace, waba, from, into)? == 0 {
            sql!(exec tx.conn(), LATER, workspace, waba, from, into)?;
            let gone = sql!(exec tx.conn(), DROP, workspace, waba, from)?;
            sql!(exec tx.conn(), COUNT, workspace, waba, counted - i64::try_from(gone).unwrap_or(0))?;
        }
    }
    Ok(())
}

/// Forgets some customers whose day is over, so that nobody who reads the count has to look for them; whether there may be more.
pub(super) async fn forget(services: &Services, workspace: Uuid, waba: &str, now: Millis) -> Result<bool> {
    let mut tx = services.db().begin().await?;
    let counted: i64 = sql!(scalar i64, tx.conn(), COUNTED, workspace, waba)?;
    let over = sql!(exec tx.conn(), OVER, workspace, waba, now - DAY)?;
    sql!(exec tx.conn(), COUNT, workspace, waba, counted - i64::try_from(over).unwrap_or(0))?;
    tx.commit().await?;
    Ok(over == BATCH)
}
