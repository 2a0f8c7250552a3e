//! Optimistic sending: the bubble stands at once, under the id that the message will keep.

use std::time::Duration;

use domain::{
    content::{Content, Extras, Quote},
    id::{ConversationId, MemberId, MessageId, NoteId},
    inbox::{MessageView, Note},
    message::{Direction, Kind, Origin, Status, Times},
    time::Millis,
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    draft,
    outbox::{self, Kept},
    screen::Screen,
    server,
};
use crate::error::Fault;

/// Seconds between tries while no answer comes; the last one stays.
const PAUSES: [u64; 4] = [1, 2, 5, 15];
/// After this, no answer is to be expected.
const PATIENCE: Duration = Duration::from_secs(30);

/// A reply, or a note, that the server has not confirmed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Idempotency key and message id.
    pub id: MessageId,
    pub conversation: ConversationId,
    pub text: String,
    pub at: Millis,
    pub sending: bool,
    /// How often it was begun to be sent.
    pub tries: u32,
    /// Got no answer and may be tried again.
    pub due: bool,
    /// Whoever wrote it knows that the customer opted out.
    pub despite: bool,
    /// What it answers.
    pub quote: Option<Quote>,
    /// It is for colleagues.
    pub note: bool,
    pub refused: Option<Refusal>,
}

/// Why it is not with the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub why: String,
    /// There was no answer: it is sent by itself once the server can be reached.
    pub offline: bool,
}

impl Pending {
    fn from_kept(kept: Kept) -> Self {
        let Kept { id, conversation, text, at, despite, quote, note, refused } = kept;
        let refused = refused.map(|why| Refusal { why, offline: false });
        Self { id, conversation, text, at, sending: false, tries: 0, due: false, despite, quote, note, refused }
    }

    fn as_kept(&self) -> Kept {
        let refused = self.refused.as_ref().filter(|refusal| !refusal.offline).map(|refusal| refusal.why.clone());
        let Self { id, conversation, at, despite, note, .. } = *self;
        Kept { id, conversation, text: self.text.clone(), at, despite, quote: self.quote.clone(), note, refused }
    }

    fn is_ready(&self) -> bool {
        !self.sending && (self.refused.is_none() || self.due)
    }

    fn waits_for_connection(&self) -> bool {
        !self.sending && self.refused.as_ref().is_some_and(|refusal| refusal.offline)
    }

    /// The server said no: later replies may pass it.
    fn waits_for_person(&self) -> bool {
        !self.sending && self.refused.as_ref().is_some_and(|refusal| !refusal.offline)
    }

    /// As the thread shows it, where it is one.
    pub fn as_note(&self, me: MemberId) -> Option<Note> {
        let (id, body) = (NoteId(self.id.0), self.text.clone());
        let (at, mentions, sign) = (self.at, Vec::new(), String::new());
        self.note.then_some(Note { id, author: me, body, at, mentions, edited_at: None, sign })
    }

    /// As the thread shows it.
    pub fn as_message(&self, me: MemberId) -> MessageView {
        MessageView {
            id: self.id,
            direction: Direction::Out,
            kind: Kind::Text,
            text: self.text.clone(),
            at: self.at,
            status: Status::Queued,
            times: Times::default(),
            error: None,
            author: Some(me),
            tries: 0,
            next_try: None,
            overtaken: false,
            template: None,
            content: Content::None,
            extras: Extras { quote: self.quote.clone(), ..Extras::default() },
            origin: Origin::Api,
        }
    }
}

impl Screen {
    /// Takes what the person wrote, for the customer or as a `note` for colleagues, and sends it in the order of
    /// writing.
    pub fn send(&self, conversation: ConversationId, text: String, note: bool) {
        let Some(id) = new_key() else { return };
        // From here on it is no draft.
        draft::save(draft::Of::what(note), self.me(), conversation, "");
        let at = self.now.get_untracked().max(clock());
        let despite = !note && self.despite_of(conversation);
        // A note answers nobody: what is quoted waits for the reply.
        let quote = if note { None } else { self.take_whole_quote(conversation) };
        let pending = Pending {
            id,
            conversation,
            text,
            at,
            sending: false,
            tries: 0,
            due: false,
            despite,
            quote,
            note,
            refused: None,
        };
        outbox::keep(self.owner(), &pending.as_kept());
        self.pending.update_value(|list| list.push(pending));
        self.fresh.set_value(Some(id));
        self.unread_line.set(None);
        self.problem.set(None);
        self.sync();
        self.pump();
    }

    /// What an earlier page of this browser could not send: once more, with the same keys.
    pub fn restore(&self) {
        let kept = outbox::load(self.owner());
        self.pending.update_value(|list| {
            for kept in kept {
                if list.iter().all(|pending| pending.id != kept.id) {
                    list.push(Pending::from_kept(kept));
                }
            }
        });
        self.sync();
        self.pump();
    }

    /// Once more with the same key: should the first request have arrived after all, nothing is sent twice.
    pub fn retry(&self, id: MessageId) {
        self.change(id, |pending| pending.refused = None);
        self.sync();
        self.pump();
    }

    /// Everything that got no answer, now that there may be one to be had.
    pub fn retry_offline(&self) {
        self.pending.update_value(|list| {
            for pending in list.iter_mut().filter(|pending| pending.waits_for_connection()) {
                pending.due = true;
            }
        });
        self.pump();
    }

    /// Gives the text back to be written anew, or to be thrown away.
    pub fn withdraw(&self, id: MessageId) -> Option<Pending> {
        let taken = self.pending.try_update_value(|list| {
            let place = list.iter().position(|pending| pending.id == id && !pending.sending)?;
            Some(list.remove(place))
        });
        let taken = taken.flatten();
        if taken.is_some() {
            outbox::drop(self.owner(), id);
        }
        self.sync();
        self.pump();
        taken
    }

