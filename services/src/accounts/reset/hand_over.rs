use super::{
    link::{self, Handed, Link},
    rule::judge,
};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    team,
};
use domain::{audit::Action, id::MemberId, permission::Permission};

/// A link for a new password that one member hands over to another. Whoever holds it gets into the account, so the account must
/// open nothing that the actor does not reach: it is of lower role, and of this workspace alone. All of this has to hold when
/// the link is used, too.
///
/// # Errors
/// `Forbidden` without `teams.manage`; `NotFound` for members of other workspaces, and for an actor who was removed; `Conflict`,
/// which names the command, for a member of the same or a higher role, for one who belongs to another workspace too, for
/// oneself and for somebody who was removed.
pub async fn hand_over(ctx: &Ctx, id: MemberId) -> Result<Link> {
    ctx.demand_all(Permission::TeamsManage)?;
    let mut tx = ctx.begin().await?;
    // As it is now, not as it was when the request came in; and it stays so until the commit.
    team::lock(&mut tx, ctx.ws()).await?;
    let handed = Handed { workspace: ctx.ws(), by: ctx.me().id };
    let user = judge(tx.conn(), handed, ctx.permissions(), id).await?;
    let link = link::store(&mut tx, user, link::make(), Some(handed), None, ctx.now()).await?;
    audit::record(&mut tx, ctx, Entry::new(Action::PasswordResetLinked).on("member", id.0)).await?;
    tx.commit().await?;
    Ok(link)
}
