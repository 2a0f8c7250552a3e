use leptos::prelude::*;

use super::{screen::Screen, server::Handed};
use crate::ui::{dialog, secret_view};

const ID: &str = "link";

/// The link of an invitation that has just been made.
pub fn invitation_link(screen: Screen, email: &str, handed: &Handed) -> AnyView {
    let said = if handed.mailed {
        format!("It is on its way to {email} by mail. You can also hand it over yourself.")
    } else {
        format!("No mail server is set up here. Give this link to {email} yourself.")
    };
    let about = "It works once, for this address. It is not shown again; a new link ends this one.";
    link_dialog(screen, format!("The invitation of {email}"), said, &handed.path, about)
}

/// A link for a new password.
pub fn reset_link(screen: Screen, name: &str, path: &str) -> AnyView {
    let said = format!("Give this link to {name} yourself, in a way that nobody else reads: whoever has it gets in.");
    let about = "It works once, within the next hour, and signs them out everywhere. It is not shown again.";
    link_dialog(screen, format!("A new password for {name}"), said, path, about)
}

/// This is the only time that the link is shown.
fn link_dialog(screen: Screen, title: String, said: String, path: &str, about: &'static str) -> AnyView {
    let content = view! {
        <div class="dialog__body">
            <p>{said}</p>
            {secret_view(address(path), "the link")}
            <p class="small muted">{about}</p>
        </div>
        <footer>
            <button class="btn primary" type="button" autofocus on:click=move |_| dialog::close(ID)>"Done"</button>
        </footer>
    }
    .into_any();
    dialog::dialog(ID, title, String::new(), move || screen.ask.set(None), content)
}

/// Under which address the person reached this page.
fn address(path: &str) -> String {
    #[cfg(feature = "hydrate")]
    if let Ok(origin) = window().location().origin() {
        return format!("{origin}{path}");
    }
    path.to_owned()
}
