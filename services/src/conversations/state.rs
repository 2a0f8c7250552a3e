use super::change;
use crate::{Ctx, Error, Result, sql};
use domain::{id::ConversationId, inbox::Row, permission::Permission};

const CLOSE: &str = "UPDATE conversations SET state = 'closed', closed_at = $3, unread = 0
    WHERE workspace_id = $1 AND id = $2 AND state = 'open'";
const REOPEN: &str = "UPDATE conversations SET state = 'open', closed_at = NULL
    WHERE workspace_id = $1 AND id = $2 AND state = 'closed'";

/// Closes a conversation. The customer's next message opens a new one. Closing twice changes nothing.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn close(ctx: &Ctx, id: ConversationId) -> Result<Row> {
    let (mut tx, row) = change::lock(ctx, id).await?;
    ctx.demand_on(Permission::ConversationsClose, row.assignee())?;
    sql!(exec tx.conn(), CLOSE, ctx.ws(), id.0, ctx.now())?;
    change::commit(ctx, tx, row).await
}

/// Reopens a closed conversation.
///
/// # Errors
/// `AlreadyOpen` when another conversation with this contact on this number is open.
pub async fn reopen(ctx: &Ctx, id: ConversationId) -> Result<Row> {
    let (mut tx, row) = change::lock(ctx, id).await?;
    ctx.demand_on(Permission::ConversationsClose, row.assignee())?;
    sql!(exec tx.conn(), REOPEN, ctx.ws(), id.0).map_err(|e| match e.as_database_error() {
        Some(db) if db.is_unique_violation() => domain::Error::AlreadyOpen.into(),
        _ => Error::from(e),
    })?;
    change::commit(ctx, tx, row).await
}
