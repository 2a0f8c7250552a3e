use super::keep_an_owner;
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    sql,
    team::{change::Change, stored::resolve},
};
use domain::{
    audit::Action,
    id::MemberId,
    permission::Permission,
    role::{Role, RoleRef},
};

/// Who may answer customers again is given new conversations again; who may not, is not. What is theirs stays theirs.
const SET: &str = "UPDATE members SET role = $3, role_id = $4, available = CASE WHEN $5 THEN available ELSE $6 END
    WHERE workspace_id = $1 AND id = $2";

/// Gives a member another role. It holds from the next request on, and open streams follow at once.
///
/// # Errors
/// `Forbidden` without `teams.manage`, for a member above the actor, and for a role that reaches further than the actor's own;
/// `NotFound` for members and roles of other workspaces; `Conflict` for the last Owner and for somebody who was removed.
pub async fn set_role(ctx: &Ctx, id: MemberId, role: RoleRef) -> Result<()> {
    let mut change = Change::begin(ctx, Permission::TeamsManage).await?;
    let member = change.member(id).await?;
    let new = resolve(change.conn(), ctx.ws(), role).await?;
    change.must_cover(new.permissions)?;
    if member.removed_at.is_some() {
        return Err(Error::Conflict("They were removed. Restore them first.".to_owned()));
    }
    if member.role == new.base.as_str() && member.role_id == new.id {
        return Ok(());
    }
    if member.is_owner() && RoleRef::BuiltIn(Role::Owner) != role {
        keep_an_owner(&mut change).await?;
    }
    let answered = member.permissions()?.allows(Permission::MessagesSend);
    let answers = new.permissions.allows(Permission::MessagesSend);
    sql!(exec change.conn(), SET, ctx.ws(), id.0, new.base.as_str(), new.id, answers == answered, answers)?;
    let entry = Entry::new(Action::MemberRoleChanged).on("member", id.0).change(member.role_json(), new.role_json());
    audit::record(&mut change.tx, ctx, entry).await?;
    change.commit_access(Some(id)).await
}