    /// How much of what was written the server does not have.
    pub fn unsent(&self) -> usize {
        self.pending.with_value(Vec::len)
    }

    /// Replies and drafts of whoever wrote in this browser.
    pub fn discard_all(&self) {
        self.pending.update_value(Vec::clear);
        outbox::clear();
    }

    fn owner(&self) -> outbox::Owner {
        outbox::Owner { workspace: self.facts().workspace.id, me: self.me() }
    }

    /// Sends the first of each conversation that waits; the next one when the first is through or was refused.
    fn pump(&self) {
        if self.is_gone() {
            return;
        }
        let next = self.pending.try_update_value(|list| {
            let ready = (0..list.len()).find(|place| {
                let Pending { conversation, .. } = list[*place];
                let earlier = list[..*place].iter().filter(|earlier| earlier.conversation == conversation);
                list[*place].is_ready() && earlier.clone().all(Pending::waits_for_person)
            })?;
            let pending = &mut list[ready];
            (pending.sending, pending.due) = (true, false);
            pending.tries += 1;
            Some(pending.clone())
        });
        let Some(pending) = next.flatten() else { return };
        let (screen, id, tries) = (*self, pending.id, pending.tries);
        // An earlier try says nothing of a later one.
        let refuse = move |fault| {
            let waits = |it: &Pending| it.id == id && it.sending && it.tries == tries;
            if screen.pending.with_value(|list| list.iter().any(waits)) {
                screen.refuse(id, fault);
            }
        };
        spawn_local(async move {
            match screen.hand_in(pending).await {
                Ok(()) => screen.retries.set_value(0),
                Err(fault) => refuse(fault),
            }
            screen.pump();
        });
        // A line can be dead without saying so. Should the first request arrive after all, the key keeps it one.
        set_timeout(move || refuse(Fault::Offline), PATIENCE);
        self.pump();
    }

    /// Asks the server, and shows what it made of it.
    async fn hand_in(&self, pending: Pending) -> Result<(), Fault> {
        let Pending { id, conversation, text, despite, quote, note, .. } = pending;
        if note {
            let mentions = self.named_in(&text);
            let note = server::write_note(self.slug(), conversation, NoteId(id.0), text, mentions).await?;
            self.forget(id);
            self.put_note(conversation, note);
        } else {
            let quotes = quote.and_then(|quote| quote.message);
            let message = server::reply(self.slug(), conversation, id, text, despite, quotes).await?;
            self.forget(id);
            self.put_message(conversation, message);
        }
        Ok(())
    }

    fn refuse(&self, id: MessageId, fault: Fault) {
        self.signed_out(&fault);
        let offline = matches!(fault, Fault::Offline | Fault::Busy | Fault::SignedOut);
        // Only what would be refused again tomorrow is kept as refused; a reload may help against the rest.
        let last = matches!(fault, Fault::Domain(_) | Fault::Conflict(_));
        let refusal = Refusal { why: fault.to_string(), offline };
        let owner = self.owner();
        self.change(id, |pending| {
            pending.sending = false;
            pending.refused = Some(refusal);
            if last {
                outbox::keep(owner, &pending.as_kept());
            }
        });
        self.sync();
        if offline && fault != Fault::SignedOut {
            self.retry_later();
        }
    }

    /// One timer for all that wait, ever slower while nothing gets through.
    fn retry_later(&self) {
        if self.retry_planned.get_value() {
            return;
        }
        let tries = self.retries.get_value();
        let seconds = PAUSES.get(tries).or(PAUSES.last()).copied().unwrap_or_default();
        self.retries.set_value(tries.saturating_add(1));
        self.retry_planned.set_value(true);
        let screen = *self;
        let again = move || {
            screen.retry_planned.set_value(false);
            screen.retry_offline();
        };
        set_timeout(again, Duration::from_secs(seconds));
    }

    /// The server has it.
    pub(super) fn forget(&self, id: MessageId) {
        let had = self.pending.try_update_value(|list| {
            let before = list.len();
            list.retain(|pending| pending.id != id);
            list.len() < before
        });
        if had == Some(true) {
            outbox::drop(self.owner(), id);
        }
    }

    /// An event shows that it has arrived, whatever became of the answer.
    pub(super) fn confirmed(&self, id: MessageId) {
        if self.pending.with_value(|list| list.iter().any(|pending| pending.id == id)) {
            self.forget(id);
            self.pump();
        }
    }

    fn change(&self, id: MessageId, change: impl FnOnce(&mut Pending)) {
        self.pending.update_value(|list| {
            if let Some(pending) = list.iter_mut().find(|pending| pending.id == id) {
                change(pending);
            }
        });
    }
}

/// A UUIDv7 by the browser's clock.
#[cfg(feature = "hydrate")]
pub(super) fn new_key() -> Option<MessageId> {
    let now = u64::try_from(clock()).ok()?;
    let nanos = u32::try_from(now % 1_000).ok()? * 1_000_000;
    let time = uuid::Timestamp::from_unix(uuid::NoContext, now / 1_000, nanos);
    Some(MessageId(uuid::Uuid::new_v7(time)))
}

#[cfg(not(feature = "hydrate"))]
pub(super) fn new_key() -> Option<MessageId> {
    None
}

/// The browser's clock; the server's paint has a clock of its own.
#[cfg(feature = "hydrate")]
pub fn clock() -> Millis {
    js_sys::Date::now() as Millis
}

#[cfg(not(feature = "hydrate"))]
pub fn clock() -> Millis {
    0
}
