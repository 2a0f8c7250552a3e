use super::row::{MediaRecord, ROW, state};
use crate::{
    Ctx, Error, Result,
    conversations::{
        self,
        row::{MessageRecord, RowRecord},
    },
    db::{Tx, dialect},
    live, sql,
};
use domain::{
    Error as Wrong,
    content::{Extras, MediaBrief, MediaState},
    id::{ConversationId, MediaId},
    inbox::{Event, MessageView, Row},
    media::INBOUND_KEPT,
    permission::Permission,
    time::Millis,
};
use uuid::Uuid;

const MESSAGE: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2";
/// Its tries are counted anew, unless it is being fetched at this moment.
const WANT: &str = "UPDATE media SET state = 'wanted', due_at = $3, tries = 0, reason = NULL, lease_until = 0
    WHERE workspace_id = $1 AND id = $2 AND removed_at IS NULL AND lease_until <= $3
    AND state IN ('wanted', 'gone', 'refused', 'failed')";
const CONVERSATION: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2";
const TELL: &str = "UPDATE messages SET extras = $3 WHERE workspace_id = $1 AND id = $2";

/// Asks once more for a customer's file that could not be fetched, while Meta keeps it. One that is here, or on its way, stays as
/// it is.
///
/// # Errors
/// `NotFound` for what is not there or not to be seen, `Forbidden` without `messages.view`; `Gone`, in words, for a file that Meta
/// keeps no more.
pub async fn again(ctx: &Ctx, id: MediaId) -> Result<()> {
    let now = ctx.now();
    let (file, message) = {
        let mut read = ctx.read().await?;
        let file: Option<MediaRecord> = sql!(opt MediaRecord, read.conn(), ROW, ctx.ws(), id.0)?;
        ctx.demand(Permission::ConversationsView)?;
        let file = file.filter(|file| file.removed_at.is_none()).ok_or(Wrong::NotFound)?;
        let message = file.message_id.filter(|_| file.author_id.is_none()).ok_or(Wrong::NotFound)?;
        let message: Option<MessageRecord> = sql!(opt MessageRecord, read.conn(), MESSAGE, ctx.ws(), message)?;
        (file, message.ok_or(Wrong::NotFound)?)
    };
    let mut tx = ctx.begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_conversation(tx, ctx.ws(), message.conversation_id).await?;
        dialect::postgres::lock_message(tx, ctx.ws(), message.id).await?;
    }
    let row = conversations::find(ctx, tx.conn(), ConversationId(message.conversation_id)).await?;
    ctx.demand_on(Permission::MessagesView, row.assignee())?;
    if file.state == state(MediaState::Kept) {
        return Ok(());
    }
    if file.meta_id.is_none() || now - file.created_at >= INBOUND_KEPT {
        let why =
            "WhatsApp keeps files for 7 days, and this one is not there any more. Ask the customer to send it again.";
        return Err(Error::Gone(why.to_owned()));
    }
    if sql!(exec tx.conn(), WANT, ctx.ws(), id.0, now)? == 0 {
        return Ok(());
    }
    let seq = tell(&mut tx, ctx.ws(), message.id, MediaBrief::wanted(id, file.claimed_mime), now).await?;
    tx.commit().await?;
    ctx.services().bus().publish(ctx.ws(), seq);
    Ok(())
}

/// Writes how far a file has come at its message, which the transaction has locked; returns the number of the event, if that is
/// news.
pub(super) async fn tell(
    tx: &mut Tx,
    workspace: Uuid,
    message: Uuid,
    brief: MediaBrief,
    now: Millis,
) -> Result<Option<i64>> {
    let mut record: MessageRecord = sql!(one MessageRecord, tx.conn(), MESSAGE, workspace, message)?;
    let before = Extras::parse(record.extras.as_deref());
    if before.media.as_ref() == Some(&brief) {
        return Ok(None);
    }
    record.extras = Extras { media: Some(brief), ..before }.stored();
    sql!(exec tx.conn(), TELL, workspace, message, record.extras.as_deref())?;
    let row: RowRecord = sql!(one RowRecord, tx.conn(), CONVERSATION, workspace, record.conversation_id)?;
    let event = Event::MessageChanged { row: Row::from(row), message: MessageView::from(record) };
    live::record(tx, workspace, &[event], now).await
}
