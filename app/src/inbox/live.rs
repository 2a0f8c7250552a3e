//! What happens elsewhere, as it happens: the stream of events, the clock, the eye of the reader.
#![cfg(feature = "hydrate")]

use std::time::Duration;

use domain::{
    inbox::{Event, Live},
    time::MINUTE,
    window::{self, Window},
};
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent, VisibilityState};

use super::{screen::Screen, send::clock};

/// Before a stream that the server ended is opened again.
const AGAIN: Duration = Duration::from_secs(4);

pub fn start(screen: Screen) {
    // The first paint is compared with the server's; only then may times and drafts differ from it.
    Effect::new(move |_| {
        screen.local.set(true);
        tick(screen);
        connect(screen);
        if let Some(root) = document().document_element() {
            // For the style sheet and the tests: from here on everything answers.
            let _ = root.set_attribute("data-hydrated", "true");
        }
    });
    watch_reading(screen);
}

/// Once a second while a window on the screen has less than two minutes, else when the minute turns over.
fn tick(screen: Screen) {
    let now = clock();
    screen.now.set(now);
    let hurry = screen.model.with_value(|model| {
        model.rows.iter().any(|row| {
            matches!(window::at(row.window_expires_at, now), Window::Open { left } if left < 3 * MINUTE)
        })
    });
    let pause = if hurry { 1_000 } else { (MINUTE - now % MINUTE).clamp(1_000, MINUTE) };
    let pause = Duration::from_millis(u64::try_from(pause).unwrap_or(60_000));
    set_timeout(move || tick(screen), pause);
}

/// Opens the stream behind the last known event. The browser reconnects by itself after a lost connection.
fn connect(screen: Screen) {
    let after = screen.model.with_value(|model| model.seq);
    let Ok(source) = EventSource::new(&screen.path(&format!("/events?after={after}"))) else { return };
    let listen = |name: &str, heard: Box<dyn FnMut(MessageEvent)>| {
        let heard = Closure::<dyn FnMut(MessageEvent)>::wrap(heard);
        let _ = source.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
        // Lives as long as the page.
        heard.forget();
    };
    listen("live", Box::new(move |message| receive(screen, &message)));
    listen("resync", Box::new(move |_| screen.refetch()));
    listen(
        "open",
        Box::new(move |_| {
            let was_offline = screen.offline.get_untracked();
            screen.offline.set(false);
            if was_offline {
                screen.retry_offline();
            }
        }),
    );
    let stream = source.clone();
    listen(
        "error",
        Box::new(move |_| {
            screen.offline.set(true);
            if stream.ready_state() == EventSource::CLOSED {
                set_timeout(move || reconnect(screen), AGAIN);
            }
        }),
    );
}

/// The server ended the stream for good: the page asks what is the matter, then listens again.
fn reconnect(screen: Screen) {
    screen.refetch();
    connect(screen);
}

fn receive(screen: Screen, message: &MessageEvent) {
    let Some(data) = message.data().as_string() else { return };
    let Ok(seq) = message.last_event_id().parse::<i64>() else { return };
    match serde_json::from_str::<Event>(&data) {
        Ok(event) => screen.live(&Live { seq, event }),
        // A newer server speaks of things that this page does not know: what it knows is fetched.
        Err(_) => screen.refetch(),
    }
}

/// Tells the server when an unread conversation is before the reader's eyes.
fn watch_reading(screen: Screen) {
    let visible = RwSignal::new(is_visible());
    let handle = window_event_listener(ev::Custom::<web_sys::Event>::new("visibilitychange"), move |_| {
        visible.set(is_visible());
    });
    on_cleanup(move || handle.remove());
    let unread = Memo::new(move |_| {
        let loaded = screen.middle.get() == super::screen::Middle::Thread;
        screen.open.read().as_ref().filter(|row| loaded && row.unread > 0).map(|row| (row.id, row.unread))
    });
    Effect::new(move |_| {
        if let (Some((id, _)), true, true) = (unread.get(), visible.get(), screen.can_reply()) {
            screen.mark_read(id);
        }
    });
}

fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}
