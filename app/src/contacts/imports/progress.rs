use domain::import::State;
use leptos::prelude::*;

use super::{many, screen::Screen};
use crate::{frame::Here, ui::icon};

/// How far it is, and what became of the lines so far.
pub fn progress_view(screen: Screen) -> AnyView {
    let import = screen.import;
    let percent = move || import.with(|import| percent(import.done, import.size, import.state));
    let is_running = move || import.with(|import| import.state) == State::Running;
    let bar = move || {
        is_running().then(|| {
            view! { <progress max="100" prop:value=percent aria-label="How much of the file is imported"></progress> }
        })
    };
    let title = move || match import.with(|import| import.state) {
        State::Running => format!("Importing, {} % of the file", percent()),
        state => state.label().to_owned(),
    };
    let count = move |label: &'static str, of: fn(domain::import::Counts) -> i64| {
        let lines = move || many(import.with(|import| of(import.counts)));
        view! { <div class="tile"><span>{label}</span><b class="num">{lines}</b></div> }
    };
    let problem = move || {
        import.with(|import| import.problem.clone()).map(|why| {
            view! { <p class="banner bad" role="alert">{icon("alert", "")}<span class="grow">{why}</span></p> }
        })
    };
    let path = screen.frame.get_value().path(Here::Contacts);
    let report = format!("{path}/imports/{}/report.csv", screen.id());
    view! {
        <section class="card" aria-labelledby="progress">
            <header><h2 id="progress" role="status">{title}</h2></header>
            <div class="card__body stack">
                {problem}
                {bar}
                <div class="tiles" role="group" aria-label="Lines">
                    {count("Added", |counts| counts.added)}
                    {count("Updated", |counts| counts.updated)}
                    {count("Unchanged", |counts| counts.unchanged)}
                    {count("Skipped", |counts| counts.skipped)}
                    {count("Refused", |counts| counts.refused)}
                </div>
                {move || is_running().then(|| view! {
                    <p class="muted small">
                        "You can leave this page: the import goes on. What is written stays written when it is stopped."
                    </p>
                })}
            </div>
            <footer>
                <a class="btn sm" href=report rel="external" download="">{icon("download", "xs")}"Report, line by line"</a>
                <a class="btn ghost sm" href=path rel="external">"To the contacts"</a>
            </footer>
        </section>
    }
    .into_any()
}

fn percent(done: i64, size: i64, state: State) -> i64 {
    if state == State::Done { 100 } else { (done * 100).checked_div(size).unwrap_or(0).clamp(0, 99) }
}

/// Asks how far it is, once a second while it runs and somebody looks.
#[cfg(feature = "hydrate")]
pub fn follow(screen: Screen) {
    use super::server::import_progress;
    use std::time::Duration;

    let state = Memo::new(move |_| screen.import.with(|import| import.state));
    Effect::new(move |_| {
        if state.get() != State::Running {
            return;
        }
        let ask = crate::frame::live::one_at_a_time(move || async move {
            // Lost on the way, it is asked again a second later.
            if let Ok(import) = import_progress(screen.slug(), screen.id()).await {
                screen.import.try_set(import);
            }
        });
        let visible = || document().visibility_state() == web_sys::VisibilityState::Visible;
        let tick = move || {
            if visible() {
                ask();
            }
        };
        if let Ok(handle) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || handle.clear());
        }
    });
}
