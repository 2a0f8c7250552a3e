//! Every try of a message and what was answered, and what a person can do while it is tried again.

use domain::{
    backoff,
    id::MessageId,
    inbox::MessageView,
    message::Status,
    permission::Permission,
    time::{MINUTE, Millis},
    workspace::Slug,
};
use leptos::{ev::Event, prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

use super::{
    bubble::Bubble,
    lazy::{Extra, show},
    screen::Screen,
};
use crate::{
    error::Fault,
    json::Json,
    ui::{copy_button, when},
};

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// From 1.
    pub nth: i64,
    pub at: Millis,
    /// Until the answer, in milliseconds.
    pub took: Millis,
    /// Meta took it.
    pub accepted: bool,
    /// In words.
    pub said: String,
}

/// What happened to a message on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    /// What Meta calls the message, once it took it: asked for by whoever looks into it there.
    pub wamid: Option<String>,
    /// The first one first.
    pub tries: Vec<Try>,
}

#[server(prefix = "/fn", endpoint = "attempts", input = Json, output = Json)]
pub async fn load_attempts(workspace: Slug, message: MessageId) -> Result<Tries, Fault> {
    native::attempts(workspace, message).await
}

/// Tries a message again now.
#[server(prefix = "/fn", endpoint = "retry-now", input = Json, output = Json)]
pub async fn retry_now(workspace: Slug, message: MessageId) -> Result<(), Fault> {
    native::retry_now(workspace, message).await
}

/// Withdraws a message that was not sent.
#[server(prefix = "/fn", endpoint = "discard", input = Json, output = Json)]
pub async fn discard(workspace: Slug, message: MessageId) -> Result<(), Fault> {
    native::discard(workspace, message).await
}

#[cfg(feature = "ssr")]
pub use native::register;

#[cfg(feature = "ssr")]
mod native {
    use leptos::server_fn::axum::register_explicit;
    use services::send;

    use super::*;
    use crate::frame::server::native::ctx;

    /// By name: see [`crate::register_server_functions`].
    pub fn register() {
        register_explicit::<LoadAttempts>();
        register_explicit::<RetryNow>();
        register_explicit::<Discard>();
    }

    pub async fn attempts(workspace: Slug, message: MessageId) -> Result<Tries, Fault> {
        let (wamid, attempts) = send::history(&ctx(&workspace).await?, message).await?;
        let line = |attempt: send::Attempt| Try {
            nth: attempt.nth,
            at: attempt.started_at,
            took: attempt.ended_at - attempt.started_at,
            accepted: attempt.outcome == "accepted",
            said: attempt.said,
        };
        Ok(Tries { wamid, tries: attempts.into_iter().map(line).collect() })
    }

    pub async fn retry_now(workspace: Slug, message: MessageId) -> Result<(), Fault> {
        send::retry_now(&ctx(&workspace).await?, message).await?;
        Ok(())
    }

    pub async fn discard(workspace: Slug, message: MessageId) -> Result<(), Fault> {
        send::discard(&ctx(&workspace).await?, message).await?;
        Ok(())
    }
}

impl Screen {
    /// The outcome comes with the event.
    fn retry_now(&self, message: MessageId) {
        let screen = *self;
        spawn_local(async move {
            match retry_now(screen.slug(), message).await {
                Ok(()) => screen.problem.set(None),
                Err(fault) => screen.fail(fault),
            }
        });
    }

    fn discard(&self, message: MessageId) {
        let screen = *self;
        spawn_local(async move {
            match discard(screen.slug(), message).await {
                Ok(()) => screen.problem.set(None),
                Err(fault) => screen.fail(fault),
            }
        });
    }

    /// Whether the member may do something about messages of the open conversation that did not go through.
    pub(super) fn may_retry(&self) -> bool {
        self.open.read().as_ref().is_some_and(|row| self.may(Permission::MessagesRetry, row.assignee))
    }
}

/// In the popover of a message: its tries, while it is open.
pub fn history(screen: Screen, bubble: ArcMemo<Bubble>) -> (impl Fn(Event) + 'static, AnyView) {
    let open = RwSignal::new(false);
    let toggled = move |event: Event| open.set(is_open(&event));
    (toggled, view! { {move || open.get().then(|| show(screen, Extra::Tries(bubble.clone())))} }.into_any())
}

