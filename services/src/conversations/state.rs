use super::{change, lines::Line};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    db::Tx,
    sql,
};
use domain::{
    audit::Action,
    id::ConversationId,
    inbox::{Happened, Row},
    permission::Permission,
};
use serde_json::json;

const CLOSE: &str = "UPDATE conversations SET state = 'closed', closed_at = $3, unread = 0, snoozed_until = NULL
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
    record(ctx, &mut tx, id, Action::ConversationClosed, "closed").await?;
    change::commit_line(ctx, tx, row, Line::new(Happened::Closed, Some(ctx.me().id), ctx.now())).await
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
    record(ctx, &mut tx, id, Action::ConversationReopened, "open").await?;
    change::commit_line(ctx, tx, row, Line::new(Happened::Reopened, Some(ctx.me().id), ctx.now())).await
}

/// Where nothing changes the transaction ends without a commit, and this with it.
async fn record(ctx: &Ctx, tx: &mut Tx, id: ConversationId, action: Action, state: &str) -> Result<()> {
    let was = if state == "open" { "closed" } else { "open" };
    let entry = Entry::new(action).on("conversation", id.0).change(json!({ "state": was }), json!({ "state": state }));
    audit::record(tx, ctx, entry).await
}
