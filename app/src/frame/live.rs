//! What happens elsewhere, for the pages beside the inbox: one stream a page, open while somebody looks at it. The inbox has a
//! stream of its own, and tells of it here what concerns the frame.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    rc::Rc,
    time::Duration,
};

use domain::{
    inbox::{Event, Live},
    workspace::Slug,
};
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent, VisibilityState};

/// Before a stream that the server ended is opened again.
const AGAIN: Duration = Duration::from_secs(4);

/// One thing that a page is told.
#[derive(Clone, Copy)]
pub enum Heard<'a> {
    Event(&'a Live),
    /// What a colleague does at a conversation: `domain::inbox::presence::Signal` as JSON.
    Present(&'a str),
    /// Something was missed, or what the member may do has changed: what is shown is to be fetched.
    Afresh,
}

type Listener = Rc<dyn Fn(Heard<'_>)>;

thread_local! {
    static LISTENERS: RefCell<Vec<(u32, Listener)>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// Hears what happens until the part of the page that asks is gone.
pub fn listen(hear: impl Fn(Heard<'_>) + 'static) {
    let id = NEXT.get();
    NEXT.set(id.wrapping_add(1));
    LISTENERS.with_borrow_mut(|all| all.push((id, Rc::new(hear))));
    on_cleanup(move || LISTENERS.with_borrow_mut(|all| all.retain(|(other, _)| *other != id)));
}

/// Tells whoever listens.
pub fn tell(heard: Heard<'_>) {
    if let Heard::Event(Live { event: Event::Limits { usage }, .. }) = heard {
        super::heard(usage);
    }
    // Whoever hears may begin or stop to listen.
    let all: Vec<Listener> = LISTENERS.with_borrow(|all| all.iter().map(|(_, hear)| hear.clone()).collect());
    for hear in all {
        hear(heard);
    }
}

/// Asks now, or once more after the answer that is awaited: however much is heard, one question is under way.
pub fn one_at_a_time<F: Future<Output = ()> + 'static>(ask: impl Fn() -> F + 'static) -> impl Fn() + Clone + 'static {
    let ask = Rc::new(ask);
    let wanted = Rc::new(Cell::new(0_u32));
    move || {
        wanted.set(wanted.get() + 1);
        if wanted.get() > 1 {
            return;
        }
        let (ask, wanted) = (ask.clone(), wanted.clone());
        spawn_local(async move {
            while wanted.get() > 0 {
                wanted.set(1);
                ask().await;
                wanted.set(wanted.get() - 1);
            }
        });
    }
}

/// Follows a workspace behind the event that the page was drawn with. A page in the background holds no connection; what it
/// misses is told when somebody looks at it again.
pub fn follow(slug: Slug, seq: i64) {
    let following = Rc::new(Following { slug, seq: Cell::new(seq), open: RefCell::default(), gone: Cell::new(false) });
    let (first, last) = (following.clone(), StoredValue::new_local(following.clone()));
    Effect::new(move |_| first.look());
    let handle =
        window_event_listener(ev::Custom::<web_sys::Event>::new("visibilitychange"), move |_| following.look());
    on_cleanup(move || {
        handle.remove();
        last.try_with_value(|following| following.leave());
    });
}

struct Following {
    slug: Slug,
    /// The last event that was heard.
    seq: Cell<i64>,
    open: RefCell<Option<Open>>,
    /// Nobody is on the page any more.
    gone: Cell<bool>,
}

/// An open stream, with what listens to it.
struct Open {
    source: EventSource,
    _hear: Vec<Closure<dyn FnMut(MessageEvent)>>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.source.close();
    }
}

impl Following {
    fn leave(&self) {
        self.gone.set(true);
        self.open.take();
    }

    fn look(self: &Rc<Self>) {
        let visible = !self.gone.get() && document().visibility_state() == VisibilityState::Visible;
        let is_open = self.open.borrow().is_some();
        if !visible {
            self.open.take();
        } else if !is_open {
            *self.open.borrow_mut() = self.connect();
        }
    }

    /// The browser connects again by itself, behind the last event, unless the server ended the stream for good.
    fn connect(self: &Rc<Self>) -> Option<Open> {
        let source = EventSource::new(&format!("/w/{}/events?after={}", self.slug, self.seq.get())).ok()?;
        let mut hear = Vec::new();
        let mut on = |name: &str, heard: Box<dyn FnMut(MessageEvent)>| {
            let heard = Closure::<dyn FnMut(MessageEvent)>::wrap(heard);
            let _ = source.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
            hear.push(heard);
        };
        let this = self.clone();
        on(
            "live",
            Box::new(move |message| {
                let Ok(seq) = message.last_event_id().parse() else { return };
                this.seq.set(seq);
                // What a newer server speaks of, this page does not show.
                let event = message.data().as_string().and_then(|data| serde_json::from_str::<Event>(&data).ok());
                if let Some(event) = event {
                    tell(Heard::Event(&Live { seq, event }));
                }
            }),
        );
        on("resync", Box::new(|_| tell(Heard::Afresh)));
        let (this, stream) = (self.clone(), source.clone());
        on(
            "error",
            Box::new(move |_| {
                if stream.ready_state() != EventSource::CLOSED {
                    return;
                }
                let this = this.clone();
                let again = move || {
                    this.open.take();
                    tell(Heard::Afresh);
                    this.look();
                };
                set_timeout(again, AGAIN);
            }),
        );
        Some(Open { source, _hear: hear })
    }
}
