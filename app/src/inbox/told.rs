//! What the person is told of while they look elsewhere: messages for them in conversations that are not open, on the
//! page and with a sound, as they chose.

use leptos::prelude::*;

use super::screen::Screen;

/// Listens as long as the page stands; there is nothing to see.
pub fn start(screen: Screen) -> AnyView {
    #[cfg(feature = "hydrate")]
    {
        super::numbers::restore(screen);
        browser::start(screen);
    }
    super::search::jump::asked(screen);
    ().into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use domain::{
        inbox::{Event, MessageView, Note, Row},
        message::{Direction, Kind},
        notice::Choices,
        text::preview,
        time::{Millis, SECOND},
    };
    use leptos::{prelude::*, task::spawn_local};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{HtmlAudioElement, VisibilityState};

    use crate::{
        frame::live::{Heard, listen},
        inbox::{outbox::store, screen::Screen, send::clock},
        notices::server::choices,
    };

    /// Characters of a message that are shown.
    const WORDS: usize = 80;
    /// One sound for what comes together, also in several tabs.
    const APART: Millis = 2 * SECOND;
    const SOUND: &str = "/notice.wav";

    pub fn start(screen: Screen) {
        let chosen = StoredValue::new(Choices::default());
        spawn_local(async move {
            // As at first where they cannot be had.
            if let Ok(choices) = choices(screen.slug()).await {
                chosen.try_set_value(choices);
            }
        });
        listen(move |what| {
            let Heard::Event(live) = what else { return };
            match &live.event {
                Event::Message { row, message, .. } => written(screen, chosen.get_value(), row, message),
                Event::Note { note, .. } if names(screen, note) => sound(screen, chosen.get_value()),
                _ => {}
            }
        });
    }

    /// That a colleague names the person, the page says by itself.
    fn names(screen: Screen, note: &Note) -> bool {
        note.author != screen.me() && note.edited_at.is_none() && note.mentions.contains(&screen.me())
    }

    fn written(screen: Screen, choices: Choices, row: &Row, message: &MessageView) {
        let theirs = message.direction == Direction::In && message.kind != Kind::System;
        let looks = document().visibility_state() == VisibilityState::Visible && screen.open_id() == Some(row.id);
        if !theirs || looks || !choices.wants(row.assignee, screen.me()) {
            return;
        }
        if choices.in_page {
            let words = message.content.preview(message.kind, &message.text);
            let text = format!("{}: {}", preview(&row.contact.name, WORDS / 2), preview(&words, WORDS));
            screen.say(text, Vec::new(), Some(row.id));
        }
        sound(screen, choices);
    }

    fn sound(screen: Screen, choices: Choices) {
        let (name, now) = (format!("sounded:{}", screen.me()), clock());
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
}
