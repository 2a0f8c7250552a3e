//! What was begun here goes on at another desk: drafts are kept with the server too, for the member alone.

use domain::{id::ConversationId, workspace::Slug};
use leptos::prelude::*;

use super::screen::Screen;
use crate::{error::Fault, json::Json};

/// The member's own of a conversation: the reply, the note.
#[server(prefix = "/fn", endpoint = "drafts", input = Json, output = Json)]
pub async fn load_drafts(workspace: Slug, conversation: ConversationId) -> Result<(String, String), Fault> {
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    Ok(services::conversations::drafts(&ctx, conversation).await?)
}

/// Keeps one as it is now. `note`: it is for colleagues.
#[server(prefix = "/fn", endpoint = "draft", input = Json, output = Json)]
pub async fn keep_draft(workspace: Slug, conversation: ConversationId, note: bool, text: String) -> Result<(), Fault> {
    use services::conversations::{Draft, keep_draft};
    let ctx = crate::frame::server::native::ctx(&workspace).await?;
    let of = if note { Draft::Note } else { Draft::Reply };
    Ok(keep_draft(&ctx, conversation, of, &text).await?)
}

/// By name: see [`crate::register_server_functions`].
#[cfg(feature = "ssr")]
pub fn register() {
    use leptos::server_fn::axum::register_explicit;
    register_explicit::<LoadDrafts>();
    register_explicit::<KeepDraft>();
}

/// Nothing to see: it follows the fields as long as the conversation is open.
pub fn drafts_view(screen: Screen, id: ConversationId) -> AnyView {
    #[cfg(feature = "hydrate")]
    browser::follow(screen, id);
    let _ = (screen, id);
    ().into_any()
}

/// What becomes of a draft that is one thing here and another there, while both were `base` once. Nothing that somebody
/// wrote is lost: words that were written in both places stand one below the other.
pub fn merged(base: &str, here: &str, there: &str) -> String {
    if here == base || there != base && there.starts_with(here) {
        there.to_owned()
    } else if there == base || here.starts_with(there) {
        here.to_owned()
    } else {
        format!("{there}\n{here}")
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
        },
        time::Duration,
    };

    use domain::id::{ConversationId, MemberId};
    use leptos::{ev, prelude::*, task::spawn_local};
    use wasm_bindgen::JsCast;
    use web_sys::HtmlTextAreaElement;

    use super::{keep_draft, load_drafts, merged};
    use crate::inbox::{
        draft::{self, Of},
        screen::Screen,
    };

    /// Without a key for so long, what is written so far is kept.
    const PAUSE: Duration = Duration::from_secs(2);

    /// Outlives the view: what is under way when the conversation is left still arrives.
    #[derive(Clone)]
    struct Follower {
        screen: Screen,
        me: MemberId,
        id: ConversationId,
        /// What the server has is known: before that nothing of it is overwritten.
        loaded: Arc<AtomicBool>,
        /// A request is under way: they must not overtake one another.
        busy: Arc<AtomicBool>,
        /// The fields are those of another conversation.
        left: Arc<AtomicBool>,
        keys: Arc<AtomicU32>,
    }

    pub fn follow(screen: Screen, id: ConversationId) {
        let it = Follower {
            screen,
            me: screen.me(),
            id,
            loaded: Arc::default(),
            busy: Arc::default(),
            left: Arc::default(),
            keys: Arc::default(),
        };
        it.load();
        let (typing, leaving, hiding) = (it.clone(), it.clone(), it.clone());
        let handles = [
            window_event_listener(ev::input, move |event| {
                if is_field(event.target()) {
                    typing.pause();
                }
            }),
            window_event_listener(ev::focusout, move |event| {
                if is_field(event.target()) {
                    leaving.push();
                }
            }),
            window_event_listener(ev::Custom::<web_sys::Event>::new("visibilitychange"), move |_| hiding.push()),
        ];
        on_cleanup(move || {
            it.left.store(true, Relaxed);
            it.push();
            for handle in handles {
                handle.remove();
            }
        });
    }

    fn is_field(target: Option<web_sys::EventTarget>) -> bool {
        let area = target.and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok());
        area.is_some_and(|area| area.id() == field(Of::Reply) || area.id() == field(Of::Note))
    }

    const fn field(of: Of) -> &'static str {
        match of {
            Of::Reply => "reply",
            Of::Note => "note",
        }
    }

    impl Follower {
        fn pause(&self) {
            let (it, turn) = (self.clone(), self.keys.fetch_add(1, Relaxed) + 1);
            let still = move || {
                if it.keys.load(Relaxed) == turn {
                    it.push();
                }
            };
            set_timeout(still, PAUSE);
        }

        /// What the server has.
        fn load(&self) {
            if self.busy.swap(true, Relaxed) {
                return;
            }
            let it = self.clone();
            spawn_local(async move {
                let answer = load_drafts(it.screen.slug(), it.id).await;
                it.busy.store(false, Relaxed);
                // Nobody asked for it, so nobody is told when it fails: the next words ask again.
                if let Ok((reply, note)) = answer {
                    it.take(Of::Reply, &reply);
                    it.take(Of::Note, &note);
                    it.loaded.store(true, Relaxed);
                    it.push();
                }
            });
        }

        fn take(&self, of: Of, there: &str) {
            let here = draft::load(of, self.me, self.id).unwrap_or_default();
            let text = merged(&draft::base(of, self.me, self.id), &here, there);
            draft::set_base(of, self.me, self.id, there);
            if text == here {
                return;
            }
            draft::save(of, self.me, self.id, &text);
            let area = document().get_element_by_id(field(of)).filter(|_| !self.left.load(Relaxed));
            let area = area.and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok());
            if let Some(area) = area.filter(|area| area.value() == here) {
                area.set_value(&text);
                // It does not bubble: the composer counts the letters, and nobody is told that somebody types.
                if let Ok(event) = web_sys::Event::new("input") {
                    let _ = area.dispatch_event(&event);
                }
            }
        }

        /// What the server does not have yet, one after the other.
        fn push(&self) {
            if !self.loaded.load(Relaxed) {
                return self.load();
            }
            let changed = [Of::Reply, Of::Note].into_iter().find_map(|of| {
                let text = draft::load(of, self.me, self.id).unwrap_or_default();
                (text != draft::base(of, self.me, self.id)).then_some((of, text))
            });
            let Some((of, text)) = changed else { return };
            if self.busy.swap(true, Relaxed) {
                return;
            }
            let it = self.clone();
            spawn_local(async move {
                let kept = keep_draft(it.screen.slug(), it.id, of == Of::Note, text.clone()).await;
                it.busy.store(false, Relaxed);
                if kept.is_ok() {
                    draft::set_base(of, it.me, it.id, &text);
                    it.push();
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::merged;

    #[test]
    fn a_draft_in_two_places() {
        // Written on in one of them.
        assert_eq!(merged("", "", "There"), "There");
        assert_eq!(merged("", "Here", ""), "Here");
        assert_eq!(merged("Both", "Both, and here", "Both"), "Both, and here");
        assert_eq!(merged("Both", "Both", "Both, and there"), "Both, and there");
        // Sent, or thrown away, in one of them.
        assert_eq!(merged("Both", "", "Both"), "");
        assert_eq!(merged("Both", "Both", ""), "");
        assert_eq!(merged("Both", "Both, and here", ""), "Both, and here");
        assert_eq!(merged("Both", "", "Both, and there"), "Both, and there");
        // Written on in both.
        assert_eq!(merged("", "Hel", "Hello"), "Hello");
        assert_eq!(merged("Both", "Here", "There"), "There\nHere");
    }
}
