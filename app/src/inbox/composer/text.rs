//! What happens to the words in the composer.

use domain::id::{ConversationId, MessageId};
use leptos::{html::Textarea, prelude::*};

use crate::inbox::{draft, screen::Screen};

/// Text as the content of a textarea, which Leptos writes as it is given. A parser drops the first line break, so one is
/// added.
pub fn as_content(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

/// Brings a draft back, unless something is written there already.
pub(super) fn keep_draft(
    screen: Screen,
    of: draft::Of,
    id: ConversationId,
    box_ref: NodeRef<Textarea>,
    length: RwSignal<usize>,
) {
    Effect::new(move |_| {
        let Some(area) = box_ref.get() else { return };
        if area.value().is_empty()
            && let Some(text) = draft::load(of, screen.me(), id)
        {
            area.set_value(&text);
        }
        length.set(area.value().chars().count());
    });
}

/// A reply that the server did not take goes back where it was written.
pub fn take_back(screen: Screen, message: MessageId) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let area =
            document().get_element_by_id("reply").and_then(|e| e.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
        let Some(area) = area else { return };
        if let Some(pending) = screen.withdraw(message) {
            let begun = area.value();
            let text = if begun.trim().is_empty() { pending.text } else { format!("{}\n{begun}", pending.text) };
            area.set_value(&text);
            draft::save(draft::Of::Reply, screen.me(), pending.conversation, &text);
            let _ = area.focus();
        }
    }
    let _ = (screen, message);
}
