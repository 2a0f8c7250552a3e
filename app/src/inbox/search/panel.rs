//! What was found, where the list stands otherwise: people first, then messages.

use domain::{
    inbox::Filter,
    label::Label,
    search::{MIN, QUERY_LIMIT},
};
use leptos::{ev::KeyboardEvent, prelude::*};

use super::{
    ask::Ask,
    field::{FIELD, focus_on, step},
    items::{hit_view, person_view},
    jump::{self, Sought},
};
use crate::{
    inbox::{filters::href, screen::Screen},
    ui::{chip, icon},
};

/// Labels that are shown at once.
const MOST_LABELS: usize = 6;

/// As long as something is looked for.
pub fn panel_view(screen: Screen) -> AnyView {
    let ask = Ask::new(screen);
    let sought: Sought = RwSignal::new(None);
    ask.follow();
    jump::follow(screen, sought);
    let pressed = move |event: KeyboardEvent| {
        let done = match event.key().as_str() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(-1),
            "Escape" => focus_on(FIELD),
            _ => false,
        };
        if done {
            event.prevent_default();
        }
    };
    view! {
        <section
            class="list__items found"
            class:busy=ask.busy
            tabindex="0"
            aria-label="Search results"
            aria-busy=move || ask.busy.get().to_string()
            on:keydown=pressed
        >
            <p class="sr" role="status">{move || said(ask)}</p>
            {(!screen.facts().access.sees_all())
                .then(|| view! { <p class="found__hint">"Searching your own conversations."</p> })}
            {move || ask.problem.get().map(|why| problem_view(ask, why))}
            {move || (ask.words.read().is_none() && ask.problem.read().is_none()).then(skeleton)}
            {labels_view(screen, ask)}
            {people_view(screen, ask)}
            {messages_view(screen, ask, sought)}
            {move || nothing(screen, ask).map(|words| nothing_view(&words, ask.short.get()))}
        </section>
    }
    .into_any()
}

fn fitting(screen: Screen, ask: Ask) -> Vec<Label> {
    let wanted = ask.words.get().map(|words| domain::text::ascii_fold(words.trim())).unwrap_or_default();
    let fits = |label: &&Label| !wanted.is_empty() && domain::text::ascii_fold(&label.name).contains(&wanted);
    screen.labels.read().iter().filter(fits).take(MOST_LABELS).cloned().collect()
}

/// Labels that are called so, each leading to the conversations that have it.
fn labels_view(screen: Screen, ask: Ask) -> AnyView {
    let one = move |label: Label| {
        let filter = Filter { labels: vec![label.id], ..Filter::default() };
        let name = format!("Conversations labelled {}", label.name);
        view! {
            <a href=href(screen, &filter) aria-label=name on:click=move |_| screen.words.set(String::new())>{chip(&label)}</a>
        }
    };
    view! {
        {move || Some(fitting(screen, ask)).filter(|labels| !labels.is_empty()).map(|labels| view! {
            <h2 class="found__head">"Labels"</h2>
            <p class="chips found__labels">{labels.into_iter().map(one).collect_view()}</p>
        })}
    }
    .into_any()
}

fn people_view(screen: Screen, ask: Ask) -> AnyView {
    let some = Memo::new(move |_| !ask.people.read().is_empty());
    view! {
        {move || some.get().then(|| view! { <h2 class="found__head">"People"</h2> })}
        <For
            each=move || ask.people.get()
            key=|person| (person.contact.id, person.name.clone(), person.phone.clone(), person.conversation)
            children=move |person| person_view(screen, person)
        />
        {move || {
            let more = ask.more_people.get().filter(|_| some.get());
            more.map(|_| more_view("More people", move || ask.load_people()))
        }}
    }
    .into_any()
}

fn messages_view(screen: Screen, ask: Ask, sought: Sought) -> AnyView {
    let some = Memo::new(move |_| !ask.messages.read().is_empty());
    view! {
        {move || some.get().then(|| view! { <h2 class="found__head">"Messages"</h2> })}
        <For
            each=move || ask.messages.get()
            key=|hit| (hit.message, hit.snippet.clone())
            children=move |hit| hit_view(screen, sought, hit)
        />
        {move || {
            let words = if some.get() { "More messages" } else { "Search older messages" };
            ask.more_messages.get().map(|_| more_view(words, move || ask.load_messages()))
        }}
        {move || {
            (ask.short.get() && ask.words.read().is_some()).then(|| {
                view! { <p class="found__hint">{format!("To search messages too, write a word of at least {MIN} letters.")}</p> }
            })
        }}
    }
    .into_any()
}

fn more_view(words: &'static str, load: impl Fn() + 'static) -> AnyView {
    view! {
        <button class="btn ghost more" type="button" on:click=move |_| load()>
            {icon("down", "sm")}
            {words}
        </button>
    }
    .into_any()
}

/// What was looked for, where nothing was found and nothing is left to look through.
fn nothing(screen: Screen, ask: Ask) -> Option<String> {
    let empty = ask.people.read().is_empty()
        && ask.messages.read().is_empty()
        && ask.more_messages.get().is_none()
        && fitting(screen, ask).is_empty();
    ask.words.get().filter(|_| empty)
}

fn nothing_view(words: &str, short: bool) -> AnyView {
    let words: String = words.trim().chars().take(QUERY_LIMIT).collect();
    let why = if short {
        "No name or number begins with it."
    } else {
        "Check the spelling, or try fewer words. Closed conversations are searched too."
    };
    view! {
        <div class="empty">
            {icon("search", "")}
            <h3>"No match for “"<bdi>{words}</bdi>"”"</h3>
            <p>{why}</p>
        </div>
    }
    .into_any()
}

/// For those who hear the page.
fn said(ask: Ask) -> String {
    if ask.busy.get() || ask.words.read().is_none() {
        return String::new();
    }
    let count = |count: usize, more: bool, one: &str, many: &str| {
        let at_least = if more { "at least " } else { "" };
        format!("{at_least}{count} {}", if count == 1 { one } else { many })
    };
    let people = count(ask.people.read().len(), ask.more_people.get().is_some(), "person", "people");
    let messages = count(ask.messages.read().len(), ask.more_messages.get().is_some(), "message", "messages");
    format!("Found {people} and {messages}")
}

fn problem_view(ask: Ask, why: String) -> AnyView {
    view! {
        <div class="banner bad" role="alert">
            {icon("alert", "")}
            <p><b>"The search failed. "</b>{why}</p>
            <button class="btn sm" type="button" on:click=move |_| ask.again()>
                {icon("refresh", "xs")}
                "Try again"
            </button>
        </div>
    }
    .into_any()
}

fn skeleton() -> AnyView {
    view! {
        <div class="waiting found__waiting" aria-busy="true">
            <span class="sr">"Searching"</span>
            <span class="skeleton"></span>
            <span class="skeleton"></span>
            <span class="skeleton"></span>
        </div>
    }
    .into_any()
}
