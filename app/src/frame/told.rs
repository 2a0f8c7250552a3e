//! What the person is told of while they look elsewhere: messages for them in conversations that are not open, on the page
//! and with a sound, as they chose.

use domain::{
    id::{ConversationId, MemberId},
    inbox::{Event, MessageView, Note, Row},
    message::{Direction, Kind},
    notice::Choices,
    text::preview,
    time::{Millis, SECOND},
    workspace::Slug,
};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlAudioElement;

use super::live::{Heard, listen};
use crate::{
    inbox::{outbox::store, send::clock},
    notices::server::choices,
};

/// Characters of a message that are shown.
const WORDS: usize = 80;
/// One sound for what comes together, also in several tabs.
const APART: Millis = 2 * SECOND;
const SOUND: &str = "/notice.wav";

/// Who is told, and how the page says it.
pub trait Listener: 'static {
    fn me(&self) -> MemberId;

    /// Whether the conversation is before the person's eyes.
    fn sees(&self, conversation: ConversationId) -> bool;

    /// On the page, with the way to the conversation.
    fn say(&self, text: String, conversation: ConversationId);

    /// A colleague has named the person in a note.
    fn named(&self, row: &Row);
}

/// Listens as long as the page stands.
pub fn start(slug: Slug, to: impl Listener) {
    let chosen = StoredValue::new(Choices::default());
    spawn_local(async move {
        // As at first where they cannot be had.
        if let Ok(choices) = choices(slug).await {
            chosen.try_set_value(choices);
        }
    });
    listen(move |what| {
        let Heard::Event(live) = what else { return };
        let choices = chosen.try_get_value().unwrap_or_default();
        match &live.event {
            Event::Message { row, message, .. } => written(&to, choices, row, message),
            Event::Note { row, note } if names(to.me(), note) => {
                to.named(row);
                sound(to.me(), choices);
            }
            _ => {}
        }
    });
}

fn names(me: MemberId, note: &Note) -> bool {
    note.author != me && note.edited_at.is_none() && note.mentions.contains(&me)
}

fn written(to: &impl Listener, choices: Choices, row: &Row, message: &MessageView) {
    let theirs = message.direction == Direction::In && message.kind != Kind::System;
    if !theirs || to.sees(row.id) || !choices.wants(row.assignee, to.me()) {
        return;
    }
    if choices.in_page {
        let words = message.content.preview(message.kind, &message.text);
        to.say(format!("{}: {}", preview(&row.contact.name, WORDS / 2), preview(&words, WORDS)), row.id);
    }
    sound(to.me(), choices);
}

fn sound(me: MemberId, choices: Choices) {
    let (name, now) = (format!("sounded:{me}"), clock());
    let last = store::get(&name).and_then(|at| at.parse::<Millis>().ok()).unwrap_or(0);
    if !choices.sound || (0..APART).contains(&(now - last)) {
        return;
    }
    store::set(&name, &now.to_string());
    spawn_local(async move {
        // Before the person has touched the page, browsers let nothing be heard.
        if let Ok(playing) = HtmlAudioElement::new_with_src(SOUND).and_then(|sound| sound.play()) {
            let _ = JsFuture::from(playing).await;
        }
    });
}
