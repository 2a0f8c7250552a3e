use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    sql,
    team::{change::Change, handover},
};
use domain::{audit::Action, id::MemberId, permission::Permission};
use serde_json::json;

const ROLE_GONE: &str = "SELECT role_gone FROM members WHERE workspace_id = $1 AND id = $2";
const RESTORE: &str = "UPDATE members SET removed_at = NULL, available = $3 WHERE workspace_id = $1 AND id = $2";

/// Lets somebody who was removed come in again, with the role that they had. What was handed over stays where it is.
///
/// # Errors
/// `Forbidden` without `teams.manage` and for a role above the actor; `NotFound` for members of other workspaces; `Conflict`
/// when they were not removed, and when their role was deleted since: an invitation gives them another one.
pub async fn reactivate(ctx: &Ctx, id: MemberId) -> Result<()> {
    let mut change = Change::begin(ctx, Permission::TeamsManage).await?;
    let member = change.member(id).await?;
    if member.removed_at.is_none() {
        return Err(Error::Conflict("They are a member.".to_owned()));
    }
    if sql!(scalar bool, change.conn(), ROLE_GONE, ctx.ws(), id.0)? {
        return Err(Error::Conflict(
            "Their role was deleted. Invite them again, with a role of your choice.".to_owned(),
        ));
    }
    let answers = member.permissions()?.allows(Permission::MessagesSend);
    sql!(exec change.conn(), RESTORE, ctx.ws(), id.0, answers)?;
    handover::forget(change.conn(), ctx.ws(), id).await?;
    let entry =
        Entry::new(Action::MemberRestored).on("member", id.0).change(json!({ "removed": true }), member.role_json());
    audit::record(&mut change.tx, ctx, entry).await?;
    change.commit_access(Some(id)).await
}
