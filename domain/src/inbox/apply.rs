use super::{Counts, Event, InboxView, Live, MessageView, Note, Place, Row};
use crate::{
    conversation::State,
    id::{ConversationId, MessageId},
};

/// What the eye should see of an applied event, beyond the new state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Already known, or not about anything on this screen.
    Nothing,
    /// Something on the screen changed.
    Changed,
    /// A message slid into the open thread.
    NewMessage(MessageId),
    /// The open conversation is no longer visible to this member.
    ThreadLost(ConversationId),
}

/// Adds one event to the screen. Events at or before `view.seq` change nothing, so a replay is harmless.
pub fn apply(view: &mut InboxView, live: &Live) -> Effect {
    if live.seq <= view.seq {
        return Effect::Nothing;
    }
    view.seq = live.seq;
    view.counts.unread = Counts::unread_after(view.counts.unread, live.event.unread());
    match &live.event {
        Event::Message { row, message, opened, .. } => {
            if *opened {
                count(view, Place::of(row), 1);
            }
            put_row(view, row);
            if put_message(view, row, message) { Effect::NewMessage(message.id) } else { Effect::Changed }
        }
        Event::MessageChanged { row, message } => {
            put_row(view, row);
            put_message(view, row, message);
            Effect::Changed
        }
        Event::Conversation { row, was, lines } => {
            count(view, *was, -1);
            count(view, Place::of(row), 1);
            put_row(view, row);
            for line in lines {
                put_note(view, row, line);
            }
            Effect::Changed
        }
        Event::Note { row, note } => {
            put_note(view, row, note);
            Effect::Changed
        }
        Event::NoteRemoved { row, note } => {
            if let Some(thread) = view.thread.as_mut().filter(|thread| thread.row.id == row.id) {
                thread.notes.retain(|known| known.id != *note);
            }
            Effect::Changed
        }
        Event::Gained { row } => {
            count(view, Place::of(row), 1);
            put_row(view, row);
            Effect::Changed
        }
        Event::Lost { conversation, was } => {
            count(view, *was, -1);
            lose(view, *conversation)
        }
        Event::Labels { labels } => {
            view.labels.clone_from(labels);
            Effect::Changed
        }
        // Whoever it concerns fetches afresh; limits are shown beside the inbox.
        Event::Access { .. }
        | Event::Limits { .. }
        | Event::Team
        | Event::Alert { .. }
        | Event::Setup
        | Event::Contact { .. } => Effect::Nothing,
    }
}

fn count(view: &mut InboxView, place: Place, by: i64) {
    if place.state != State::Open {
        return;
    }
    view.counts.all += by;
    match place.assignee {
        None => view.counts.unassigned += by,
        Some(member) if member == view.me => view.counts.mine += by,
        Some(_) => {}
    }
}

fn put_row(view: &mut InboxView, row: &Row) {
    if let Some(thread) = view.thread.as_mut().filter(|thread| thread.row.id == row.id) {
        thread.row = row.clone();
    }
    let sort = view.filter.sort;
    let key = row.sort_key();
    // Below the last loaded row it belongs to a page that is fetched later.
    let loaded = !view.more || view.rows.last().is_some_and(|last| sort.compare(key, last.sort_key()).is_le());
    view.rows.retain(|other| other.id != row.id);
    if loaded && view.wants(row) {
        let place = view.rows.partition_point(|other| sort.compare(other.sort_key(), key).is_lt());
        view.rows.insert(place, row.clone());
    }
}

/// Puts a message into the open thread if it belongs there; true when it is new.
fn put_message(view: &mut InboxView, row: &Row, message: &MessageView) -> bool {
    let Some(thread) = view.thread.as_mut().filter(|thread| thread.row.id == row.id) else { return false };
    let known = thread.messages.iter().position(|known| known.id == message.id);
    if let Some(place) = known {
        thread.messages.remove(place);
    }
    let place = thread.messages.partition_point(|other| other.sort_key() < message.sort_key());
    // Above the oldest loaded message and below the newest one it may belong to a page that is fetched later.
    let loaded = (place > 0 || !thread.more) && (place < thread.messages.len() || !thread.newer);
    if known.is_some() || loaded {
        thread.messages.insert(place, message.clone());
    }
    known.is_none()
}

fn put_note(view: &mut InboxView, row: &Row, note: &Note) {
    let Some(thread) = view.thread.as_mut().filter(|thread| thread.row.id == row.id) else { return };
    thread.notes.retain(|known| known.id != note.id);
    // Outside of the loaded messages it belongs to a page that is fetched later.
    let after = !thread.more || thread.messages.first().is_some_and(|oldest| oldest.at <= note.at);
    let before = !thread.newer || thread.messages.last().is_some_and(|newest| note.at < newest.at);
    if after && before {
        let place = thread.notes.partition_point(|other| other.sort_key() < note.sort_key());
        thread.notes.insert(place, note.clone());
    }
}

fn lose(view: &mut InboxView, id: ConversationId) -> Effect {
    view.rows.retain(|row| row.id != id);
    if view.thread.as_ref().is_some_and(|thread| thread.row.id == id) {
        view.thread = None;
        return Effect::ThreadLost(id);
    }
    Effect::Changed
}
