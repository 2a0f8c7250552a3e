//! What happens to the words in the composer.

use domain::id::{ConversationId, MessageId};
use leptos::{html::Textarea, prelude::*};

use crate::inbox::{draft, screen::Screen};

/// Text as the content of a textarea, which Leptos writes as it is given. A parser drops the first line break, so one is
/// added.
pub fn as_content(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

/// Writes at the caret, in the place of what is selected, as if it had been typed: the draft and the length follow. The focus is in
/// the field then.
pub fn put(area: NodeRef<Textarea>, text: &str) {
    #[cfg(feature = "hydrate")]
    if let Some(area) = area.get_untracked() {
        let _ = area.focus();
        // In UTF-16.
        let end = area.text_length();
        let from = area.selection_start().ok().flatten().unwrap_or(end);
        let to = area.selection_end().ok().flatten().unwrap_or(end);
        let _ = area.set_range_text_with_start_and_end_and_mode(text, from, to, "end");
        if let Ok(event) = web_sys::Event::new("input") {
            let _ = area.dispatch_event(&event);
        }
    }
    let _ = (area, text);
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

/// What the server did not take goes back where it was written.
pub fn take_back(screen: Screen, message: MessageId) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let Some(pending) = screen.withdraw(message) else { return };
        let (of, me) = (draft::Of::what(pending.note), screen.me());
        let begun = draft::load(of, me, pending.conversation).filter(|begun| !begun.trim().is_empty());
        let text = begun.map_or_else(|| pending.text.clone(), |begun| format!("{}\n{begun}", pending.text));
        draft::save(of, me, pending.conversation, &text);
        let (field, tab) = if pending.note { ("note", "note-tab") } else { ("reply", "reply-tab") };
        let find = |id| document().get_element_by_id(id);
        if let Some(area) = find(field).and_then(|e| e.dyn_into::<web_sys::HtmlTextAreaElement>().ok()) {
            area.set_value(&text);
            let _ = area.focus();
        } else if let Some(tab) = find(tab).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
            // The other field is shown: this one comes with its draft.
            tab.click();
        }
    }
    let _ = (screen, message);
}
