//! Optimistic sending: the bubble stands at once, under the id that the message will keep.

use domain::{
    id::{ConversationId, MemberId, MessageId},
    inbox::MessageView,
    message::{Direction, Kind, Status, Times},
    time::Millis,
};
use leptos::{prelude::*, task::spawn_local};

use super::{draft, screen::Screen, server};
use crate::error::Fault;

/// A reply that the server has not confirmed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Idempotency key and message id.
    pub id: MessageId,
    pub conversation: ConversationId,
    pub text: String,
    pub at: Millis,
    pub sending: bool,
    pub refused: Option<Refusal>,
}

/// Why a reply is not with the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub why: String,
    /// There was no answer: it is sent by itself once the server can be reached.
    pub offline: bool,
}

impl Pending {
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
        }
    }
}

impl Screen {
    /// Takes what the person wrote and sends it, in the order of writing.
    pub fn send(&self, conversation: ConversationId, text: String) {
        let Some(id) = new_key() else { return };
        let at = self.now.get_untracked().max(clock());
        let pending = Pending { id, conversation, text, at, sending: false, refused: None };
        self.pending.update_value(|list| list.push(pending));
        self.fresh.set_value(Some(id));
        self.unread_line.set(None);
        self.problem.set(None);
        self.sync();
        self.pump();
    }

    /// Once more with the same key: should the first request have arrived after all, nothing is sent twice.
    pub fn retry(&self, id: MessageId) {
        self.change(id, |pending| pending.refused = None);
        self.sync();
        self.pump();
    }

    /// Everything that got no answer, now that there is one to be had.
    pub fn retry_offline(&self) {
        self.pending.update_value(|list| {
            for pending in list.iter_mut().filter(|p| p.refused.as_ref().is_some_and(|refusal| refusal.offline)) {
                pending.refused = None;
            }
        });
        self.sync();
        self.pump();
    }

    /// Gives the text back to be written anew.
    pub fn withdraw(&self, id: MessageId) -> Option<Pending> {
        let taken = self.pending.try_update_value(|list| {
            let place = list.iter().position(|pending| pending.id == id && !pending.sending)?;
            Some(list.remove(place))
        });
        self.sync();
        taken.flatten()
    }

    /// Sends the first of each conversation that waits; the next one when the first is through.
    fn pump(&self) {
        let next = self.pending.try_update_value(|list| {
            let ready = (0..list.len()).find(|place| {
                let waiting = list[*place].refused.is_none() && !list[*place].sending;
                waiting && list[..*place].iter().all(|earlier| earlier.conversation != list[*place].conversation)
            })?;
            list[ready].sending = true;
            Some(list[ready].clone())
        });
        let Some(pending) = next.flatten() else { return };
        let screen = *self;
        spawn_local(async move {
            let Pending { id, conversation, text, .. } = pending;
            let workspace = screen.facts().workspace.slug.clone();
            match server::reply(workspace, conversation, id, text.clone()).await {
                Ok(message) => {
                    screen.forget(id);
                    screen.put_message(conversation, message);
                    draft::clear(screen.me(), conversation, &text);
                }
                Err(fault) => screen.refuse(id, fault),
            }
            screen.pump();
        });
        self.pump();
    }

    fn refuse(&self, id: MessageId, fault: Fault) {
        self.signed_out(&fault);
        let refusal = Refusal { why: fault.to_string(), offline: matches!(fault, Fault::Offline | Fault::Busy) };
        self.change(id, |pending| {
            pending.sending = false;
            pending.refused = Some(refusal);
        });
        self.sync();
    }

    fn forget(&self, id: MessageId) {
        self.pending.update_value(|list| list.retain(|pending| pending.id != id));
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
fn new_key() -> Option<MessageId> {
    let now = u64::try_from(clock()).ok()?;
    let nanos = u32::try_from(now % 1_000).ok()? * 1_000_000;
    let time = uuid::Timestamp::from_unix(uuid::NoContext, now / 1_000, nanos);
    Some(MessageId(uuid::Uuid::new_v7(time)))
}

#[cfg(not(feature = "hydrate"))]
fn new_key() -> Option<MessageId> {
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
