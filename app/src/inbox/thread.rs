//! The middle pane.

use domain::{id::ConversationId, inbox::Row};
use leptos::prelude::*;

use super::{
    bubble::{entry_view, new_messages},
    composer::{as_content, composer_view},
    head::{back, head_view},
    later::snoozed_view,
    lazy::{Extra, show},
    opted_out::banner_view,
    place::{cursor, query},
    screen::{Middle, Screen},
    setup::pane,
};
use crate::{missing::NothingArt, ui::icon};

/// Scrolled up by more than this, the reader is left in peace and told what came.
const PEACE: i32 = 120;
/// This close to the oldest message that is here, older ones are fetched, and newer ones this close to the newest.
const NEAR: i32 = 300;

/// A thread, or why there is none.
pub fn middle_view(screen: Screen) -> AnyView {
    let open = Memo::new(move |_| screen.open.read().as_ref().map(|row| row.id));
    let instead = Memo::new(move |_| if open.get().is_some() { None } else { Some(screen.middle.get()) });
    view! {
        // Keyed, so that another conversation is another element: nothing typed in one shows up in the next.
        <For each=move || open.get() key=|id| *id children=move |id| thread_view(screen, id)/>
        {move || instead.get().map(|middle| match middle {
            Middle::Loading(_) => loading(),
            Middle::Missing => nothing(screen, "Nothing here", "This conversation does not exist, or it is not yours to see. Ask whoever sent you the link."),
            Middle::Lost(None) => nothing(screen, "Handed over", "This conversation is with somebody else now. It was not closed, and nothing was lost."),
            Middle::Lost(Some(now)) => nothing(screen, now, "This conversation was handed over. It was not closed, and nothing was lost."),
            Middle::Failed(id, why) => failed(screen, id, why),
            Middle::Thread if screen.setup.get() => pane::pane_view(screen),
            Middle::Thread => choose(),
        })}
    }
    .into_any()
}

fn thread_view(screen: Screen, id: ConversationId) -> AnyView {
    // The last known row: while the view is being replaced the signal may already be somebody else's.
    let row: Memo<Option<Row>> = Memo::new(move |before: Option<&Option<Row>>| {
        let now = screen.open.get().filter(|row| row.id == id);
        now.or_else(|| before.cloned().flatten())
    });
    let name = Memo::new(move |_| row.read().as_ref().map(|row| row.contact.name.clone()).unwrap_or_default());
    view! {
        <section class="thread" aria-label=move || format!("Conversation with {}", name.get())>
            {head_view(screen, id, row)}
            <div class="thread__banners">{banner_view(screen, row)} {snoozed_view(screen, id, row)}</div>
            {pane_view(screen, id)}
            // Not within the foot, which would begin further up with it: the composer stands still.
            {show(screen, Extra::Beside(id))}
            <div class="thread__foot">
                {problem_view(screen)}
                {composer_view(screen, id, row)}
            </div>
        </section>
    }
    .into_any()
}

fn pane_view(screen: Screen, id: ConversationId) -> AnyView {
    let scrolled = move |event: leptos::ev::Event| {
        let (up, left) = distances(&event);
        let newer = screen.newer_messages.get_untracked();
        screen.scrolled_up.set(up > PEACE || newer);
        if up <= PEACE && !newer {
            screen.missed.set(0);
        }
        if up < NEAR && newer {
            screen.load_newer();
        }
        if left < NEAR && screen.more_messages.get_untracked() {
            screen.load_older();
        }
    };
    let is_loading = move || matches!(screen.middle.get(), Middle::Loading(_));
    view! {
        <div class="thread__pane">
            <div class="thread__scroll" role="log" aria-label="Messages" aria-live="polite" tabindex="0" on:scroll=scrolled>
                <div class="log">
                    {move || is_loading().then(skeleton)}
                    {move || screen.more_messages.get().then(|| older(screen, id))}
                    <For each=move || screen.bubbles.get() key=|cell| cell.id children=move |cell| entry_view(screen, cell)/>
                    {move || screen.newer_messages.get().then(|| newest(screen, id))}
                </div>
            </div>
            {move || {
                let (missed, newer) = (screen.missed.get(), screen.newer_messages.get());
                (missed > 0 || newer).then(|| {
                    view! {
                        <button class="pill-new script" type="button" on:click=move |_| screen.to_newest()>
                            {icon("down", "xs")}
                            {if missed > 0 { new_messages(missed) } else { "Newest messages".to_owned() }}
                        </button>
                    }
                })
            }}
        </div>
    }
    .into_any()
}

