use super::{
    PREVIEW_LIMIT, change,
    row::{MessageRecord, RowRecord},
};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    db::Tx,
    sql,
};
use domain::{
    Error as Wrong,
    audit::Action,
    id::{ConversationId, MessageId},
    inbox::{Event, MessageView, Preview, Row},
    message::{Direction, Kind, Status, Times, outgoing_text},
    permission::Permission,
    text::preview,
    time::Millis,
    window::{self, Window},
};
use serde_json::{Value, json};
use uuid::Uuid;

const EXISTING: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2";
const INSERT: &str = "INSERT INTO messages
    (id, workspace_id, conversation_id, number_id, direction, kind, body, status, status_rank, author_id, at)
    VALUES ($1, $2, $3, $4, 'out', 'text', $5, 'queued', $6, $7, $8)";
const ENQUEUE: &str = "INSERT INTO outbox
    (message_id, workspace_id, number_id, conversation_id, queued_at, due_at, lease_until)
    VALUES ($1, $2, $3, $4, $5, $6, 0)";
const TOUCH: &str = "UPDATE conversations SET last_message_at = $3, unread = 0, preview_message_id = $4,
    preview_direction = 'out', preview_kind = 'text', preview_status = 'queued', preview_text = $5
    WHERE workspace_id = $1 AND id = $2";

/// Queues an agent's answer. `key` is made by whoever asks, and is the message's id: asking again with it changes nothing.
///
/// # Errors
/// `EmptyMessage`, `MessageTooLong`, `ConversationClosed`, `WindowClosed`, `NoAddress`, `Forbidden`, `NotFound`; `Conflict`
/// when the key belongs to another message.
pub async fn reply(ctx: &Ctx, id: ConversationId, key: MessageId, text: &str) -> Result<MessageView> {
    let entry = Entry::new(Action::MessageSent).change(Value::Null, json!({ "message": key, "kind": "text" }));
    queue(ctx, id, key, text, entry).await
}

/// The same, audited as `entry`. The text stands in the message itself.
pub(super) async fn queue(
    ctx: &Ctx,
    id: ConversationId,
    key: MessageId,
    text: &str,
    entry: Entry,
) -> Result<MessageView> {
    let (mut tx, record) = change::lock(ctx, id).await?;
    ctx.demand_on(Permission::MessagesSend, record.assignee())?;
    let text = outgoing_text(text)?;
    if let Some(existing) = sql!(opt MessageRecord, tx.conn(), EXISTING, ctx.ws(), key.0)? {
        return repeated(existing, id, &text);
    }
    let now = ctx.now();
    allowed(&record, now)?;
    // Meta's clock may be ahead of ours, and two answers may fall into one millisecond: each stands, and leaves, after what
    // was there before.
    let at = now.max(record.last_message_at + 1);
    let rank = Status::Queued.rank();
    let (ws, author, number) = (ctx.ws(), ctx.me().id.0, record.number_id);
    sql!(exec tx.conn(), INSERT, key.0, ws, id.0, number, &text, rank, author, at).map_err(|e| {
        match e.as_database_error() {
            Some(db) if db.is_unique_violation() => taken(),
            _ => e.into(),
        }
    })?;
    sql!(exec tx.conn(), ENQUEUE, key.0, ws, number, id.0, at, now)?;
    let short = preview(&text, PREVIEW_LIMIT);
    sql!(exec tx.conn(), TOUCH, ws, id.0, at, key.0, &short)?;
    let message = MessageView {
        id: key,
        direction: Direction::Out,
        kind: Kind::Text,
        text,
        at,
        status: Status::Queued,
        times: Times::default(),
        error: None,
        author: Some(ctx.me().id),
    };
    audit::record(&mut tx, ctx, entry.on("conversation", id.0)).await?;
    announce(ctx, tx, record, &message, short).await?;
    Ok(message)
}

async fn announce(ctx: &Ctx, tx: Tx, record: RowRecord, message: &MessageView, short: String) -> Result<()> {
    let (direction, kind, status) = (message.direction, message.kind, message.status);
    let mut row = Row::from(record);
    row.last_message_at = message.at;
    row.unread = 0;
    row.preview = Some(Preview { direction, kind, status, text: short });
    change::finish(ctx, tx, Event::Message { row, message: message.clone(), opened: false }).await?;
    ctx.services.wakes().wake_outbox();
    ctx.services.bus().queued();
    Ok(())
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

fn repeated(existing: MessageRecord, id: ConversationId, text: &str) -> Result<MessageView> {
    if existing.conversation_id == id.0 && existing.body == text { Ok(existing.into()) } else { Err(taken()) }
}

fn taken() -> crate::Error {
    crate::Error::Conflict("This key was used for another message. Send again with a new one.".to_owned())
}

/// The key under which a message is sent again: always the same, so that two clicks send it once.
pub(super) fn again_key(message: Uuid) -> MessageId {
    use sha2::{Digest, Sha256};
    let digest = Sha256::new().chain_update(b"send again").chain_update(message.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    MessageId(uuid::Builder::from_random_bytes(bytes).into_uuid())
}
