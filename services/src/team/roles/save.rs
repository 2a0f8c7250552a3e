use super::Words;
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    sql,
    team::{change::Change, stored},
};
use domain::{
    audit::Action,
    id::RoleId,
    permission::{Permission, Permissions},
    role::CustomRole,
};

const SAVE: &str = "UPDATE roles SET name = $3, name_key = $4, about = $5, permissions = $6, updated_at = $7
    WHERE workspace_id = $1 AND id = $2";
const AVAILABLE: &str =
    "UPDATE members SET available = $3 WHERE workspace_id = $1 AND role_id = $2 AND removed_at IS NULL";

/// Changes a role. It holds for everybody who has it from their next request on, and their open streams follow at once.
///
/// # Errors
/// `Forbidden` without `teams.manage`, and when the role reaches further than the actor's own, before or after; `NotFound` for
/// roles of other workspaces; `Invalid` names the field; `Conflict` when the name is taken.
pub async fn save(ctx: &Ctx, id: RoleId, name: &str, about: &str, permissions: Permissions) -> Result<CustomRole> {
    let Words { name, key, about } = Words::new(name, about)?;
    let mut change = Change::begin(ctx, Permission::TeamsManage).await?;
    let before = stored::role(change.conn(), ctx.ws(), id).await?;
    change.must_cover(before.permissions)?;
    change.must_cover(permissions)?;
    let after = CustomRole { id, name, about, base: before.base, permissions };
    if after == before {
        return Ok(after);
    }
    let list = super::stored(permissions)?;
    let (name, about) = (after.name.as_str(), after.about.as_str());
    sql!(exec change.conn(), SAVE, ctx.ws(), id.0, name, key.as_str(), about, list.as_str(), ctx.now()).map_err(
        |e| match e.as_database_error() {
            Some(db) if db.is_unique_violation() => super::taken(&after.name),
            _ => Error::from(e),
        },
    )?;
    let answers = permissions.allows(Permission::MessagesSend);
    if answers != before.permissions.allows(Permission::MessagesSend) {
        sql!(exec change.conn(), AVAILABLE, ctx.ws(), id.0, answers)?;
    }
    let entry = Entry::new(Action::RoleChanged).on("role", id.0).change(super::json(&before), super::json(&after));
    audit::record(&mut change.tx, ctx, entry).await?;
    change.commit_access(None).await?;
    Ok(after)
}
