use super::change::Decision;
use crate::{
    Error, Result, Services,
    clock::new_id,
    conversations::row::RowRecord,
    db::Tx,
    limits::{self, Want},
    send::{New, enqueue},
    sql,
};
use domain::{
    content::{Content, Extras},
    id::MessageId,
    inbox::Event,
    message::Kind,
    opt_out::{Settings, What},
    time::Millis,
    window::{self, Window},
};
use uuid::Uuid;

const ROW: &str = "SELECT * FROM conversation_rows WHERE workspace_id = $1 AND id = $2 AND state = 'open'";
const WITHDRAW: &str = "DELETE FROM messages WHERE workspace_id = $1 AND id = $2";
const UNREAD: &str = "UPDATE conversations SET unread = $3 WHERE workspace_id = $1 AND id = $2";

/// The one message that says that it was understood: the last one before silence, or the first one after it.
#[derive(Clone, Debug)]
pub(crate) struct Confirmation {
    pub(super) contact: Uuid,
    conversation: Uuid,
    body: String,
}

impl Confirmation {
    /// Only as an answer.
    pub(super) fn of(settings: &Settings, decision: &Decision) -> Option<Self> {
        let body = match decision.what {
            What::OptedOut => &settings.stopped_text,
            What::OptedIn => &settings.started_text,
        };
        let contact = decision.contact;
        decision.answer_in.map(|conversation| Self { contact, conversation, body: body.clone() })
    }
}

/// Queues confirmations, where free-form messages are allowed. The last thing that a transaction writes before its events:
/// whoever answers a customer locks the conversation before the number's day and the minute, and here many conversations are
/// locked. True when something was queued: the sender is woken after the commit.
pub(crate) async fn confirm(
    services: &Services,
    tx: &mut Tx,
    (workspace, now): (Uuid, Millis),
    confirmations: Vec<Confirmation>,
    events: &mut Vec<Event>,
) -> Result<bool> {
    let mut numbers = Vec::with_capacity(confirmations.len());
    for Confirmation { conversation, .. } in &confirmations {
        let row: Option<RowRecord> = sql!(opt RowRecord, tx.conn(), ROW, workspace, *conversation)?;
        numbers.extend(row.map(|row| row.number_id));
    }
    limits::lock_days(tx, workspace, numbers, now).await?;
    let mut queued = false;
    for confirmation in confirmations {
        queued |= send(services, tx, (workspace, now), &confirmation, events).await?;
    }
    Ok(queued)
}

async fn send(
    services: &Services,
    tx: &mut Tx,
    (ws, now): (Uuid, Millis),
    confirmation: &Confirmation,
    events: &mut Vec<Event>,
) -> Result<bool> {
    let conversation = confirmation.conversation;
    // Read here: the one before may have been in the same conversation.
    let row: Option<RowRecord> = sql!(opt RowRecord, tx.conn(), ROW, ws, conversation)?;
    let Some(row) = row.filter(|row| window::at(row.window_expires_at, now) != Window::Closed) else {
        return Ok(false);
    };
    let key = MessageId(new_id());
    let message = New {
        key,
        conversation: &row,
        author: None,
        kind: Kind::Text,
        body: &confirmation.body,
        content: Content::None,
        extras: Extras::default(),
        bulk: false,
        marketing: false,
        despite_opt_out: true,
        want: Want::own(),
    };
    let queued = enqueue(services, tx, ws, now, message).await;
    // Where not even the coming days have room for it, the customer still gets what they asked for: silence.
    let (message, mut after) = match queued {
        Err(Error::Limited(_)) => {
            sql!(exec tx.conn(), WITHDRAW, ws, key.0)?;
            return Ok(false);
        }
        queued => queued?,
    };
    // Nobody has read what the customer wrote.
    after.unread = row.unread;
    sql!(exec tx.conn(), UNREAD, ws, conversation, row.unread)?;
    events.push(Event::Message { row: after, message, opened: false, unread: row.unread > 0 });
    Ok(true)
}
