//! In the composer's place once the window is closed, or where the role sends nothing but templates.

use domain::{
    id::NumberId,
    inbox::Row,
    template::{Template, Values, language_name, text},
};
use leptos::prelude::*;

use super::{
    super::{
        lazy::{Extra, show},
        screen::Screen,
    },
    Shelf,
};
use crate::ui::{icon, window_until};

/// How many are offered without looking further.
const FIRST: usize = 2;

/// Only templates can be sent; the first few, and the way to all.
pub fn offer_view(screen: Screen, row: Memo<Option<Row>>) -> AnyView {
    let name = Memo::new(move |_| row.read().as_ref().map(|row| row.contact.name.clone()).unwrap_or_default());
    let number = Memo::new(move |_| row.read().as_ref().map(|row| row.number.id));
    let wrote = Memo::new(move |_| row.read().as_ref().is_some_and(|row| row.window_expires_at.is_some()));
    let window = move || row.read().as_ref().and_then(|row| row.window_expires_at);
    // Who may not write freely sends templates at any time.
    let only = Memo::new(move |_| row.read().as_ref().is_some_and(|row| !screen.may_reply(row)));
    let what = move || if only.get() { "You can send templates here." } else { "Only templates can be sent now." };
    let why = move || {
        if only.get() {
            "Your role sends approved templates. Other replies come from your colleagues.".into_any()
        } else if wrote.get() {
            view! {
                "24 hours have passed since the last message from "<bdi>{name}</bdi>". A message from them opens the window again."
            }
            .into_any()
        } else {
            view! { <bdi>{name}</bdi>" has not written here yet. A message from them opens the window for replies." }
                .into_any()
        }
    };
    let waits = Memo::new(move |_| screen.shelf.with(|shelf| !shelf.is_ready(number.get())));
    view! {
        <div class="composer" role="group" aria-label=move || format!("Reply to {}", name.get())>
            <div class="composer__top">{window_until(window, screen.now, screen.local)}</div>
            <div class="templates-only">
                <p>{icon(if only.get_untracked() { "template" } else { "lock" }, "sm")}<span><b>{what}</b><small>{why}</small></span></p>
                {move || {
                    waits.get().then(|| view! {
                        <div class="script waiting-line" aria-busy="true">
                            <span class="sr">"Loading templates"</span>
                            <span class="skeleton"></span>
                        </div>
                    })
                }}
                {show(screen, Extra::Shelf(number))}
            </div>
        </div>
    }
    .into_any()
}

/// The first templates of a number, once they were fetched.
pub(in crate::inbox) fn shelf_view(screen: Screen, number: Memo<Option<NumberId>>) -> AnyView {
    Effect::new(move |_| {
        if let Some(number) = number.get() {
            screen.fetch_templates(number, false);
        }
    });
    let shelf = Memo::new(move |_| screen.shelf.get());
    view! { {move || shelf.with(|shelf| shelf.is_ready(number.get()).then(|| first_view(screen, number.get(), shelf)))} }
        .into_any()
}

fn first_view(screen: Screen, number: Option<NumberId>, shelf: &Shelf) -> AnyView {
    let refresh = move |_| {
        if let Some(number) = number {
            screen.fetch_templates(number, true);
        }
    };
    if let Some(problem) = shelf.problem.clone().filter(|_| shelf.items.is_empty()) {
        return view! {
            <div class="banner bad" role="alert">
                {icon("alert", "")}
                <p><b>"The templates did not load. "</b>{problem}</p>
                <button class="btn sm" type="button" disabled=shelf.busy on:click=refresh>
                    {icon("refresh", "xs")}
                    "Try again"
                </button>
            </div>
        }
        .into_any();
    }
    let sendable: Vec<Template> = shelf.items.iter().filter(|template| template.why_not().is_none()).cloned().collect();
    if sendable.is_empty() {
        return view! {
            <div class="row wrap">
                <p class="muted">"Meta has approved no template for this number yet."</p>
                <button class="btn sm" type="button" disabled=shelf.busy on:click=refresh>
                    {icon("refresh", "xs")}
                    "Refresh"
                </button>
            </div>
        }
        .into_any();
    }
    let first = sendable.iter().take(FIRST).map(|template| {
        let id = template.id;
        view! {
            <li>
                <button type="button" on:click=move |_| screen.pick_template(Some(id))>
                    <b>{template.name.clone()}{icon("right", "xs")}</b>
                    <small>{about(template)}" · "<bdi>{begins(template)}</bdi></small>
                </button>
            </li>
        }
    });
    let all = shelf.items.len();
    let word = if all == 1 { "Browse the template".to_owned() } else { format!("Browse all {all}") };
    view! {
        <ul>
            {first.collect_view()}
            <li>
                <button type="button" id="template-button" aria-keyshortcuts="t" on:click=move |_| screen.pick_template(None)>
                    <b>{word}{icon("right", "xs")}</b>
                    <small>"Search by name, language or category"</small>
                </button>
            </li>
        </ul>
    }
    .into_any()
}

/// `Utility · English`
pub fn about(template: &Template) -> String {
    format!("{} · {}", template.category.label(), language_name(&template.language))
}

/// The first words, with the variables as they were written.
pub fn begins(template: &Template) -> String {
    let words = text(&template.content, &Values::new());
    domain::text::preview(&words, 90)
}