/// The tries, fetched when the popover opens and when there is a new one.
pub(super) fn tries_view(screen: Screen, bubble: ArcMemo<Bubble>) -> AnyView {
    let tries = RwSignal::new(None::<Result<Tries, String>>);
    let known = Memo::new(move |_| {
        bubble.with(|bubble| {
            let MessageView { id, status, tries, .. } = bubble.message;
            (id, status, tries, bubble.refused.is_some())
        })
    });
    Effect::new(move |_| {
        let (id, _, _, unsent) = known.get();
        if !unsent {
            spawn_local(async move {
                let answer = load_attempts(screen.slug(), id).await;
                tries.try_set(Some(answer.map_err(|fault| fault.to_string())));
            });
        }
    });
    let view = move || match tries.get()? {
        Err(why) => Some(view! { <p class="tries__problem">{why}</p> }.into_any()),
        Ok(Tries { wamid, tries }) => {
            let local = screen.local.get();
            let lines = (!tries.is_empty()).then(|| {
                let lines = tries.into_iter().map(|one| line(one, local)).collect_view();
                view! { <p class="menu__label">"Tries"</p><ol class="tries">{lines}</ol> }
            });
            let id = wamid.map(|wamid| {
                view! {
                    <p class="menu__label">"Meta's message id"</p>
                    <p class="times__id"><code title=wamid.clone()>{wamid.clone()}</code>{copy_button(wamid, "Copy Meta's message id")}</p>
                }
            });
            Some(view! { {lines} {id} }.into_any())
        }
    };
    view! { {view} }.into_any()
}

fn line(one: Try, local: bool) -> impl IntoView {
    let Try { nth, at, took, accepted, said } = one;
    let word = if accepted { "Accepted" } else { reason(&said) };
    view! {
        <li class:bad=!accepted>
            <span>{format!("{nth}. {word}")}</span>
            <time datetime=when::iso(at) title=when::full(at, local)>{when::clock_seconds(at, local)}</time>
            <small>{format!("answered after {}", lasted(took))}</small>
        </li>
    }
}

/// `40 ms`, `1.2 s`
fn lasted(took: Millis) -> String {
    let took = took.max(0);
    if took < 1_000 { format!("{took} ms") } else { format!("{}.{} s", took / 1_000, took % 1_000 / 100) }
}

/// Why a try failed, without the advice to do what is done by itself.
fn reason(said: &str) -> &str {
    said.trim_end_matches("Send again in a minute.").trim_end()
}

fn is_open(event: &Event) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        target.is_some_and(|popover| popover.matches(":popover-open").unwrap_or_default())
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        false
    }
}

/// When it goes on, as people read it: `retry 3 of 7 in 24 s`. Nothing for a message that waits for nothing.
pub fn goes_on(message: &MessageView, now: Millis) -> Option<String> {
    let MessageView { status, tries, next_try: Some(at), .. } = message else { return None };
    let left = (at - now).max(0);
    let time = if left < 2 * MINUTE { format!("{} s", (left + 999) / 1_000) } else { format!("{} m", left / MINUTE) };
    match status {
        Status::RetryQueued if *tries > 0 => Some(format!("retry {tries} of {} in {time}", backoff::SEND.len())),
        Status::RetryQueued | Status::Queued => Some(format!("tried again in {time}")),
        Status::Unconfirmed => Some(format!("given up in {time}")),
        _ => None,
    }
}

/// Below a message that is tried again: why, when, and the two buttons.
pub fn retrying(screen: Screen, bubble: ArcMemo<Bubble>) -> AnyView {
    let id = bubble.with_untracked(|bubble| bubble.message.id);
    let why = {
        let bubble = bubble.clone();
        Memo::new(move |_| bubble.with(|bubble| bubble.message.error.clone()))
    };
    // It ticks, and is not read out with each second.
    let when = move || bubble.with(|bubble| goes_on(&bubble.message, screen.now.get()));
    let sure = RwSignal::new(false);
    let buttons = move || {
        screen.may_retry().then(|| {
            if sure.get() {
                view! {
                    <span>"Discard this message?"</span>
                    <button type="button" on:click=move |_| screen.discard(id)>"Discard it"</button>
                    <button type="button" on:click=move |_| sure.set(false)>"Keep it"</button>
                }
                .into_any()
            } else {
                view! {
                    <button type="button" on:click=move |_| screen.retry_now(id)>"Retry now"</button>
                    <button type="button" on:click=move |_| sure.set(true)>"Discard…"</button>
                }
                .into_any()
            }
        })
    };
    view! {
        <div class="failure">
            <span>{move || why.get().map_or_else(|| "Not sent yet.".to_owned(), |why| reason(&why).to_owned())}</span>
            <span class="muted" aria-live="off">{when}</span>
            {buttons}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(lasted(40), "40 ms");
        assert_eq!(lasted(20_150), "20.1 s");
        assert_eq!(lasted(-3), "0 ms");
        let slow = domain::meta::codes::explain(130_429, None);
        assert_eq!(reason(&slow), "WhatsApp asked us to slow down.");
    }
}
