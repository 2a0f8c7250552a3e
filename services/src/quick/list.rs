use crate::{Ctx, Result, sql};
use domain::{permission::Permission, quick::QuickReply};
use uuid::Uuid;

const LIST: &str = "SELECT id, shortcut, title, body FROM quick_replies WHERE workspace_id = $1";

/// All of the workspace, by shortcut, for who writes to customers.
///
/// # Errors
/// `Forbidden` without `messages.send`.
pub async fn list(ctx: &Ctx) -> Result<Vec<QuickReply>> {
    ctx.demand(Permission::MessagesSend)?;
    all(ctx).await
}

/// The same for who manages them.
///
/// # Errors
/// `Forbidden` without `workspace.settings`.
pub async fn managed(ctx: &Ctx) -> Result<Vec<QuickReply>> {
    ctx.demand(Permission::WorkspaceSettings)?;
    all(ctx).await
}

async fn all(ctx: &Ctx) -> Result<Vec<QuickReply>> {
    let mut read = ctx.read().await?;
    let rows: Vec<(Uuid, String, String, String)> =
        sql!(all(Uuid, String, String, String), read.conn(), LIST, ctx.ws())?;
    let quick = |(id, shortcut, title, body): (Uuid, _, _, _)| QuickReply { id: id.into(), shortcut, title, body };
    let mut all: Vec<QuickReply> = rows.into_iter().map(quick).collect();
    // Here and not by the engines, whose orders differ.
    all.sort_unstable_by(|a, b| a.shortcut.cmp(&b.shortcut));
    Ok(all)
}
