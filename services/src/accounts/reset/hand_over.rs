use super::link::{self, Link};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    ctx::held,
    sql,
};
use domain::{
    audit::Action,
    id::{MemberId, UserId},
    permission::Permission,
    time::Millis,
};
use uuid::Uuid;

const MEMBER: &str = "SELECT m.user_id, m.role, r.permissions, m.removed_at FROM members m
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.role_id
    WHERE m.workspace_id = $1 AND m.id = $2";
/// Also those that have ended: somebody may let them in again.
const ELSEWHERE: &str = "SELECT COUNT(*) FROM members WHERE workspace_id <> $1 AND user_id = $2";

const COMMAND: &str = "Whoever runs this installation can make a link with `parlance reset-password`.";

/// A link for a new password that one member hands over to another. Whoever holds it gets into the account, so the account must
/// open nothing that the actor does not reach: it is of lower role, and of this workspace alone.
///
/// # Errors
/// `Forbidden` without `teams.manage`; `NotFound` for members of other workspaces; `Conflict`, which names the command, for a
/// member of the same or a higher role, for one who belongs to another workspace too, for oneself and for somebody who was
/// removed.
pub async fn hand_over(ctx: &Ctx, id: MemberId) -> Result<Link> {
    // As it is now, not as it was when the request came in.
    let ctx = &ctx.again().await?;
    ctx.demand_all(Permission::TeamsManage)?;
    let mut tx = ctx.begin().await?;
    let row = sql!(opt(Uuid, String, Option<String>, Option<Millis>), tx.conn(), MEMBER, ctx.ws(), id.0)?;
    let (user, role, own, removed_at) = row.ok_or(domain::Error::NotFound)?;
    if removed_at.is_some() {
        return Err(Error::Conflict("They were removed. Restore them first.".to_owned()));
    }
    if id == ctx.me().id {
        return Err(Error::Conflict("Change your own password under Security.".to_owned()));
    }
    let (_, theirs) = held(&role, own.as_deref())?;
    let mine = ctx.permissions();
    if !mine.covers(theirs) || mine == theirs {
        return Err(Error::Conflict(format!("Their role is not below yours. {COMMAND}")));
    }
    if sql!(scalar i64, tx.conn(), ELSEWHERE, ctx.ws(), user)? > 0 {
        return Err(Error::Conflict(format!("They belong to another workspace too. {COMMAND}")));
    }
    let link = link::store(&mut tx, UserId(user), link::make(), None, ctx.now()).await?;
    audit::record(&mut tx, ctx, Entry::new(Action::PasswordResetLinked).on("member", id.0)).await?;
    tx.commit().await?;
    Ok(link)
}
