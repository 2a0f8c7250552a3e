use domain::{
    id::MemberId,
    import::{Import, State},
};
use leptos::prelude::*;

use super::{
    many,
    server::{ImportsView, load_imports},
    upload::choose_view,
};
use crate::{
    contacts::nav::{Part, sided},
    frame::{Clock, Here, clock, page},
    ui::{Task, icon, when},
};

/// Where files are chosen, and what became of the last ones.
#[component]
pub fn ImportsPage() -> impl IntoView {
    page(load_imports, imports_page)
}

pub fn imports_page(view: ImportsView) -> AnyView {
    let ImportsView { frame, imports, members } = view;
    let clock = clock(frame.now);
    let base = frame.path(Here::Contacts);
    let name = move |id: MemberId| {
        members.iter().find(|known| known.id == id).map_or("A former member".to_owned(), |known| known.name.clone())
    };
    let rows = imports.iter().map(|import| row(import, &name(import.by), &base, clock)).collect_view();
    let past = if imports.is_empty() {
        view! {
            <div class="empty">
                {icon("up", "")}
                <h3>"No import yet"</h3>
                <p>"What became of each line of a file stays here for 30 days."</p>
            </div>
        }
        .into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label="Past imports, table">
                <table class="table fold">
                    <thead>
                        <tr>
                            <th scope="col">"File"</th>
                            <th scope="col">"Result"</th>
                            <th scope="col" class="fold-hide">"By"</th>
                            <th scope="col" class="fold-hide">"When"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let content = view! {
        <div class="page__head">
            <div>
                <h1>"Import contacts"</h1>
                <p>"Nothing is written before you have seen what would become of the first lines. Drafts are kept for 7 days."</p>
            </div>
        </div>
        <div class="split">
            <div class="stack">
                <section class="card" aria-labelledby="choose">
                    <header><h2 id="choose">"File"</h2></header>
                    <div class="card__body stack">{choose_view(&frame, Task::default())}</div>
                </section>
                <section class="card flush" aria-labelledby="past-imports">
                    <header><h2 id="past-imports">"Past imports"</h2></header>
                    {past}
                </section>
            </div>
            <section class="card" aria-labelledby="never">
                <header><h2 id="never">"What an import never does"</h2></header>
                <div class="card__body">
                    <p class="muted">
                        "It opts nobody in without a column and a proof that say so, changes no assignee, and replaces \
                        nothing by an empty cell."
                    </p>
                </div>
            </section>
        </div>
    }
    .into_any();
    sided(&frame, Part::Imports, "Imports", content)
}

fn row(import: &Import, by: &str, base: &str, clock: Clock) -> AnyView {
    let at = import.created_at;
    let counts = import.counts;
    let result = match import.state {
        State::Uploading | State::Draft => "Not started".to_owned(),
        State::Running => "Running".to_owned(),
        _ => format!("{} added, {} updated", many(counts.added), many(counts.updated)),
    };
    let left_out = counts.refused;
    view! {
        <tr>
            <th scope="row">
                <a class="link" href=format!("{base}/imports/{}", import.id) rel="external">
                    <bdi>{import.file_name.clone()}</bdi>
                </a>
            </th>
            <td>
                {result}
                {(left_out > 0).then(|| view! { " "<span class="badge warn">{many(left_out)}" refused"</span> })}
                {matches!(import.state, State::Cancelled | State::Failed).then(|| {
                    view! { " "<span class="badge">{import.state.label()}</span> }
                })}
            </td>
            <td class="fold-hide">{by.to_owned()}</td>
            <td class="nowrap fold-hide">
                <time datetime=when::iso(at) title=move || when::full(at, clock.local.get())>
                    {move || when::ago(at, clock.now.get(), clock.local.get())}
                </time>
            </td>
        </tr>
    }
    .into_any()
}
