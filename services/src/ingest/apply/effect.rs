//! What a message does to its conversation.

use super::{NewMessage, Step, threads::Thread};
use crate::{Result, conversations::PREVIEW_LIMIT, sql};
use domain::{
    conversation::State,
    inbox::Preview,
    message::{Direction, Kind, Origin},
    text::preview,
    window,
};

const ANSWERED: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM messages
    WHERE workspace_id = $1 AND conversation_id = $2 AND at >= $3 AND direction = 'out' AND origin = 'phone'";
const SINCE: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM messages
    WHERE workspace_id = $1 AND conversation_id = $2 AND at > $3 AND direction = 'in' AND origin = 'api'";

/// True when it brings its conversation back into sight. The messages of the batch are written by now.
pub(super) async fn take(step: &mut Step<'_>, thread: &mut Thread, new: &NewMessage<'_>) -> Result<bool> {
    let message = new.inbound;
    let (ws, conversation) = (step.workspace, new.conversation);
    let late = message.at < thread.row.last_message_at;
    match (message.origin, message.direction) {
        (Origin::History, _) => {}
        (_, Direction::In) => {
            // What came late may have been answered on the phone before it was here.
            let answered = late && sql!(scalar i64, step.tx.conn(), ANSWERED, ws, conversation, message.at)? > 0;
            thread.row.unread += i64::from(!answered);
        }
        (_, Direction::Out) if thread.row.unread > 0 => {
            // Who answers on the phone has read there what stands above.
            let since = sql!(scalar i64, step.tx.conn(), SINCE, ws, conversation, message.at)?;
            thread.row.unread = thread.row.unread.min(since);
        }
        (_, Direction::Out) => {}
    }
    let row = &mut thread.row;
    // What WhatsApp says about a customer is nothing that they wrote, and what is said to a group is not said to us alone. A
    // clock that runs ahead of ours does not lengthen the window.
    if message.direction == Direction::In && message.kind != Kind::System && !row.contact.group {
        row.window_expires_at = row.window_expires_at.max(Some(window::expires_after(message.at.min(step.now))));
    }
    // An older message that comes late does not replace what was said since.
    if !late {
        row.last_message_at = message.at;
        row.preview = Some(Preview {
            direction: message.direction,
            kind: message.kind,
            status: message.status,
            text: preview(&message.content.preview(message.kind, &message.text), PREVIEW_LIMIT),
        });
        thread.preview_message = Some(new.id);
    }
    let wakes = match (message.origin, message.direction) {
        (Origin::History, _) => false,
        (_, Direction::In) => true,
        // Not what a colleague put aside.
        (_, Direction::Out) => thread.roused,
    };
    let woken = wakes && row.state == State::Snoozed;
    if wakes {
        (row.state, row.snoozed_until) = (State::Open, None);
    }
    Ok(woken)
}
