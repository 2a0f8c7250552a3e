use domain::inbox::Counts;
use leptos::prelude::*;

use super::server::{DashboardView, Queue, load_dashboard};
use crate::frame::{Here, Meter, framed, meters_view, page};
use crate::ui::when;

#[component]
pub fn DashboardPage() -> impl IntoView {
    page(load_dashboard, dashboard)
}

fn dashboard(view: DashboardView) -> AnyView {
    let DashboardView { frame, open, queue } = view;
    // The bar shows the same: one stream serves both.
    let meter = Meter::start(&frame);
    provide_context(meter);
    let now = frame.now;
    let sends = frame.limits.is_some();
    let limits = sends.then(|| {
        view! {
            <section class="card" aria-labelledby="limits">
                <header><h2 id="limits">"Sending limits"</h2></header>
                {meters_view(meter)}
            </section>
        }
    });
    let inbox = frame.path(Here::Inbox);
    let content = view! {
        <div class="page__head">
            <div>
                <h1>"Dashboard"</h1>
                <p>{format!("{} at this moment.", frame.workspace.name)}</p>
            </div>
        </div>
        <section class="tiles" aria-label="Key figures">
            {sends.then(|| sent(meter))}
            {conversations(open, &inbox)}
            {queue.map(|queue| waiting(&queue, now))}
        </section>
        {limits}
    }
    .into_any();
    framed(&frame, Here::Dashboard, content)
}

/// Live, as the stream tells it.
fn sent(meter: Meter) -> AnyView {
    let minute = move || meter.usage().map_or(0, |usage| usage.this_minute);
    let today = move || meter.usage().map_or(0, |usage| usage.numbers.iter().map(|number| number.today).sum::<u32>());
    view! {
        <div class="tile">
            <span>"Messages today"</span>
            <b>{move || crate::frame::grouped(today())}</b>
            <em>{move || format!("{} in this minute", crate::frame::grouped(minute()))}</em>
        </div>
    }
    .into_any()
}

fn conversations(open: Counts, inbox: &str) -> AnyView {
    view! {
        <a class="tile" href=inbox.to_owned() rel="external">
            <span>"Open conversations"</span>
            <b>{open.all}</b>
            <em>{format!("{} yours, {} of nobody", open.mine, open.unassigned)}</em>
        </a>
    }
    .into_any()
}

fn waiting(queue: &Queue, now: i64) -> AnyView {
    let since = match queue.since {
        Some(since) => format!("the oldest since {}", when::ago(since, now, false)),
        None => "nothing waits".to_owned(),
    };
    view! {
        <div class="tile">
            <span>"Waiting to be sent"</span>
            <b>{queue.waiting}</b>
            <em>{since}</em>
        </div>
        <div class="tile">
            <span>"Not delivered"</span>
            <b>{queue.dead}</b>
            <em>{if queue.dead == 0 { "nothing to decide" } else { "somebody has to decide" }}</em>
        </div>
    }
    .into_any()
}
