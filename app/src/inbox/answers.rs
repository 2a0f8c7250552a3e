//! What an action answered, put where an event would have put it.

use domain::{
    id::ConversationId,
    inbox::{MessageView, Note, Row},
};
use leptos::prelude::*;

use super::screen::{Middle, Screen};

impl Screen {
    /// A row that an action answered with, unless the screen knows a newer one. Counts follow with the event. `since` is
    /// the last event that was known when the action was asked for: whatever came later about this conversation is newer,
    /// or is followed by the event of this very action.
    pub fn put_row(&self, row: Row, since: i64) {
        let overtaken = self.meanwhile.with_value(|(_, events)| {
            events.iter().any(|live| live.seq > since && live.event.conversation() == Some(row.id))
        });
        self.model.update_value(|model| {
            let threads = model.thread.iter().map(|thread| &thread.row);
            let known = model.rows.iter().chain(threads).filter(|known| known.id == row.id);
            if overtaken || known.map(|known| known.last_message_at).max() > Some(row.last_message_at) {
                return;
            }
            if let Some(thread) = model.thread.as_mut().filter(|thread| thread.row.id == row.id) {
                thread.row = row.clone();
            }
            let belongs = model.wants(&row);
            if let Some(place) = model.rows.iter().position(|known| known.id == row.id) {
                if belongs {
                    model.rows[place] = row;
                } else {
                    model.rows.remove(place);
                }
            }
        });
        self.sync();
    }

    /// A message that an action answered with, unless an event was faster.
    pub fn put_message(&self, conversation: ConversationId, message: MessageView) {
        if self.newer_messages.get_untracked() && self.open_id() == Some(conversation) {
            return self.to_newest();
        }
        self.model.update_value(|model| {
            let thread = model.thread.as_mut().filter(|thread| thread.row.id == conversation);
            if let Some(thread) = thread
                && thread.messages.iter().all(|known| known.id != message.id)
            {
                let place = thread.messages.partition_point(|known| known.sort_key() < message.sort_key());
                thread.messages.insert(place, message);
            }
        });
        self.sync();
    }

    /// A note that was written here, unless the event was faster.
    pub fn put_note(&self, conversation: ConversationId, note: Note) {
        self.model.update_value(|model| {
            // Below a stretch from further up it is fetched with what stands there.
            let thread = model.thread.as_mut().filter(|thread| thread.row.id == conversation && !thread.newer);
            if let Some(thread) = thread
                && thread.notes.iter().all(|known| known.id != note.id)
            {
                let place = thread.notes.partition_point(|known| known.sort_key() < note.sort_key());
                thread.notes.insert(place, note);
            }
        });
        self.sync();
    }

    /// Somebody else's now, and no longer this member's to see.
    pub fn handed_over(&self, row: &Row) {
        if self.place.with_untracked(|place| place.open) != Some(row.id) {
            return;
        }
        let name = |member| self.member(member).map_or_else(|| "a former member".to_owned(), |member| member.name);
        let now =
            row.assignee.map_or_else(|| "Now unassigned".to_owned(), |member| format!("Now with {}", name(member)));
        self.model.update_value(|model| {
            model.rows.retain(|known| known.id != row.id);
            model.thread = None;
        });
        self.middle.set(Middle::Lost(Some(now)));
        self.sync();
    }
}
