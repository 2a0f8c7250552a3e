//! What went wrong and what can be done.

use domain::{
    id::{ConversationId, MessageId},
    message::{Direction, Origin, Status},
};
use leptos::prelude::*;

use super::{Bubble, OVERTAKEN};
use crate::inbox::{
    attempts,
    composer::{Mode, take_back},
    screen::Screen,
    send::Refusal,
};

/// What became of a message, as far as it concerns what stands below its bubble.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trouble {
    id: MessageId,
    refused: Option<Refusal>,
    status: Status,
    error: Option<String>,
    overtaken: bool,
    /// It waits, and nobody knows since the last try whether it will go out.
    waits: bool,
}

/// What went wrong and what can be done, below the bubble.
pub(super) fn trouble(screen: Screen, bubble: ArcMemo<Bubble>) -> AnyView {
    let state = {
        let bubble = bubble.clone();
        Memo::new(move |_| {
            bubble.with(|bubble| {
                let message = &bubble.message;
                (message.direction == Direction::Out).then(|| Trouble {
                    id: message.id,
                    refused: bubble.refused.clone(),
                    status: message.status,
                    error: message.error.clone(),
                    overtaken: message.overtaken,
                    waits: message.status == Status::RetryQueued,
                })
            })
        })
    };
    let conversation = screen.open_id();
    let view = move || {
        let Trouble { id, refused, status, error, overtaken, waits } = state.get()?;
        if let Some(refusal) = refused {
            return Some(refused_view(screen, id, refusal, false));
        }
        let note = overtaken.then(|| view! { <div class="failure note"><span>{OVERTAKEN}</span></div> });
        let what = if waits {
            Some(attempts::retrying(screen, bubble.clone()))
        } else if status.needs_attention() {
            Some(settled_view(screen, conversation, id, status, error, bubble.clone()))
        } else {
            // Why it waits, or was withdrawn.
            let quiet = matches!(status, Status::Queued | Status::Cancelled);
            error.filter(|_| quiet).map(|why| view! { <div class="failure note"><span>{why}</span></div> }.into_any())
        };
        Some(view! { {what} {note} }.into_any())
    };
    view! { {view} }.into_any()
}

/// It did not arrive, or nobody knows: why, and the way to send it once more.
fn settled_view(
    screen: Screen,
    conversation: Option<ConversationId>,
    id: MessageId,
    status: Status,
    error: Option<String>,
    bubble: ArcMemo<Bubble>,
) -> AnyView {
    let unsure =
        status == Status::Unconfirmed || (status == Status::Dead && error.as_deref().is_some_and(may_have_arrived));
    let why = match status {
        Status::Unconfirmed => "Meta has not confirmed this message. It may have arrived.".to_owned(),
        _ => error.unwrap_or_else(|| "WhatsApp did not deliver this message.".to_owned()),
    };
    let word = if unsure { "Send again, may arrive twice" } else { "Send again" };
    let (is_template, ours) =
        bubble.with_untracked(|bubble| (bubble.message.template.is_some(), bubble.message.origin == Origin::Api));
    let when = move || bubble.with(|bubble| attempts::goes_on(&bubble.message, screen.now.get()));
    let again = move || {
        let may = ours && screen.may_retry() && screen.takes_again(is_template);
        (may && !screen.sent_again.with(|sent| sent.contains(&id))).then(|| {
            view! {
                <form
                    method="post"
                    action=screen.path(&format!("/messages/{id}/send-again"))
                    on:submit=move |event| {
                        event.prevent_default();
                        if let Some(conversation) = conversation {
                            screen.send_again(conversation, id);
                        }
                    }
                >
                    <button type="submit">{word}</button>
                </form>
            }
        })
    };
    view! { <div class="failure"><span>{why}</span><span class="muted" aria-live="off">{when}</span>{again}</div> }
        .into_any()
}

/// It was given up without Meta's word, so it is no failure for sure.
fn may_have_arrived(error: &str) -> bool {
    error.starts_with("Meta never confirmed")
}

/// A reply, or a `note`, that waits for the connection or for the person.
pub(super) fn refused_view(screen: Screen, id: MessageId, refusal: Refusal, note: bool) -> AnyView {
    if refusal.offline {
        // It may have arrived after all, so the text is not given back: it would be sent twice.
        return view! {
            <div class="failure" role="status">
                <span>"Not sent yet. It is tried again by itself."</span>
                <button type="button" on:click=move |_| screen.retry(id)>"Try now"</button>
            </div>
        }
        .into_any();
    }
    let can_write = move || {
        let row = screen.open.read();
        note || row.as_ref().is_some_and(|row| Mode::of(screen.may_reply(row), row, screen.now.get()) == Mode::Open)
    };
    view! {
        <div class="failure" role="status">
            <span>"Not sent. "{refusal.why}</span>
            <button type="button" on:click=move |_| screen.retry(id)>"Try again"</button>
            {move || {
                can_write().then(|| view! { <button type="button" on:click=move |_| take_back(screen, id)>"Edit"</button> })
            }}
            <button
                type="button"
                on:click=move |_| {
                    screen.withdraw(id);
                }
            >
                "Discard"
            </button>
        </div>
    }
    .into_any()
}
