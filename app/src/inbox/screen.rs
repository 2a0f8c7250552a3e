//! The state of the screen. [`domain::inbox::apply`] changes the model; what is drawn hangs on the signals.

use std::sync::Arc;

use domain::{
    content::Quote,
    conversation::View,
    id::{ConversationId, MemberId, MessageId},
    inbox::{Counts, Effect, Event, Filter, InboxView, Live, Row, SavedView, Thread, apply},
    label::Label,
    message::Direction,
    permission::Permission,
    quick::QuickReply,
    time::Millis,
    workspace::MemberBrief,
};
use leptos::prelude::*;
use uuid::Uuid;

use super::{
    bubble::Entry,
    over::Over,
    parked::ParkLine,
    place::{Place, query},
    presence::Beside,
    screenful::Screenful,
    send::Pending,
    sync::{Cell, put, reconcile},
    templates::{Picking, Shelf},
    undo::Undo,
};

/// What the middle pane shows besides a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Middle {
    /// A thread, or the hint that one can be chosen.
    Thread,
    /// On its way; the header may be known from the list.
    Loading(ConversationId),
    /// Not there, or not this member's to see.
    Missing,
    /// It was handed over while it was open; in words, who has it now, where that is known.
    Lost(Option<String>),
    /// It could not be fetched.
    Failed(ConversationId, String),
}

/// Copied into every part; all parts see the same signals.
#[derive(Clone, Copy)]
pub struct Screen {
    /// What does not change while the page stands, apart from [`Screen::install`].
    pub facts: StoredValue<Arc<Screenful>>,
    /// The plain state that events are applied to.
    pub model: StoredValue<InboxView>,
    /// Events that came while something was being fetched: the answer may be older than they are.
    pub(super) meanwhile: StoredValue<(u32, Vec<Live>)>,
    pub(super) pending: StoredValue<Vec<Pending>>,
    /// Tries in a row that got no answer, and whether the next one is planned.
    pub(super) retries: StoredValue<usize>,
    pub(super) retry_planned: StoredValue<bool>,
    pub place: Memo<Place>,
    pub view: RwSignal<View>,
    pub filter: RwSignal<Filter>,
    pub labels: RwSignal<Vec<Label>>,
    pub saved: RwSignal<Vec<SavedView>>,
    /// Rows that something is to be done with together.
    pub selected: RwSignal<Vec<ConversationId>>,
    /// The row that was selected last: a range begins there.
    pub(super) anchor: StoredValue<Option<ConversationId>>,
    /// What was done last and can be taken back.
    pub undo: RwSignal<Option<Undo>>,
    /// Quick replies, once they were asked for.
    pub replies: RwSignal<Option<Vec<QuickReply>>>,
    /// What is asked over the page.
    pub over: RwSignal<Option<Over>>,
    pub counts: RwSignal<Counts>,
    pub rows: RwSignal<Vec<Cell<Row>>>,
    pub more_rows: RwSignal<bool>,
    pub middle: RwSignal<Middle>,
    /// The open conversation.
    pub open: RwSignal<Option<Row>>,
    pub bubbles: RwSignal<Vec<Cell<Entry>>>,
    pub more_messages: RwSignal<bool>,
    /// Above this message stood "3 new messages" when the thread was opened.
    pub unread_line: RwSignal<Option<(MessageId, i64)>>,
    /// Messages that came while the reader was further up.
    pub missed: RwSignal<i64>,
    /// The reader is more than a little above the newest message.
    pub scrolled_up: RwSignal<bool>,
    pub now: RwSignal<Millis>,
    /// Times in the reader's own zone; see [`crate::ui::when`].
    pub local: RwSignal<bool>,
    pub offline: RwSignal<bool>,
    /// What went wrong with something the person asked for.
    pub problem: RwSignal<Option<String>>,
    /// It was fetching that went wrong, so that fetching again may help.
    pub again: RwSignal<bool>,
    /// Text of a form that failed, where there is no composer to hold it.
    pub kept: RwSignal<Option<String>>,
    /// The conversation whose customer is answered although they opted out, and since when they had.
    pub despite: RwSignal<Option<(ConversationId, Millis)>>,
    /// Messages that were sent again from this page: once is enough.
    pub sent_again: RwSignal<Vec<MessageId>>,
    /// The templates that can be sent, and the dialog to choose one.
    pub shelf: RwSignal<Shelf>,
    pub picking: RwSignal<Option<Picking>>,
    /// Something is left to be set up.
    pub setup: RwSignal<bool>,
    /// The dialog for more than words is open, and for which conversation.
    pub attaching: RwSignal<Option<ConversationId>>,
    /// What the next message answers, and in which conversation.
    pub quoting: RwSignal<Option<(ConversationId, Quote)>>,
    /// Colleagues at the open conversation.
    pub beside: Beside,
    /// What stands still of what this workspace has to send.
    pub parks: RwSignal<Vec<ParkLine>>,
    pub(super) parks_asked: StoredValue<bool>,
    /// What is looked for; while it is empty the list stands there.
    pub words: RwSignal<String>,
    /// Something is being fetched for the list.
    pub busy: RwSignal<bool>,
    /// The message that has just come: it slides in, all others stand still.
    pub fresh: StoredValue<Option<MessageId>>,
    /// Until then rows keep their places: the reader is about to point at one.
    pub(super) held_until: StoredValue<Millis>,
}

