//! What fits while something is typed: quick replies behind `/`, colleagues behind `@`.

use domain::{
    quick::{QuickReply, Values, fill},
    workspace::MemberBrief,
};
use leptos::{html::Textarea, prelude::*, task::spawn_local};

use super::{
    composer::{
        quick::{Quick, Typing},
        text::put,
    },
    emoji::emoji_view,
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
            // Where they cannot be had, what was typed may go.
            quick.waiting.try_set_value(false);
        });
    } else {
        quick.waiting.set_value(false);
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
            <span class="body" dir="auto" aria-hidden="true">{body}</span>
            <kbd aria-hidden="true">"↵"</kbd>
        }
        .into_any()
    };
    let list = listbox(quick, "Quick replies", fitting, draw, move |reply| put_reply(screen, quick, reply));
    view! { <div class="quick">{nothing} {list}</div> }.into_any()
}

pub fn people_view(screen: Screen, quick: Quick) -> AnyView {
    quick.waiting.set_value(false);
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

/// Puts a text in the place of what was typed.
fn replace_typed(quick: Quick, text: &str) {
    let Some(Typing { begins, typed }) = quick.typing.get_untracked() else { return };
    quick.typing.set(None);
    #[cfg(feature = "hydrate")]
    if let Some(area) = quick.area.get_untracked() {
        let whole = area.value();
        let units =
            |many: usize| whole.chars().take(many).map(char::len_utf16).sum::<usize>().try_into().unwrap_or(u32::MAX);
        let _ = area.set_selection_range(units(begins), units(begins + 1 + typed.chars().count()));
    }
    let _ = (begins, typed);
    put(quick.area, text);
}

/// Below a reply, behind the buttons that are there from the first paint, so that none of them moves: emoji, and the way to the
/// quick replies for whoever does not know the `/`.
pub fn tools_view(area: NodeRef<Textarea>) -> AnyView {
    view! {
        {emoji_view(area)}
        <button class="btn ghost sm composer__quick" type="button" aria-label="Quick reply" on:click=move |_| slash(area)>
            <kbd>"/"</kbd>
            <span>"Quick reply"</span>
        </button>
    }
    .into_any()
}

/// A `/` behind the caret, as a word of its own: the list opens as if it had been typed. One that stands there already is enough.
fn slash(area: NodeRef<Textarea>) {
    #[cfg(feature = "hydrate")]
    if let Some(field) = area.get_untracked() {
        let at = field.selection_end().ok().flatten().unwrap_or_else(|| field.text_length());
        let _ = field.set_selection_range(at, at);
        let before: Vec<u16> = field.value().encode_utf16().take(at as usize).collect();
        let before = String::from_utf16_lossy(&before);
        let last = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        put(
            area,
            match last {
                "/" => "",
                "" => "/",
                _ => " /",
            },
        );
    }
    let _ = area;
}
