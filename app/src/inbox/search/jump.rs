//! From a message that was found to its place in the thread.

use domain::id::{ConversationId, MessageId};
use leptos::{prelude::*, task::spawn_local};

use super::server;
use crate::inbox::{
    bubble::light,
    screen::{Middle, Screen},
};

/// The message to go to, once its conversation is open.
pub type Sought = RwSignal<Option<(ConversationId, MessageId)>>;

/// Waits for the conversation, fetches what lies between, and lights the message up.
pub fn follow(screen: Screen, sought: Sought) {
    let fetching = StoredValue::new(false);
    Effect::new(move |_| {
        let Some((conversation, message)) = sought.get() else { return };
        screen.bubbles.track();
        let here = screen.open.with(|row| row.as_ref().is_some_and(|row| row.id == conversation));
        match screen.middle.get() {
            Middle::Missing | Middle::Lost(_) | Middle::Failed(..) => return sought.set(None),
            Middle::Thread if here && !fetching.get_value() => {}
            _ => return,
        }
        let (known, oldest) = screen.model.with_value(|model| {
            let messages = model.thread.as_ref().map(|thread| thread.messages.as_slice()).unwrap_or_default();
            (messages.iter().any(|known| known.id == message), messages.first().map(|oldest| oldest.sort_key()))
        });
        if known {
            sought.set(None);
            // The bubbles are drawn with this change.
            request_animation_frame(move || light(message));
            return;
        }
        let Some(before) = oldest else { return sought.set(None) };
        fetching.set_value(true);
        screen.fetching(1);
        spawn_local(async move {
            match server::load_back_to(screen.slug(), conversation, message, before).await {
                Ok(earlier) if earlier.messages.items.iter().any(|known| known.id == message) => {
                    fetching.try_set_value(false);
                    screen.prepend(conversation, earlier);
                }
                // It was deleted meanwhile, or it is newer than what is here.
                Ok(_) => drop(sought.try_set(None)),
                Err(fault) => {
                    sought.try_set(None);
                    screen.signed_out(&fault);
                    screen.problem.set(Some(format!("The message could not be shown: {fault}")));
                }
            }
            fetching.try_set_value(false);
            screen.fetching(-1);
        });
    });
}
