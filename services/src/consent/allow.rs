use crate::{Result, db::Tx, sql};
use domain::{
    Error as Wrong,
    opt_out::{Scope, refuses, wrote_since},
    time::Millis,
};
use uuid::Uuid;

const STATE: &str = "SELECT c.opted_out_at, w.opt_out_scope FROM contacts c JOIN workspaces w ON w.id = c.workspace_id
    WHERE c.workspace_id = $1 AND c.id = $2";

/// Refuses a message to somebody who opted out. The one check behind every door.
///
/// The caller holds the conversation's lock, or the workspace's where the conversation is new: an opt-out that comes in
/// meanwhile waits for it, and cancels what was queued.
///
/// # Errors
/// `OptedOut`; `NotFound`.
pub(crate) async fn demand(tx: &mut Tx, workspace: Uuid, contact: Uuid, marketing: bool, despite: bool) -> Result<()> {
    let (opted_out_at, scope) = state(tx, workspace, contact).await?;
    if refuses(opted_out_at, scope, marketing, despite) { Err(Wrong::OptedOut.into()) } else { Ok(()) }
}

/// Whether a member's answer goes out although the customer opted out: they wrote again since, and the member `confirms` that
/// they know. `window_expires_at` is the conversation's.
///
/// # Errors
/// `OptedOut` when it may not go out.
pub(crate) async fn answer(
    tx: &mut Tx,
    workspace: Uuid,
    contact: Uuid,
    window_expires_at: Option<Millis>,
    confirms: bool,
) -> Result<bool> {
    let (opted_out_at, scope) = state(tx, workspace, contact).await?;
    if !refuses(opted_out_at, scope, false, false) {
        return Ok(false);
    }
    let wrote = opted_out_at.is_some_and(|at| wrote_since(at, window_expires_at));
    if confirms && wrote { Ok(true) } else { Err(Wrong::OptedOut.into()) }
}

async fn state(tx: &mut Tx, workspace: Uuid, contact: Uuid) -> Result<(Option<Millis>, Scope)> {
    let (opted_out_at, scope) = sql!(one(Option<i64>, String), tx.conn(), STATE, workspace, contact)?;
    Ok((opted_out_at, Scope::parse(&scope)))
}
