//! Where a note for colleagues is written.

use domain::{
    id::ConversationId,
    message::{TEXT_LIMIT, outgoing_text},
};
use leptos::{html::Textarea, prelude::*};

use super::{
    focus,
    quick::{Quick, names_view},
    text::keep_draft,
};
use crate::{
    inbox::{draft, emoji::emoji_view, screen::Screen},
    ui::icon,
};

/// Its field, for whoever chose to write one.
pub fn note_view(screen: Screen, id: ConversationId) -> AnyView {
    let box_ref = NodeRef::<Textarea>::new();
    let length = RwSignal::new(0usize);
    let names = Quick::names(box_ref);
    keep_draft(screen, draft::Of::Note, id, box_ref, length);
    // It is only shown to whoever chose to write one.
    Effect::new(move |_| {
        if box_ref.get().is_some() {
            focus("note");
        }
    });
    let write = move || {
        let Some(area) = box_ref.get_untracked() else { return };
        let text = area.value();
        if outgoing_text(&text).is_ok() {
            area.set_value("");
            length.set(0);
            screen.send(id, text, true);
            screen.to_newest();
        }
    };
    let keydown = move |event: leptos::ev::KeyboardEvent| {
        if names.key(&event) {
            return;
        }
        // Enter also ends a composition in Chinese, Japanese, Korean.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            write();
        }
    };
    let input = move |event: leptos::ev::Event| {
        let text = event_target_value(&event);
        length.set(text.chars().count());
        names.typed(&text);
        draft::save(draft::Of::Note, screen.me(), id, &text);
    };
    let left = move || {
        let length = length.get();
        (length + 200 > TEXT_LIMIT).then(|| format!("{length} of {TEXT_LIMIT}"))
    };
    view! {
        <form
            class="composer is-note"
            aria-label="Note for colleagues"
            on:submit=move |event| {
                event.prevent_default();
                write();
            }
        >
            {names_view(screen, names)}
            <textarea
                node_ref=box_ref
                name="text"
                id="note"
                rows="1"
                aria-label="Note"
                aria-keyshortcuts="n"
                aria-invalid=move || (length.get() > TEXT_LIMIT).then_some("true")
                placeholder="Write a note. Only your team sees it; @ names a colleague"
                dir="auto"
                required
                role=move || names.is_open().then_some("combobox")
                aria-expanded=move || names.is_open().then_some("true")
                aria-autocomplete=move || names.is_open().then_some("list")
                aria-controls=move || names.is_open().then_some(names.list)
                aria-activedescendant=move || names.active()
                on:blur=move |_| names.typing.set(None)
                on:keydown=keydown
                on:input=input
            ></textarea>
            <div class="composer__tools">
                {emoji_view(box_ref)}
                <span class="tally" aria-live="polite">{left}</span>
                <span class="end">
                    <span class="hint script"><kbd>"Enter"</kbd>" adds "<kbd>"Shift"</kbd><kbd>"Enter"</kbd>" new line"</span>
                    <button class="btn primary sm" type="submit">{icon("note", "sm")}"Add note"</button>
                </span>
            </div>
        </form>
    }
    .into_any()
}
