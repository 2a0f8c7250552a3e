use super::{
    change,
    row::{MessageRecord, RowRecord},
};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    consent,
    db::Tx,
    limits::Want,
    send::{self, New},
    sql,
};
use domain::{
    Error as Wrong,
    audit::Action,
    id::{ConversationId, MessageId},
    inbox::{Event, MessageView, Row},
    message::outgoing_text,
    permission::Permission,
    time::Millis,
    window::{self, Window},
};
use serde_json::{Value, json};
use uuid::Uuid;

const EXISTING: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2";

/// Queues an agent's answer. `key` is made by whoever asks, and is the message's id: asking again with it changes nothing.
///
/// # Errors
/// `EmptyMessage`, `MessageTooLong`, `ConversationClosed`, `WindowClosed`, `NoAddress`, `OptedOut`, `Forbidden`, `NotFound`;
/// `Conflict` when the key belongs to another message.
pub async fn reply(ctx: &Ctx, id: ConversationId, key: MessageId, text: &str) -> Result<MessageView> {
    let entry = Entry::new(Action::MessageSent).change(Value::Null, json!({ "message": key, "kind": "text" }));
    queue(ctx, id, key, text, (entry, None), false).await
}

/// The same for a member who knows that the customer opted out, and that they wrote again since: only then does it go out. It
/// is audited as what it is.
///
/// # Errors
/// As [`reply`].
pub async fn reply_despite_opt_out(ctx: &Ctx, id: ConversationId, key: MessageId, text: &str) -> Result<MessageView> {
    let entry = Entry::new(Action::MessageSent).change(Value::Null, json!({ "message": key, "kind": "text" }));
    queue(ctx, id, key, text, (entry, None), true).await
}

/// The same, audited as `entry`. The text stands in the message itself. `confirms`: it may go out although the customer opted
/// out, if they wrote since.
pub(super) async fn queue(
    ctx: &Ctx,
    id: ConversationId,
    key: MessageId,
    text: &str,
    why: (Entry, Option<Uuid>),
    confirms: bool,
) -> Result<MessageView> {
    let (mut tx, record) = change::lock(ctx, id).await?;
    let (message, row) = write(ctx, &mut tx, &record, key, text, why, confirms).await?;
    if let Some(row) = row {
        change::finish(ctx, tx, Event::Message { row, message: message.clone(), opened: false }).await?;
        send::queued(&ctx.services);
    }
    Ok(message)
}

/// The same in a transaction that goes on and has locked the conversation. Returns its row as well, unless the message was there
/// already; the caller records [`Event::Message`] with it, commits, publishes, and calls [`send::queued`].
pub(crate) async fn write(
    ctx: &Ctx,
    tx: &mut Tx,
    record: &RowRecord,
    key: MessageId,
    text: &str,
    (entry, instead_of): (Entry, Option<Uuid>),
    confirms: bool,
) -> Result<(MessageView, Option<Row>)> {
    ctx.demand_on(Permission::MessagesSend, record.assignee())?;
    let text = outgoing_text(text)?;
    if let Some(existing) = sql!(opt MessageRecord, tx.conn(), EXISTING, ctx.ws(), key.0)? {
        return Ok((repeated(existing, record.id, &text)?, None));
    }
    let now = ctx.now();
    allowed(record, now)?;
    let despite_opt_out = consent::answer(tx, ctx.ws(), record.contact_id, record.window_expires_at, confirms).await?;
    let new = New {
        key,
        conversation: record,
        author: Some(ctx.me().id.0),
        body: &text,
        template: None,
        bulk: false,
        marketing: false,
        despite_opt_out,
        want: Want::of(ctx),
    };
    if let Some(old) = instead_of {
        super::send_again::leave(ctx, tx, old).await?;
    }
    let (message, row) = send::enqueue(&ctx.services, tx, ctx.ws(), now, new).await?;
    audit::record(tx, ctx, entry.on("conversation", record.id)).await?;
    if despite_opt_out {
        let aside = Entry::new(Action::ConsentSetAside).on("contact", record.contact_id);
        audit::record(tx, ctx, aside.change(Value::Null, json!({ "message": key }))).await?;
    }
    Ok((message, Some(row)))
}

/// Whether a free-form message may go out now.
fn allowed(record: &RowRecord, now: Millis) -> Result<(), Wrong> {
    if record.state != "open" {
        return Err(Wrong::ConversationClosed);
    }
    if window::at(record.window_expires_at, now) == Window::Closed {
        return Err(Wrong::WindowClosed);
    }
    if record.wa_id.is_none() && record.meta_user_id.is_none() {
        return Err(Wrong::NoAddress);
    }
    Ok(())
}

fn repeated(existing: MessageRecord, conversation: Uuid, text: &str) -> Result<MessageView> {
    if existing.conversation_id == conversation && existing.body == text {
        Ok(existing.into())
    } else {
        Err(send::taken())
    }
}

/// The key under which a message is sent again: always the same, so that two clicks send it once.
pub(super) fn again_key(message: Uuid) -> MessageId {
    use sha2::{Digest, Sha256};
    let digest = Sha256::new().chain_update(b"send again").chain_update(message.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    MessageId(uuid::Builder::from_random_bytes(bytes).into_uuid())
}
