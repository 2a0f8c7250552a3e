use crate::{Ctx, Result, sql, team::stored::RoleRow};
use domain::{permission::Permission, role::CustomRole};
use std::collections::HashMap;
use uuid::Uuid;

const LIST: &str = "SELECT id, name, about, base, permissions FROM roles WHERE workspace_id = $1 ORDER BY name_key, id";
const HOLDERS: &str = "SELECT role_id, COUNT(*) FROM members
    WHERE workspace_id = $1 AND role_id IS NOT NULL AND removed_at IS NULL GROUP BY role_id";

/// The workspace's own roles by name, each with how many members hold it.
///
/// # Errors
/// `Forbidden` without `teams.view`.
pub async fn list(ctx: &Ctx) -> Result<Vec<(CustomRole, i64)>> {
    ctx.demand(Permission::TeamsView)?;
    let mut read = ctx.read().await?;
    let rows: Vec<RoleRow> = sql!(all RoleRow, read.conn(), LIST, ctx.ws())?;
    let holders: HashMap<Uuid, i64> = sql!(all(Uuid, i64), read.conn(), HOLDERS, ctx.ws())?.into_iter().collect();
    rows.into_iter()
        .map(|row| {
            let held_by = holders.get(&row.id).copied().unwrap_or_default();
            Ok((row.custom()?, held_by))
        })
        .collect()
}
