//! What fits while something is typed: quick replies behind `/`, colleagues behind `@`.

use domain::{
    quick::{QuickReply, Values, fill},
    workspace::MemberBrief,
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    composer::quick::{Quick, Typing},
    screen::Screen,
};
use crate::{quick::server::quick_replies, ui::avatar};

/// Choices that are shown at once: who looks for another types on.
const MOST: usize = 8;

pub fn replies_view(screen: Screen, quick: Quick) -> AnyView {
    if screen.replies.with_untracked(Option::is_none) {
        spawn_local(async move {
            match quick_replies(screen.slug()).await {
                Ok(replies) => drop(screen.replies.try_set(Some(replies))),
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
    let nothing = move || {
        let none = screen.replies.with(|replies| replies.as_ref().is_some_and(Vec::is_empty));
        let first = quick.typing.with(|typing| typing.as_ref().is_some_and(|typing| typing.typed.is_empty()));
        (none && first).then(|| {
            view! { <p class="muted small">"There are no quick replies yet. An Owner keeps them under Settings."</p> }
        })
    };
    let draw = |reply: &QuickReply| {
        let QuickReply { shortcut, title, body, .. } = reply.clone();
        view! {
            <code>"/"<bdi>{shortcut}</bdi></code>
            " "
            <b dir="auto">{title}</b>
            " "
            <span dir="auto">{body}</span>
            <kbd aria-hidden="true">"↵"</kbd>
        }
        .into_any()
    };
    let list = listbox(quick, "Quick replies", fitting, draw, move |reply| put_reply(screen, quick, reply));
    view! { <div class="quick">{nothing} {list}</div> }.into_any()
}

pub fn people_view(screen: Screen, quick: Quick) -> AnyView {
    let fitting = Memo::new(move |_| {
        let Some(Typing { typed, .. }) = quick.typing.get() else { return Vec::new() };
        let (typed, me) = (domain::text::ascii_fold(&typed), screen.me());
        let facts = screen.facts();
        // Whoever may not read it could not be told of it.
        let assignee = screen.open.with(|row| row.as_ref().and_then(|row| row.assignee));
        let others = facts.members.iter().filter(|member| member.id != me && member.reads.reaches(member.id, assignee));
        others.filter(|member| domain::text::ascii_fold(&member.name).contains(&typed)).take(MOST).cloned().collect()
    });
    let draw = |member: &MemberBrief| {
        view! { {avatar(member.id.0, &member.name, "xs")}<bdi>{member.name.clone()}</bdi> }.into_any()
    };
    let list = listbox(quick, "Colleagues", fitting, draw, move |member: &MemberBrief| {
        replace_typed(quick, &format!("@{} ", member.name));
    });
    view! { <div class="quick">{list}</div> }.into_any()
}

/// Arrows and Enter stay in the field, which names the choice that they mean.
fn listbox<T: Clone + PartialEq + Send + Sync + 'static>(
    quick: Quick,
    label: &'static str,
    fitting: Memo<Vec<T>>,
    draw: fn(&T) -> AnyView,
    put: impl Fn(&T) + Copy + Send + Sync + 'static,
) -> AnyView {
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
                put(&chosen);
            }
        }
        take
    });
    on_cleanup(move || {
        quick.fitting.try_set(0);
    });
    // The focus stays in the field.
    let press = move |event: leptos::ev::MouseEvent| event.prevent_default();
    let choice = move |(nth, one): (usize, T)| {
        let drawn = draw(&one);
        view! {
            <li
                id=format!("{}-{nth}", quick.list)
                role="option"
                aria-selected=move || (quick.at.get() == nth).to_string()
                on:mousedown=press
                on:click=move |_| put(&one)
            >
                {drawn}
            </li>
        }
    };
    let choices = move || fitting.get().into_iter().enumerate().map(choice).collect_view();
    view! {
        <ul id=quick.list role="listbox" aria-label=label hidden=move || fitting.with(Vec::is_empty)>{choices}</ul>
    }
    .into_any()
}

/// Puts the filled text in the place of what was typed.
fn put_reply(screen: Screen, quick: Quick, reply: &QuickReply) {
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
    let names = filled.unknown.into_iter().chain(filled.empty.into_iter().map(|variable| variable.as_str().to_owned()));
    quick.left.set(names.collect());
    replace_typed(quick, &filled.text);
}

/// As if it had been typed: the draft and the length follow.
fn replace_typed(quick: Quick, text: &str) {
    let Some(Typing { begins, typed }) = quick.typing.get_untracked() else { return };
    quick.typing.set(None);
    #[cfg(feature = "hydrate")]
    if let Some(area) = quick.area.get_untracked() {
        let whole = area.value();
        let before: String = whole.chars().take(begins).collect();
        let after: String = whole.chars().skip(begins + 1 + typed.chars().count()).collect();
        area.set_value(&format!("{before}{text}{after}"));
        let caret = u32::try_from((before + text).encode_utf16().count()).unwrap_or(u32::MAX);
        let _ = area.set_selection_range(caret, caret);
        if let Ok(event) = web_sys::Event::new("input") {
            let _ = area.dispatch_event(&event);
        }
        let _ = area.focus();
    }
    let _ = (begins, typed, text);
}
