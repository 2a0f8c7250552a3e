use super::{
    letter,
    link::{self, Created},
    open,
};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    mail, sql,
    team::change::Change,
};
use domain::{audit::Action, id::InvitationId, permission::Permission, team::Invitation};
use serde_json::json;

const RENEW: &str =
    "UPDATE invitations SET token_hash = $3, invited_by = $4, mail_id = $5, sent_at = $6, expires_at = $7
    WHERE workspace_id = $1 AND id = $2 AND closed_at IS NULL";

/// Makes a new link for an invitation, also for one that has run out; the link before works no more. Whoever does it answers
/// for the invitation from now on.
///
/// # Errors
/// `Forbidden` without `teams.invite` and for a role that reaches further than the actor's own; `NotFound` for one that was
/// accepted or revoked or is another workspace's; `Conflict` when the person became a member on another way.
pub async fn resend(ctx: &Ctx, id: InvitationId) -> Result<Created> {
    let mut change = Change::begin(ctx, Permission::TeamsInvite).await?;
    let invitation = open::get(change.conn(), ctx.ws(), id).await?;
    let role = invitation.role(change.conn(), ctx.ws()).await?;
    change.must_cover(role.permissions)?;
    open::must_be_new(change.conn(), ctx.ws(), &invitation.email).await?;

    mail::withdraw(&mut change.tx, invitation.mail_id).await?;
    let (token, hash) = link::make();
    let mail = letter::send(ctx, &mut change.tx, &invitation.email, &role.name, &token).await?;
    let now = ctx.now();
    let (me, expires) = (ctx.me().id.0, now + Invitation::LIFE);
    sql!(exec change.conn(), RENEW, ctx.ws(), id.0, hash.as_slice(), me, mail, now, expires)?;
    let (before, after) = (json!({ "expires_at": invitation.expires_at }), json!({ "expires_at": expires }));
    let entry = Entry::new(Action::InvitationResent).on("invitation", id.0).change(before, after);
    audit::record(&mut change.tx, ctx, entry).await?;
    change.commit().await?;
    Ok(Created { id, link_token: token, mailed: mail.is_some() })
}
