use leptos::prelude::*;

use super::server::QueueCard;
use crate::{frame::Clock, ui::when};

/// One card a queue.
pub fn queues_view(queues: &[QueueCard], clock: Clock) -> AnyView {
    let cards = queues.iter().map(|queue| card_view(queue, clock)).collect_view();
    view! { <section class="queues" aria-label="Queues">{cards}</section> }.into_any()
}

fn card_view(queue: &QueueCard, clock: Clock) -> AnyView {
    let QueueCard { name, depth, in_flight, oldest, done, failed, parked } = queue.clone();
    let (tone, word) = match (parked, failed) {
        (true, _) => ("badge bad", "Stands still"),
        (false, 0) if depth == 0 => ("badge", "Idle"),
        (false, 0) => ("badge ok", "Working"),
        (false, _) => ("badge warn", "Some tries fail"),
    };
    let Clock { now, local } = clock;
    let oldest = move || oldest.map_or_else(|| "none".to_owned(), |since| when::ago(since, now.get(), local.get()));
    view! {
        <article class="queue">
            <h2><span class="grow" dir="auto">{name}</span><span class=tone>{word}</span></h2>
            <dl>
                <div><dt>"Depth"</dt><dd>{depth}</dd></div>
                <div><dt>"In flight"</dt><dd>{in_flight}</dd></div>
                <div><dt>"Oldest"</dt><dd>{oldest}</dd></div>
            </dl>
            <p class="small muted">{done} " done, " {failed} " failed in the last minute"</p>
        </article>
    }
    .into_any()
}
