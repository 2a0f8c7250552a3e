//! Where a reply is written, or why none can be.

use domain::{
    conversation::State,
    id::{ConversationId, MessageId},
    inbox::Row,
    message::TEXT_LIMIT,
    permission::Permission,
    window::{self, Window},
};
use leptos::{html::Textarea, prelude::*};

use super::{draft, opted_out, screen::Screen, templates::offer::offer_view};
use crate::ui::{icon, window_until};

/// What the place of the composer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The role reads.
    Reader,
    /// The conversation is closed.
    Closed,
    /// 24 hours have passed since the customer last wrote.
    TooLate,
    /// The role sends templates and nothing else.
    Templates,
    /// The customer does not want to hear from us; see [`super::opted_out`].
    OptedOut,
    /// Write.
    Open,
}

impl Mode {
    /// `may_reply`: to this very conversation.
    pub fn of(may_reply: bool, row: &Row, now: domain::time::Millis) -> Self {
        if !may_reply {
            Mode::Reader
        } else if row.state == State::Closed {
            Mode::Closed
        } else if window::at(row.window_expires_at, now) == Window::Closed {
            Mode::TooLate
        } else {
            Mode::Open
        }
    }
}

/// Flips by itself when the customer writes, the window ends, or a colleague closes the conversation.
pub fn composer_view(screen: Screen, id: ConversationId, row: Memo<Option<Row>>) -> AnyView {
    let mode = Memo::new(move |_| {
        let row = row.read();
        let of = |row| match Mode::of(screen.may_reply(row), row, screen.now.get()) {
            Mode::Reader => instead_of_reading(screen, row),
            mode => mode,
        };
        row.as_ref().map_or(Mode::Reader, |row| screen.mode(row, of(row)))
    });
    let name = Memo::new(move |_| row.read().as_ref().map(|row| row.contact.name.clone()).unwrap_or_default());
    let templates = Memo::new(move |_| row.read().as_ref().is_some_and(|row| screen.may_send_template(row)));
    let draw = move |mode| match mode {
        Mode::Reader => reader(),
        Mode::Closed => closed(screen, id),
        Mode::TooLate if templates.get_untracked() => offer_view(screen, row),
        Mode::TooLate => too_late(name),
        Mode::Templates => offer_view(screen, row),
        Mode::OptedOut => opted_out::instead_view(screen, id, row),
        Mode::Open => open(screen, id, row, name),
    };
    view! {
        // Keyed, so that each is an element of its own with its own listeners.
        <For each=move || [mode.get()] key=|mode| *mode children=move |mode| draw(mode)/>
    }
    .into_any()
}

/// What who may not reply may do all the same.
fn instead_of_reading(screen: Screen, row: &Row) -> Mode {
    match row.state {
        _ if !screen.may_send_template(row) => Mode::Reader,
        State::Closed if screen.may(Permission::ConversationsClose, row.assignee) => Mode::Closed,
        State::Closed => Mode::Reader,
        _ => Mode::Templates,
    }
}

fn reader() -> AnyView {
    view! {
        <div class="composer instead" role="note">
            <p>{icon("eye", "sm")}<span><b>"You can read this workspace."</b><small>"Replies come from its Owners, Managers and Agents."</small></span></p>
        </div>
    }
    .into_any()
}

fn closed(screen: Screen, id: ConversationId) -> AnyView {
    view! {
        <form
            class="composer instead"
            method="post"
            action=screen.path(&format!("/conversations/{id}/reopen"))
            aria-label="Reopen"
            on:submit=move |event| {
                event.prevent_default();
                screen.reopen(id);
            }
        >
            <p>{icon("check", "sm")}<span><b>"This conversation is closed."</b><small>"If the customer writes again, a new conversation begins."</small></span></p>
            <button class="btn" type="submit">{icon("refresh", "sm")}"Reopen to reply"</button>
        </form>
    }
    .into_any()
}

fn too_late(name: Memo<String>) -> AnyView {
    view! {
        <div class="composer instead" role="note">
            <p>
                {icon("lock", "sm")}
                <span>
                    <b>"The window for replies is closed."</b>
                    <small>
                        "WhatsApp takes free-form messages for 24 hours after the customer last wrote. A message from "
                        <bdi>{name}</bdi>
                        " opens it again."
                    </small>
                </span>
            </p>
        </div>
    }
    .into_any()
}

fn open(screen: Screen, id: ConversationId, row: Memo<Option<Row>>, name: Memo<String>) -> AnyView {
    let facts = screen.facts();
    let box_ref = NodeRef::<Textarea>::new();
    let length = RwSignal::new(0usize);
    keep_draft(screen, id, box_ref, length);
    let send = move || {
        let Some(area) = box_ref.get_untracked() else { return };
        let text = area.value();
        if domain::message::outgoing_text(&text).is_ok() {
            area.set_value("");
            length.set(0);
            screen.send(id, text);
            to_newest();
        }
    };
    let keydown = move |event: leptos::ev::KeyboardEvent| {
        // Enter also ends a composition in Chinese, Japanese, Korean.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send();
        }
    };
    let input = move |event: leptos::ev::Event| {
        let text = event_target_value(&event);
        length.set(text.chars().count());
        draft::save(screen.me(), id, &text);
    };
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
        >
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
                on:keydown=keydown
                on:input=input
                inner_html=text
            ></textarea>
            <div class="composer__tools">
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

/// Text as the content of a textarea, which Leptos writes as it is given. A parser drops the first line break, so one is
/// added.
pub fn as_content(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

/// Brings a draft back, unless something is written there already.
fn keep_draft(screen: Screen, id: ConversationId, box_ref: NodeRef<Textarea>, length: RwSignal<usize>) {
    Effect::new(move |_| {
        let Some(area) = box_ref.get() else { return };
        if area.value().is_empty()
            && let Some(text) = draft::load(screen.me(), id)
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
            draft::save(screen.me(), pending.conversation, &text);
            let _ = area.focus();
        }
    }
    let _ = (screen, message);
}

/// Scrolls to the newest message.
pub fn to_newest() {
    #[cfg(feature = "hydrate")]
    if let Some(scroll) = document().query_selector(".thread__scroll").ok().flatten() {
        scroll.set_scroll_top(0);
    }
}
