use domain::id::NumberId;
use leptos::prelude::*;

use super::{
    screen::{Ask, Screen},
    server::QueueCard,
};
use crate::{
    frame::Clock,
    ui::{icon, when},
};

/// One card a queue.
pub fn queues_view(screen: Screen, queues: &[QueueCard]) -> AnyView {
    let cards = queues.iter().map(|queue| card_view(screen, queue)).collect_view();
    view! { <section class="queues" aria-label="Queues">{cards}</section> }.into_any()
}

fn card_view(screen: Screen, queue: &QueueCard) -> AnyView {
    let QueueCard { name, depth, in_flight, oldest, done, failed, parked, number, paused } = queue.clone();
    let (tone, word) = match (parked, failed) {
        _ if paused => ("badge warn", "Paused"),
        (true, _) => ("badge bad", "Stands still"),
        (false, 0) if depth == 0 => ("badge", "Idle"),
        (false, 0) => ("badge ok", "Working"),
        (false, _) => ("badge warn", "Some tries fail"),
    };
    let Clock { now, local } = screen.clock;
    // Of the search it is not noted since when something waits.
    let nothing = if depth > 0 { "not known" } else { "none" };
    let oldest = move || oldest.map_or_else(|| nothing.to_owned(), |since| when::ago(since, now.get(), local.get()));
    let switch = number.filter(|_| screen.manages).map(|number| switch_view(screen, number, &name, paused));
    view! {
        <article class="queue">
            <h2><span class="grow" dir="auto">{name}</span><span class=tone>{word}</span></h2>
            <dl>
                <div><dt>"Depth"</dt><dd>{depth}</dd></div>
                <div><dt>"In flight"</dt><dd>{in_flight}</dd></div>
                <div><dt>"Oldest"</dt><dd>{oldest}</dd></div>
            </dl>
            <p class="small muted">{done} " done, " {failed} " failed in the last minute"</p>
            {switch}
        </article>
    }
    .into_any()
}

/// Pauses a number, or resumes it.
fn switch_view(screen: Screen, number: NumberId, name: &str, paused: bool) -> AnyView {
    let spoken = format!(" {name}");
    let busy = move || screen.task.busy.get();
    let (glyph, word) = if paused { ("refresh", "Resume") } else { ("pause", "Pause sending…") };
    let click = {
        let name = name.trim_start_matches(super::server::TO_SEND).to_owned();
        move |_| {
            if paused {
                screen.resume(number);
            } else {
                screen.ask.set(Some(Ask::Pause(number, name.clone())));
            }
        }
    };
    view! {
        <button class="btn sm script" type="button" disabled=busy on:click=click>
            {icon(glyph, "xs")} {word}<span class="sr">{spoken}</span>
        </button>
    }
    .into_any()
}