impl Screen {
    /// The first paint.
    pub fn new(first: Screenful, place: Memo<Place>) -> Self {
        let inbox = first.inbox.clone();
        let screen = Self {
            model: StoredValue::new(inbox.clone()),
            meanwhile: StoredValue::new((0, Vec::new())),
            pending: StoredValue::new(Vec::new()),
            retries: StoredValue::new(0),
            retry_planned: StoredValue::new(false),
            place,
            view: RwSignal::new(inbox.view),
            filter: RwSignal::new(inbox.filter.clone()),
            labels: RwSignal::new(inbox.labels.clone()),
            saved: RwSignal::new(first.saved.clone()),
            selected: RwSignal::new(Vec::new()),
            anchor: StoredValue::new(None),
            undo: RwSignal::new(None),
            replies: RwSignal::new(None),
            over: RwSignal::new(None),
            counts: RwSignal::new(inbox.counts),
            rows: RwSignal::new(Vec::new()),
            more_rows: RwSignal::new(inbox.more),
            middle: RwSignal::new(if first.missing { Middle::Missing } else { Middle::Thread }),
            open: RwSignal::new(None),
            bubbles: RwSignal::new(Vec::new()),
            more_messages: RwSignal::new(false),
            unread_line: RwSignal::new(None),
            missed: RwSignal::new(0),
            scrolled_up: RwSignal::new(false),
            now: RwSignal::new(first.now),
            local: RwSignal::new(false),
            offline: RwSignal::new(false),
            problem: RwSignal::new(first.error.clone()),
            again: RwSignal::new(false),
            kept: RwSignal::new(first.text.clone().filter(|_| !first.composes())),
            despite: RwSignal::new(None),
            sent_again: RwSignal::new(Vec::new()),
            shelf: RwSignal::new(Shelf::default()),
            picking: RwSignal::new(None),
            setup: RwSignal::new(first.setup),
            attaching: RwSignal::new(None),
            quoting: RwSignal::new(None),
            beside: Beside::default(),
            parks: RwSignal::new(first.parks.clone()),
            parks_asked: StoredValue::new(false),
            words: RwSignal::new(String::new()),
            busy: RwSignal::new(false),
            fresh: StoredValue::new(None),
            held_until: StoredValue::new(0),
            facts: StoredValue::new(Arc::new(first)),
        };
        screen.draw_unread_line();
        screen.sync();
        screen
    }

    pub fn facts(&self) -> Arc<Screenful> {
        self.facts.get_value()
    }

    pub fn me(&self) -> MemberId {
        self.facts().me.id
    }

    pub fn can_reply(&self) -> bool {
        self.facts().access.can_reply()
    }

    /// Whether a permission reaches what is assigned to `assignee`.
    pub fn may(&self, permission: Permission, assignee: Option<MemberId>) -> bool {
        let facts = self.facts();
        facts.access.sight(permission, facts.me.id).reaches(assignee)
    }

    pub fn may_reply(&self, row: &Row) -> bool {
        self.may(Permission::MessagesSend, row.assignee)
    }

    pub fn member(&self, id: MemberId) -> Option<MemberBrief> {
        self.facts().members.iter().find(|member| member.id == id).cloned()
    }

