use super::{
    chain::Key,
    head, key,
    verify::{Break, gone},
};
use crate::{Ctx, Result, sql};
use domain::{audit::Chain, permission::Permission};

const DAYS: &str = "SELECT audit_days FROM workspaces WHERE id = $1";

const CHANGED: &str = "what was known of the last check was changed; the chain is checked again within minutes";

/// How the workspace's chain is, as the last daily check left it.
///
/// # Errors
/// `Forbidden` without `audit.view`.
pub async fn status(ctx: &Ctx) -> Result<Chain> {
    ctx.demand_all(Permission::AuditView)?;
    let workspace = ctx.workspace().id;
    // A chain whose key cannot be had now is shown all the same, as one that nobody has checked.
    let key: Option<Option<Key>> = key::load(&ctx.services, workspace).await.ok();
    let mut tx = ctx.services.db().snapshot().await?;
    let days = sql!(scalar i64, tx.conn(), DAYS, ctx.ws())?;
    let end = head::position(tx.conn(), workspace).await?;
    let position = end.unwrap_or_default();
    let unchecked = Chain { position, checked_at: None, checked_position: None, problem: None, days };
    let key = match key {
        None => return Ok(unchecked),
        Some(None) => {
            let problem = gone(&mut tx, workspace).await?.map(|gone| gone.to_string());
            return Ok(Chain { problem, ..unchecked });
        }
        Some(Some(key)) => key,
    };
    Ok(match head::last_check(tx.conn(), &key, workspace).await? {
        _ if end.is_none() => Chain { problem: Some(Break::Ends.to_string()), ..unchecked },
        None => unchecked,
        Some(None) => Chain { problem: Some(CHANGED.to_owned()), ..unchecked },
        Some(Some(check)) => Chain {
            checked_at: Some(check.at),
            checked_position: Some(check.position),
            problem: check.problem,
            ..unchecked
        },
    })
}
