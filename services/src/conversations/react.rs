use super::{
    change, reactions,
    reply::{Made, put},
    row::MessageRecord,
};
use crate::{Ctx, Result, audit::Entry, clock::new_id, ingest::Target, send, sql};
use domain::{
    Error as Wrong,
    audit::Action,
    content::{Content, Extras, Reacts},
    id::{ConversationId, MessageId},
    inbox::{Event, MessageView},
    message::{Direction, Kind},
    outgoing::{REACTION_WITHIN, reaction},
    permission::Permission,
    time::Millis,
};
use serde_json::{Value, json};
use uuid::Uuid;

const CONVERSATION: &str = "SELECT conversation_id FROM messages WHERE workspace_id = $1 AND id = $2";
const MESSAGE: &str = "SELECT * FROM messages WHERE workspace_id = $1 AND id = $2";
/// Until it has gone out it has no wamid; the message that carries it says how far it has come.
const REACT: &str = "INSERT INTO reactions
    (workspace_id, id, number_id, target_wamid, direction, author, emoji, at, message_id)
    VALUES ($1, $2, $3, $4, 'out', '', $5, $6, $7)";

/// Reacts to a message of the customer's with one emoji; with nothing it takes our reaction back. A customer sees one reaction of a
/// business, whoever of its members gave it last. `key` is made by whoever asks, and is the id of what carries it to Meta: asking
/// again with it changes nothing. `confirms`: the member knows that the customer opted out.
///
/// # Errors
/// `Invalid` for what is no emoji, and for a message that cannot be reacted to; `ConversationClosed`, `WindowClosed`, `NoAddress`,
/// `OptedOut`, `Forbidden` without `messages.send`, `NotFound`; `Conflict` when the key belongs to another message.
pub async fn react(ctx: &Ctx, to: MessageId, key: MessageId, emoji: &str, confirms: bool) -> Result<MessageView> {
    let emoji = reaction(emoji)?;
    let entry = Entry::new(Action::MessageSent).change(
        Value::Null,
        json!({ "message": key, "kind": Kind::Reaction, "to": to, "taken_back": emoji.is_none() }),
    );
    queue(ctx, to, key, emoji, (entry, None), confirms).await
}

/// The same, audited as `why`.
pub(super) async fn queue(
    ctx: &Ctx,
    to: MessageId,
    key: MessageId,
    emoji: Option<String>,
    why: (Entry, Option<Uuid>),
    confirms: bool,
) -> Result<MessageView> {
    let conversation = {
        let mut read = ctx.read().await?;
        sql!(scalar_opt Uuid, read.conn(), CONVERSATION, ctx.ws(), to.0)?
    };
    ctx.demand(Permission::ConversationsView)?;
    let conversation = ConversationId(conversation.ok_or(Wrong::NotFound)?);
    let (mut tx, record) = change::lock(ctx, conversation).await?;
    ctx.demand_on(Permission::MessagesSend, record.assignee())?;
    let found: Option<Target> = sql!(opt Target, tx.conn(), MESSAGE, ctx.ws(), to.0)?;
    let about = found.ok_or(Wrong::NotFound)?;
    if let Some(existing) = sql!(opt MessageRecord, tx.conn(), MESSAGE, ctx.ws(), key.0)? {
        return repeated(existing, to, emoji.as_deref());
    }
    let wamid = about.wamid.clone().filter(|_| can_be_reacted_to(&about.message, ctx.now()));
    let wamid = wamid.ok_or_else(cannot)?;
    let ours = Extras::parse(about.message.extras.as_deref()).reactions;
    if emoji.is_none() && !ours.iter().any(|known| known.direction == Direction::Out) {
        return Err(Wrong::invalid("reaction", "there is none of ours to take back").into());
    }
    let content = Content::Reacts(Reacts { to: wamid.clone(), message: to, emoji: emoji.clone() });
    let made = Made { kind: Kind::Reaction, text: String::new(), content, extras: Extras::default() };
    let (message, row) = put(ctx, &mut tx, &record, key, made, why, confirms).await?;
    let number = about.number_id;
    sql!(exec tx.conn(), REACT, ctx.ws(), new_id(), number, &wamid, emoji.as_deref(), message.at, key.0)?;
    match reactions::refresh(&mut tx, ctx.ws(), to.0).await? {
        Some(event) => change::finish(ctx, tx, event).await?,
        // The same emoji once more.
        None => {
            let before = MessageView::from(about.message);
            change::finish(ctx, tx, Event::MessageChanged { row, message: before }).await?;
        }
    }
    send::queued(&ctx.services);
    Ok(message)
}

fn can_be_reacted_to(message: &MessageRecord, now: Millis) -> bool {
    let theirs = Direction::parse(&message.direction) == Direction::In && Kind::parse(&message.kind) != Kind::System;
    let revoked = Extras::parse(message.extras.as_deref()).revoked_at.is_some();
    theirs && !revoked && message.at > now - REACTION_WITHIN
}

fn cannot() -> crate::Error {
    let why = "WhatsApp takes it for messages of the customer's alone, for 30 days, and while they are not deleted";
    Wrong::invalid("reaction", why).into()
}

fn repeated(existing: MessageRecord, to: MessageId, emoji: Option<&str>) -> Result<MessageView> {
    match Content::parse(Kind::parse(&existing.kind), existing.payload.as_deref()) {
        Content::Reacts(known) if known.message == to && known.emoji.as_deref() == emoji => Ok(existing.into()),
        _ => Err(send::taken()),
    }
}
