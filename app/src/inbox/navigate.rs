//! What is fetched when the address changes, and when more is asked for.

use domain::{
    Error as Wrong,
    conversation::View,
    id::ConversationId,
    inbox::{Filter, Live, Page, Row, Stretch, Thread},
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    place::Place,
    screen::{Middle, Screen},
    server,
};
use crate::error::Fault;

impl Screen {
    /// Follows the address. Called in the browser, once it has taken over.
    pub fn follow(&self) {
        let screen = *self;
        Effect::new(move |before: Option<Place>| {
            let place = screen.place.get();
            // The first is what the page was drawn for.
            if let Some(before) = before {
                screen.go(&before, &place);
            }
            place
        });
    }

    fn go(&self, before: &Place, place: &Place) {
        let (view, filter) = (self.wanted(place), &place.filter);
        if self.model.with_value(|model| view != model.view || *filter != model.filter) {
            self.selected.set(Vec::new());
            if before.open != place.open || before.unreadable != place.unreadable {
                self.leave(place.open);
            }
            self.fetch(view, filter.clone(), place.open);
        } else if place.unreadable {
            self.model.update_value(|model| model.thread = None);
            self.middle.set(Middle::Missing);
            self.sync();
        } else if before.open != place.open || before.unreadable {
            self.open_thread(place.open);
        }
    }

    fn wanted(&self, place: &Place) -> View {
        let access = self.facts().access;
        place.view.filter(|view| View::offered(&access).contains(view)).unwrap_or_else(|| View::home(&access))
    }

    /// Nothing of the conversation that was open stays, least of all its composer.
    fn leave(&self, open: Option<ConversationId>) {
        self.problem.set(None);
        self.kept.set(None);
        self.scrolled_up.set(false);
        self.unread_line.set(None);
        self.missed.set(0);
        self.model.update_value(|model| model.thread = None);
        self.middle.set(open.map_or(Middle::Thread, Middle::Loading));
        self.sync();
    }

    fn open_thread(&self, open: Option<ConversationId>) {
        self.leave(open);
        if let Some(id) = open {
            self.fetch_thread(id);
        }
    }

    /// The row of the open conversation was chosen once more: if it is not shown, it is fetched.
    pub fn look_again(&self, id: ConversationId) {
        let here = self.place.with_untracked(|place| place.open) == Some(id);
        if here && !matches!(self.middle.get_untracked(), Middle::Thread | Middle::Loading(_)) {
            self.fetch_thread(id);
        }
    }

    pub fn fetch_thread(&self, id: ConversationId) {
        let screen = *self;
        self.middle.set(Middle::Loading(id));
        self.sync();
        screen.fetching(1);
        spawn_local(async move {
            match server::load_thread(screen.slug(), id).await {
                Ok(thread) => screen.install_thread(thread),
                Err(fault) => screen.thread_failed(id, fault),
            }
            screen.fetching(-1);
        });
    }

    fn thread_failed(&self, id: ConversationId, fault: Fault) {
        if self.middle.get_untracked() != Middle::Loading(id) {
            return;
        }
        self.signed_out(&fault);
        self.middle.set(match fault {
            Fault::Domain(domain::Error::NotFound) => Middle::Missing,
            fault => Middle::Failed(id, fault.to_string()),
        });
        self.sync();
    }

    /// Everything anew, where the reader is.
    pub fn refetch(&self) {
        let place = self.place.get_untracked();
        self.fetch(self.wanted(&place), place.filter, place.open);
    }

    fn fetch(&self, view: View, filter: Filter, open: Option<ConversationId>) {
        if self.is_gone() {
            return;
        }
        let screen = *self;
        self.busy.set(true);
        self.fetching(1);
        spawn_local(async move {
            match server::load_inbox(screen.slug(), Some(view), open, None, None, filter.clone()).await {
                Ok(fresh) => {
                    let place = screen.place.get_untracked();
                    // The reader may have moved on meanwhile.
                    let (wanted, here) = (screen.wanted(&place), place.open);
                    screen.install(fresh);
                    if screen.again.get_untracked() {
                        screen.again.set(false);
                        screen.problem.set(None);
                    }
                    if wanted != view || place.filter != filter {
                        screen.refetch();
                    } else if here != open {
                        screen.open_thread(here);
                    }
                }
                Err(_) if screen.is_gone() => {}
                // Not theirs any more: nothing of it stays on the screen.
                Err(Fault::Domain(Wrong::NotFound | Wrong::Forbidden { .. } | Wrong::SecondFactor)) => {
                    crate::ui::reload()
                }
                Err(fault) => {
                    // What is on its way and what is not there any more is offered again in its own place.
                    if let (Some(id), Middle::Loading(_)) = (open, screen.middle.get_untracked()) {
                        screen.thread_failed(id, fault.clone());
                    }
                    screen.not_fetched(fault);
                }
            }
            screen.busy.set(false);
            screen.fetching(-1);
        });
    }

    pub fn load_rows(&self) {
        let below = self.model.with_value(|model| model.rows.last().map(Row::sort_key));
        let (Some(before), false) = (below, self.busy.get_untracked()) else { return };
        let (screen, view, filter) = (*self, self.view.get_untracked(), self.filter.get_untracked());
        self.busy.set(true);
        self.fetching(1);
        spawn_local(async move {
            match server::load_rows(screen.slug(), view, before, filter.clone()).await {
                Ok(page) => screen.append(view, &filter, page),
                Err(fault) => screen.not_fetched(fault),
            }
            screen.busy.set(false);
            screen.fetching(-1);
        });
    }

