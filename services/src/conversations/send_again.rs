use super::{
    change, react,
    reply::{Made, again_key, gone, put},
    row::MessageRecord,
    send_template,
    thread::find,
};
use crate::{Ctx, Error, Result, audit::Entry, db::Tx, media, send, sql};
use domain::{
    audit::Action,
    content::{Content, Extras, File, Reacts},
    id::{ConversationId, MessageId},
    inbox::{Event, MessageView},
    message::{Kind, Status},
    permission::Permission,
};
use serde_json::json;
use uuid::Uuid;

const MESSAGE: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2 AND direction = 'out'";

/// It must not go by itself any more: nobody retries it, and no rule sends it once more.
const LEAVE: &str = "UPDATE messages SET sent_again = TRUE
    WHERE workspace_id = $1 AND id = $2 AND status IN ('failed', 'dead', 'unconfirmed')";

/// Sends the text of a message that did not arrive, or may not have, once more as a new message.
///
/// # Errors
/// `Conflict` when the message is on its way or has arrived; `Forbidden` without `messages.view`; else as [`super::reply`].
pub async fn send_again(ctx: &Ctx, id: MessageId) -> Result<MessageView> {
    let mut message = {
        let mut read = ctx.read().await?;
        let message = sql!(opt MessageRecord, read.conn(), MESSAGE, ctx.ws(), id.0)?;
        let message: MessageRecord = message.ok_or(domain::Error::NotFound)?;
        let row = find(ctx, read.conn(), message.conversation_id.into()).await?;
        ctx.demand_on(Permission::MessagesRetry, row.assignee())?;
        // The answer holds its words.
        ctx.demand_on(Permission::MessagesView, row.assignee())?;
        message
    };
    let mut read = ctx.read().await?;
    // A copy that failed as well is itself what is sent again.
    while let Some(copy) = sql!(opt MessageRecord, read.conn(), MESSAGE, ctx.ws(), again_key(message.id).0)? {
        let settled = !Status::parse(&copy.status).needs_attention();
        message = copy;
        if settled {
            return Ok(message.into());
        }
    }
    drop(read);
    if !Status::parse(&message.status).needs_attention() {
        return Err(nothing());
    }
    let key = again_key(message.id);
    let entry = Entry::new(Action::MessageRetried)
        .change(json!({ "message": MessageId(message.id) }), json!({ "message": key, "kind": message.kind }));
    let kind = Kind::parse(&message.kind);
    let content = Content::parse(kind, message.payload.as_deref());
    if kind == Kind::Template {
        let Content::Template(template) = &content else { return Err(Error::Internal("a stored template".to_owned())) };
        let made = (&*message.body, template);
        return send_template::again(ctx, message.conversation_id.into(), key, made, message.id, entry).await;
    }
    if let Content::Reacts(Reacts { message: to, emoji, .. }) = content {
        return react::queue(ctx, to, key, emoji, (entry, Some(message.id)), false).await;
    }
    // Quote and file go along; what customers thought of it does not.
    let Extras { quote, media, .. } = Extras::parse(message.extras.as_deref());
    let made = Made { kind, text: message.body, content, extras: Extras { quote, media, ..Extras::default() } };
    again(ctx, message.conversation_id.into(), key, made, (entry, Some(message.id))).await
}

async fn again(
    ctx: &Ctx,
    id: ConversationId,
    key: MessageId,
    made: Made,
    why: (Entry, Option<Uuid>),
) -> Result<MessageView> {
    let (mut tx, record) = change::lock(ctx, id).await?;
    ctx.demand_on(Permission::MessagesSend, record.assignee())?;
    if let Some(existing) = sql!(opt MessageRecord, tx.conn(), MESSAGE, ctx.ws(), key.0)? {
        return Ok(existing.into());
    }
    if let Content::Media(File { media: Some(file), .. }) = made.content
        && !media::at_meta(tx.conn(), ctx.ws(), file, ctx.now()).await?
    {
        return Err(gone());
    }
    let (message, row) = put(ctx, &mut tx, &record, key, made, why, false).await?;
    change::finish(ctx, tx, Event::Message { row, message: message.clone(), opened: false }).await?;
    send::queued(&ctx.services);
    Ok(message)
}

/// Where the new message is queued, under the lock of its conversation: the old one stays where it is.
pub(super) async fn leave(ctx: &Ctx, tx: &mut Tx, message: Uuid) -> Result<()> {
    match sql!(exec tx.conn(), LEAVE, ctx.ws(), message)? {
        0 => Err(nothing()),
        _ => Ok(()),
    }
}

fn nothing() -> Error {
    Error::Conflict("This message is on its way or has arrived; there is nothing to send again.".into())
}
