//! Where a reply is written.

use domain::{id::ConversationId, inbox::Row, message::TEXT_LIMIT};
use leptos::{html::Textarea, prelude::*};

use super::{
    quick::{Quick, quick_view},
    text::{as_content, keep_draft},
};
#[cfg(feature = "hydrate")]
use crate::inbox::attach::take_files;
use crate::{
    inbox::{
        draft,
        lazy::{Extra, show},
        quote::quoting_view,
        screen::Screen,
    },
    ui::{icon, window_until},
};

pub(super) fn open(screen: Screen, id: ConversationId, row: Memo<Option<Row>>, name: Memo<String>) -> AnyView {
    let facts = screen.facts();
    let box_ref = NodeRef::<Textarea>::new();
    let length = RwSignal::new(0usize);
    keep_draft(screen, draft::Of::Reply, id, box_ref, length);
    let quick = Quick::replies(box_ref);
    let send = move || {
        let Some(area) = box_ref.get_untracked() else { return };
        let text = area.value();
        if domain::message::outgoing_text(&text).is_ok() && quick.lets_go(&text) && screen.beside.lets_go() {
            area.set_value("");
            length.set(0);
            screen.send(id, text, false);
            screen.to_newest();
        }
    };
    let keydown = move |event: leptos::ev::KeyboardEvent| {
        if quick.key(&event) {
            return;
        }
        // Enter also ends a composition in Chinese, Japanese, Korean.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send();
        }
    };
    let input = move |event: leptos::ev::Event| {
        let text = event_target_value(&event);
        length.set(text.chars().count());
        quick.typed(&text);
        draft::save(draft::Of::Reply, screen.me(), id, &text);
    };
    let paste = move |event: leptos::ev::ClipboardEvent| {
        #[cfg(feature = "hydrate")]
        if take_files(screen, id, event.clipboard_data().and_then(|data| data.files())) {
            event.prevent_default();
        }
        let _ = event;
    };
    let drop = move |event: leptos::ev::DragEvent| {
        event.prevent_default();
        #[cfg(feature = "hydrate")]
        take_files(screen, id, event.data_transfer().and_then(|data| data.files()));
    };
    let recording = RwSignal::new(false);
    let window = move || row.read().as_ref().and_then(|row| row.window_expires_at);
    let too_long = move || length.get() > TEXT_LIMIT;
    let left = move || {
        let length = length.get();
        (length + 200 > TEXT_LIMIT).then(|| format!("{length} of {TEXT_LIMIT}"))
    };
    // The text of a form that failed belongs to the first paint, and to the conversation it was drawn with.
    let first_paint = !screen.local.get_untracked() && facts.inbox.thread.as_ref().is_some_and(|t| t.row.id == id);
    let text = if first_paint { facts.text.as_deref().map(as_content) } else { None };
    view! {
        <form
            class="composer"
            method="post"
            action=screen.path(&format!("/conversations/{id}/reply"))
            aria-label=move || format!("Reply to {}", name.get())
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
            on:dragover=move |event| event.prevent_default()
            on:drop=drop
        >
            {quoting_view(screen, id)}
            {quick_view(screen, quick)}
            {show(screen, Extra::Types(id))}
            <div class="composer__top">
                {window_until(window, screen.now, screen.local)}
            </div>
            <input type="hidden" name="key" value=facts.form_key.to_string()/>
            <textarea
                node_ref=box_ref
                name="text"
                id="reply"
                rows="1"
                aria-label="Message"
                aria-keyshortcuts="r"
                aria-invalid=move || too_long().then_some("true")
                placeholder="Write a reply"
                dir="auto"
                required
                role=move || quick.is_open().then_some("combobox")
                aria-expanded=move || quick.is_open().then_some("true")
                aria-autocomplete=move || quick.is_open().then_some("list")
                aria-controls=move || quick.is_open().then_some(quick.list)
                aria-activedescendant=move || quick.active()
                on:blur=move |_| quick.typing.set(None)
                on:keydown=keydown
                on:input=input
                on:paste=paste
                inner_html=text
            ></textarea>
            {move || recording.get().then(|| show(screen, Extra::Voice { conversation: id, open: recording }))}
            <div class="composer__tools">
                <button
                    class="btn ghost square sm script"
                    type="button"
                    id="attach-button"
                    aria-label="Attach"
                    title="Files, location, contact, choices"
                    on:click=move |_| screen.attach(id)
                >
                    {icon("clip", "sm")}
                </button>
                <button
                    class="btn ghost square sm script"
                    type="button"
                    id="voice-button"
                    aria-label="Record a voice message"
                    title="Record a voice message"
                    aria-pressed=move || recording.get().to_string()
                    on:click=move |_| recording.update(|recording| *recording = !*recording)
                >
                    {icon("mic", "sm")}
                </button>
                <Show when=move || row.read().as_ref().is_some_and(|row| screen.may_send_template(row))>
                    <button
                        class="btn ghost sm script"
                        type="button"
                        id="template-button"
                        aria-keyshortcuts="t"
                        on:click=move |_| screen.pick_template(None)
                    >
                        {icon("template", "sm")}
                        "Template"
                    </button>
                </Show>
                {show(screen, Extra::Tools(box_ref))}
                <span class="tally" aria-live="polite">{left}</span>
                <span class="end">
                    <span class="hint script"><kbd>"Enter"</kbd>" sends "<kbd>"Shift"</kbd><kbd>"Enter"</kbd>" new line"</span>
                    <button class="btn primary sm" type="submit">{icon("send", "sm")}"Send"</button>
                </span>
            </div>
        </form>
    }
    .into_any()
}
