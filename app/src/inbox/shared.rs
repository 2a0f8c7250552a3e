//! One stream a browser, however many tabs: the tab that holds the lock listens and passes on what it hears. When it is
//! closed, the lock goes to the next one, which continues behind what it knows.
//!
//! Every event is passed on with the number of the one before it, so that a tab that missed something notices and fetches
//! the screen anew. Where a browser has no locks (a page without TLS), each tab has a stream of its own.
#![cfg(feature = "hydrate")]

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

use super::{
    live::{connect, heard, present, reachable},
    screen::Screen,
};

const ASK_AGAIN: Duration = Duration::from_secs(1);

/// The tabs of this browser that show the same workspace as the same member.
#[derive(Clone, Copy)]
pub struct Tabs {
    screen: Screen,
    channel: StoredValue<Option<BroadcastChannel>, LocalStorage>,
    /// The last event that this tab passed on; `None` while another one holds the stream.
    passed: StoredValue<Option<i64>>,
}

impl Tabs {
    /// Listens to the other tabs, or to the server when it is this tab's turn.
    pub fn join(screen: Screen) {
        let facts = screen.facts();
        let name = format!("parlance:{}:{}", facts.workspace.id, facts.me.id);
        let locks = locks();
        let channel = locks.as_ref().and_then(|_| BroadcastChannel::new(&name).ok());
        let tabs = Self { screen, channel: StoredValue::new_local(channel.clone()), passed: StoredValue::new(None) };
        let (Some((locks, request)), Some(channel)) = (locks, channel) else {
            connect(screen, tabs);
            return;
        };
        let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            if let Some(text) = message.data().as_string() {
                tabs.hear(&text);
            }
        });
        channel.set_onmessage(Some(listen.as_ref().unchecked_ref()));
        listen.forget();
        tabs.say("hello");
        // The lock is never given back: the browser takes it when the tab goes.
        let turn = Closure::<dyn FnMut(JsValue) -> js_sys::Promise>::new(move |_| {
            tabs.passed.set_value(Some(tabs.seq()));
            connect(screen, tabs);
            js_sys::Promise::new(&mut |_, _| {})
        });
        if request.call2(&locks, &JsValue::from_str(&name), turn.as_ref()).is_err() {
            connect(screen, tabs);
        }
        turn.forget();
    }

    fn seq(self) -> i64 {
        self.screen.model.with_value(|model| model.seq)
    }

    fn say(self, text: &str) {
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                // A closed channel belongs to a page that is going.
                let _ = channel.post_message(&JsValue::from_str(text));
            }
        });
    }

    pub fn say_live(self, seq: i64, data: &str) {
        let before = self.passed.get_value().unwrap_or_else(|| self.seq());
        self.passed.set_value(Some(seq));
        self.say(&format!("live {before} {seq} {data}"));
    }

    pub fn say_present(self, data: &str) {
        self.say(&format!("present {data}"));
    }

    pub fn say_resync(self) {
        self.say("resync");
    }

    pub fn say_reachable(self, now: bool) {
        self.say(if now { "online" } else { "offline" });
    }

    fn hear(self, text: &str) {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match word {
            "live" => self.hear_live(rest),
            "present" => present(rest),
            // A new tab: whoever holds the stream says how far it is.
            "hello" => {
                if let Some(seq) = self.passed.get_value() {
                    self.say(&format!("at {seq}"));
                    self.say_reachable(!self.screen.offline.get_untracked());
                }
            }
            "at" if rest.parse::<i64>().is_ok_and(|seq| seq > self.seq()) => self.screen.refetch(),
            "resync" => self.screen.refetch(),
            "online" => reachable(self.screen, true),
            "offline" => reachable(self.screen, false),
            _ => {}
        }
    }

    fn hear_live(self, rest: &str) {
        let mut parts = rest.splitn(3, ' ');
        let (Some(before), Some(seq), Some(data)) = (parts.next(), parts.next(), parts.next()) else { return };
        let (Ok(before), Ok(seq)) = (before.parse::<i64>(), seq.parse::<i64>()) else { return };
        if before <= self.seq() {
            heard(self.screen, seq, data);
        } else if self.screen.busy.get_untracked() {
            // What is being fetched may be older than this event: asked again when it is here.
            set_timeout(move || self.say("hello"), ASK_AGAIN);
        } else {
            self.screen.refetch();
        }
    }
}

/// The browser's lock manager and its `request`, which the bindings do not offer yet.
fn locks() -> Option<(JsValue, js_sys::Function)> {
    let locks = js_sys::Reflect::get(&window().navigator(), &"locks".into()).ok().filter(JsValue::is_object)?;
    let request = js_sys::Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    Some((locks, request))
}
