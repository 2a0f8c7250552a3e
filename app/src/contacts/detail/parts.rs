//! What is known of a contact, as the page and the panel of the inbox show it.

use domain::{conversation::State, field::Kind, inbox::Row, time::Millis};
use leptos::prelude::*;

use super::server::About;
use crate::{
    frame::Clock,
    ui::{icon, when},
};

/// What they decided, and when: out, or in where that is known.
pub fn consent_badge(decided: Result<Millis, Option<Millis>>, clock: Clock) -> AnyView {
    let (class, drawing, word, at) = match decided {
        Ok(out) => ("badge bad", Some("ban"), "Opted out", Some(out)),
        Err(Some(agreed)) => ("badge ok", Some("check"), "Opted in", Some(agreed)),
        Err(None) => ("badge", None, "Not recorded", None),
    };
    let time = at.map(|at| {
        view! {
            <time class="small muted nowrap" datetime=when::iso(at) title=move || when::full(at, clock.local.get())>
                {move || when::ago(at, clock.now.get(), clock.local.get())}
            </time>
        }
    });
    view! {
        <span class="decided">
            <span class=class>{drawing.map(|drawing| icon(drawing, "xs"))}{word}</span>
            {time}
        </span>
    }
    .into_any()
}

/// A value of a custom field as people read it.
pub fn value_shown(kind: Kind, value: &str) -> String {
    match (kind, value) {
        (Kind::YesNo, "yes") => "Yes".to_owned(),
        (Kind::YesNo, "no") => "No".to_owned(),
        _ => value.to_owned(),
    }
}

/// The custom fields that have a value.
pub fn values_view(about: &About) -> AnyView {
    let known: Vec<_> = about
        .fields
        .iter()
        .filter_map(|field| Some((field.name.clone(), field.kind, about.contact.fields.get(&field.id)?.clone())))
        .collect();
    if known.is_empty() {
        return view! { <p class="muted small">"Nothing is filled in."</p> }.into_any();
    }
    let lines = known
        .into_iter()
        .map(|(name, kind, value)| {
            let shown = value_shown(kind, &value);
            view! { <dt><bdi>{name}</bdi></dt><dd dir="auto" class:num=kind == Kind::Number>{shown}</dd> }
        })
        .collect_view();
    view! { <dl class="facts">{lines}</dl> }.into_any()
}

/// The note, as it was written.
pub fn note_view(note: &str) -> AnyView {
    if note.is_empty() {
        return view! { <p class="muted small">"No note."</p> }.into_any();
    }
    view! { <p class="contact-note" dir="auto">{note.to_owned()}</p> }.into_any()
}

/// A conversation, as a line that leads to it.
pub fn past_line(row: &Row, inbox: &str, now: Millis, local: bool) -> AnyView {
    let text = row.preview.as_ref().map(|preview| preview.text.clone()).filter(|text| !text.is_empty());
    let state = match row.state {
        State::Open => "Open",
        State::Snoozed => "Snoozed",
        State::Closed => "Closed",
    };
    let at = row.last_message_at;
    view! {
        <li>
            <a class="link" href=format!("{inbox}/{}", row.id) rel="external">
                <bdi>{text.unwrap_or_else(|| "Conversation".to_owned())}</bdi>
            </a>
            <time datetime=when::iso(at) title=when::full(at, local)>{when::ago(at, now, local)}</time>
            <small>{state}" · "<bdi>{row.number.name.clone()}</bdi></small>
        </li>
    }
    .into_any()
}
