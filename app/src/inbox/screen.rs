//! The state of the screen. [`domain::inbox::apply`] changes the model; what is drawn hangs on the signals.

use std::sync::Arc;

use domain::{
    content::Quote,
    conversation::View,
    id::{ConversationId, MemberId, MessageId},
    inbox::{Counts, Filter, InboxView, Live, Row, SavedView, Thread},
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
    /// The newest messages are not here: an earlier stretch is shown.
    pub newer_messages: RwSignal<bool>,
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
    /// When it is tried to reach the server again.
    pub next_try: RwSignal<Millis>,
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
    /// See [`Screen::is_gone`].
    pub(super) gone: StoredValue<bool>,
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
            newer_messages: RwSignal::new(false),
            unread_line: RwSignal::new(None),
            missed: RwSignal::new(0),
            scrolled_up: RwSignal::new(false),
            now: RwSignal::new(first.now),
            local: RwSignal::new(false),
            offline: RwSignal::new(false),
            next_try: RwSignal::new(0),
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
            gone: StoredValue::new(false),
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

    /// Brings the signals to the model.
    pub fn sync(&self) {
        if self.is_gone() {
            return;
        }
        let middle = self.middle.get_untracked();
        self.model.with_value(|model| {
            put(self.view, model.view);
            put(self.filter, model.filter.clone());
            put(self.labels, model.labels.clone());
            put(self.counts, model.counts);
            put(self.more_rows, model.more);
            reconcile(self.rows, self.in_places(&model.rows));
            let (open, bubbles, beyond) = match (&model.thread, middle) {
                (_, Middle::Loading(id)) => {
                    (model.rows.iter().find(|row| row.id == id).cloned(), Vec::new(), (false, false))
                }
                (Some(thread), Middle::Thread) => {
                    (Some(thread.row.clone()), self.bubbles_of(thread), (thread.more, thread.newer))
                }
                _ => (None, Vec::new(), (false, false)),
            };
            put(self.open, open);
            put(self.more_messages, beyond.0);
            put(self.newer_messages, beyond.1);
            reconcile(self.bubbles, bubbles);
        });
    }

    fn bubbles_of(&self, thread: &Thread) -> Vec<(Uuid, Entry)> {
        let mut entries = Entry::all(&thread.messages, &thread.notes);
        self.pending.with_value(|pending| {
            // They stand below the newest message, in the order of writing.
            for waiting in pending.iter().filter(|it| it.conversation == thread.row.id && !thread.newer) {
                if entries.iter().all(|(id, _)| *id != waiting.id.0) {
                    Entry::unsent(&mut entries, waiting, self.me());
                }
            }
        });
        entries
    }

    /// Placed once, when a thread is opened.
    pub(super) fn draw_unread_line(&self) {
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
