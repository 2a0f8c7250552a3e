//! The life of an accepted message: sent, delivered, read, or failed.

use std::sync::Arc;

use tokio::time::{Instant, sleep_until};

use super::body::{self, Pricing, Status};
use super::engine::{Job, Subject, Webhook};
use super::sign::meta_json;
use crate::config::{Customer, Number, Reads};
use crate::graph::send::Send;
use crate::inner::Inner;
use crate::ledger::Sent;
use crate::phone::live::Live;
use crate::state::{ChatKey, Choice, Line, LineFile, Marks, Reply, State, Tick};

/// Why a message ends in `failed`: code, title, details.
type Failure = (i64, &'static str, &'static str);

const WINDOW_CLOSED: Failure = (
    131_047,
    "Re-engagement message",
    "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
);
const STOPPED: Failure = (
    131_050,
    "Unable to deliver the message",
    "This recipient has chosen to stop receiving marketing messages on WhatsApp from your business.",
);
const HELD_BACK: Failure = (
    131_049,
    "This message was not delivered to maintain healthy ecosystem engagement.",
    "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
);
const UNDELIVERABLE: Failure = (131_026, "Message undeliverable", "Message Undeliverable.");

/// A message on its way to a customer.
#[derive(Clone)]
pub(crate) struct Progress {
    pub sent: Sent,
    pub to: Customer,
    number: Number,
    key: ChatKey,
    replies: Vec<Reply>,
    choices: Vec<Choice>,
    quotes: Option<String>,
    reaction: Option<(String, String)>,
    file: Option<LineFile>,
    failure: Option<Failure>,
    pricing: Option<Pricing>,
    accepted: Instant,
}

