//! One stream a browser, however many tabs: the tab that holds the lock listens and passes on what it hears. When it is
//! closed, the lock goes to the next one, which continues behind what it knows.
//!
//! Every event is passed on with the number of the one before it, so that a tab that missed something notices and fetches
//! the screen anew. Where a browser has no locks (a page without TLS), each tab has a stream of its own.
#![cfg(feature = "hydrate")]

use std::time::Duration;

use domain::time::Millis;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, EventSource, MessageEvent};

use super::{
    lasting::lasting,
    live::{afresh, connect, heard, present, reachable},
    screen::Screen,
};

const ASK_AGAIN: Duration = Duration::from_secs(1);
/// Seconds until the stream is opened again; the last one stays.
const PAUSES: [u64; 5] = [1, 2, 4, 8, 15];

/// What is open: it is closed and heard no more when this goes.
struct Stream {
    source: EventSource,
    _hear: Vec<Closure<dyn FnMut(MessageEvent)>>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}

/// The way to the other tabs.
struct Others {
    channel: BroadcastChannel,
    _hear: Closure<dyn FnMut(MessageEvent)>,
}

impl Drop for Others {
    fn drop(&mut self) {
        self.channel.close();
    }
}

/// The tabs of this browser that show the same workspace as the same member.
#[derive(Clone, Copy)]
pub struct Tabs {
    screen: Screen,
    others: StoredValue<Option<Others>, LocalStorage>,
    /// The last event that this tab passed on; `None` while another one holds the stream.
    passed: StoredValue<Option<i64>>,
    stream: StoredValue<Option<Stream>, LocalStorage>,
    /// Counts the streams: what an older one says is let go.
    attempt: StoredValue<u32>,
    /// Streams in a row that did not open, or broke off.
    broken: StoredValue<usize>,
    /// Gives the lock to the next tab.
    release: StoredValue<Option<js_sys::Function>, LocalStorage>,
}

impl Tabs {
    /// Listens to the other tabs, or to the server when it is this tab's turn.
    pub fn join(screen: Screen) -> Self {
        let facts = screen.facts();
        let name = format!("parlance:{}:{}", facts.workspace.id, facts.me.id);
        let tabs = lasting(|| Self {
            screen,
            others: StoredValue::new_local(None),
            passed: StoredValue::new(None),
            stream: StoredValue::new_local(None),
            attempt: StoredValue::new(0),
            broken: StoredValue::new(0),
            release: StoredValue::new_local(None),
        });
        let locks = locks();
        let channel = locks.as_ref().and_then(|_| BroadcastChannel::new(&name).ok());
        let (Some((locks, request)), Some(channel)) = (locks, channel) else {
            connect(screen, tabs);
            return tabs;
        };
        let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            if let Some(text) = message.data().as_string() {
                tabs.hear(&text);
            }
        });
        channel.set_onmessage(Some(listen.as_ref().unchecked_ref()));
        tabs.others.set_value(Some(Others { channel, _hear: listen }));
        tabs.say("hello");
        // The lock is kept until the person leaves the inbox; the browser takes it when the tab goes.
        let turn = Closure::<dyn FnMut(JsValue) -> js_sys::Promise>::new(move |_| {
            js_sys::Promise::new(&mut |release, _| {
                if screen.is_gone() {
                    let _ = release.call0(&JsValue::NULL);
                    return;
                }
                tabs.release.set_value(Some(release));
                tabs.passed.set_value(Some(tabs.seq()));
                connect(screen, tabs);
            })
        });
        if request.call2(&locks, &JsValue::from_str(&name), turn.as_ref()).is_err() {
            connect(screen, tabs);
        }
        // It may be this tab's turn at any time.
        turn.forget();
        tabs
    }

    /// The person leaves the inbox: another tab listens.
    pub fn leave(self) {
        self.begin();
        self.stream.set_value(None);
        self.others.set_value(None);
        if let Some(release) = self.release.try_update_value(Option::take).flatten() {
            let _ = release.call0(&JsValue::NULL);
        }
    }

    /// Another stream is opened: its number.
    pub fn begin(self) -> u32 {
        self.attempt.update_value(|attempt| *attempt = attempt.wrapping_add(1));
        self.attempt.get_value()
    }

    pub fn is_current(self, attempt: u32) -> bool {
        self.attempt.get_value() == attempt
    }

    pub fn hold(self, source: EventSource, hear: Vec<Closure<dyn FnMut(MessageEvent)>>) {
        self.stream.set_value(Some(Stream { source, _hear: hear }));
    }

    pub fn is_up(self) {
        self.broken.set_value(0);
    }

    pub fn is_down(self) -> bool {
        self.broken.get_value() > 0
    }

    /// It broke off: how long until it is opened again.
    pub fn pause(self) -> Duration {
        let before = self.broken.get_value();
        self.broken.set_value(before + 1);
        Duration::from_secs(PAUSES.get(before).or(PAUSES.last()).copied().unwrap_or_default())
    }

    /// There may be a connection again: the next try is now.
    pub fn hurry(self) {
        if self.is_down() {
            connect(self.screen, self);
        }
    }

    fn seq(self) -> i64 {
        self.screen.model.with_value(|model| model.seq)
    }

    fn say(self, text: &str) {
        self.others.with_value(|others| {
            if let Some(others) = others {
                // A closed channel belongs to a page that is going.
                let _ = others.channel.post_message(&JsValue::from_str(text));
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

    /// That events come in, or when it is tried again.
    pub fn say_reachable(self, again: Option<Millis>) {
        match again {
            None => self.say("online"),
            Some(at) => self.say(&format!("offline {at}")),
        }
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
                    let offline = self.screen.offline.get_untracked();
                    self.say_reachable(offline.then(|| self.screen.next_try.get_untracked()));
                }
            }
            "at" if rest.parse::<i64>().is_ok_and(|seq| seq > self.seq()) => self.screen.refetch(),
            "resync" => afresh(self.screen),
            "online" => reachable(self.screen, None),
            "offline" => reachable(self.screen, Some(rest.parse().unwrap_or_default())),
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
