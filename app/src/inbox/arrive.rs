//! What comes from the server: a fetched screen or thread, and the events of the stream.

use domain::{
    id::MessageId,
    inbox::{Counts, Effect, Event, InboxView, Live, Thread, apply},
    message::Direction,
};
use leptos::prelude::*;
use std::sync::Arc;

use super::{
    screen::{Middle, Screen},
    screenful::Screenful,
    sync::put,
};

impl Screen {
    /// Everything anew from the server: the first fetch, another view, or a stream that had to let go.
    pub fn install(&self, fresh: Screenful) {
        if self.is_gone() {
            return;
        }
        if fresh.access != self.facts().access {
            // What the member may do has changed. Texts that are not sent yet survive this.
            return crate::ui::reload();
        }
        let missing = fresh.missing;
        let inbox = fresh.inbox.clone();
        let (fresh_parks, fresh_saved) = (fresh.parks.clone(), fresh.saved.clone());
        self.held_until.set_value(0);
        // The first paint's own things stay: the form's key and text belong to the page as it was drawn.
        self.facts.update_value(|facts| {
            let old = facts.as_ref().clone();
            *facts = Arc::new(Screenful { form_key: old.form_key, theme: old.theme, demo: old.demo, ..fresh });
        });
        self.parks.set(fresh_parks);
        put(self.saved, fresh_saved);
        self.model.set_value(inbox);
        let (_, events) = self.meanwhile.get_value();
        self.model.update_value(|model| {
            for live in &events {
                apply(model, live);
            }
        });
        let unreadable = self.place.with_untracked(|place| place.unreadable);
        self.middle.set(if missing || unreadable { Middle::Missing } else { Middle::Thread });
        self.fresh.set_value(None);
        self.sync();
    }

    /// A thread that was fetched, if it is still the one that was asked for.
    pub fn install_thread(&self, thread: Thread) {
        let id = thread.row.id;
        if self.middle.get_untracked() != Middle::Loading(id) {
            return;
        }
        let thread = self.caught_up(thread);
        self.model.update_value(|model| model.thread = thread);
        // It may have been handed over while it was on its way.
        let there = self.model.with_value(|model| model.thread.is_some());
        self.middle.set(if there { Middle::Thread } else { Middle::Lost(None) });
        self.draw_unread_line();
        self.sync();
    }

    /// A thread that was fetched, with what happened while it was on its way; `None` when it was handed over.
    pub(super) fn caught_up(&self, thread: Thread) -> Option<Thread> {
        let (_, events) = self.meanwhile.get_value();
        // Only the thread is behind; the list has seen these events.
        let mut alone = self.model.with_value(|model| InboxView {
            seq: i64::MIN,
            rows: Vec::new(),
            more: true,
            counts: Counts::default(),
            thread: Some(thread),
            ..model.clone()
        });
        for live in &events {
            apply(&mut alone, live);
        }
        alone.thread
    }

    /// One event of the stream.
    pub fn live(&self, live: &Live) {
        self.meanwhile.update_value(|(fetching, events)| {
            if *fetching > 0 {
                events.push(live.clone());
            }
        });
        if let Event::Message { message, .. } | Event::MessageChanged { message, .. } = &live.event {
            self.confirmed(message.id);
            self.notice_parks(message);
        }
        if let Event::Note { note, .. } = &live.event {
            self.confirmed(MessageId(note.id.0));
        }
        let Some(effect) = self.model.try_update_value(|model| apply(model, live)) else { return };
        if let (Event::Note { row, note }, true) = (&live.event, effect != Effect::Nothing) {
            self.named(row, note);
        }
        match effect {
            Effect::Nothing => return,
            Effect::Changed => {}
            Effect::NewMessage(id) => self.arrived(id, &live.event),
            Effect::ThreadLost(_) => self.middle.set(Middle::Lost(None)),
        }
        self.sync();
        self.refill();
        self.regain(live);
    }

    /// All rows that were here have left the list, and it goes on: then it is fetched.
    fn refill(&self) {
        let empty = self.model.with_value(|model| model.rows.is_empty() && model.more);
        if empty && !self.busy.get_untracked() {
            self.refetch();
        }
    }

    /// What was not to be seen may be again: then it is fetched.
    fn regain(&self, live: &Live) {
        let gone = matches!(self.middle.get_untracked(), Middle::Lost(_) | Middle::Missing);
        let Some(id) = live.event.conversation() else { return };
        let back =
            !matches!(live.event, Event::Lost { .. }) && self.place.with_untracked(|place| place.open) == Some(id);
        if gone && back {
            self.fetch_thread(id);
        }
    }

    fn arrived(&self, id: MessageId, event: &Event) {
        self.fresh.set_value(Some(id));
        let theirs = matches!(event, Event::Message { message, .. } if message.direction == Direction::In);
        if theirs && (self.scrolled_up.get_untracked() || self.newer_messages.get_untracked()) {
            self.missed.update(|missed| *missed += 1);
        }
    }
}
