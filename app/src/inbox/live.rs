//! What happens elsewhere, as it happens: the stream of events, the clock, the eye of the reader.
#![cfg(feature = "hydrate")]

use std::time::Duration;

use domain::{
    inbox::{Event, Live, MessageView, Thread},
    time::{MINUTE, Millis},
    window::{self, Window},
};
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent, VisibilityState};

use super::{
    screen::{Middle, Screen},
    send::clock,
    shared::Tabs,
};

const TICK: Duration = Duration::from_secs(1);
/// Messages of a thread that may count down: those a person looks at.
const COUNTED: usize = 50;
/// Before a stream that the server ended is opened again.
const AGAIN: Duration = Duration::from_secs(4);
/// A stream that is back sooner was not worth a banner.
const PATIENCE: Duration = Duration::from_millis(1_500);

pub fn start(screen: Screen) {
    // The first paint is compared with the server's; only then may times and drafts differ from it.
    Effect::new(move |_| {
        screen.local.set(true);
        screen.now.set(clock());
        tick(screen);
        screen.restore();
        if let Some(root) = document().document_element() {
            // For the style sheet and the tests: from here on everything answers.
            let _ = root.set_attribute("data-hydrated", "true");
        }
    });
    watch_reading(screen);
}

/// Listens to what happens. What came since the page was drawn is told first, so that this may begin later than the page.
pub fn join(screen: Screen) {
    let tabs = Tabs::join(screen);
    // The browser knows first. Where it is wrong about "online", the stream says so at its next try.
    let online = window_event_listener(ev::Custom::<web_sys::Event>::new("online"), move |_| {
        reachable(screen, None);
        tabs.hurry();
    });
    let offline = window_event_listener(ev::Custom::<web_sys::Event>::new("offline"), move |_| {
        reachable(screen, Some(screen.next_try.get_untracked()));
    });
    on_cleanup(move || {
        online.remove();
        offline.remove();
        tabs.leave();
    });
}

/// Looks once a second; the screen's clock moves each second while something on it counts down, else with the minute.
fn tick(screen: Screen) {
    if screen.is_gone() {
        return;
    }
    let now = clock();
    let soon = |end| matches!(window::at(end, now), Window::Open { left } if left < 3 * MINUTE);
    let counts_down = |thread: &Thread| {
        let waits =
            |message: &MessageView| message.next_try.is_some_and(|at| at + MINUTE > now && at - now < 3 * MINUTE);
        thread.messages.iter().rev().take(COUNTED).any(waits)
    };
    let hurry = screen.model.with_value(|model| {
        let open = model.thread.as_ref().map(|thread| &thread.row);
        screen.next_try.get_untracked() > 0
            || model.rows.iter().chain(open).any(|row| soon(row.window_expires_at))
            || model.thread.as_ref().is_some_and(counts_down)
    });
    if hurry || now / MINUTE != screen.now.get_untracked() / MINUTE {
        let minute = now / MINUTE != screen.now.get_untracked() / MINUTE;
        screen.now.set(now);
        // Which windows are about to close is another question each minute.
        if minute && screen.filter.with_untracked(|filter| filter.closing) && !screen.busy.get_untracked() {
            screen.refetch();
        }
    }
    set_timeout(move || tick(screen), TICK);
}

/// Opens the stream behind the last known event. When it breaks off it is opened again by the clock that the banner shows.
pub fn connect(screen: Screen, tabs: Tabs) {
    if screen.is_gone() {
        return;
    }
    let attempt = tabs.begin();
    let after = screen.model.with_value(|model| model.seq);
    let Ok(source) = EventSource::new(&screen.path(&format!("/events?after={after}"))) else { return };
    let mut hear = Vec::new();
    let mut listen = |name: &str, heard: Box<dyn FnMut(MessageEvent)>| {
        let heard = Closure::<dyn FnMut(MessageEvent)>::wrap(heard);
        let _ = source.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
        hear.push(heard);
    };
    listen("live", Box::new(move |message| receive(screen, tabs, &message)));
    listen(
        "presence",
        Box::new(move |message| {
            if let Some(data) = message.data().as_string() {
                tabs.say_present(&data);
                present(&data);
            }
        }),
    );
    listen(
        "resync",
        Box::new(move |_| {
            tabs.say_resync();
            afresh(screen);
        }),
    );
    listen(
        "open",
        Box::new(move |_| {
            tabs.is_up();
            tabs.say_reachable(None);
            reachable(screen, None);
        }),
    );
    let stream = source.clone();
    listen(
        "error",
        Box::new(move |_| {
            // Ended for good by the server: the page asks what is the matter, then listens again.
            let ended = stream.ready_state() == EventSource::CLOSED;
            // By itself the browser would try again too, and not say when.
            stream.close();
            if !tabs.is_current(attempt) || screen.is_gone() {
                return;
            }
            let pause = tabs.pause();
            let pause = if ended { AGAIN } else { pause };
            let at = clock() + i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
            let down = move || {
                tabs.say_reachable(Some(at));
                reachable(screen, Some(at));
            };
            if screen.offline.get_untracked() {
                down();
            } else {
                let still = move || {
                    if tabs.is_down() && !screen.is_gone() {
                        down();
                    }
                };
                set_timeout(still, PATIENCE);
            }
            let again = move || {
                if !tabs.is_current(attempt) {
                    return;
                }
                if ended {
                    screen.refetch();
                }
                connect(screen, tabs);
            };
            set_timeout(again, pause);
        }),
    );
    tabs.hold(source, hear);
}

/// Says that nothing comes in and when it is tried again, or sends what waited for that.
pub fn reachable(screen: Screen, again: Option<Millis>) {
    let before = !screen.offline.get_untracked();
    screen.now.set(clock());
    screen.next_try.set(again.unwrap_or_default());
    screen.offline.set(again.is_some());
    if again.is_none() && !before {
        screen.retry_offline();
    }
}

fn receive(screen: Screen, tabs: Tabs, message: &MessageEvent) {
    let (Some(data), Ok(seq)) = (message.data().as_string(), message.last_event_id().parse::<i64>()) else { return };
    tabs.say_live(seq, &data);
    heard(screen, seq, &data);
}

/// Something was missed: the screen is fetched, and whoever shows something beside it fetches that.
pub fn afresh(screen: Screen) {
    crate::frame::live::tell(crate::frame::live::Heard::Afresh);
    screen.refetch();
}

/// What a colleague does at a conversation, from the stream or from the tab that holds it.
pub fn present(data: &str) {
    crate::frame::live::tell(crate::frame::live::Heard::Present(data));
}

/// One event, from the stream or from the tab that holds it.
pub fn heard(screen: Screen, seq: i64, data: &str) {
    match serde_json::from_str::<Event>(data) {
        Ok(event) => {
            let live = Live { seq, event };
            crate::frame::live::tell(crate::frame::live::Heard::Event(&live));
            screen.live(&live);
        }
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
        let loaded = screen.middle.get() == Middle::Thread;
        screen
            .open
            .read()
            .as_ref()
            .filter(|row| loaded && row.unread > 0)
            .map(|row| (row.id, row.unread, screen.may_reply(row)))
    });
    Effect::new(move |_| {
        if let (Some((id, _, true)), true) = (unread.get(), visible.get()) {
            screen.mark_read(id);
        }
    });
}

fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}
