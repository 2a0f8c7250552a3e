use super::Words;
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    clock::new_id,
    sql,
    team::{change::Change, stored::resolve},
};
use domain::{
    audit::Action,
    id::RoleId,
    permission::Permission,
    role::{CustomRole, RoleRef},
    team::ROLE_LIMIT,
};
use serde_json::Value;

const COUNT: &str = "SELECT COUNT(*) FROM roles WHERE workspace_id = $1";
const INSERT: &str = "INSERT INTO roles
    (workspace_id, id, name, name_key, about, base, permissions, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (workspace_id, name_key) DO NOTHING";

/// Makes a role as a copy of a built-in one or of another of the workspace's own.
///
/// # Errors
/// `Forbidden` without `teams.manage` and for a copy of what reaches further than the actor's own role; `NotFound` for a role of
/// another workspace; `Invalid` names the field; `Conflict` when the name is taken or there are too many.
pub async fn create(ctx: &Ctx, name: &str, about: &str, base: RoleRef) -> Result<CustomRole> {
    let words = Words::new(name, about)?;
    let mut change = Change::begin(ctx, Permission::TeamsManage).await?;
    let copied = resolve(change.conn(), ctx.ws(), base).await?;
    change.must_cover(copied.permissions)?;
    let roles = sql!(scalar i64, change.conn(), COUNT, ctx.ws())?;
    if usize::try_from(roles).is_ok_and(|roles| roles >= ROLE_LIMIT) {
        return Err(Error::Conflict(format!("A workspace can have {ROLE_LIMIT} roles of its own. Delete one first.")));
    }
    let Words { name, key, about } = words;
    let role = CustomRole { id: RoleId(new_id()), name, about, base: copied.base, permissions: copied.permissions };
    let inserted = sql!(
        exec change.conn(),
        INSERT,
        ctx.ws(),
        role.id.0,
        role.name.as_str(),
        key.as_str(),
        role.about.as_str(),
        role.base.as_str(),
        super::stored(role.permissions)?,
        ctx.now()
    )?;
    if inserted == 0 {
        return Err(super::taken(&role.name));
    }
    let entry = Entry::new(Action::RoleCreated).on("role", role.id.0).change(Value::Null, super::json(&role));
    audit::record(&mut change.tx, ctx, entry).await?;
    change.commit().await?;
    Ok(role)
}
