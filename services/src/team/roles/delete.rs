use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    sql,
    team::{change::Change, stored},
};
use domain::{audit::Action, id::RoleId, permission::Permission};
use serde_json::Value;

const HOLDERS: &str = "SELECT COUNT(*) FROM members WHERE workspace_id = $1 AND role_id = $2 AND removed_at IS NULL";
const INVITED: &str = "SELECT COUNT(*) FROM invitations
    WHERE workspace_id = $1 AND role_id = $2 AND closed_at IS NULL AND expires_at > $3";
/// Whoever had the role when they were removed has none now, and does not come back before somebody says with which. What the
/// column holds grants nothing: they were removed.
const LET_GO: &str =
    "UPDATE members SET role = 'viewer', role_id = NULL, role_gone = TRUE WHERE workspace_id = $1 AND role_id = $2";
const CLOSE: &str = "DELETE FROM invitations WHERE workspace_id = $1 AND role_id = $2";
const DELETE: &str = "DELETE FROM roles WHERE workspace_id = $1 AND id = $2";

/// Deletes a role that nobody has any more.
///
/// # Errors
/// `Forbidden` without `teams.manage` and for a role that reaches further than the actor's own; `NotFound` for roles of other
/// workspaces; `Conflict` while members have it or somebody is invited to it.
pub async fn delete(ctx: &Ctx, id: RoleId) -> Result<()> {
    let mut change = Change::begin(ctx, Permission::TeamsManage).await?;
    let role = stored::role(change.conn(), ctx.ws(), id).await?;
    change.must_cover(role.permissions)?;
    match sql!(scalar i64, change.conn(), HOLDERS, ctx.ws(), id.0)? {
        0 => {}
        1 => return Err(Error::Conflict("1 member has this role. Give them another one first.".to_owned())),
        n => return Err(Error::Conflict(format!("{n} members have this role. Give them another one first."))),
    }
    if sql!(scalar i64, change.conn(), INVITED, ctx.ws(), id.0, ctx.now())? > 0 {
        return Err(Error::Conflict("Somebody is invited to this role. Revoke the invitation first.".to_owned()));
    }
    for statement in [LET_GO, CLOSE, DELETE] {
        sql!(exec change.conn(), statement, ctx.ws(), id.0)?;
    }
    let entry = Entry::new(Action::RoleDeleted).on("role", id.0).change(super::json(&role), Value::Null);
    audit::record(&mut change.tx, ctx, entry).await?;
    change.commit().await
}
