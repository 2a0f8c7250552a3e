use crate::{
    Ctx, Result, conversations,
    db::{Conn, Tx, dialect},
    sql,
};
use domain::{
    id::ConversationId,
    permission::Permission,
    time::{DAY, Millis, SECOND},
    window::{self, Window},
};
use uuid::Uuid;

/// Meta takes it for so long.
const READ_WITHIN: Millis = 30 * DAY;
/// What Meta shows ends by itself after 25 seconds: it is renewed before, and no more often than that.
const TYPING_EVERY: Millis = 20 * SECOND;

// A message that was told of is never told of again, however often it is read.
const READ: &str = "INSERT INTO receipts (workspace_id, conversation_id, number_id, wamid, due_at)
    SELECT m.workspace_id, m.conversation_id, m.number_id, m.wamid, CAST($3 AS BIGINT)
    FROM messages m JOIN workspaces w ON w.id = m.workspace_id
    WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.direction = 'in' AND m.wamid IS NOT NULL AND m.at > $4
    AND w.read_receipts ORDER BY m.at DESC, m.id DESC LIMIT 1
    ON CONFLICT (conversation_id) DO UPDATE SET wamid = excluded.wamid, told = FALSE, due_at = excluded.due_at, tries = 0
    WHERE receipts.wamid <> excluded.wamid";
const TYPING: &str = "INSERT INTO receipts (workspace_id, conversation_id, number_id, wamid, typing_at, due_at)
    SELECT m.workspace_id, m.conversation_id, m.number_id, m.wamid, CAST($3 AS BIGINT), CAST($3 AS BIGINT)
    FROM messages m JOIN workspaces w ON w.id = m.workspace_id
    WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.direction = 'in' AND m.wamid IS NOT NULL AND m.at > $4
    AND w.read_receipts AND w.typing_indicator ORDER BY m.at DESC, m.id DESC LIMIT 1
    ON CONFLICT (conversation_id) DO UPDATE SET told = receipts.told AND receipts.wamid = excluded.wamid,
    wamid = excluded.wamid, typing_at = excluded.typing_at, due_at = excluded.due_at, tries = 0
    WHERE receipts.typing_at IS NULL OR receipts.typing_at <= excluded.typing_at - $5";
const FORGET: &str = "UPDATE receipts SET due_at = NULL WHERE workspace_id = $1 AND due_at IS NOT NULL";

/// In the transaction in which a conversation is read by who may answer: its newest message is to be told of, where the
/// workspace wants that.
pub(crate) async fn read(conn: Conn<'_>, workspace: Uuid, conversation: Uuid, now: Millis) -> Result<()> {
    sql!(exec conn, READ, workspace, conversation, now, now - READ_WITHIN)?;
    Ok(())
}

/// A member types an answer: the customer is shown so, where the workspace wants that. As often as it is said, Meta is told once in
/// 20 seconds.
///
/// # Errors
/// `NotFound`, `Forbidden` without `messages.send`.
pub async fn typing(ctx: &Ctx, id: ConversationId) -> Result<()> {
    let now = ctx.now();
    {
        let mut read = ctx.read().await?;
        let row = conversations::find(ctx, read.conn(), id).await?;
        ctx.demand_on(Permission::MessagesSend, row.assignee())?;
        // Nothing of it could be sent.
        if row.state != "open" || window::at(row.window_expires_at, now) == Window::Closed {
            return Ok(());
        }
    }
    let mut tx = ctx.begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        // The new row refers to it; whoever reads has it first, too.
        dialect::postgres::lock_conversation(tx, ctx.ws(), id.0).await?;
    }
    let noted = sql!(exec tx.conn(), TYPING, ctx.ws(), id.0, now, now - READ_WITHIN, TYPING_EVERY)?;
    tx.commit().await?;
    if noted > 0 {
        ctx.services().wakes().wake_receipts();
    }
    Ok(())
}

/// After a restore: what was to be told was told by another process, or is too old.
pub(crate) async fn forget(conn: Conn<'_>, workspace: Uuid) -> Result<()> {
    sql!(exec conn, FORGET, workspace)?;
    Ok(())
}
