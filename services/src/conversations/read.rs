use super::change;
use crate::{Ctx, Result, receipts, sql};
use domain::{id::ConversationId, inbox::Row, permission::Permission};

const READ: &str = "UPDATE conversations SET unread = 0 WHERE workspace_id = $1 AND id = $2";

/// Notes that a member who may answer has read the conversation; Meta is told, where the workspace wants that. A viewer's reading changes nothing for the team.
///
/// # Errors
/// `NotFound`.
pub async fn mark_read(ctx: &Ctx, id: ConversationId) -> Result<Row> {
    let (mut tx, row) = change::lock(ctx, id).await?;
    if row.unread > 0 && ctx.sight(Permission::MessagesSend).reaches(row.assignee()) {
        sql!(exec tx.conn(), READ, ctx.ws(), id.0)?;
        receipts::read(tx.conn(), ctx.ws(), id.0, ctx.now()).await?;
    }
    let row = change::commit(ctx, tx, row).await?;
    ctx.services().wakes().wake_receipts();
    Ok(row)
}
