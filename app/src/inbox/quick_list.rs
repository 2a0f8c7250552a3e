//! The quick replies that fit what is typed behind `/`.

use domain::quick::{QuickReply, Values, fill};
use leptos::{prelude::*, task::spawn_local};

use super::{
    composer::quick::{LIST, Quick, Typing},
    screen::Screen,
};
use crate::quick::server::quick_replies;

/// Choices that are shown at once: who looks for another types on.
const MOST: usize = 8;

pub fn list_view(screen: Screen, quick: Quick) -> AnyView {
    if screen.replies.with_untracked(Option::is_none) {
        spawn_local(async move {
            match quick_replies(screen.slug()).await {
                Ok(replies) => {
                    screen.replies.try_set(Some(replies));
                }
                Err(fault) => screen.fail(fault),
            }
        });
    }
    let fitting = Memo::new(move |_| {
        let Some(Typing { typed, .. }) = quick.typing.get() else { return Vec::new() };
        let replies = screen.replies.get().unwrap_or_default();
        let mut fitting: Vec<_> = replies.into_iter().filter_map(|reply| Some((reply.fits(&typed)?, reply))).collect();
        fitting.sort_by_key(|(how_well, _)| *how_well);
        fitting.into_iter().map(|(_, reply)| reply).take(MOST).collect::<Vec<_>>()
    });
    Effect::new(move |_| {
        let count = fitting.with(Vec::len);
        quick.fitting.set(count);
        quick.at.update(|at| *at = (*at).min(count.saturating_sub(1)));
    });
    Effect::new(move |before: Option<u32>| {
        let take = quick.take.get();
        if before.is_some_and(|before| before != take) {
            let chosen = fitting.with_untracked(|fitting| fitting.get(quick.at.get_untracked()).cloned());
            if let Some(chosen) = chosen {
                put(screen, quick, &chosen);
            }
        }
        take
    });
    on_cleanup(move || {
        quick.fitting.try_set(0);
    });
    let choices = move || {
        let choice = |(nth, reply): (usize, QuickReply)| choice(screen, quick, nth, reply);
        fitting.get().into_iter().enumerate().map(choice).collect_view()
    };
    let nothing = move || {
        let none = screen.replies.with(|replies| replies.as_ref().is_some_and(Vec::is_empty));
        let first = quick.typing.with(|typing| typing.as_ref().is_some_and(|typing| typing.typed.is_empty()));
        (none && first).then(|| view! { <p class="muted small">"There are no quick replies yet. An Owner keeps them under Settings."</p> })
    };
    view! {
        <div class="quick">
            {nothing}
            <ul id=LIST role="listbox" aria-label="Quick replies" hidden=move || fitting.with(Vec::is_empty)>{choices}</ul>
        </div>
    }
    .into_any()
}

fn choice(screen: Screen, quick: Quick, nth: usize, reply: QuickReply) -> AnyView {
    let (shortcut, title) = (reply.shortcut.clone(), reply.title.clone());
    // The focus stays in the field.
    let press = move |event: leptos::ev::MouseEvent| event.prevent_default();
    view! {
        <li
            id=format!("{LIST}-{nth}")
            role="option"
            aria-selected=move || (quick.at.get() == nth).to_string()
            on:mousedown=press
            on:click=move |_| put(screen, quick, &reply)
        >
            <code>"/"<bdi>{shortcut}</bdi></code>
            " "
            <span dir="auto">{title}</span>
        </li>
    }
    .into_any()
}

/// Puts the filled text in the place of what was typed.
fn put(screen: Screen, quick: Quick, reply: &QuickReply) {
    let Some(Typing { slash, typed }) = quick.typing.get_untracked() else { return };
    let contact = screen.open.with_untracked(|row| row.as_ref().map(|row| row.contact.clone()));
    // Who is known by a number alone has no name.
    let contact = contact.filter(|contact| contact.phone.as_ref() != Some(&contact.name)).map(|contact| contact.name);
    let facts = screen.facts();
    let values = Values {
        contact: contact.unwrap_or_default(),
        agent: facts.me.name.clone(),
        workspace: facts.workspace.name.clone(),
    };
    let filled = fill(&reply.body, &values);
    quick.typing.set(None);
    let names = filled.unknown.into_iter().chain(filled.empty.into_iter().map(|variable| variable.as_str().to_owned()));
    quick.left.set(names.collect());
    insert(quick, slash, typed.chars().count() + 1, &filled.text);
}

/// As if it had been typed: the draft and the length follow.
fn insert(quick: Quick, from: usize, count: usize, text: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(area) = quick.area.get_untracked() {
        let before: String = area.value().chars().take(from).collect();
        let after: String = area.value().chars().skip(from + count).collect();
        area.set_value(&format!("{before}{text}{after}"));
        let caret = (before + text).encode_utf16().count();
        let caret = u32::try_from(caret).unwrap_or(u32::MAX);
        let _ = area.set_selection_range(caret, caret);
        if let Ok(event) = web_sys::Event::new("input") {
            let _ = area.dispatch_event(&event);
        }
        let _ = area.focus();
    }
    let _ = (quick, from, count, text);
}
