//! What was found, one by one. All of it was written by strangers: it is shown as text, in pieces.

use domain::{
    conversation::State,
    message::Direction,
    search::{Hit, Person, Snippet},
};
use leptos::prelude::*;

use super::jump::{Sought, Spot};
use crate::{
    inbox::{row::address, screen::Screen},
    ui::{avatar, when},
};

/// The text with what fits in it marked.
pub fn marked(snippet: &Snippet) -> AnyView {
    let piece = |(text, hit): (String, bool)| {
        if hit { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
    };
    view! { <span dir="auto">{snippet.pieces().into_iter().map(piece).collect_view()}</span> }.into_any()
}

/// Somebody; a press opens their conversation.
pub fn person_view(screen: Screen, person: Person) -> AnyView {
    let Person { contact, conversation, state, assignee, last_message_at: at, name, phone, username } = person;
    // A number that stands for a name is not said twice.
    let phone = phone.filter(|phone| phone.text != name.text);
    let whose = assignee.and_then(|id| screen.member(id)).map(|member| member.name);
    view! {
        <a
            class="convo person"
            href=move || address(screen, conversation, "")
            aria-current=move || (screen.place.read().open == Some(conversation)).then_some("true")
            on:click=move |_| screen.look_again(conversation)
        >
            {avatar(contact.id.0, &contact.name, "md")}
            <span class="convo__name">{marked(&name)}</span>
            {time_view(screen, at)}
            <span class="convo__text">
                {username.map(|username| view! { <span>"@"{marked(&username)}</span> })}
                {phone.map(|phone| marked(&phone))}
            </span>
            <span class="convo__meta">
                {match state {
                    State::Closed => Some("Closed"),
                    State::Snoozed => Some("Snoozed"),
                    State::Open => None,
                }.map(|word| view! { <span class="badge">{word}</span> })}
                {whose.map(|name| view! { <span class="muted small">"With "<bdi>{name}</bdi></span> })}
            </span>
        </a>
    }
    .into_any()
}

/// A message; a press opens its conversation and leads to it.
pub fn hit_view(screen: Screen, sought: Sought, hit: Hit) -> AnyView {
    let Hit { message, conversation, contact, direction, author, at, snippet, .. } = hit;
    let ours = (direction == Direction::Out).then(|| match author {
        Some(author) if author == screen.me() => "You: ".to_owned(),
        author => author
            .and_then(|id| screen.member(id))
            .map_or_else(|| "Us: ".to_owned(), |member| format!("{}: ", member.name)),
    });
    let go = move |_| {
        sought.set(Some((conversation, Spot::Message(message))));
        screen.look_again(conversation);
    };
    view! {
        <a class="convo hit" href=move || address(screen, conversation, "") on:click=go>
            {avatar(contact.id.0, &contact.name, "md")}
            <span class="convo__name"><span dir="auto">{contact.name}</span></span>
            {time_view(screen, at)}
            <span class="hit__words">
                {ours.map(|ours| view! { <span class="muted"><bdi>{ours}</bdi></span> })}
                {marked(&snippet)}
            </span>
        </a>
    }
    .into_any()
}

fn time_view(screen: Screen, at: domain::time::Millis) -> AnyView {
    let ago = move || when::ago(at, screen.now.get(), screen.local.get());
    view! { <time datetime=when::iso(at) title=move || when::full(at, screen.local.get())>{ago}</time> }.into_any()
}
