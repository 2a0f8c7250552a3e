use crate::{Ctx, Result, ctx::held, sql, team::stored::role_ref};
use domain::{
    id::InvitationId,
    permission::Permission,
    team::{Invitation, Mailed},
    time::Millis,
};
use uuid::Uuid;

/// A mail that was sent is deleted.
const LIST: &str = "SELECT i.id, i.email, i.role, i.role_id, r.name AS title, r.permissions, u.name AS invited_by,
    i.sent_at, i.expires_at, i.mail_id, l.state AS mail_state
    FROM invitations i
    JOIN members m ON m.workspace_id = i.workspace_id AND m.id = i.invited_by
    JOIN users u ON u.id = m.user_id
    LEFT JOIN roles r ON r.workspace_id = i.workspace_id AND r.id = i.role_id
    LEFT JOIN mails l ON l.id = i.mail_id
    WHERE i.workspace_id = $1 AND i.closed_at IS NULL ORDER BY i.sent_at DESC, i.id DESC";

#[derive(sqlx::FromRow)]
struct Record {
    id: Uuid,
    email: String,
    role: String,
    role_id: Option<Uuid>,
    title: Option<String>,
    permissions: Option<String>,
    invited_by: String,
    sent_at: Millis,
    expires_at: Millis,
    mail_id: Option<Uuid>,
    mail_state: Option<String>,
}

/// Invitations that nobody has accepted yet, the newest first; those that have run out stay for a while.
///
/// # Errors
/// `Forbidden` without `teams.invite`.
pub async fn list(ctx: &Ctx) -> Result<Vec<Invitation>> {
    ctx.demand(Permission::TeamsInvite)?;
    let mut read = ctx.read().await?;
    let rows = sql!(all Record, read.conn(), LIST, ctx.ws())?;
    rows.into_iter().map(|row| invitation(ctx, row)).collect()
}

fn invitation(ctx: &Ctx, row: Record) -> Result<Invitation> {
    let (base, permissions) = held(&row.role, row.permissions.as_deref())?;
    let mailed = match (row.mail_id, row.mail_state.as_deref()) {
        (None, _) => Mailed::No,
        (Some(_), None) => Mailed::Sent,
        (Some(_), Some("failed")) => Mailed::Failed,
        (Some(_), Some(_)) => Mailed::Waiting,
    };
    Ok(Invitation {
        id: InvitationId(row.id),
        email: row.email,
        role: role_ref(&row.role, row.role_id)?,
        role_name: row.title.unwrap_or_else(|| base.label().to_owned()),
        invited_by: row.invited_by,
        sent_at: row.sent_at,
        expires_at: row.expires_at,
        mailed,
        within_reach: ctx.permissions().covers(permissions),
    })
}
