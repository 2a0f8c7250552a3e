use crate::{Ctx, Result, sql};
use domain::{audit::Chain, permission::Permission, time::Millis};

const DAYS: &str = "SELECT audit_days FROM workspaces WHERE id = $1";
const HEAD: &str = "SELECT position, checked_at, checked_position, problem FROM audit_heads WHERE workspace_id = $1";

/// How the workspace's chain is, as the last daily check left it.
///
/// # Errors
/// `Forbidden` without `audit.view`.
pub async fn status(ctx: &Ctx) -> Result<Chain> {
    ctx.demand_all(Permission::AuditView)?;
    let mut read = ctx.read().await?;
    let days = sql!(scalar i64, read.conn(), DAYS, ctx.ws())?;
    let head = sql!(opt(i64, Option<Millis>, Option<i64>, Option<String>), read.conn(), HEAD, ctx.ws())?;
    let (position, checked_at, checked_position, problem) = head.unwrap_or_default();
    Ok(Chain { position, checked_at, checked_position, problem, days })
}