impl Progress {
    /// Decides what will become of a message, at the moment it is accepted.
    pub fn plan(
        inner: &Inner,
        state: &mut State,
        number: &Number,
        to: Customer,
        key: ChatKey,
        send: &Send,
        sent: Sent,
    ) -> Self {
        let template = sent.kind == "template";
        let marketing = send.filled.as_ref().is_some_and(|filled| filled.marketing);
        let closed = inner.config.enforce_window && !state.is_open(&key, sent.at);
        let failure = if !template && (closed || state.strikes(|f| &mut f.window_closed)) {
            Some(WINDOW_CLOSED)
        } else if (marketing && state.stopped.contains(&key)) || state.strikes(|f| &mut f.stopped) {
            Some(STOPPED)
        } else if state.strikes(|f| &mut f.held_back) {
            Some(HELD_BACK)
        } else {
            state.strikes(|f| &mut f.undeliverable).then_some(UNDELIVERABLE)
        };
        let pricing = failure.is_none().then(|| {
            if template {
                let category = if marketing { "marketing" } else { "utility" };
                return Pricing { billable: true, pricing_model: "PMP", r#type: "regular", category };
            }
            let used = state.service_messages.entry(number.phone_number_id.clone()).or_default();
            *used += 1;
            let billable = *used > inner.config.free_service_messages;
            Pricing {
                billable,
                pricing_model: "PMP",
                r#type: if billable { "regular" } else { "free_customer_service" },
                category: "service",
            }
        });
        let replies = send.filled.as_ref().map_or_else(Vec::new, |filled| filled.replies.clone());
        let file = send.media.as_ref().and_then(|id| {
            let mime = state.files.get(id)?.mime.clone();
            Some(LineFile { id: id.clone(), mime })
        });
        let quoted = send.quotes.as_ref().and_then(|wamid| {
            let lines = &state.chats.get(&key)?.lines;
            Some(lines.iter().find(|line| line.wamid == *wamid)?.text.clone())
        });
        Self {
            sent,
            to,
            number: number.clone(),
            key,
            replies,
            choices: send.choices.clone(),
            quotes: quoted,
            reaction: send.reaction.clone(),
            file,
            failure,
            pricing,
            accepted: Instant::now(),
        }
    }

    /// A line that was put on the phone without a sending behind it.
    pub fn of_line(number: &Number, to: &Customer, key: &ChatKey, line: &Line) -> Self {
        Self {
            sent: Sent {
                wamid: line.wamid.clone(),
                phone_number_id: number.phone_number_id.clone(),
                to: to.key().to_owned(),
                kind: "text".to_owned(),
                text: line.text.clone(),
                biz_opaque_callback_data: None,
                at: line.at,
            },
            to: to.clone(),
            number: number.clone(),
            key: key.clone(),
            replies: line.replies.clone(),
            choices: line.choices.clone(),
            quotes: line.quotes.clone(),
            reaction: None,
            file: line.file.clone(),
            failure: None,
            pricing: None,
            accepted: Instant::now(),
        }
    }
}

/// Carries a message from accepted to its end. With [`Reads::WhenOpened`] that is `delivered`;
/// opening the chat does the rest.
pub(crate) async fn run(inner: &Arc<Inner>, message: Progress) {
    let timing = inner.config.timing;
    sleep_until(message.accepted + timing.sent_after).await;
    if message.failure.is_some() {
        return emit(inner, &message, "failed").await;
    }
    // Held back statuses go out last one first.
    let reorder = inner.state().strikes(|f| &mut f.reorder);
    if !reorder {
        emit(inner, &message, "sent").await;
    }
    // A reaction only ever gets `sent`.
    if let Some((wamid, emoji)) = &message.reaction {
        if reorder {
            emit(inner, &message, "sent").await;
        }
        online(inner).await;
        return react(inner, &message.key, wamid, emoji);
    }
    online(inner).await;
    sleep_until(message.accepted + timing.delivered_after).await;
    put_on_phone(inner, &message);
    let auto = inner.config.reads == Reads::Auto;
    if !reorder {
        emit(inner, &message, "delivered").await;
    }
    if auto {
        sleep_until(message.accepted + timing.read_after).await;
        if !inner.state().faults.no_read_receipts && take_unread(inner, &message) {
            inner.tell(Live::message(&message.key, line(&message, Tick::Read)));
            emit(inner, &message, "read").await;
        }
    }
    if reorder {
        emit(inner, &message, "delivered").await;
        emit(inner, &message, "sent").await;
    }
}

/// The chat was opened.
pub(crate) async fn seen(inner: &Arc<Inner>, message: &Progress) {
    emit(inner, message, "read").await;
}

async fn online(inner: &Inner) {
    let mut offline = inner.offline.subscribe();
    // The sender lives in `inner`, so this cannot fail.
    let _ = offline.wait_for(|off| !off).await;
}

fn line(message: &Progress, tick: Tick) -> Line {
    Line {
        wamid: message.sent.wamid.clone(),
        from_customer: false,
        text: message.sent.text.clone(),
        at: message.sent.at,
        tick,
        replies: message.replies.clone(),
        marks: Marks::default(),
        choices: message.choices.clone(),
        quotes: message.quotes.clone(),
        file: message.file.clone(),
    }
}

/// At the message that it is about, if the phone has it still.
fn react(inner: &Inner, key: &ChatKey, wamid: &str, emoji: &str) {
    let line = {
        let mut state = inner.state();
        let mut lines = state.chat(key).lines.iter_mut();
        let Some(line) = lines.find(|line| line.wamid == wamid && !line.marks.deleted) else { return };
        emoji.clone_into(&mut line.marks.theirs);
        line.clone()
    };
    inner.tell(Live::message(key, line));
}

fn put_on_phone(inner: &Inner, message: &Progress) {
    let line = line(message, Tick::Delivered);
    {
        let mut state = inner.state();
        let chat = state.chat(&message.key);
        chat.typing_until = 0;
        chat.push(line.clone());
        state.unread.insert(message.sent.wamid.clone(), message.clone());
    }
    inner.tell(Live::typing(&message.key, 0));
    inner.tell(Live::message(&message.key, line));
}

/// Marks the message read unless somebody opened the chat first.
fn take_unread(inner: &Inner, message: &Progress) -> bool {
    let mut state = inner.state();
    let lines = state.chat(&message.key).lines.iter_mut();
    for line in lines.rev().filter(|l| l.wamid == message.sent.wamid) {
        line.tick = Tick::Read;
    }
    state.unread.remove(&message.sent.wamid).is_some()
}

/// Queues one status webhook and waits for its first try, so that the statuses of a message
/// keep their order as long as nothing fails.
async fn emit(inner: &Arc<Inner>, message: &Progress, status: &'static str) {
    if !inner.config.statuses {
        return;
    }
    {
        let mut state = inner.state();
        state.counters.statuses += 1;
        if state.strikes(|f| &mut f.drop) {
            state.counters.dropped += 1;
            return;
        }
    }
    let entry = Status {
        id: message.sent.wamid.clone(),
        status,
        timestamp: body::seconds(inner.now()),
        recipient_id: message.to.wa_id.clone(),
        recipient_user_id: message.to.bsuid.clone(),
        biz_opaque_callback_data: message.sent.biz_opaque_callback_data.clone(),
        // `pricing` stands with `sent` and with one of the two that follow.
        pricing: message.pricing.filter(|_| matches!(status, "sent" | "delivered")),
        errors: message
            .failure
            .filter(|_| status == "failed")
            .map(|(code, title, details)| body::status_error(code, title, details)),
    };
    let bytes = meta_json(&body::status(&message.number, &message.to, entry));
    let subject = Subject::status(status, &message.sent.wamid, &message.to.name);
    let mut hook = Webhook::new(&message.number.waba_id, bytes, subject);
    let tried = hook.after_first_try();
    inner.enqueue(Job::Webhook(hook));
    // An error means that it is late or was dropped: the next one overtakes it.
    let _ = tried.await;
}
