use crate::{Ctx, Result, ctx::held, sql, team::stored::role_ref};
use domain::{id::MemberId, permission::Permission, team::Member};
use uuid::Uuid;

const LIST: &str = "SELECT m.id, u.name, u.email, m.role, m.role_id, r.name AS title, r.permissions, m.available,
    m.created_at, m.last_active_at, m.removed_at,
    (SELECT COUNT(*) FROM contacts c WHERE c.workspace_id = m.workspace_id AND c.assignee_id = m.id) AS contacts,
    (SELECT COUNT(*) FROM conversations v
        WHERE v.workspace_id = m.workspace_id AND v.assignee_id = m.id AND v.state = 'open') AS conversations
    FROM members m JOIN users u ON u.id = m.user_id
    LEFT JOIN roles r ON r.workspace_id = m.workspace_id AND r.id = m.role_id
    WHERE m.workspace_id = $1 ORDER BY CASE WHEN m.removed_at IS NULL THEN 0 ELSE 1 END, u.name, m.id";

#[derive(sqlx::FromRow)]
struct Record {
    id: Uuid,
    name: String,
    email: String,
    role: String,
    role_id: Option<Uuid>,
    title: Option<String>,
    permissions: Option<String>,
    available: bool,
    created_at: i64,
    last_active_at: Option<i64>,
    removed_at: Option<i64>,
    contacts: i64,
    conversations: i64,
}

/// Everybody who is or was a member: those who are first, by name.
///
/// # Errors
/// `Forbidden` without `teams.view`.
pub async fn list(ctx: &Ctx) -> Result<Vec<Member>> {
    ctx.demand(Permission::TeamsView)?;
    let mut read = ctx.read().await?;
    let rows = sql!(all Record, read.conn(), LIST, ctx.ws())?;
    rows.into_iter().map(|row| member(ctx, row)).collect()
}

fn member(ctx: &Ctx, row: Record) -> Result<Member> {
    let (base, permissions) = held(&row.role, row.permissions.as_deref())?;
    let within_reach = ctx.access().allows(Permission::TeamsManage) && ctx.permissions().covers(permissions);
    Ok(Member {
        id: MemberId(row.id),
        name: row.name,
        email: row.email,
        role: role_ref(&row.role, row.role_id)?,
        base,
        role_name: row.title.unwrap_or_else(|| base.label().to_owned()),
        available: row.available,
        joined_at: row.created_at,
        last_active_at: row.last_active_at,
        removed_at: row.removed_at,
        contacts: row.contacts,
        conversations: row.conversations,
        me: row.id == ctx.me().id.0,
        within_reach,
    })
}
