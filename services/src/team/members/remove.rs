use super::keep_an_owner;
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    conversations, sql,
    team::{change::Change, handover, stored::must_take},
    tokens,
};
use domain::{audit::Action, id::MemberId, permission::Permission};
use serde_json::json;

const REMOVE: &str = "UPDATE members SET removed_at = $3, available = FALSE WHERE workspace_id = $1 AND id = $2";

/// Ends a member's access to this workspace: at once, and only then their contacts and open conversations move, to
/// `hand_over_to` or to nobody. Their account, messages and notes stay.
///
/// # Errors
/// `Forbidden` without `teams.manage` and for a member above the actor; `NotFound` for members of other workspaces; `Invalid`
/// when what they leave cannot be given to `hand_over_to`; `Conflict` for the last Owner and for somebody who was removed.
pub async fn remove(ctx: &Ctx, id: MemberId, hand_over_to: Option<MemberId>) -> Result<()> {
    let mut change = Change::begin(ctx, Permission::TeamsManage).await?;
    let member = change.member(id).await?;
    if member.removed_at.is_some() {
        return Err(Error::Conflict("They were removed already.".to_owned()));
    }
    if let Some(to) = hand_over_to {
        if to == id {
            return Err(domain::Error::invalid("member", "choose a colleague to hand over to").into());
        }
        must_take(change.conn(), ctx.ws(), to).await?;
    }
    if member.is_owner() {
        keep_an_owner(&mut change).await?;
    }
    sql!(exec change.conn(), REMOVE, ctx.ws(), id.0, ctx.now())?;
    tokens::end_of_member(&mut change.tx, ctx.ws(), id, ctx.now()).await?;
    conversations::leave_drafts(ctx, &mut change.tx, id).await?;
    handover::note(&mut change, id, hand_over_to).await?;
    let (before, after) = (member.role_json(), json!({ "removed": true, "hand_over_to": hand_over_to }));
    let entry = Entry::new(Action::MemberRemoved).on("member", id.0).change(before, after);
    audit::record(&mut change.tx, ctx, entry).await?;
    change.commit_access(Some(id)).await?;
    if let Err(error) = handover::finish(&ctx.services, ctx.workspace().id, id).await {
        tracing::warn!(%error, member = %id, "what a removed member left could not be moved yet; it is tried again");
    }
    Ok(())
}
