use super::{get, json};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    sql,
};
use domain::{audit::Action, id::QuickReplyId, permission::Permission};
use serde_json::Value;

const DELETE: &str = "DELETE FROM quick_replies WHERE workspace_id = $1 AND id = $2";

/// Deletes a quick reply. What was sent with it stays as it was sent.
///
/// # Errors
/// `Forbidden` without `workspace.settings`; `NotFound`.
pub async fn delete(ctx: &Ctx, id: QuickReplyId) -> Result<()> {
    ctx.demand(Permission::WorkspaceSettings)?;
    let mut tx = ctx.begin().await?;
    let before = get(ctx, tx.conn(), id).await?;
    sql!(exec tx.conn(), DELETE, ctx.ws(), id.0)?;
    let entry = Entry::new(Action::QuickReplyDeleted).on("quick_reply", id.0).change(json(&before), Value::Null);
    audit::record(&mut tx, ctx, entry).await?;
    Ok(tx.commit().await?)
}
