//! Where a reply is written, or why none can be.

mod closed;
pub mod note;
mod open;
pub mod quick;
pub mod text;

pub use text::{as_content, take_back};

use domain::{
    conversation::State,
    id::ConversationId,
    inbox::Row,
    permission::Permission,
    window::{self, Window},
};
use leptos::prelude::*;

use super::{
    lazy::{Extra, show},
    opted_out,
    screen::Screen,
    templates::offer::offer_view,
};
use crate::ui::icon;
use closed::{closed, group, reader, too_late};
use open::open;

/// What the place of the composer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The role reads.
    Reader,
    /// Several people write there; it is only read here.
    Group,
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
        } else if row.contact.group {
            Mode::Group
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
    let may_note =
        Memo::new(move |_| row.read().as_ref().is_some_and(|row| screen.may(Permission::MessagesNote, row.assignee)));
    let noting = RwSignal::new(false);
    let name = Memo::new(move |_| row.read().as_ref().map(|row| row.contact.name.clone()).unwrap_or_default());
    let templates = Memo::new(move |_| row.read().as_ref().is_some_and(|row| screen.may_send_template(row)));
    let draw = move |mode| match mode {
        Mode::Reader => reader(),
        Mode::Group => group(),
        Mode::Closed => closed(screen, id),
        Mode::TooLate if templates.get_untracked() => offer_view(screen, row),
        Mode::TooLate => too_late(name),
        Mode::Templates => offer_view(screen, row),
        Mode::OptedOut => opted_out::instead_view(screen, id, row),
        Mode::Open => open(screen, id, row, name),
    };
    let what = move || if noting.get() && may_note.get() { What::Note } else { What::Reply(mode.get()) };
    let draw = move |what| match what {
        What::Note => show(screen, Extra::Note(id)),
        What::Reply(mode) => draw(mode),
    };
    view! {
        {move || may_note.get().then(|| tabs(noting))}
        // A note may be written wherever a reply may.
        {move || may_note.get().then(|| show(screen, Extra::Drafts(id)))}
        // Keyed, so that each is an element of its own with its own listeners.
        <For each=move || [what()] key=|what| *what children=draw/>
    }
    .into_any()
}

/// What stands in the place of the composer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum What {
    Reply(Mode),
    Note,
}

/// Whom the words are for. A note can always be written.
fn tabs(noting: RwSignal<bool>) -> AnyView {
    let tab = |id: &'static str, words: &'static str, drawing: &'static str, is: bool, field: &'static str| {
        let choose = move |_| {
            noting.set(is);
            // The field is there with the next frame.
            request_animation_frame(move || focus(field));
        };
        view! {
            <button
                class="btn ghost sm"
                type="button"
                id=id
                aria-pressed=move || (noting.get() == is).to_string()
                on:click=choose
            >
                {icon(drawing, "sm")}
                {words}
            </button>
        }
    };
    view! {
        <div class="composer__tabs script" role="group" aria-label="What to write">
            {tab("reply-tab", "Reply", "reply", false, "reply")}
            {tab("note-tab", "Note", "note", true, "note")}
        </div>
    }
    .into_any()
}

pub(super) fn focus(field: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let field = document().get_element_by_id(field).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(field) = field {
            let _ = field.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = field;
}

/// What who may not reply may do all the same.
fn instead_of_reading(screen: Screen, row: &Row) -> Mode {
    match row.state {
        _ if row.contact.group => Mode::Group,
        _ if !screen.may_send_template(row) => Mode::Reader,
        State::Closed if screen.may(Permission::ConversationsClose, row.assignee) => Mode::Closed,
        State::Closed => Mode::Reader,
        _ => Mode::Templates,
    }
}
