//! The customer is shown that somebody types an answer.

use domain::id::ConversationId;
use leptos::prelude::*;

use super::screen::Screen;

/// Nothing to see: it listens to the composer's field as long as it stands there.
pub fn types_view(screen: Screen, id: ConversationId) -> AnyView {
    #[cfg(feature = "hydrate")]
    browser::follow(screen, id);
    let _ = (screen, id);
    ().into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use domain::{id::ConversationId, time::SECOND};
    use leptos::{ev, prelude::*, task::spawn_local};
    use wasm_bindgen::JsCast;
    use web_sys::HtmlTextAreaElement;

    use crate::inbox::{screen::Screen, send::clock, server};

    /// What a phone shows ends by itself after 25 seconds.
    const EVERY: i64 = 20 * SECOND;

    pub fn follow(screen: Screen, id: ConversationId) {
        let said = StoredValue::new(0);
        let handle = window_event_listener(ev::input, move |event| {
            let area = event.target().and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok());
            let typed = area.is_some_and(|area| area.id() == "reply" && !area.value().trim().is_empty());
            let now = clock();
            if !typed || now - said.get_value() < EVERY {
                return;
            }
            said.set_value(now);
            spawn_local(async move {
                // Nobody misses it.
                let _ = server::types(screen.slug(), id).await;
            });
        });
        on_cleanup(move || handle.remove());
    }
}
