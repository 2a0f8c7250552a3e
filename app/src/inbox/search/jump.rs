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

/// Waits for the conversation, fetches the stretch where the message stands if it is not here, and lights it up.
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
        let known = screen.model.with_value(|model| {
            model.thread.as_ref().is_some_and(|thread| thread.messages.iter().any(|known| known.id == message))
        });
        if known {
            sought.set(None);
            // The bubbles are drawn with this change.
            request_animation_frame(move || light(message));
            return;
        }
        fetching.set_value(true);
        screen.fetching(1);
        spawn_local(async move {
            match server::load_around(screen.slug(), conversation, message).await {
                Ok(stretch) => {
                    fetching.try_set_value(false);
                    screen.turn_to(stretch);
                }
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