    fn append(&self, view: View, filter: &Filter, page: Page<Row>) {
        let events = self.events();
        self.held_until.set_value(0);
        self.model.update_value(|model| {
            if model.view != view || model.filter != *filter {
                return;
            }
            for row in page.items {
                let touched = events.iter().any(|live| live.event.conversation() == Some(row.id));
                // What changed meanwhile is in the list already, or has left it.
                if !touched && model.rows.iter().all(|known| known.id != row.id) {
                    model.rows.push(row);
                }
            }
            let sort = model.filter.sort;
            model.rows.sort_by(|a, b| sort.compare(a.sort_key(), b.sort_key()));
            model.more = page.more;
        });
        self.sync();
    }

    pub fn load_older(&self) {
        let first = self.model.with_value(|model| {
            let thread = model.thread.as_ref().filter(|thread| thread.more)?;
            Some((thread.row.id, thread.messages.first()?.sort_key()))
        });
        let (Some((id, before)), false) = (first, self.busy.get_untracked()) else { return };
        let screen = *self;
        self.busy.set(true);
        self.fetching(1);
        spawn_local(async move {
            match server::load_older(screen.slug(), id, before).await {
                Ok(page) => screen.prepend(id, page),
                Err(fault) => screen.not_fetched(fault),
            }
            screen.busy.set(false);
            screen.fetching(-1);
        });
    }

    fn prepend(&self, id: ConversationId, Stretch { messages: page, notes }: Stretch) {
        self.model.update_value(|model| {
            let Some(thread) = model.thread.as_mut().filter(|thread| thread.row.id == id) else { return };
            let known = std::mem::take(&mut thread.messages);
            thread.messages = page.items;
            thread.messages.retain(|older| known.iter().all(|message| message.id != older.id));
            thread.messages.extend(known);
            thread.more = page.more;
            thread.notes.retain(|known| notes.iter().all(|older| older.id != known.id));
            thread.notes.splice(..0, notes);
        });
        self.sync();
    }

    /// Downwards, where the newest messages are not here.
    pub fn load_newer(&self) {
        let last = self.model.with_value(|model| {
            let thread = model.thread.as_ref().filter(|thread| thread.newer)?;
            Some((thread.row.id, thread.messages.last()?.sort_key()))
        });
        let (Some((id, after)), false) = (last, self.busy.get_untracked()) else { return };
        let screen = *self;
        self.busy.set(true);
        self.fetching(1);
        spawn_local(async move {
            match server::load_newer(screen.slug(), id, after).await {
                Ok(page) => steadily(|| screen.extend(id, page)),
                Err(fault) => screen.not_fetched(fault),
            }
            screen.busy.set(false);
            screen.fetching(-1);
        });
    }

    fn extend(&self, id: ConversationId, Stretch { messages: page, notes }: Stretch) {
        let thread = self.model.with_value(|model| model.thread.clone());
        let Some(mut thread) = thread.filter(|thread| thread.row.id == id && thread.newer) else { return };
        let newer = page.items.into_iter().filter(|newer| thread.messages.iter().all(|known| known.id != newer.id));
        let newer: Vec<_> = newer.collect();
        thread.messages.extend(newer);
        thread.newer = page.more;
        thread.notes.retain(|known| notes.iter().all(|newer| newer.id != known.id));
        thread.notes.extend(notes);
        self.turn_to(thread);
    }

    /// Another stretch of the conversation that is open.
    pub(super) fn turn_to(&self, stretch: Thread) {
        let caught_up = self.caught_up(stretch);
        self.model.update_value(|model| {
            if let (Some(thread), Some(stretch)) = (model.thread.as_mut(), caught_up)
                && thread.row.id == stretch.row.id
            {
                // The row follows the list.
                *thread = Thread { row: thread.row.clone(), ..stretch };
            }
        });
        self.sync();
    }

    /// Scrolls to the newest message, which is fetched where an earlier stretch is shown.
    pub fn to_newest(&self) {
        let open = self.open_id().filter(|_| self.newer_messages.get_untracked());
        let Some(id) = open else { return scroll_to_newest() };
        let screen = *self;
        self.fetching(1);
        spawn_local(async move {
            match server::load_thread(screen.slug(), id).await {
                Ok(thread) => {
                    screen.missed.set(0);
                    // Before as well: the place where the pane was is the top of a shorter stretch, which would ask for older ones.
                    scroll_to_newest();
                    screen.turn_to(thread);
                    request_animation_frame(scroll_to_newest);
                }
                Err(fault) => screen.not_fetched(fault),
            }
            screen.fetching(-1);
        });
    }

    fn events(&self) -> Vec<Live> {
        self.meanwhile.with_value(|(_, events)| events.clone())
    }

    /// Counts what is on its way; events are kept only as long as an answer may be older than they are.
    pub(super) fn fetching(&self, by: i32) {
        self.meanwhile.update_value(|(fetching, events)| {
            *fetching = fetching.saturating_add_signed(by);
            if *fetching == 0 {
                events.clear();
            }
        });
    }
}

/// The pane of a thread is turned over: its zero is the newest message.
fn scroll_to_newest() {
    #[cfg(feature = "hydrate")]
    if let Some(pane) = pane() {
        pane.set_scroll_top(0);
    }
}

/// What the reader sees stays where it is while something is added below it.
fn steadily(change: impl FnOnce()) {
    #[cfg(feature = "hydrate")]
    if let Some(pane) = pane() {
        let (height, top) = (pane.scroll_height(), pane.scroll_top());
        change();
        request_animation_frame(move || pane.set_scroll_top(top - (pane.scroll_height() - height)));
        return;
    }
    change();
}

#[cfg(feature = "hydrate")]
fn pane() -> Option<web_sys::Element> {
    document().query_selector(".thread__scroll").ok().flatten()
}