/// How far above the newest message, and how far below the oldest. The pane is turned over: its zero is the newest.
fn distances(event: &leptos::ev::Event) -> (i32, i32) {
    #[cfg(feature = "hydrate")]
    {
        let pane: web_sys::Element = event_target(event);
        let up = pane.scroll_top().abs();
        (up, pane.scroll_height() - pane.client_height() - up)
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        (0, i32::MAX)
    }
}

fn older(screen: Screen, id: ConversationId) -> impl IntoView {
    let href = move || {
        screen.bubbles.track();
        let first = screen.model.with_value(|model| Some(model.thread.as_ref()?.messages.first()?.sort_key()));
        let (at, message) = first?;
        let list = screen.filter.with(|filter| query(Some(screen.view.get()), filter));
        Some(screen.path(&format!("/inbox/{id}{list}&older={}", cursor(at, message))))
    };
    let load = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        screen.load_older();
    };
    view! { <a class="btn ghost sm older" href=href on:click=load>"Earlier messages"</a> }
}

/// Below a stretch from further up. With a script, scrolling on fetches what comes next, and a pill leads to the newest.
fn newest(screen: Screen, id: ConversationId) -> impl IntoView {
    let href = move || {
        let list = screen.filter.with(|filter| query(Some(screen.view.get()), filter));
        screen.path(&format!("/inbox/{id}{list}"))
    };
    view! { <a class="btn ghost sm older plain" href=href>"Newest messages"</a> }
}

/// What went wrong, where the eye is.
pub fn problem_view(screen: Screen) -> AnyView {
    let dismiss = move |_| {
        screen.problem.set(None);
        screen.kept.set(None);
    };
    let again = move || {
        screen.again.get().then(|| {
            view! {
                <button class="btn sm script" type="button" on:click=move |_| screen.refetch()>
                    {icon("refresh", "xs")}
                    "Try again"
                </button>
            }
        })
    };
    view! {
        {move || {
            screen.problem.get().map(|why| {
                view! {
                    <div class="banner bad" role="alert">
                        {icon("alert", "")}
                        <p>{why}</p>
                        {again}
                        <button class="btn ghost square sm script" type="button" aria-label="Dismiss" on:click=dismiss>
                            {icon("x", "xs")}
                        </button>
                    </div>
                }
            })
        }}
        {move || screen.kept.get().map(|text| kept_view(&text))}
    }
    .into_any()
}

/// What was written and could not be sent, to be copied.
fn kept_view(text: &str) -> AnyView {
    view! {
        <label class="kept">
            <span>"Your text was not sent"</span>
            <textarea class="input" rows="3" readonly dir="auto" inner_html=as_content(text)></textarea>
        </label>
    }
    .into_any()
}

fn skeleton() -> AnyView {
    view! {
        <div class="waiting" aria-busy="true">
            <span class="sr">"Loading messages"</span>
            <span class="skeleton"></span>
            <span class="skeleton out"></span>
            <span class="skeleton"></span>
            <p class="slow muted small">"The server has not answered yet. Still waiting for the messages."</p>
        </div>
    }
    .into_any()
}

fn loading() -> AnyView {
    view! { <section class="thread" aria-label="Conversation"><div class="log">{skeleton()}</div></section> }.into_any()
}

fn choose() -> AnyView {
    view! {
        <section class="thread blank" aria-label="Conversation">
            <div class="empty">
                {icon("inbox", "")}
                <h2>"Choose a conversation"</h2>
                <p class="keyed"><kbd>"J"</kbd>" and "<kbd>"K"</kbd>" move through the list, "<kbd>"Enter"</kbd>" opens."</p>
            </div>
        </section>
    }
    .into_any()
}

fn nothing(screen: Screen, heading: impl Into<String>, text: &'static str) -> AnyView {
    let heading = heading.into();
    let label = heading.clone();
    view! {
        <section class="thread blank" aria-label=label>
            <div class="notice">
                <NothingArt/>
                <h2>{heading}</h2>
                <p>{text}</p>
                <a class="btn" href=move || back(screen)>{icon("back", "sm")}"Back to the list"</a>
            </div>
        </section>
    }
    .into_any()
}

fn failed(screen: Screen, id: ConversationId, why: String) -> AnyView {
    view! {
        <section class="thread blank" aria-label="Conversation">
            <div class="banner bad" role="alert">
                {icon("alert", "")}
                <p><b>"Messages did not load. "</b>{why}</p>
                <button class="btn sm" type="button" on:click=move |_| screen.fetch_thread(id)>
                    {icon("refresh", "xs")}
                    "Try again"
                </button>
            </div>
        </section>
    }
    .into_any()
}
