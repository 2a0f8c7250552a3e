use crate::{Ctx, Result, sql};
use domain::{
    id::MemberId,
    permission::Permission,
    team::Load,
    time::{MINUTE, Millis},
};
use uuid::Uuid;

/// Whoever fetched a page no longer ago than this is here.
const LATELY: Millis = 5 * MINUTE;

// Counted in an index that holds all it asks for.
const LOAD: &str = "SELECT m.id, m.last_active_at, (SELECT COUNT(*) FROM conversations v
        WHERE v.workspace_id = m.workspace_id AND v.state = 'open' AND v.assignee_id = m.id AND v.snoozed_until IS NULL)
    FROM members m WHERE m.workspace_id = $1 AND m.removed_at IS NULL AND ($2 OR m.id = $3)";

/// How busy everybody is, by member; who may not see the team learns it of themselves.
///
/// # Errors
/// `Forbidden` without `conversations.assign`.
pub async fn load(ctx: &Ctx) -> Result<Vec<Load>> {
    ctx.demand(Permission::ConversationsAssign)?;
    let (all, me, now) = (ctx.access().allows(Permission::TeamsView), ctx.me().id, ctx.now());
    let rows = {
        let mut read = ctx.read().await?;
        sql!(all(Uuid, Option<i64>, i64), read.conn(), LOAD, ctx.ws(), all, me.0)?
    };
    let present = ctx.services.bus().here(ctx.ws(), now);
    let load = |(id, active, open): (Uuid, Option<i64>, i64)| {
        let member = MemberId(id);
        let lately = active.is_some_and(|at| now - at < LATELY);
        Load { member, here: lately || present.contains(&member), open }
    };
    Ok(rows.into_iter().map(load).collect())
}