    /// `/w/{slug}` and more.
    pub fn path(&self, rest: &str) -> String {
        format!("/w/{}{rest}", self.facts().workspace.slug)
    }

    /// The query of the list that is shown.
    pub fn query(&self) -> String {
        self.filter.with(|filter| self.query_of(self.view.get(), filter))
    }

    /// The query of another one.
    pub fn query_of(&self, view: View, filter: &Filter) -> String {
        query((view != View::home(&self.facts().access)).then_some(view), filter)
    }

    /// The id of the conversation in the middle, loaded or on its way.
    pub fn open_id(&self) -> Option<ConversationId> {
        self.open.with_untracked(|row| row.as_ref().map(|row| row.id))
    }

    /// Everything anew from the server: the first fetch, another view, or a stream that had to let go.
    pub fn install(&self, fresh: Screenful) {
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
        let (_, events) = self.meanwhile.get_value();
        self.model.update_value(|model| {
            // Only the thread is behind; the list has seen these events.
            let mut alone = InboxView {
                seq: i64::MIN,
                rows: Vec::new(),
                more: true,
                counts: Counts::default(),
                thread: Some(thread),
                ..model.clone()
            };
            for live in &events {
                apply(&mut alone, live);
            }
            model.thread = alone.thread;
        });
        // It may have been handed over while it was on its way.
        let there = self.model.with_value(|model| model.thread.is_some());
        self.middle.set(if there { Middle::Thread } else { Middle::Lost(None) });
        self.draw_unread_line();
        self.sync();
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
        let Some(effect) = self.model.try_update_value(|model| apply(model, live)) else { return };
        if let (Event::Note { row, note }, true) = (&live.event, effect != Effect::Nothing) {
            self.named(row, note);
        }
        match effect {
            Effect::Nothing => return,
            Effect::Changed => {}
            Effect::NewMessage(id) => self.arrived(id),
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

    fn arrived(&self, id: MessageId) {
        self.fresh.set_value(Some(id));
        let theirs = self.model.with_value(|model| {
            let thread = model.thread.as_ref()?;
            let message = thread.messages.iter().rev().find(|message| message.id == id)?;
            Some(message.direction == Direction::In)
        });
        if theirs == Some(true) && self.scrolled_up.get_untracked() {
            self.missed.update(|missed| *missed += 1);
        }
    }

    /// Brings the signals to the model.
    pub fn sync(&self) {
        let middle = self.middle.get_untracked();
        self.model.with_value(|model| {
            put(self.view, model.view);
            put(self.filter, model.filter.clone());
            put(self.labels, model.labels.clone());
            put(self.counts, model.counts);
            put(self.more_rows, model.more);
            reconcile(self.rows, self.in_places(&model.rows));
            let (open, bubbles, more) = match (&model.thread, middle) {
                (_, Middle::Loading(id)) => (model.rows.iter().find(|row| row.id == id).cloned(), Vec::new(), false),
                (Some(thread), Middle::Thread) => (Some(thread.row.clone()), self.bubbles_of(thread), thread.more),
                _ => (None, Vec::new(), false),
            };
            put(self.open, open);
            put(self.more_messages, more);
            reconcile(self.bubbles, bubbles);
        });
    }

    fn bubbles_of(&self, thread: &Thread) -> Vec<(Uuid, Entry)> {
        self.pending.with_value(|pending| {
            let waiting = pending
                .iter()
                .filter(|waiting| waiting.conversation == thread.row.id)
                .filter(|waiting| thread.messages.iter().all(|message| message.id != waiting.id));
            let known = thread.messages.iter().map(|message| (message.clone(), None));
            let waiting = waiting.map(|waiting| (waiting.as_message(self.me()), waiting.refused.clone()));
            Entry::all(known.chain(waiting), &thread.notes)
        })
    }

    /// Placed once, when a thread is opened.
    fn draw_unread_line(&self) {
        let line = self.model.with_value(|model| {
            let thread = model.thread.as_ref()?;
            let unread = usize::try_from(thread.row.unread).ok().filter(|unread| *unread > 0)?;
            let theirs = thread.messages.iter().rev().filter(|message| message.direction == Direction::In);
            let first = theirs.take(unread).last()?;
            Some((first.id, thread.row.unread))
        });
        self.unread_line.set(line);
        self.missed.set(0);
        // What was there before stands still.
        self.fresh.set_value(None);
    }
}
