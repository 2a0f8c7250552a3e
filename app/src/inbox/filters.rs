//! What the list is narrowed to, above it: each a chip that can be taken away, the order, and the lists that are kept.

use domain::{
    conversation::View,
    inbox::{Filter, Sort, Whose},
    label::Colour,
};
use leptos::prelude::*;

use super::{over::Over, screen::Screen};
use crate::ui::{icon, when};

pub fn filters_view(screen: Screen) -> AnyView {
    let open = move |_| screen.over.set(Some(Over::Filters));
    view! {
        <div class="list__filters">
            <button
                class="btn sm script"
                type="button"
                id="filter-button"
                aria-haspopup="dialog"
                aria-keyshortcuts="f"
                on:click=open
            >
                {icon("filter", "sm")}
                "Filter"
            </button>
            {number_view(screen)}
            {move || chips(screen)}
            {sort_view(screen)}
        </div>
        {move || saved_view(screen)}
    }
    .into_any()
}

/// Which number the list is narrowed to; a workspace with one has nothing to choose.
fn number_view(screen: Screen) -> Option<AnyView> {
    let facts = screen.facts();
    let name = move || {
        let id = screen.filter.read().number;
        let facts = screen.facts();
        let known = facts.numbers.iter().find(|number| Some(number.id) == id);
        known.map_or_else(|| "All numbers".to_owned(), |number| number.name.clone())
    };
    (facts.numbers.len() > 1).then(|| {
        let open = move |_| screen.over.set(Some(Over::Numbers));
        view! {
            <button
                class="btn sm script"
                type="button"
                id="number-button"
                aria-haspopup="dialog"
                title="Switch business number"
                on:click=open
            >
                <span class="sr">"Business number "</span>
                <bdi>{name}</bdi>
                {icon("down", "xs")}
            </button>
        }
        .into_any()
    })
}

/// The list with another filter.
pub(super) fn href(screen: Screen, filter: &Filter) -> String {
    screen.path(&format!("/inbox{}", screen.query_of(screen.view.get(), filter)))
}

/// What each narrows to in words, with the filter without it.
pub(super) fn parts(screen: Screen, filter: &Filter) -> Vec<(String, Option<Colour>, Filter)> {
    let facts = screen.facts();
    let mut parts = Vec::new();
    let labels = screen.labels.get();
    for id in &filter.labels {
        let known = labels.iter().find(|label| label.id == *id);
        let name = known.map_or_else(|| "A deleted label".to_owned(), |label| label.name.clone());
        let rest = filter.labels.iter().copied().filter(|other| other != id).collect();
        parts.push((name, known.map(|label| label.colour), Filter { labels: rest, ..filter.clone() }));
    }
    if let Some(id) = filter.number {
        let known = facts.numbers.iter().find(|number| number.id == id);
        let name = known.map_or_else(|| "Another number".to_owned(), |number| format!("To {}", number.name));
        parts.push((name, None, Filter { number: None, ..filter.clone() }));
    }
    if let Some(whose) = filter.assignee {
        let name = match whose {
            Whose::Nobody => "Unassigned".to_owned(),
            Whose::Member(id) => screen.member(id).map_or_else(|| "A former member".to_owned(), |member| member.name),
        };
        parts.push((name, None, Filter { assignee: None, ..filter.clone() }));
    }
    if filter.unread {
        parts.push(("Unread".to_owned(), None, Filter { unread: false, ..filter.clone() }));
    }
    if filter.closing {
        parts.push(("Closes within 2 h".to_owned(), None, Filter { closing: false, ..filter.clone() }));
    }
    let local = screen.local.get();
    if let Some(at) = filter.since {
        parts.push((
            format!("Since {}", when::day(at, screen.now.get(), local)),
            None,
            Filter { since: None, ..filter.clone() },
        ));
    }
    if let Some(at) = filter.until {
        // It ends where the next day begins.
        let last = when::day(at.saturating_sub(1), screen.now.get(), local);
        parts.push((format!("Until {last}"), None, Filter { until: None, ..filter.clone() }));
    }
    parts
}

fn chips(screen: Screen) -> AnyView {
    let filter = screen.filter.get();
    parts(screen, &filter)
        .into_iter()
        .map(|(name, colour, rest)| {
            let label = format!("Remove filter {name}");
            view! {
                <span class="chip lg" data-colour=colour.map(Colour::as_str)>
                    <bdi>{name}</bdi>
                    <a href=href(screen, &rest) aria-label=label>{icon("x", "xs")}</a>
                </span>
            }
        })
        .collect_view()
        .into_any()
}

fn sort_view(screen: Screen) -> AnyView {
    let now = Memo::new(move |_| screen.filter.read().sort);
    let choices = move || {
        let filter = screen.filter.get();
        Sort::ALL
            .into_iter()
            .map(|sort| {
                let current = (filter.sort == sort).then_some("true");
                let href = href(screen, &Filter { sort, ..filter.clone() });
                view! {
                    <a href=href aria-current=current on:click=move |_| super::head::hide("sort")>
                        {sort.label()}
                        <span class="end">{current.map(|_| icon("check", "sm"))}</span>
                    </a>
                }
            })
            .collect_view()
    };
    view! {
        <button class="btn ghost sm push" type="button" popovertarget="sort" aria-label=move || format!("Sort: {}", now.get().label())>
            {move || now.get().label()}
            {icon("down", "xs")}
        </button>
        <div class="menu below end" popover="auto" id="sort" role="group" aria-label="Sort">{choices}</div>
    }
    .into_any()
}

/// The lists that the member keeps, beside the views.
fn saved_view(screen: Screen) -> AnyView {
    let saved = screen.saved.get();
    if saved.is_empty() {
        return ().into_any();
    }
    let here = (screen.view.get(), screen.filter.get());
    let offered = View::offered(&screen.facts().access);
    let links = saved
        .into_iter()
        // A narrower role is not offered every view any more.
        .filter(|kept| offered.contains(&kept.view))
        .map(|kept| {
            let current = (here.0 == kept.view && here.1 == kept.filter).then_some("page");
            let href = screen.path(&format!("/inbox{}", screen.query_of(kept.view, &kept.filter)));
            view! { <a class="chip lg" href=href aria-current=current><bdi>{kept.name}</bdi></a> }
        })
        .collect_view();
    view! { <nav class="list__saved" aria-label="Saved views">{links}</nav> }.into_any()
}
