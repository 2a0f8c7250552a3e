//! What the inbox has over it, for the pages beside it: commands by name, and what the person is told of.

use domain::id::ConversationId;
use leptos::prelude::*;

use super::Frame;

/// A word for some seconds, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    text: String,
    open: ConversationId,
    turn: u32,
}

/// Draws nothing until somebody asks for it, or something comes.
pub(super) fn beside_view(frame: &Frame) -> AnyView {
    let (word, commands) = (RwSignal::new(None::<Word>), RwSignal::new(false));
    #[cfg(feature = "hydrate")]
    browser::start(frame, word, commands);
    let (slug, access) = (frame.workspace.slug.clone(), frame.access);
    let palette = move || {
        let closed = move || commands.set(false);
        commands.get().then(|| crate::inbox::palette::palette_view(slug.clone(), access, None, closed))
    };
    let slug = frame.workspace.slug.clone();
    let told = move || {
        word.get().map(|Word { text, open, .. }| {
            view! {
                <span dir="auto">{text}</span>
                <a class="btn ghost sm" href=format!("/w/{slug}/inbox/{open}") rel="external">"Open"</a>
            }
        })
    };
    view! {
        {palette}
        <div class="toast undo told" role="status" class:shown=move || word.read().is_some()>{told}</div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use domain::{
        id::{ConversationId, MemberId},
        inbox::Row,
    };
    use leptos::{ev, prelude::*};

    use super::Word;
    use crate::{
        frame::{
            Frame,
            told::{self, Listener},
        },
        inbox::{commands, palette::hear_field},
    };

    /// How long it is said.
    const SAID: Duration = Duration::from_secs(8);

    struct Page {
        me: MemberId,
        word: RwSignal<Option<Word>>,
    }

    impl Listener for Page {
        fn me(&self) -> MemberId {
            self.me
        }

        fn sees(&self, _: ConversationId) -> bool {
            false
        }

        fn say(&self, text: String, open: ConversationId) {
            let word = self.word;
            let last = word.try_with_untracked(|word| word.as_ref().map_or(0, |word| word.turn));
            let turn = last.unwrap_or_default().wrapping_add(1);
            word.try_set(Some(Word { text, open, turn }));
            let fade = move || {
                word.try_update(|word| {
                    if word.as_ref().is_some_and(|word| word.turn == turn) {
                        *word = None;
                    }
                });
            };
            set_timeout(fade, SAID);
        }

        fn named(&self, row: &Row) {
            self.say(format!("A colleague named you in a note on {}.", row.contact.name), row.id);
        }
    }

    pub fn start(frame: &Frame, word: RwSignal<Option<Word>>, open: RwSignal<bool>) {
        told::start(frame.workspace.slug.clone(), Page { me: frame.me.id, word });
        let handle = window_event_listener(ev::keydown, move |event| {
            if commands(&event) {
                event.prevent_default();
                if document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_none()) {
                    open.set(true);
                }
            }
        });
        on_cleanup(move || handle.remove());
        hear_field(move || open.set(true));
    }
}
