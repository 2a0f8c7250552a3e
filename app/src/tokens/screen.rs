//! The state of the page.

use domain::{id::TokenId, token::Token, workspace::Slug};
use leptos::prelude::*;

use super::server::{Made, revoke_token};
use crate::{
    frame::Clock,
    ui::{Task, Toast, dialog},
};

/// What the person is asked, over the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    Create,
    Revoke(Box<Token>),
    /// The secret of one that has just been made.
    Show(Box<Made>),
}

/// Copied into every part of the page.
#[derive(Clone, Copy)]
pub struct Screen {
    pub slug: StoredValue<Slug>,
    pub tokens: RwSignal<Vec<Token>>,
    pub ask: RwSignal<Option<Ask>>,
    pub toast: Toast,
    pub clock: Clock,
}

impl Screen {
    /// Puts a token that was made on top and shows its secret.
    pub fn made(self, made: Made) {
        self.tokens.update(|tokens| tokens.insert(0, made.token.clone()));
        self.ask.set(Some(Ask::Show(Box::new(made))));
    }

    fn revoked(self, now: Token) {
        self.toast.say(format!("{} opens nothing any more.", now.name));
        self.tokens.update(|tokens| {
            // What it made ended with it; the page tells the rest when it is loaded anew.
            if let Some(token) = tokens.iter_mut().find(|token| token.id == now.id) {
                *token = now;
            }
        });
    }
}

/// What lies over the page.
pub fn over(screen: Screen, form: impl Fn() -> AnyView + Copy + Send + 'static) -> AnyView {
    let asked = move || match screen.ask.get() {
        None | Some(Ask::Show(_)) => ().into_any(),
        Some(Ask::Create) => form(),
        Some(Ask::Revoke(token)) => revoke_dialog(screen, &token),
    };
    // It follows upon another dialog, whose element must not become its own: that one's closing would close it too.
    let made = move || match screen.ask.get() {
        Some(Ask::Show(made)) => secret_dialog(screen, *made),
        _ => ().into_any(),
    };
    view! {
        {asked}
        {made}
    }
    .into_any()
}

fn revoke_dialog(screen: Screen, token: &Token) -> AnyView {
    const ID: &str = "revoke";
    let task = Task::default();
    let id: TokenId = token.id;
    let yes = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        task.run(revoke_token(screen.slug.get_value(), id), move |now| {
            dialog::close(ID);
            screen.revoked(now);
        });
    };
    let content = view! {
        <form on:submit=yes>
            <div class="dialog__body">
                {task.problem_view()}
                <p>"Whatever uses it is turned away from the next request on, and so is whatever uses tokens that it made. \
                    This cannot be undone."</p>
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn danger solid" type="submit" disabled=move || task.busy.get()>"Revoke"</button>
            </footer>
        </form>
    }
    .into_any();
    let about = format!("It begins with {}.", token.prefix);
    dialog::dialog(ID, format!("Revoke {}?", token.name), about, move || screen.ask.set(None), content)
}

fn secret_dialog(screen: Screen, made: Made) -> AnyView {
    const ID: &str = "secret";
    let content = view! {
        <div class="dialog__body">
            <p>"Copy it now. It is not shown again, and nobody can read it anywhere."</p>
            {crate::ui::secret_view(made.secret, "the token")}
            <p class="small muted">"Send it as " <code>"Authorization: Bearer …"</code> " with every request."</p>
        </div>
        <footer>
            <button class="btn primary" type="button" on:click=move |_| dialog::close(ID)>"Done"</button>
        </footer>
    }
    .into_any();
    let title = format!("The token {}", made.token.name);
    dialog::dialog(ID, title, String::new(), move || screen.ask.set(None), content)
}
