use super::change::Desk;
use crate::{
    Result,
    conversations::{
        reactions,
        row::{MessageRecord, RowRecord},
    },
    sql,
};
use domain::{
    inbox::{Event, Row},
    message::{Kind, Status},
    opt_out::Scope,
};
use uuid::Uuid;

// What is on its way stays: whether it went out is not ours to say any more. Of what may go out in spite of an opt-out, a
// confirmation outlives a repeated one, an answer that a member insisted on does not.
const CANCEL: &str = "UPDATE messages SET status = 'cancelled', status_rank = $4, error_text = $5, next_try_at = NULL
    WHERE workspace_id = $1 AND status IN ('queued', 'retry_queued') AND id IN (SELECT o.message_id FROM outbox o
        JOIN messages m ON m.id = o.message_id WHERE o.workspace_id = $1 AND o.contact_id = $2 AND (o.marketing OR $3)
        AND (NOT o.despite_opt_out OR $6 OR m.author_id IS NOT NULL)) RETURNING *";
const TAKE_OUT: &str = "DELETE FROM outbox WHERE workspace_id = $1 AND contact_id = $2 AND message_id = $3";
const PREVIEW: &str = "UPDATE conversations SET preview_status = 'cancelled'
    WHERE workspace_id = $1 AND id = $2 AND preview_message_id = $3";
const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";

/// On the bubble of such a message.
const WHY: &str = "The contact opted out before this was sent.";

/// Withdraws what waits to be sent to the contact and may not go out any more.
pub(super) async fn waiting(desk: &mut Desk<'_>, contact: Uuid, scope: Scope, turned: bool) -> Result<()> {
    let (ws, everything, rank) = (desk.workspace.0, scope == Scope::All, Status::Cancelled.rank());
    let mut cancelled: Vec<MessageRecord> =
        sql!(all MessageRecord, desk.tx.conn(), CANCEL, ws, contact, everything, rank, WHY, turned)?;
    cancelled.sort_unstable_by_key(|message| (message.at, message.id));
    for message in cancelled {
        sql!(exec desk.tx.conn(), TAKE_OUT, ws, contact, message.id)?;
        if message.kind == Kind::Reaction.as_str() {
            desk.events.extend(reactions::told(desk.tx, ws, std::iter::once(&message)).await?);
            continue;
        }
        sql!(exec desk.tx.conn(), PREVIEW, ws, message.conversation_id, message.id)?;
        let row: RowRecord = sql!(one RowRecord, desk.tx.conn(), ROW, ws, message.conversation_id)?;
        desk.events.push(Event::MessageChanged { row: Row::from(row), message: message.into() });
    }
    Ok(())
}
