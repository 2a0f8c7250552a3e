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
    content::{Content, Extras, Reacts},
    id::{ConversationId, MediaId, MessageId},
    inbox::{Event, MessageView},
    message::{Kind, Origin, Status},
    permission::Permission,
};
use serde_json::json;
use uuid::Uuid;

const MESSAGE: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2 AND direction = 'out'";

const CODE: &str = "SELECT error_code FROM messages WHERE workspace_id = $1 AND id = $2";
/// What Meta says where it does not find a file, or cannot do anything with it.
const NO_GOOD: [i64; 2] = [100, 131_053];

/// It must not go by itself any more: nobody retries it, and no rule sends it once more.
const LEAVE: &str = "UPDATE messages SET sent_again = TRUE
    WHERE workspace_id = $1 AND id = $2 AND status IN ('failed', 'dead', 'unconfirmed')";

/// Sends what a message holds that did not arrive, or may not have, once more as a new message.
///
/// # Errors
/// `Conflict` when the message is on its way or has arrived; `Forbidden` without `messages.view`; else as [`super::reply`].
pub async fn send_again(ctx: &Ctx, id: MessageId) -> Result<MessageView> {
    let (mut message, assignee) = {
        let mut read = ctx.read().await?;
        let message = sql!(opt MessageRecord, read.conn(), MESSAGE, ctx.ws(), id.0)?;
        let message: MessageRecord = message.ok_or(domain::Error::NotFound)?;
        let row = find(ctx, read.conn(), message.conversation_id.into()).await?;
        ctx.demand_on(Permission::MessagesRetry, row.assignee())?;
        // The answer holds its words.
        ctx.demand_on(Permission::MessagesView, row.assignee())?;
        (message, row.assignee())
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
    if Origin::parse(&message.origin) != Origin::Api {
        let why = "This was written in the WhatsApp Business app and is not sent from here. Write it anew.";
        return Err(Error::Conflict(why.to_owned()));
    }
    let key = again_key(message.id);
    let entry = Entry::new(Action::MessageRetried)
        .change(json!({ "message": MessageId(message.id) }), json!({ "message": key, "kind": message.kind }));
    let kind = Kind::parse(&message.kind);
    let mut content = Content::parse(kind, message.payload.as_deref());
    if kind == Kind::Template {
        let Content::Template(template) = &content else { return Err(Error::Internal("a stored template".to_owned())) };
        let made = (&*message.body, template);
        return send_template::again(ctx, message.conversation_id.into(), key, made, message.id, entry).await;
    }
    if let Content::Reacts(Reacts { message: to, emoji, .. }) = content {
        return react::queue(ctx, to, key, emoji, (entry, Some(message.id)), false).await;
    }
    if let Content::Media(file) = &mut content {
        ctx.demand_on(Permission::MessagesSend, assignee)?;
        file.meta = Some(at_meta(ctx, &message, file.media).await?);
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
    let (message, row) = put(ctx, &mut tx, &record, key, made, why, false).await?;
    change::finish(ctx, tx, Event::Message { row, message: message.clone(), opened: false, unread: record.unread > 0 })
        .await?;
    send::queued(&ctx.services);
    Ok(message)
}

/// Meta's id of the file that goes once more.
pub(super) async fn at_meta(ctx: &Ctx, message: &MessageRecord, file: Option<MediaId>) -> Result<String> {
    let code = {
        let mut read = ctx.read().await?;
        sql!(scalar_opt Option<i64>, read.conn(), CODE, ctx.ws(), message.id)?.flatten()
    };
    let no_good = code.is_some_and(|code| NO_GOOD.contains(&code));
    let meta = match file {
        Some(file) => media::to_send_again(ctx, file, no_good).await?,
        None => None,
    };
    meta.ok_or_else(gone)
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
