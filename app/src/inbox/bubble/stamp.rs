//! When it was written, and how far it has come.

use domain::{
    inbox::MessageView,
    message::{Direction, Origin, Status},
};
use leptos::prelude::*;

use super::{Bubble, OVERTAKEN};
use crate::{
    inbox::{attempts, screen::Screen},
    ui::{glyph, when},
};

/// The time; for our own messages a button that opens the times of every stage.
pub(super) fn stamp(screen: Screen, bubble: ArcMemo<Bubble>) -> AnyView {
    let at = {
        let bubble = bubble.clone();
        Memo::new(move |_| bubble.with(|bubble| bubble.message.at))
    };
    let own = bubble.with_untracked(|bubble| bubble.message.direction == Direction::Out);
    let time = move || {
        let (at, local) = (at.get(), screen.local.get());
        view! { <time datetime=when::iso(at) title=when::full(at, local)>{when::clock(at, local)}</time> }
    };
    let edited = {
        let bubble = bubble.clone();
        Memo::new(move |_| bubble.with(|bubble| bubble.message.extras.edited_at.is_some()))
    };
    if !own {
        return view! { <span class="stamp">{move || edited.get().then_some("Edited ")}{time}</span> }.into_any();
    }
    let id = bubble.with_untracked(|bubble| format!("times-{}", bubble.message.id));
    let status = {
        let bubble = bubble.clone();
        Memo::new(move |_| bubble.with(shown))
    };
    let (toggled, history) = attempts::history(screen, bubble.clone());
    view! {
        // A tick that changes is no news worth reading out.
        <span class="stamp" aria-live="off">
            {move || edited.get().then_some("Edited ")}
            {time}
            <button class="ticks" type="button" popovertarget=id.clone() title="Times of this message">
                {move || crate::ui::tick(status.get(), "")}
                <span class="sr">", show times"</span>
            </button>
        </span>
        <div class="menu times" popover="auto" id=id on:toggle=toggled>
            {move || bubble.with(|bubble| stages(bubble, screen.local.get()))}
            {history}
        </div>
    }
    .into_any()
}

fn shown(bubble: &Bubble) -> Status {
    if bubble.is_refused() { Status::Failed } else { bubble.message.status }
}

fn stages(bubble: &Bubble, local: bool) -> AnyView {
    let MessageView { at, status, times, origin, .. } = &bubble.message;
    let reached = [
        (if *origin == Origin::Api { "Queued" } else { "Written" }, Some(*at)),
        ("Accepted", times.accepted),
        ("Sent", times.sent),
        ("Delivered", times.delivered),
        ("Read", times.read),
        ("Failed", times.failed),
    ];
    let now = glyph(shown(bubble)).map(|glyph| glyph.word);
    let lines = reached
        .into_iter()
        .filter_map(|(word, at)| Some((word, at?)))
        .map(|(word, at)| {
            view! {
                <li>
                    <span>{word}</span>
                    <time datetime=when::iso(at) title=when::full(at, local)>{when::clock_seconds(at, local)}</time>
                </li>
            }
        })
        .collect_view();
    let waits = status.is_pending() || *status == Status::Unconfirmed;
    let overtaken = bubble.message.overtaken.then(|| view! { <p class="times__note">{OVERTAKEN}</p> });
    view! {
        <p class="menu__label">{now}</p>
        <ol class="timeline" class:waits=waits>{lines}</ol>
        {overtaken}
    }
    .into_any()
}
