//! A message that was given up, in other words: its file, its choices and what it answers stay.

use super::{
    reply::{Made, put, repeated},
    row::{MessageRecord, RowRecord},
    send_again::at_meta,
    thread::find,
};
use crate::{Ctx, Result, audit::Entry, db::Tx, sql};
use domain::{
    Error as Wrong,
    content::{Content, Extras},
    id::{MediaId, MessageId},
    inbox::{MessageView, Row},
    message::Kind,
    outgoing::{Checked, Outgoing},
    permission::Permission,
};
use uuid::Uuid;

const MESSAGE: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2 AND direction = 'out'";

/// What is sent instead of a message. Meta may have to be given its file once more, so this is no part of a transaction.
///
/// # Errors
/// `EmptyMessage`, `MessageTooLong`, `Invalid` for words that Meta does not take, and for a file that is not here any more;
/// `Forbidden` without `messages.retry` and `messages.send`; `NotFound`; `Upstream` when Meta does not take the file.
pub(crate) async fn anew(ctx: &Ctx, id: MessageId, text: &str) -> Result<Made> {
    let message: MessageRecord = {
        let mut read = ctx.read().await?;
        let message = sql!(opt MessageRecord, read.conn(), MESSAGE, ctx.ws(), id.0)?;
        let message: MessageRecord = message.ok_or(Wrong::NotFound)?;
        let row = find(ctx, read.conn(), message.conversation_id.into()).await?;
        ctx.demand_on(Permission::MessagesRetry, row.assignee())?;
        ctx.demand_on(Permission::MessagesSend, row.assignee())?;
        message
    };
    let kind = Kind::parse(&message.kind);
    let mut content = Content::parse(kind, message.payload.as_deref());
    let Checked { text, .. } = said(&content).check(text)?;
    if let Content::Media(file) = &mut content {
        file.meta = Some(at_meta(ctx, &message, file.media).await?);
    }
    let Extras { quote, media, .. } = Extras::parse(message.extras.as_deref());
    Ok(Made { kind, text, content, extras: Extras { quote, media, ..Extras::default() } })
}

/// As its writer would send it: that decides what words it takes.
fn said(content: &Content) -> Outgoing {
    match content {
        // Whichever file it is: it stays.
        Content::Media(_) => Outgoing::File(MediaId(Uuid::nil())),
        Content::Menu(menu) => Outgoing::Menu(menu.clone()),
        _ => Outgoing::Text,
    }
}

/// Queues it in a transaction that goes on and has locked the conversation. Returns its row as well, unless the message was
/// there already; what screens are told is for the caller to record, last.
///
/// # Errors
/// As [`super::reply`].
pub(crate) async fn put_anew(
    ctx: &Ctx,
    tx: &mut Tx,
    record: &RowRecord,
    key: MessageId,
    made: Made,
    entry: Entry,
) -> Result<(MessageView, Option<Row>)> {
    ctx.demand_on(Permission::MessagesSend, record.assignee())?;
    if let Some(existing) = sql!(opt MessageRecord, tx.conn(), MESSAGE, ctx.ws(), key.0)? {
        return Ok((repeated(existing, record.id, Some(made.kind), &made.text)?, None));
    }
    let (message, row) = put(ctx, tx, record, key, made, (entry, None), false).await?;
    Ok((message, Some(row)))
}
