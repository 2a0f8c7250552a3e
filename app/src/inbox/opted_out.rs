//! Customers who said STOP: the banner, and what stands where a reply would be written.

use domain::{
    conversation::State,
    id::ConversationId,
    inbox::Row,
    opt_out::{Scope, refuses, wrote_since},
    time::Millis,
    window::{self, Window},
};
use leptos::prelude::*;

use super::{
    composer::{Mode, as_content},
    lazy::{Extra, show},
    screen::Screen,
};
use crate::ui::{dialog, icon, when};

const ID: &str = "answer-anyway";

/// Whether answers to this customer are withheld, unless somebody says that they know.
pub fn withheld(row: &Row, scope: Scope) -> bool {
    refuses(row.opted_out_at, scope, false, false)
}

impl Screen {
    /// What the place of the composer holds, where it would hold `mode` for anybody else.
    pub fn mode(&self, row: &Row, mode: Mode) -> Mode {
        let open = matches!(mode, Mode::Open | Mode::TooLate | Mode::Templates);
        if open && withheld(row, self.facts().opt_out) && !self.knows(row) { Mode::OptedOut } else { mode }
    }

    /// Whether the open conversation takes a message that it did not get, once more. A template goes out when the window has
    /// closed.
    pub fn takes_again(&self, is_template: bool) -> bool {
        let row = self.open.read();
        let takes = |row: &Row| {
            row.state == State::Open
                && !withheld(row, self.facts().opt_out)
                && (is_template || window::at(row.window_expires_at, self.now.get()) != Window::Closed)
        };
        row.as_ref().is_some_and(takes)
    }

    /// Whether the member said that they know of the opt-out. It holds until the customer opts out once more.
    fn knows(&self, row: &Row) -> bool {
        row.opted_out_at.is_some_and(|at| self.despite.get() == Some((row.id, at)))
    }

    /// Whether a reply that is written now goes out although the customer opted out.
    pub fn despite_of(&self, conversation: ConversationId) -> bool {
        let known = self.despite.get_untracked().filter(|(id, _)| *id == conversation);
        self.open.with_untracked(|row| row.as_ref().is_some_and(|row| row.opted_out_at == known.map(|(_, at)| at)))
            && known.is_some()
    }
}

/// Under the header, for as long as the customer does not want to hear from us.
pub fn banner_view(screen: Screen, row: Memo<Option<Row>>) -> AnyView {
    let since = Memo::new(move |_| row.read().as_ref().and_then(|row| row.opted_out_at));
    let name = Memo::new(move |_| row.read().as_ref().map(|row| row.contact.name.clone()).unwrap_or_default());
    let all = screen.facts().opt_out == Scope::All;
    let (what, about) = if all {
        ("opted out", "Nothing is sent to them until they send START.")
    } else {
        ("opted out of marketing", "Answers still go out, marketing does not.")
    };
    view! {
        {move || {
            since.get().map(|at| {
                view! {
                    <div class="banner warn edge" role="status">
                        {icon("ban", "")}
                        <p>
                            <b><bdi>{name}</bdi>" "{what}</b>
                            " "
                            {moment(screen, at)}
                            ". "
                            {about}
                        </p>
                    </div>
                }
            })
        }}
    }
    .into_any()
}

/// "today at 09:02" or "on Monday 2 November".
fn moment(screen: Screen, at: Millis) -> impl IntoView {
    view! {
        <time datetime=when::iso(at) title=move || when::full(at, screen.local.get())>
            {move || {
                let (now, local) = (screen.now.get(), screen.local.get());
                let clock = when::clock(at, local);
                match when::day_number(now, local) - when::day_number(at, local) {
                    0 => format!("today at {clock}"),
                    1 => format!("yesterday at {clock}"),
                    _ => format!("on {}", when::day(at, now, local)),
                }
            }}
        </time>
    }
}

/// Instead of the composer. A customer who wrote again since may be answered by somebody who says that they know.
pub fn instead_view(screen: Screen, id: ConversationId, row: Memo<Option<Row>>) -> AnyView {
    let wrote = Memo::new(move |_| {
        let row = row.read();
        row.as_ref().is_some_and(|row| {
            screen.may_reply(row)
                && row.opted_out_at.is_some_and(|at| wrote_since(at, row.window_expires_at))
                && window::at(row.window_expires_at, screen.now.get()) != Window::Closed
        })
    });
    let asking = RwSignal::new(false);
    let why = move || {
        if wrote.get() {
            "They wrote again since. You can answer what they asked; marketing stays off."
        } else {
            "Nobody can write to them until they send START or write again."
        }
    };
    view! {
        <div class="composer instead" role="note">
            <p>
                {icon("ban", "sm")}
                <span><b>"This customer opted out."</b><small>{why}</small></span>
            </p>
            {move || {
                wrote.get().then(|| {
                    view! {
                        <button class="btn script" type="button" on:click=move |_| asking.set(true)>
                            "Answer anyway…"
                        </button>
                        {plain_form(screen, id)}
                    }
                })
            }}
        </div>
        {move || asking.get().then(|| show(screen, Extra::Answer { row, asking }))}
    }
    .into_any()
}

/// Before a customer who opted out is answered.
pub(super) fn question(screen: Screen, row: Memo<Option<Row>>, asking: RwSignal<bool>) -> AnyView {
    let (name, known) = row.with_untracked(|row| {
        let name = row.as_ref().map(|row| row.contact.name.clone()).unwrap_or_default();
        (name, row.as_ref().and_then(|row| Some((row.id, row.opted_out_at?))))
    });
    let yes = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        dialog::close(ID);
        screen.despite.set(known);
        #[cfg(feature = "hydrate")]
        request_animation_frame(|| {
            use wasm_bindgen::JsCast;
            let area = document().get_element_by_id("reply").and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok());
            if let Some(area) = area {
                let _ = area.focus();
            }
        });
    };
    let content = view! {
        <form on:submit=yes>
            <div class="dialog__body">
                <p>"They asked not to be written to. Answer only what they wrote since, and nothing else."</p>
                <p class="muted">"It is noted in the audit trail, with your name."</p>
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn primary" type="submit">"Answer anyway"</button>
            </footer>
        </form>
    }
    .into_any();
    let title = format!("Answer {name} anyway?");
    dialog::dialog(ID, title, String::new(), move || asking.set(false), content)
}

/// The same question for a browser without a script: a box to tick.
fn plain_form(screen: Screen, id: ConversationId) -> AnyView {
    let facts = screen.facts();
    let text = facts.text.as_deref().map(as_content);
    view! {
        <form class="plain" method="post" action=screen.path(&format!("/conversations/{id}/reply")) aria-label="Answer anyway">
            <input type="hidden" name="key" value=facts.form_key.to_string()/>
            <textarea name="text" aria-label="Message" dir="auto" required inner_html=text></textarea>
            <label>
                <input type="checkbox" name="despite" value="yes" required/>
                " I know that they opted out. This only answers what they wrote since."
            </label>
            <button class="btn" type="submit">"Answer anyway"</button>
        </form>
    }
    .into_any()
}
