//! A conversation as one row of the list.

use domain::{
    conversation::{State, View},
    inbox::{Preview, Row},
    message::{Direction, Kind, Status},
    workspace::MemberBrief,
};
use leptos::prelude::*;

use super::{later::snoozed_words, screen::Screen, select::pick_view, sync::Cell};
use crate::ui::{avatar, avatar_none, chips, icon, tick, when, window_ring};

/// Labels of a row that are shown; of others it is said how many there are.
const LABELS: usize = 2;

/// The address of a conversation; the view stays.
pub fn address(screen: Screen, id: impl std::fmt::Display, pane: &str) -> String {
    screen.path(&format!("/inbox/{id}{pane}{}", screen.query()))
}

/// Three lines: who and when, what, until when and whose.
pub fn row_view(screen: Screen, cell: Cell<Row>) -> AnyView {
    let id = cell.id;
    let row = cell.value;
    let part = |read: fn(&Row) -> String| {
        let row = row.clone();
        Memo::new(move |_| row.with(read))
    };
    let name = part(|row| row.contact.name.clone());
    let at = {
        let row = row.clone();
        Memo::new(move |_| row.with(|row| row.last_message_at))
    };
    let unread = {
        let row = row.clone();
        Memo::new(move |_| row.with(|row| row.unread))
    };
    let preview = {
        let row = row.clone();
        Memo::new(move |_| row.with(|row| row.preview.clone()))
    };
    let window = {
        let row = row.clone();
        move || row.with(|row| row.window_expires_at)
    };
    let opted_out = {
        let row = row.clone();
        Memo::new(move |_| row.with(|row| row.opted_out_at.is_some()))
    };
    let whose = {
        let row = row.clone();
        Memo::new(move |_| row.with(|row| row.assignee))
    };
    let snoozed = {
        let row = row.clone();
        Memo::new(move |_| row.with(|row| row.snoozed_until))
    };
    let labels = {
        let row = row.clone();
        Memo::new(move |_| row.with(|row| row.labels.clone()))
    };
    let contact = row.with_untracked(|row| row.contact.id.0);
    let closed = Memo::new(move |_| row.with(|row| row.state == State::Closed));
    let current = move || (screen.place.read().open.map(|open| open.0) == Some(id)).then_some("true");
    view! {
        <div class="slot" class:picked=move || screen.is_selected(id)>
        {pick_view(screen, domain::id::ConversationId(id), name)}
        <a
            class="convo"
            class:unread=move || unread.get().is_positive()
            href=move || address(screen, id, "")
            aria-current=current
            data-id=id.to_string()
            on:click=move |_| screen.look_again(domain::id::ConversationId(id))
        >
            {move || avatar(contact, &name.read(), "md")}
            <span class="convo__name"><span dir="auto">{name}</span></span>
            {move || {
                let (at, now, local) = (at.get(), screen.now.get(), screen.local.get());
                view! { <time datetime=when::iso(at) title=when::full(at, local)>{when::ago(at, now, local)}</time> }
            }}
            <span class="convo__text">{move || preview.with(|preview| preview.as_ref().map(preview_view))}</span>
            <span class="convo__end">{move || (unread.get() > 0).then(|| count_view(unread.get()))}</span>
            <span class="convo__meta">
                {move || match (opted_out.get(), snoozed.get()) {
                    (true, _) => view! { <span class="badge">{icon("ban", "xs")}"Opted out"</span> }.into_any(),
                    (false, Some(until)) => {
                        let words = snoozed_words(until, screen.now.get(), screen.local.get());
                        view! { <span class="badge">{icon("clock", "xs")}{words}</span> }.into_any()
                    }
                    (false, None) => window_ring(window.clone(), screen.now, "").into_any(),
                }}
                {move || labels_view(screen, &labels.read(), LABELS)}
                {move || (closed.get() && screen.view.get() != View::Closed).then(|| view! { <span class="badge">"Closed"</span> })}
                {move || whose_view(whose.get().map(|id| (id, screen.member(id))))}
            </span>
        </a>
        </div>
    }
    .into_any()
}

/// The labels of a conversation, as many as there is room for.
pub fn labels_view(screen: Screen, ids: &[domain::id::LabelId], most: usize) -> AnyView {
    if ids.is_empty() { ().into_any() } else { chips(&screen.labels.get(), ids, most) }
}

fn count_view(unread: i64) -> impl IntoView {
    view! { <span class="count"><span class="sr">"unread: "</span>{unread}</span> }
}

fn whose_view(whose: Option<(domain::id::MemberId, Option<MemberBrief>)>) -> AnyView {
    match whose {
        None => view! { {avatar_none("xs")}<span class="sr">"Unassigned"</span> }.into_any(),
        Some((id, member)) => {
            let name = member.map_or_else(|| "a former member".to_owned(), |member| member.name);
            view! { {avatar(id.0, &name, "xs")}<span class="sr">"Assigned to "{name}</span> }.into_any()
        }
    }
}

/// Begins with what happened.
pub fn preview_view(preview: &Preview) -> AnyView {
    let Preview { direction, kind, status, text } = preview;
    let text = match kind {
        Kind::Unsupported => format!("Unsupported message: {}", text.replace('_', " ")),
        _ => text.clone(),
    };
    match (direction, status) {
        (Direction::In, _) => view! {
            {drawing(*kind).map(|name| icon(name, "xs"))}
            <span dir="auto">{text}</span>
        }
        .into_any(),
        (Direction::Out, Status::Failed | Status::Dead) => view! {
            {tick(Status::Failed, ": ")}
            <span dir="auto">"Not delivered: "{text}</span>
        }
        .into_any(),
        (Direction::Out, status) => view! {
            {tick(*status, ": ")}
            <span dir="auto">{text}</span>
        }
        .into_any(),
    }
}

/// Beside the words of what is more than words.
const fn drawing(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Text | Kind::Template | Kind::Reaction | Kind::Button | Kind::Interactive => return None,
        Kind::Image => "image",
        Kind::Audio => "mic",
        Kind::Video => "play",
        Kind::Document => "file",
        Kind::Sticker => "sticker",
        Kind::Location => "pin",
        Kind::Contacts => "contacts",
        Kind::Order => "cart",
        Kind::System => "bell",
        Kind::Unsupported => "eye",
    })
}
