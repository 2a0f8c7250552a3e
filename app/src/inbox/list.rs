//! The list of conversations and its views.

use domain::{conversation::View, inbox::Counts, inbox::Row};
use leptos::prelude::*;

use super::{
    filters::filters_view,
    lazy::{Extra, show},
    over::Over,
    place::{cursor, query},
    row::row_view,
    screen::Screen,
    search::field::{field_view, found_view, looking},
    select::bulk_place,
    thread::problem_view,
};
use crate::ui::icon;

/// Near the end more rows are fetched by themselves.
const NEAR: i32 = 400;

pub fn list_view(screen: Screen) -> AnyView {
    let tabs = View::offered(&screen.facts().access).iter().map(|view| tab(screen, *view)).collect_view();
    let alone = Memo::new(move |_| screen.open.read().is_none());
    let looking = looking(screen);
    let scrolled = move |event: leptos::ev::Event| {
        let list: web::Element = event_target(&event);
        if screen.more_rows.get_untracked() && web::left_below(&list) < NEAR {
            screen.load_rows();
        }
    };
    view! {
        <div class="list">
            <div class="list__head">
                <div class="list__tools">{field_view(screen)} {start_button(screen)}</div>
                {filters_view(screen)}
                <nav class="tabs" aria-label="Views">{tabs}</nav>
            </div>
            {bulk_place(screen)}
            // With a thread open, it stands above the composer.
            {move || alone.get().then(|| view! { <div class="list__problem">{problem_view(screen)}</div> })}
            {found_view(screen, looking)}
            <section
                class="list__items"
                hidden=move || looking.get()
                class:busy=screen.busy
                tabindex="0"
                aria-label="Conversations"
                aria-busy=move || screen.busy.get().to_string()
                on:scroll=scrolled
                on:pointermove=move |_| screen.hold_places()
                on:pointerleave=move |_| screen.let_go()
                on:keydown=move |_| screen.hold_places()
            >
                <For each=move || screen.rows.get() key=|cell| cell.id children=move |cell| row_view(screen, cell)/>
                {move || screen.rows.read().is_empty().then(|| empty(screen))}
                {move || screen.more_rows.get().then(|| more(screen))}
            </section>
        </div>
    }
    .into_any()
}

/// To write to a customer first.
fn start_button(screen: Screen) -> Option<AnyView> {
    screen.may_start().then(|| {
        view! {
            <button
                class="btn ghost square script"
                type="button"
                id="start-button"
                aria-label="New conversation"
                title="New conversation"
                aria-haspopup="dialog"
                aria-keyshortcuts="c"
                on:click=move |_| screen.over.set(Some(Over::Start(None)))
            >
                {icon("plus", "sm")}
            </button>
        }
        .into_any()
    })
}

fn tab(screen: Screen, view: View) -> impl IntoView {
    // The open conversation stays open on a wide screen; a narrow one shows the list.
    let href = move || screen.path(&format!("/inbox{}", screen.filter.with(|filter| screen.query_of(view, filter))));
    let current = move || (screen.view.get() == view).then_some("page");
    let count = move || counted(screen.counts.get(), view);
    view! {
        <a href=href aria-current=current class:push=view == View::Snoozed>
            {match view {
                View::Snoozed => view! { {icon("clock", "sm")}<span class="sr">{view.label()}</span> }.into_any(),
                _ => view.label().into_any(),
            }}
            {move || {
                count().map(|count| {
                    let quiet = screen.view.get() != view;
                    view! { <span class="count" class:quiet=quiet>{count}</span> }
                })
            }}
        </a>
    }
}

/// Open conversations; closed ones are not counted.
fn counted(counts: Counts, view: View) -> Option<i64> {
    match view {
        View::Mine => Some(counts.mine),
        View::Unassigned => Some(counts.unassigned),
        View::All => Some(counts.all),
        View::Snoozed | View::Closed => None,
    }
}

/// A link that works by itself and is taken over by the script.
fn more(screen: Screen) -> impl IntoView {
    let href = move || {
        screen.rows.track();
        let last = screen.model.with_value(|model| model.rows.last().map(Row::sort_key));
        let (at, id) = last?;
        let list = screen.filter.with(|filter| query(Some(screen.view.get()), filter));
        Some(screen.path(&format!("/inbox{list}&before={}", cursor(at, id))))
    };
    let load = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        screen.load_rows();
    };
    view! { <a class="btn ghost more" href=href on:click=load>{icon("down", "sm")}"Load more"</a> }
}

/// What is true and why.
fn empty(screen: Screen) -> AnyView {
    if screen.filter.with(|filter| !filter.takes_all()) {
        return nothing_fits(screen);
    }
    let (heading, text) = match screen.view.get() {
        View::Mine => ("Nobody is waiting", "You have answered everyone assigned to you."),
        View::Unassigned => ("Nobody is waiting", "Every open conversation has somebody who answers it."),
        View::All => ("No open conversation", "When a customer writes, the conversation appears here."),
        View::Snoozed => ("Nothing is snoozed", "What you put off until later waits here."),
        View::Closed => ("Nothing is closed", "Conversations that are done are kept here."),
    };
    let sees_unassigned = View::offered(&screen.facts().access).contains(&View::Unassigned);
    // By itself: what is offered stays as it is while others come and go.
    let mine = screen.view.get() == View::Mine && sees_unassigned;
    let offer = Memo::new(move |_| mine && screen.counts.with(|counts| counts.unassigned > 0));
    let offered = move || offer.get().then(|| show(screen, Extra::Next));
    view! {
        <div class="empty">
            {icon("inbox", "")}
            <h3>{heading}</h3>
            <p>{text}</p>
            {offered}
        </div>
    }
    .into_any()
}

/// The view may hold some; the filter takes none of them.
fn nothing_fits(screen: Screen) -> AnyView {
    let href = move || {
        screen.path(&format!("/inbox{}", screen.query_of(screen.view.get(), &domain::inbox::Filter::default())))
    };
    view! {
        <div class="empty">
            {icon("filter", "")}
            <h3>"Nothing fits the filter"</h3>
            <p>"No conversation of this view has all that was asked for."</p>
            <a class="btn" href=href>"Show all"</a>
        </div>
    }
    .into_any()
}

/// What only a browser can answer.
mod web {
    #[cfg(feature = "hydrate")]
    pub use web_sys::Element;

    #[cfg(feature = "hydrate")]
    pub fn left_below(list: &Element) -> i32 {
        list.scroll_height() - list.client_height() - list.scroll_top()
    }

    #[cfg(not(feature = "hydrate"))]
    pub type Element = leptos::web_sys::Element;

    #[cfg(not(feature = "hydrate"))]
    pub fn left_below(_: &Element) -> i32 {
        i32::MAX
    }
}
