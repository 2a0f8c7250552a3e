use super::open;
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    mail,
    team::change::Change,
};
use domain::{audit::Action, id::InvitationId, permission::Permission};
use serde_json::{Value, json};

/// Takes an invitation back: its link works no more.
///
/// # Errors
/// `Forbidden` without `teams.invite` and for a role that reaches further than the actor's own; `NotFound` for one that was
/// accepted or revoked or is another workspace's.
pub async fn revoke(ctx: &Ctx, id: InvitationId) -> Result<()> {
    let mut change = Change::begin(ctx, Permission::TeamsInvite).await?;
    let invitation = open::get(change.conn(), ctx.ws(), id).await?;
    let role = invitation.role(change.conn(), ctx.ws()).await?;
    change.must_cover(role.permissions)?;
    mail::withdraw(&mut change.tx, invitation.mail_id).await?;
    open::close(change.conn(), ctx.ws(), id.0, ctx.now()).await?;
    let before = json!({ "email": invitation.email, "role": role.name });
    let entry = Entry::new(Action::InvitationRevoked).on("invitation", id.0).change(before, Value::Null);
    audit::record(&mut change.tx, ctx, entry).await?;
    change.commit().await
}
