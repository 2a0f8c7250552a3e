//! From what was found, or told, to its place in the thread.

use domain::id::{ConversationId, MessageId, NoteId};
use leptos::{prelude::*, task::spawn_local};

use super::server;
use crate::inbox::{
    bubble::light,
    screen::{Middle, Screen},
};

/// What stands in a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    Message(MessageId),
    Note(NoteId),
}

/// Where to go, once the conversation is open.
pub type Sought = RwSignal<Option<(ConversationId, Spot)>>;

/// Goes to the note that the address of the page names: somebody was told of it.
pub fn asked(screen: Screen) {
    let query = leptos_router::hooks::use_query_map();
    let note = query.with_untracked(|query| query.get("note")).and_then(|note| note.parse().ok());
    let open = screen.place.with_untracked(|place| place.open);
    if let (Some(conversation), Some(note)) = (open, note) {
        follow(screen, RwSignal::new(Some((conversation, Spot::Note(note)))));
    }
}

/// Waits for the conversation, fetches the stretch where it stands if it is not here, and lights it up.
pub fn follow(screen: Screen, sought: Sought) {
    let fetching = StoredValue::new(false);
    Effect::new(move |_| {
        let Some((conversation, spot)) = sought.get() else { return };
        screen.bubbles.track();
        let here = screen.open.with(|row| row.as_ref().is_some_and(|row| row.id == conversation));
        match screen.middle.get() {
            Middle::Missing | Middle::Lost(_) | Middle::Failed(..) => return sought.set(None),
            Middle::Thread if here && !fetching.get_value() => {}
            _ => return,
        }
        let known = screen.model.with_value(|model| {
            model.thread.as_ref().is_some_and(|thread| match spot {
                Spot::Message(message) => thread.messages.iter().any(|known| known.id == message),
                Spot::Note(note) => thread.notes.iter().any(|known| known.id == note),
            })
        });
        if known {
            sought.set(None);
            // The bubbles are drawn with this change.
            let (Spot::Message(MessageId(id)) | Spot::Note(NoteId(id))) = spot;
            request_animation_frame(move || light(id));
            return;
        }
        fetching.set_value(true);
        screen.fetching(1);
        spawn_local(async move {
            let answer = match spot {
                Spot::Message(message) => server::load_around(screen.slug(), conversation, message).await,
                Spot::Note(note) => server::load_around_note(screen.slug(), conversation, note).await,
            };
            match answer {
                Ok(stretch) => {
                    fetching.try_set_value(false);
                    screen.turn_to(stretch);
                }
                Err(fault) => {
                    sought.try_set(None);
                    screen.signed_out(&fault);
                    screen.problem.set(Some(format!("It could not be shown: {fault}")));
                }
            }
            fetching.try_set_value(false);
            screen.fetching(-1);
        });
    });
}
